//! What `templates/web/layout.html` needs: a page extends it and has a field `layout` of this type.

use crate::web::{assets, branding::Branding, language::Language, observe::Manners, words};

/// What stands around every page.
#[derive(Clone, Copy)]
pub struct Layout<'a> {
    /// The operator's name for the product.
    pub product_name: &'a str,
    /// The address of the stylesheet.
    pub stylesheet: &'static str,
    /// The operator's look.
    pub branding: &'a Branding,
    /// The page's.
    pub language: Language,
    /// The texts around every page.
    pub words: &'static words::Layout,
    /// For a page of who is signed in: the token of the form in its header that signs out. Of other pages the header leads nowhere.
    pub sign_out: Option<&'a str>,
}

impl<'a> Layout<'a> {
    /// The layout of this server's pages in a language. The page takes its own texts from `layout.language.words()`.
    #[must_use]
    pub fn of(manners: &'a Manners, language: Language) -> Self {
        Self {
            product_name: &manners.product_name,
            stylesheet: assets::stylesheet_href(),
            branding: &manners.branding,
            language,
            words: language.words().layout,
            sign_out: None,
        }
    }

    /// The same for who is signed in: with the ways to their account and their workspaces, and out. A page with it is a page with a
    /// form ([`Page::form`](crate::web::page::Page::form)).
    #[must_use]
    pub const fn signed_in(mut self, sign_out: &'a str) -> Self {
        self.sign_out = Some(sign_out);
        self
    }

    /// The title of a browser tab.
    #[must_use]
    pub fn title(&self, heading: &str) -> String {
        (self.words.title)(heading, self.product_name)
    }

    /// The footer's word on where to find help.
    #[must_use]
    pub fn help(&self) -> String {
        (self.words.help)(self.product_name)
    }
}

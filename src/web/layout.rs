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
        }
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

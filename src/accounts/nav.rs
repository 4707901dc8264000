//! The navigation of the account's pages: each section has its own address.

use crate::web::language::Language;

/// A section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Name and language.
    Profile,
    /// The address.
    Email,
    /// Password and second factor.
    Security,
    /// Where the person is signed in.
    Sessions,
    /// What apps may do.
    Apps,
    /// Download and deletion.
    Data,
}

impl Section {
    const ALL: [Self; 6] = [
        Self::Profile,
        Self::Email,
        Self::Security,
        Self::Sessions,
        Self::Apps,
        Self::Data,
    ];

    /// Its address.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Profile => "/account",
            Self::Email => "/account/email",
            Self::Security => "/account/security",
            Self::Sessions => "/account/sessions",
            Self::Apps => "/settings/integrations",
            Self::Data => "/account/data",
        }
    }
}

/// What `templates/accounts/nav.html` needs.
pub struct Nav {
    /// What it is called for who does not see it.
    pub label: &'static str,
    /// Addresses, texts, and which one this page belongs to.
    pub items: Vec<(&'static str, &'static str, bool)>,
}

impl Nav {
    /// As a page of this section shows it.
    #[must_use]
    pub fn at(section: Section, language: Language) -> Self {
        let words = language.words().account;
        Self {
            label: words.nav,
            items: Section::ALL
                .into_iter()
                .map(|it| (it.path(), (words.section)(it.path()), it == section))
                .collect(),
        }
    }
}

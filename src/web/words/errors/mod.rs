//! What each code of a refusal means: the texts of `/docs/errors/{code}`.
//!
//! A refusal carries the [`ErrorDoc`] itself, not a name, so there can be no code without its page.

use actix_web::http::StatusCode;

mod identity;
mod keys;
mod oauth;
mod requests;
mod verification;

pub use identity::*;
pub use keys::*;
pub use oauth::*;
pub use requests::*;
pub use verification::*;

/// What a code means, for the developer who met it.
#[derive(Debug, PartialEq, Eq)]
pub struct ErrorDoc {
    /// The code: `code` in a problem (RFC 9457), `error` in an OAuth answer (RFC 6749 §5.2).
    pub code: &'static str,
    /// The status of an answer with it; 303 where it is only ever sent to a client's redirect URI.
    pub status: u16,
    /// A few words.
    pub title: &'static str,
    /// What happened.
    pub what: &'static str,
    /// Why it happens.
    pub why: &'static [&'static str],
    /// What to do about it.
    pub fix: &'static str,
    /// A request that meets it; none where no request is at fault.
    pub wrong: Option<&'static str>,
    /// The request as it should be.
    pub right: &'static str,
}

impl ErrorDoc {
    /// The path of its page.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/docs/errors/{}", self.code)
    }

    /// Every code, in the order of the list.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        [
            requests::ALL,
            verification::ALL,
            identity::ALL,
            keys::ALL,
            oauth::ALL,
        ]
        .concat()
        .into_iter()
    }

    /// The status of an answer with it.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Whether it is only ever sent to a client's redirect URI (RFC 6749 §4.1.2.1).
    #[must_use]
    pub fn is_by_redirect(&self) -> bool {
        self.status == 303
    }

    /// The code of that name.
    #[must_use]
    pub fn find(code: &str) -> Option<&'static Self> {
        Self::all().find(|doc| doc.code == code)
    }
}

/// Each row is a constant and a member of `ALL`: none can be forgotten.
macro_rules! errors {
    ($($(#[$doc:meta])* $id:ident: $status:literal $title:literal {
        code: $code:literal,
        what: $what:literal,
        why: [$($why:literal),* $(,)?],
        fix: $fix:literal,
        $(wrong: $wrong:literal,)?
        right: $right:literal $(,)?
    })*) => {
        $(
            #[doc = concat!("`", $code, "`: ", $title, ".")]
            pub static $id: ErrorDoc = ErrorDoc {
                code: $code,
                status: $status,
                title: $title,
                what: $what,
                why: &[$($why),*],
                fix: $fix,
                wrong: errors!(@wrong $($wrong)?),
                right: $right,
            };
        )*

        /// Every one of this file.
        pub(super) static ALL: &[&ErrorDoc] = &[$(&$id),*];
    };
    (@wrong $wrong:literal) => { Some($wrong) };
    (@wrong) => { None };
}
use errors;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ErrorDoc;

    #[test]
    fn every_code_has_one_page_with_every_part() {
        let codes: BTreeSet<_> = ErrorDoc::all().map(|doc| doc.code).collect();
        assert_eq!(codes.len(), ErrorDoc::all().count(), "two pages for one code");
        for doc in ErrorDoc::all() {
            let name = doc.code;
            assert!(
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
                "{name}"
            );
            assert!(doc.status == 303 || (400..600).contains(&doc.status), "{name}");
            assert!(!doc.why.is_empty(), "{name}");
            let sentences = doc.why.iter().chain([&doc.what, &doc.fix]);
            for sentence in sentences {
                assert!(
                    sentence.ends_with('.') && !sentence.contains('!'),
                    "{name}: {sentence}"
                );
            }
            assert!(
                doc.wrong.is_some() || doc.status >= 500 || name == "access_denied",
                "{name}"
            );
            assert_ne!(doc.wrong, Some(doc.right), "{name}");
        }
    }
}

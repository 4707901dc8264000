//! Where a person was going when they were asked to sign in. Sign-in knows nothing else about it: whoever sends people
//! here hangs a look-up in.

use diesel::PgConnection;

use crate::{
    platform::{clock::Timestamp, db::Verdict, secret::Secret},
    web::stale::Stale,
};

/// What sign-in shows, and where it comes back to.
pub struct Destination {
    /// To what the person continues: a name that somebody else chose.
    pub title: String,
    /// The domain that it is known to be at.
    pub domain: Option<String>,
    /// A path of this server.
    pub return_to: String,
    /// Where the redirects after the form may end, for the page's `form-action`.
    pub form_action: String,
    /// Whose address to fill in.
    pub login_hint: Option<String>,
}

/// The look-up: the id in the address, and the browser that it must belong to.
pub type LookUp = fn(&mut PgConnection, &str, &Secret, Timestamp) -> Verdict<Destination, Stale>;

/// Whether this is the path of one of our own pages, and can be nothing else: one slash, then letters, digits and hyphens
/// between single slashes; or the link of an invitation, whose secret has capitals and underscores too.
#[must_use]
pub fn is_page_of_ours(path: &str) -> bool {
    is_plain(path) || is_invitation(path)
}

/// Whether this is where the link of an invitation leads.
#[must_use]
pub fn is_invitation(path: &str) -> bool {
    let is_of_secret = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    path.len() <= 200
        && path
            .strip_prefix("/invite/")
            .is_some_and(|token| !token.is_empty() && token.bytes().all(is_of_secret))
}

fn is_plain(path: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    path.len() <= 200
        && path
            .strip_prefix('/')
            .is_some_and(|rest| rest.split('/').all(plain))
}

/// Hung in by the composition root.
#[derive(Clone, Copy)]
pub struct Destinations(pub LookUp);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_path_is_a_page_of_ours() {
        for ours in ["/settings/integrations", "/a/b-1", "/invite/cst_iv_0aZ"] {
            assert!(is_page_of_ours(ours), "{ours}");
        }
        for other in [
            "",
            "/",
            "//evil.test",
            "/\\evil",
            "https://evil.test",
            "/a//b",
            "/a?b",
            "/a%2fb",
            "/a/../b",
            "/a\r\nX: y",
            "/invite/",
            "/invite//evil",
            "/invite/a.b",
            "/invite/A/../b",
            "/invite/A?b",
            "/invite/A\r\nX: y",
            "/Invite/A",
        ] {
            assert!(!is_page_of_ours(other), "{other}");
        }
    }
}

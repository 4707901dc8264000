//! Where a person was going when they were asked to sign in. Sign-in knows nothing else about it: whoever sends people
//! here hangs a look-up in.

use diesel::PgConnection;

use crate::platform::{clock::Timestamp, db::Internal, secret::Secret};

/// What sign-in shows, and where it comes back to.
pub struct Destination {
    /// To what the person continues.
    pub title: String,
    /// A path of this server.
    pub return_to: String,
    /// Where the redirects after the form may end, for the page's `form-action`.
    pub form_action: String,
    /// Whose address to fill in.
    pub login_hint: Option<String>,
}

/// The look-up: the id in the address, and the browser that it must belong to.
pub type LookUp = fn(&mut PgConnection, &str, &Secret, Timestamp) -> Result<Option<Destination>, Internal>;

/// Hung in by the composition root.
#[derive(Clone, Copy)]
pub struct Destinations(pub LookUp);

//! The authorization endpoint (RFC 6749 §3.1): a request is checked once, stored, and answered once.
//!
//! ```text
//! begin    parameters → checked → stored, bound to this browser → advance
//! advance  stored + session → decide → sign in | ask | grant | refuse
//! ask      the page, and its answer → grant | refuse
//! respond  code or error, state, iss → the registered redirect URI
//! ```
//!
//! # Decisions
//! * Sign-in and consent carry the id of the stored request, never its parameters: there is nothing in a form or an address
//!   that somebody could change on the way.
//! * A request belongs to the browser that began it. Its id alone opens nothing.

mod ask;
pub mod begin;
mod closed;
mod decide;
mod destination;
mod grant;
mod refusal;
mod request;
mod respond;
pub mod stored_request;
mod visit;

use actix_web::web::ServiceConfig;

pub use destination::destination;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    begin::routes(config);
    ask::routes(config);
}

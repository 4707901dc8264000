//! Who is calling, and what may they do: one answer for everything that can follow `Authorization: Bearer`.
//!
//! # Decisions
//! * No cache yet: every look-up is one statement against the database, and what it says is true at that moment.
//! * Whoever may not know about a token gets byte for byte the answer of a token that does not exist.

pub mod answer;
pub mod caller;
pub mod credential;
pub mod dead;
pub mod introspect;
pub mod resolve;
mod session;

pub use introspect::routes;

/// What of this room `/openapi.json` describes.
#[derive(utoipa::OpenApi)]
#[openapi(paths(introspect::introspect))]
pub struct Operations;

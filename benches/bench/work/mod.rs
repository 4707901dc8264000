//! The operations that are measured, one a file. A value is one client's side of it over one connection.

pub mod client_credentials;
pub mod code_flow;
pub mod hello;
pub mod introspection;
pub mod rotation;

use crate::{Outcome, http::Connection};

/// Something that is done again and again.
pub trait Work {
    /// Does it once, and makes sure that the answer is the one that was wanted.
    async fn once(&mut self, connection: &mut Connection) -> Outcome<()>;
}

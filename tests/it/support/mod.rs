//! What the tests stand on: a server of their own, with a database of its own, people and clients in it.
//!
//! Everything goes through real HTTP over loopback. A test gets its database as a copy of a template, so tests never meet.

pub mod browser;
pub mod client;
pub mod cluster;
pub mod page;
pub mod process;
pub mod server;

pub use browser::Browser;
pub use client::{Registered, Registration};
pub use server::{Person, Server};

/// `application/x-www-form-urlencoded`.
pub fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

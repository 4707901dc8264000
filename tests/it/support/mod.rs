//! What the tests stand on: a server of their own, with a database of its own, people and clients in it.
//!
//! Everything goes through real HTTP over loopback. A test gets its database as a copy of a template, so tests never meet.

pub mod api;
pub mod authority;
pub mod browser;
pub mod client;
pub mod cluster;
pub mod forge;
pub mod key;
pub mod logged;
pub mod mail;
pub mod page;
pub mod process;
pub mod protected;
pub mod provider;
pub mod proxy;
pub mod race;
pub mod rate_limit;
pub mod raw;
pub mod server;
pub mod session;
pub mod smtp;
pub mod totp;
pub mod unchanged;
pub mod wire;

pub use browser::Browser;
pub use client::{Registered, Registration};
pub use server::{Person, Server};
pub use session::Bearer;

/// The header of a form.
pub const FORM_TYPE: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// `application/x-www-form-urlencoded`.
pub fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// Bytes in hex, with something between them.
pub fn hex(bytes: &[u8], between: &str) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(between)
}

//! Consentry: everything behind a product's *Authentication* page, as one server.

pub mod platform;
#[expect(missing_docs, reason = "generated")]
pub mod schema;
pub mod web;

//! Consentry: everything behind a product's *Authentication* page, as one server.

pub mod dev;
pub mod platform;

//! Consentry: everything behind a product's *Authentication* page, as one server.

pub mod platform;
pub mod web;
pub mod wire;

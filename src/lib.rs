//! Consentry: everything behind a product's *Authentication* page, as one server.

pub mod access;
pub mod accounts;
pub mod app;
pub mod audit;
pub mod cli;
pub mod dev;
pub mod jobs;
pub mod oauth;
pub mod platform;
#[expect(missing_docs, reason = "generated")]
pub mod schema;
pub mod signing;
pub mod web;
pub mod wire;
pub mod workspaces;

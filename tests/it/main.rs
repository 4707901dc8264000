//! The tests of the whole, laid out as `src` is.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

mod audit;
mod dev;
mod house_rules;
mod jobs;
mod oauth;
mod platform;
mod support;
mod web;

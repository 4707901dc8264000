//! The tests of the whole, laid out as `src` is.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

mod cli;
mod dev;
mod house_rules;
mod oauth;
mod platform;
mod support;

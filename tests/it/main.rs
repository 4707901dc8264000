//! The tests of the whole, laid out as `src` is.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cli;
mod dev;

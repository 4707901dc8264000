//! The tests of the whole, laid out as `src` is.

#![expect(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a test that cannot go on has failed, and a table is as long as its rows are many"
)]

mod access;
mod accounts;
mod audit;
mod browser;
mod cli;
mod clients;
mod dev;
mod docs;
mod house_rules;
mod jobs;
mod oauth;
mod platform;
mod reference;
mod signing;
mod support;
mod web;
mod workspaces;

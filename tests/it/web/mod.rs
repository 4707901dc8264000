//! The manners of every page and endpoint.

mod bad_input;
mod branding;
mod error_docs;
mod framing;
mod ids;

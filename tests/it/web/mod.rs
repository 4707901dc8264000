//! The manners of every page and endpoint.

mod bad_input;
mod framing;
mod ids;

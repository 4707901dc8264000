//! The manners of every page and endpoint.

mod bad_input;
mod forms;
mod framing;
mod headers;
mod ids;
mod injection;

//! The manners of every page and endpoint.

mod bad_input;
mod branding;
mod client_address;
mod error_docs;
mod forms;
mod framing;
mod headers;
mod ids;
mod injection;
mod language;
mod rate_limits;
mod slow_clients;
mod streams;

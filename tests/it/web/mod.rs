//! The manners of every page and endpoint.

mod bad_input;
mod client_address;
mod framing;
mod ids;
mod slow_clients;

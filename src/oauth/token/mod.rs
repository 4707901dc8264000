//! The token endpoint (RFC 6749 §3.2). Every grant type redeems what it was given and ends in the same
//! `issue`, the only place that mints.

mod api_key;
mod authorization_code;
mod client_credentials;
pub mod endpoint;
mod issue;
mod refresh_token;
mod request;
mod token_exchange;

pub use endpoint::routes;

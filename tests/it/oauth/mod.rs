//! OAuth 2.0, through HTTP.

mod client;
mod grant;
mod main_job;
mod oauth2_crate;
mod revoke;
mod token;

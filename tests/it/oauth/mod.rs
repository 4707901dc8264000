//! OAuth 2.0, through HTTP.

mod authorize;
mod client;
mod connected_apps;
mod grant;
mod main_job;
mod metadata;
mod oauth2_crate;
mod revoke;
mod token;

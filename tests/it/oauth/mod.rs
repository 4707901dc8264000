//! OAuth 2.0, through HTTP.

mod authorize;
mod main_job;
mod metadata;

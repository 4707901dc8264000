//! OAuth 2.0, through HTTP.

mod main_job;

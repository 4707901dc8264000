//! The pages of an account, each section at its own address.

mod change_email;
mod notice;
mod password;
mod profile;
mod recovery_codes;
mod security;
mod session_list;
mod two_factor;

use actix_web::{HttpRequest, web::ServiceConfig};

use crate::web::params::Params;

/// The routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    profile::routes(config);
    security::routes(config);
    password::routes(config);
    two_factor::routes(config);
    recovery_codes::routes(config);
    session_list::routes(config);
    change_email::routes(config);
}

/// What was done a moment ago, as the address says it: one of the words that the page knows.
fn done(req: &HttpRequest) -> Option<String> {
    let query = Params::parse(req.query_string().as_bytes()).ok()?;
    query.one("done").ok().flatten().map(str::to_owned)
}

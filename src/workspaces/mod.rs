//! Workspaces (tenants), who belongs to them, and as what; and what a person's session is in them.

pub mod accept;
pub mod activity;
mod api;
pub mod by;
pub mod global;
pub mod invitation;
pub mod invite;
mod join;
pub mod manage;
pub mod members;
pub mod membership;
mod open_session;
pub mod permission;
pub mod power;
pub mod refused;
mod renew_session;
mod session_answer;
mod settings;
mod this_session;
pub mod workspace;

use actix_web::web::{self, ServiceConfig};
use diesel::{PgConnection, QueryResult};
use utoipa::OpenApi;

use crate::{accounts::home, platform::id::AccountId, web::methods::resource};

/// What `/openapi.json` says of this room.
#[derive(OpenApi)]
#[openapi(paths(
    open_session::post,
    this_session::get,
    this_session::delete,
    renew_session::post,
    api::accept_invite::post,
    api::mine::get,
    api::mine::post,
    api::one::get_current,
    api::one::patch_current,
    api::one::get,
    api::one::patch,
    api::one::delete,
    api::one::restore,
    api::activity::get,
    api::activity::export,
    api::people::get,
    api::people::patch,
    api::people::delete,
    api::invitations::get,
    api::invitations::post,
    api::invitations::resend,
    api::invitations::delete,
))]
pub struct Operations;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/v1/auth/session", "GET, HEAD, POST, DELETE")
            .route(web::post().to(open_session::post))
            .route(web::get().to(this_session::get))
            .route(web::head().to(this_session::get))
            .route(web::delete().to(this_session::delete)),
    );
    renew_session::routes(config);
    api::routes(config);
    settings::routes(config);
    activity::routes(config);
    join::routes(config);
}

/// How many workspaces the start page names; the rest stands in the list of all.
const NAMED_AT_THE_START: i64 = 10;

/// Where a person belongs, for the start page, which is in a lower room.
pub fn places(conn: &mut PgConnection, account: AccountId) -> QueryResult<Vec<home::Place>> {
    let places = membership::page_of(conn, account, None, NAMED_AT_THE_START)?;
    Ok(places
        .into_iter()
        .map(|place| home::Place {
            path: format!("/w/{}/settings", place.workspace.slug),
            name: place.workspace.name,
        })
        .collect())
}

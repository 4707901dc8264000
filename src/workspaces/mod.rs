//! Workspaces (tenants), who belongs to them, and as what; and what a person's session is in them.

pub mod accept;
mod api;
pub mod by;
pub mod global;
pub mod invitation;
pub mod invite;
pub mod manage;
pub mod members;
pub mod membership;
mod open_session;
pub mod permission;
pub mod refused;
mod renew_session;
mod session_answer;
mod this_session;
pub mod workspace;

use actix_web::web::{self, ServiceConfig};
use utoipa::OpenApi;

use crate::web::methods::resource;

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
}

//! Workspaces (tenants), who belongs to them, and as what; and what a person's session is in them.

pub mod global;
pub mod membership;
mod open_session;
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
    renew_session::post
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
}

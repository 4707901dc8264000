//! Workspaces, their members and invitations, as programs ask for them: `/v1/workspaces…`.

pub(super) mod accept_invite;
pub(super) mod activity;
mod at;
pub(super) mod invitations;
pub(super) mod mine;
pub(super) mod one;
pub(super) mod people;

use actix_web::web::{self, ServiceConfig};

use crate::web::methods::{read_only, resource};

/// The routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/auth/accept-invite", "POST").route(web::post().to(accept_invite::post)))
        .service(
            resource("/v1/workspaces", "GET, HEAD, POST")
                .route(web::get().to(mine::get))
                .route(web::head().to(mine::get))
                .route(web::post().to(mine::post)),
        )
        // Before `{id}`: no slug is called so.
        .service(
            resource("/v1/workspaces/current", "GET, HEAD, PATCH")
                .route(web::get().to(one::get_current))
                .route(web::head().to(one::get_current))
                .route(web::patch().to(one::patch_current)),
        )
        .service(
            resource("/v1/workspaces/{id}", "GET, HEAD, PATCH, DELETE")
                .route(web::get().to(one::get))
                .route(web::head().to(one::get))
                .route(web::patch().to(one::patch))
                .route(web::delete().to(one::delete)),
        )
        .service(resource("/v1/workspaces/{id}/restore", "POST").route(web::post().to(one::restore)))
        .service(read_only("/v1/workspaces/{id}/activity", activity::get))
        .service(read_only("/v1/workspaces/{id}/activity/export", activity::export))
        .service(read_only("/v1/workspaces/{id}/members", people::get))
        .service(
            resource("/v1/workspaces/{id}/members/{account}", "PATCH, DELETE")
                .route(web::patch().to(people::patch))
                .route(web::delete().to(people::delete)),
        )
        .service(
            resource("/v1/workspaces/{id}/invitations", "GET, HEAD, POST")
                .route(web::get().to(invitations::get))
                .route(web::head().to(invitations::get))
                .route(web::post().to(invitations::post)),
        )
        .service(
            resource("/v1/workspaces/{id}/invitations/{invitation}", "DELETE")
                .route(web::delete().to(invitations::delete)),
        )
        .service(
            resource("/v1/workspaces/{id}/invitations/{invitation}/resend", "POST")
                .route(web::post().to(invitations::resend)),
        );
}

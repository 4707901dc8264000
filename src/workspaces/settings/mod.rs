//! The pages of workspaces: `/workspaces`, and the settings of one at `/w/{slug}/settings`.
//!
//! # Decisions
//! * Who does not belong to a workspace is answered as where there is none, in the same words and before anything else is looked at.
//! * What may be done is decided where the API decides it; these pages only show what the answer will be. So no button is there that
//!   would be refused, and one that is pressed all the same is refused.
//! * The token of a form is bound to the address that the form is sent to: one for changing a role changes no other role, and removes
//!   nobody.
//! * What was done is told by the address that an answer leads to, which says only whom it was about. The page looks up how it is now,
//!   so that a link made by others can say nothing that is not so.

pub(in crate::workspaces) mod ask;
mod end;
pub(in crate::workspaces) mod frame;
mod general;
mod invitations;
mod list;
mod members;
mod remove;

use actix_web::{
    HttpResponse,
    web::{self, Path, ServiceConfig},
};
use ask::Ask;

use crate::{
    accounts::door::Detour,
    web::{
        methods::{read_only, resource},
        redirect::see_other,
    },
};

/// The routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(
            resource("/workspaces", "GET, HEAD, POST")
                .route(web::get().to(list::get))
                .route(web::head().to(list::get))
                .route(web::post().to(list::post)),
        )
        .service(read_only("/w/{slug}/settings", first))
        .service(read_only("/w/{slug}/settings/members", members::get))
        .service(
            resource("/w/{slug}/settings/members/{account}/role", "POST")
                .route(web::post().to(members::change_role)),
        )
        .service(
            resource("/w/{slug}/settings/members/{account}/remove", "GET, HEAD, POST")
                .route(web::get().to(remove::get))
                .route(web::head().to(remove::get))
                .route(web::post().to(remove::post)),
        )
        .service(
            resource("/w/{slug}/settings/invitations", "GET, HEAD, POST")
                .route(web::get().to(invitations::get))
                .route(web::head().to(invitations::get))
                .route(web::post().to(invitations::post)),
        )
        .service(
            resource("/w/{slug}/settings/invitations/{invitation}/resend", "POST")
                .route(web::post().to(invitations::resend)),
        )
        .service(
            resource("/w/{slug}/settings/invitations/{invitation}/withdraw", "POST")
                .route(web::post().to(invitations::withdraw)),
        )
        .service(
            resource("/w/{slug}/settings/general", "GET, HEAD, POST")
                .route(web::get().to(general::get))
                .route(web::head().to(general::get))
                .route(web::post().to(general::post)),
        )
        .service(
            resource("/w/{slug}/settings/delete", "GET, HEAD, POST")
                .route(web::get().to(end::get))
                .route(web::head().to(end::get))
                .route(web::post().to(end::post)),
        )
        .service(
            resource("/w/{slug}/settings/restore", "GET, HEAD, POST")
                .route(web::get().to(end::deleted))
                .route(web::head().to(end::deleted))
                .route(web::post().to(end::restore)),
        );
}

/// The first of the settings, for who may know that the workspace is there.
async fn first(ask: Ask, slug: Path<String>) -> Result<HttpResponse, Detour> {
    let visitor = ask.enter(&slug).await?;
    let members = format!("/w/{}/settings/members", visitor.membership.workspace.slug);
    Ok(see_other(&members))
}

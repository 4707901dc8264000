//! `GET|DELETE /v1/auth/session`: who am I, and sign me out.

use actix_web::{HttpResponse, web::Data};
use serde::Serialize;

use crate::{
    accounts::{account, session},
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    platform::{Platform, clock::Timestamp, id::SessionId},
    web::{
        caller::{Caller, invalid_token},
        context::RequestContext,
        problem::Problem,
    },
    workspaces::session_answer::{User, WorkspaceRole},
};

/// Who asks, and where.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ThisSession {
    id: SessionId,
    /// When the person last proved who they are.
    authenticated_at: Timestamp,
    user: User,
    /// Where this request acted.
    workspace: Option<WorkspaceRole>,
}

pub(super) async fn get(caller: Caller, platform: Data<Platform>) -> Result<HttpResponse, Problem> {
    let id = caller.account;
    let account = platform.db.read(move |conn| Ok(account::find(conn, id)?)).await?;
    let account = account.ok_or_else(invalid_token)?;
    Ok(HttpResponse::Ok().json(ThisSession {
        id: caller.session,
        authenticated_at: caller.authenticated_at,
        user: (&account).into(),
        workspace: caller.place.as_ref().map(Into::into),
    }))
}

pub(super) async fn delete(
    caller: Caller,
    platform: Data<Platform>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    let origin = Origin::from(context);
    let Caller {
        account,
        session,
        now,
        ..
    } = caller;
    platform
        .db
        .write(move |conn| {
            if session::end_own(conn, session, account, now)? {
                let event = Event::SignedOut { account };
                log::append(conn, Actor::Account(account), &origin, &event, now)?;
            }
            Ok(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

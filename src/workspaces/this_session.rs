//! `GET|DELETE /v1/auth/session`: who am I, and sign me out.

use actix_web::{HttpResponse, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    accounts::{account, session},
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    platform::{Platform, clock::Timestamp, id::SessionId},
    web::{
        answers::refusals,
        caller::{self, Caller, InWorkspace, invalid_token},
        context::RequestContext,
        problem::Problem,
    },
    workspaces::session_answer::{User, WorkspaceRole},
};

/// Who asks, and where.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ThisSession {
    /// The session's id: `sid` of its access tokens.
    id: SessionId,
    /// When the person last proved who they are.
    #[schema(value_type = String, format = DateTime)]
    authenticated_at: Timestamp,
    /// Who is signed in.
    user: User,
    /// Where this request acted.
    workspace: Option<WorkspaceRole>,
}

refusals! {
    WhoRefusals: Problem [] + caller::REFUSALS;
    SignOutRefusals: Problem [] + caller::REFUSALS;
}

/// Who am I.
#[utoipa::path(
    get, path = "/v1/auth/session", tag = "Sessions", operation_id = "whoAmI",
    security(("session" = [])), params(InWorkspace),
    responses((status = 200, description = "Who asks, and where.", body = ThisSession), WhoRefusals),
)]
pub(crate) async fn get(caller: Caller, platform: Data<Platform>) -> Result<HttpResponse, Problem> {
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

/// Signs out.
///
/// The session ends at once, with every token of it.
#[utoipa::path(
    delete, path = "/v1/auth/session", tag = "Sessions", operation_id = "signOut",
    security(("session" = [])), params(InWorkspace),
    responses((status = 204, description = "The session is over."), SignOutRefusals),
)]
pub(crate) async fn delete(
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

//! `GET|DELETE /v1/me/sessions` and `DELETE /v1/me/sessions/{id}`: where a person is signed in, and the end of it.

use actix_web::{
    HttpResponse,
    web::{self, Data, Path, ServiceConfig},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    accounts::{
        device,
        session::{self, Listed},
    },
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    platform::{Platform, clock::Timestamp, id::SessionId},
    web::{
        answers::refusals,
        caller::{self, Caller, InWorkspace},
        context::RequestContext,
        language::Language,
        methods::resource,
        problem::Problem,
    },
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(
            resource("/v1/me/sessions", "GET, HEAD, DELETE")
                .route(web::get().to(list))
                .route(web::head().to(list))
                .route(web::delete().to(end_others)),
        )
        .service(resource("/v1/me/sessions/{id}", "DELETE").route(web::delete().to(end)));
}

/// A session of the person who asks.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OwnSession {
    /// Its id: `sid` of its access tokens.
    id: SessionId,
    /// `browser`, or `api` for a program.
    kind: String,
    /// Whether it is the one that asks.
    current: bool,
    /// What the browser or program calls itself.
    user_agent: Option<String>,
    /// The same in a few words.
    device: String,
    /// From where it began.
    address: Option<String>,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// When it was last used, to the minute.
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: Timestamp,
}

impl OwnSession {
    fn of(listed: Listed, current: SessionId) -> Self {
        Self {
            current: listed.id == current,
            device: in_words(&listed, Language::English),
            id: listed.id,
            kind: listed.kind,
            user_agent: listed.user_agent,
            address: listed.address,
            started_at: listed.started_at,
            last_seen_at: listed.last_seen_at,
        }
    }
}

/// The device of a session, for its person.
pub(in crate::accounts) fn in_words(listed: &Listed, language: Language) -> String {
    let (browser, system) = device::of(listed.user_agent.as_deref().unwrap_or_default());
    let is_program = listed.kind == session::Place::Api.as_str();
    (language.words().account.device)(browser, system, is_program)
}

/// The sessions of the person who asks.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OwnSessions {
    /// The last used first; a hundred at most.
    items: Vec<OwnSession>,
    /// `null`: there are no more.
    next_cursor: Option<String>,
}

refusals! {
    ListRefusals: Problem [] + caller::REFUSALS;
    EndRefusals: Problem [NOT_FOUND] + caller::REFUSALS;
    EndOthersRefusals: Problem [] + caller::REFUSALS;
}

/// Where you are signed in.
#[utoipa::path(
    get, path = "/v1/me/sessions", tag = "Me", operation_id = "listMySessions",
    security(("session" = [])), params(InWorkspace),
    responses((status = 200, description = "Your sessions, and nobody else's.", body = OwnSessions), ListRefusals),
)]
pub(crate) async fn list(caller: Caller, platform: Data<Platform>) -> Result<HttpResponse, Problem> {
    let lifetime = platform.session_lifetime();
    let (account, now) = (caller.account, caller.now);
    let found = platform
        .db
        .read(move |conn| Ok(session::of(conn, account, lifetime, now)?))
        .await?;
    let items = found
        .into_iter()
        .map(|listed| OwnSession::of(listed, caller.session));
    Ok(HttpResponse::Ok().json(OwnSessions {
        items: items.collect(),
        next_cursor: None,
    }))
}

/// Ends one of your sessions.
///
/// The next request of that session is refused; its tokens and its cookie are worth nothing any more.
#[utoipa::path(
    delete, path = "/v1/me/sessions/{id}", tag = "Me", operation_id = "endMySession",
    security(("session" = [])), params(("id" = SessionId, Path, description = "Which."), InWorkspace),
    responses((status = 204, description = "It is over."), EndRefusals),
)]
pub(crate) async fn end(
    caller: Caller,
    id: Path<String>,
    platform: Data<Platform>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    let session = SessionId::parse(&id).ok_or_else(Problem::not_found)?;
    let origin = Origin::from(context);
    let Caller { account, now, .. } = caller;
    let ended = platform
        .db
        .write(move |conn| {
            let ended = session::end_own(conn, session, account, now)?;
            if ended {
                let event = Event::SessionEnded { account, session };
                log::append(conn, Actor::Account(account), &origin, &event, now)?;
            }
            Ok(ended)
        })
        .await?;
    if ended {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Problem::not_found())
    }
}

/// Ends all your other sessions.
///
/// The one that asks lives on.
#[utoipa::path(
    delete, path = "/v1/me/sessions", tag = "Me", operation_id = "endMyOtherSessions",
    security(("session" = [])), params(InWorkspace),
    responses((status = 204, description = "All others are over."), EndOthersRefusals),
)]
pub(crate) async fn end_others(
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
            session::end_others(conn, session, account, now)?;
            let event = Event::OtherSessionsEnded { account };
            Ok(log::append(conn, Actor::Account(account), &origin, &event, now)?)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

//! `POST /v1/auth/session/refresh`: a program renews its access token, once for each refresh token.

use actix_web::{
    HttpResponse,
    web::{self, Data, ServiceConfig},
};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::{
    accounts::{
        session,
        session_refresh_token::{self, Spend},
        session_token::{self, Of},
    },
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    platform::{Platform, clock::Timestamp, db::Verdict, secret::Secret},
    signing::jwt::Signer,
    web::{
        answers::refusals, context::RequestContext, json::JsonBody, methods::resource, problem::Problem,
        words::errors,
    },
    workspaces::{membership, session_answer::SessionTokens},
};

/// The route.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/v1/auth/session/refresh", "POST").route(web::post().to(post)));
}

/// What a program sends.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Renewal {
    /// The newest refresh token of the session.
    #[schema(value_type = String)]
    refresh_token: Zeroizing<String>,
}

refusals! { RenewRefusals: Problem [MALFORMED_BODY, UNSUPPORTED_MEDIA_TYPE, INVALID_TOKEN]; }

/// Renews a session.
///
/// The refresh token works once; the answer has the next one. One that is used twice ends the session, because nobody can tell who
/// holds the copy.
#[utoipa::path(
    post, path = "/v1/auth/session/refresh", tag = "Sessions", operation_id = "renewSession",
    request_body(content = Renewal, example = json!({"refreshToken": "cst_sr_…"})),
    responses((status = 200, description = "The session goes on.", body = SessionTokens), RenewRefusals),
)]
pub(crate) async fn post(
    body: JsonBody<Renewal>,
    platform: Data<Platform>,
    signer: Data<Signer>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    let now = platform.clock.now();
    let origin = Origin::from(context);
    let presented = Secret::parse(&platform.config.vendor, &body.0.refresh_token).ok_or_else(refused)?;
    let work = platform.clone();
    let renewed = platform
        .db
        .write(move |conn| renew(conn, &work, &signer, &presented, (&origin, now)))
        .await??;
    Ok(renewed.respond())
}

fn refused() -> Problem {
    let detail = "The refresh token was used before, has expired, or its session was ended. Sign in again.";
    Problem::new(&errors::INVALID_TOKEN, detail)
}

/// One that comes back ends its session, and that stays so although the request is refused.
fn renew(
    conn: &mut PgConnection,
    platform: &Platform,
    signer: &Signer,
    presented: &Secret,
    (origin, now): (&Origin, Timestamp),
) -> Verdict<SessionTokens, Problem> {
    let config = &platform.config;
    let (id, generation) = match session_refresh_token::spend(conn, presented, now)? {
        Spend::First(id, generation) => (id, generation),
        Spend::Again(id) => {
            if let Some(account) = session::end_copied(conn, id, now)? {
                let event = Event::SessionCopied { account, session: id };
                log::append(conn, Actor::Nobody, origin, &event, now)?;
            }
            return Ok(Err(refused()));
        }
        Spend::Unknown => return Ok(Err(refused())),
    };
    let Some(session) = session::find_api(conn, id, now)? else {
        return Ok(Err(refused()));
    };
    session::seen(conn, id, now)?;
    let place = match session.workspace_id {
        Some(workspace) => membership::find(conn, session.account.id, workspace)?,
        None => None,
    };
    let refresh =
        session_refresh_token::issue(conn, id, generation + 1, platform.api_session_lifetime(), now)?;
    let of = Of {
        session: id,
        account: session.account.id,
        workspace: place.as_ref().map(|place| place.workspace.id),
        authenticated_at: session.authenticated_at,
        amr: &session.amr,
    };
    Ok(Ok(SessionTokens {
        access_token: session_token::mint(conn, signer, config, of, now)?,
        expires_in: config.api_session.access.as_secs(),
        refresh_token: refresh.reveal(&config.vendor).to_string(),
        user: (&session.account).into(),
        workspace: place.as_ref().map(Into::into),
    }))
}

//! `GET /api/auth/api-key/tokens`, `POST /api/auth/api-key/tokens/revoke`: what was made with an API key (RFC 8693), and its end.
//!
//! For whoever may manage the key: the person that it belongs to, and admins of its workspace. To anybody else it is not there.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, ServiceConfig},
};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api_keys::{
        api_key::{self, ApiKey},
        owner::Owner,
    },
    audit::{
        event::{Event, KeyEvent},
        log::{self, Actor, Origin},
    },
    oauth::credential::access_token::{self, Ended, OfKey},
    platform::{
        Platform,
        clock::Timestamp,
        config::Role,
        db::Verdict,
        id::{AccountId, ApiKeyId, WorkspaceId},
    },
    web::{
        answers::refusals,
        caller::{self, Caller, InWorkspace},
        context::RequestContext,
        json::JsonBody,
        methods::{read_only, resource},
        paging::{PageQuery, Paging},
        params::Params,
        problem::Problem,
        words::errors,
    },
    wire::scope::Scope,
    workspaces::membership,
};

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(read_only("/api/auth/api-key/tokens", get))
        .service(resource("/api/auth/api-key/tokens/revoke", "POST").route(web::post().to(revoke)));
}

/// An access token that was made with an API key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct KeyToken {
    /// Its id, the `jti` of its introspection: no secret.
    id: Uuid,
    /// What it was given; it can do no more than the key can.
    #[schema(value_type = Vec<String>)]
    scopes: Vec<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    issued_at: Timestamp,
    /// When it ends by itself.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// When it was revoked, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    revoked_at: Option<Timestamp>,
}

impl KeyToken {
    /// A token, as far as the key lets it live.
    fn of(key: &ApiKey, token: &OfKey) -> Self {
        Self {
            id: token.id,
            scopes: Scope::to_stored(&token.scope),
            issued_at: token.issued_at,
            expires_at: token.expires_at,
            // With the key end all that had not ended before.
            revoked_at: token.revoked_at.or(key.revoked_at),
        }
    }
}

/// A page of tokens.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct KeyTokenPage {
    /// The tokens, newest first.
    items: Vec<KeyToken>,
    /// `cursor` of the next page; none where this is the last.
    next_cursor: Option<String>,
}

/// Which token of which key.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TokenOfKey {
    /// The key's id.
    #[schema(value_type = ApiKeyId)]
    id: Uuid,
    /// The token's id, as the list has it.
    token: Uuid,
}

/// Which key.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the query is read by hand; this says what it is")]
pub(crate) struct KeyQuery {
    /// The key's id.
    id: ApiKeyId,
}

refusals! {
    ListRefusals: Problem [MALFORMED_QUERY, WORKSPACE_REQUIRED, NOT_FOUND] + caller::REFUSALS;
    RevokeTokenRefusals: Problem [MALFORMED_BODY, UNSUPPORTED_MEDIA_TYPE, WORKSPACE_REQUIRED, NOT_FOUND] + caller::REFUSALS;
}

/// Lists the access tokens that were made with an API key.
///
/// For the person that the key belongs to, and for admins of its workspace. Tokens whose time is over are not listed.
#[utoipa::path(
    get, path = "/api/auth/api-key/tokens", tag = "API keys", operation_id = "listApiKeyTokens",
    security(("session" = [])), params(KeyQuery, PageQuery, InWorkspace),
    responses((status = 200, description = "A page of them.", body = KeyTokenPage), ListRefusals),
)]
pub(crate) async fn get(
    req: HttpRequest,
    caller: Caller,
    paging: Paging,
    platform: Data<Platform>,
) -> Result<HttpResponse, Problem> {
    let key = key_of(req.query_string())?;
    let (account, workspace, now) = (caller.account, caller.workspace()?.id, caller.now);
    let (key, rows) = platform
        .db
        .read(move |conn| {
            let Some(key) = managed(conn, account, workspace, key)? else {
                return Ok(Err(Problem::not_found()));
            };
            let page = (paging.after(), paging.look_for());
            let rows = access_token::of_key(conn, key.id, page, now)?;
            Ok(Ok((key, rows)))
        })
        .await??;
    let (shown, next_cursor) = paging.cut(rows, |row| row.id);
    Ok(HttpResponse::Ok().json(KeyTokenPage {
        items: { shown.into_iter() }
            .map(|token| KeyToken::of(&key, &token))
            .collect(),
        next_cursor,
    }))
}

/// Ends one access token that was made with an API key.
///
/// For the person that the key belongs to, and for admins of its workspace. The key and its other tokens work on; revoking the key ends
/// them all.
#[utoipa::path(
    post, path = "/api/auth/api-key/tokens/revoke", tag = "API keys", operation_id = "revokeApiKeyToken",
    security(("session" = [])), params(InWorkspace),
    request_body(content = TokenOfKey, example = json!({
        "id": "01936f5e-8a00-7000-8000-000000000000", "token": "01936f5e-8a00-7000-8000-000000000001",
    })),
    responses((status = 204, description = "It does not work, now or ever again."), RevokeTokenRefusals),
)]
pub(crate) async fn revoke(
    caller: Caller,
    body: JsonBody<TokenOfKey>,
    platform: Data<Platform>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    let (account, workspace, now) = (caller.account, caller.workspace()?.id, caller.now);
    let (key, token) = (ApiKeyId::from(body.0.id), body.0.token);
    let origin = Origin::from(context);
    platform
        .db
        .write(move |conn| -> Verdict<(), Problem> {
            if managed(conn, account, workspace, key)?.is_none() {
                return Ok(Err(Problem::not_found()));
            }
            match access_token::revoke_of_key(conn, key, token, now)? {
                Ended::Unknown => return Ok(Err(Problem::not_found())),
                Ended::Before => {}
                Ended::Now => {
                    let event = Event::Key {
                        workspace,
                        event: KeyEvent::TokenRevoked { key, token },
                    };
                    log::append(conn, Actor::Account(account), &origin, &event, now)?;
                }
            }
            Ok(Ok(()))
        })
        .await??;
    Ok(HttpResponse::NoContent().finish())
}

/// A key of the workspace, if this person may manage it; asked where it is used: a role that was lowered a moment ago does not reach it.
fn managed(
    conn: &mut PgConnection,
    account: AccountId,
    workspace: WorkspaceId,
    key: ApiKeyId,
) -> diesel::QueryResult<Option<ApiKey>> {
    let Some(place) = membership::find(conn, account, workspace)? else {
        return Ok(None);
    };
    let key = api_key::find(conn, workspace, key)?;
    Ok(key.filter(|key| {
        let is_own = key.owner().and_then(Owner::account) == Some(account);
        is_own || place.role >= Role::Admin
    }))
}

fn key_of(query: &str) -> Result<ApiKeyId, Problem> {
    let malformed = |why: String| Problem::new(&errors::MALFORMED_QUERY, why);
    let query = Params::parse(query.as_bytes()).map_err(|bad| malformed(format!("{bad}.")))?;
    let id = query
        .one("id")
        .map_err(|repeated| malformed(format!("{repeated}.")))?;
    id.and_then(ApiKeyId::parse)
        .ok_or_else(|| malformed("`id`: name the key by its id.".to_owned()))
}

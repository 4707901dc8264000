//! `POST /oauth/token/revoke` (RFC 7009): a client ends one of its own tokens.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::CACHE_CONTROL,
    web::{self, Bytes, Data, ServiceConfig},
};
use diesel::PgConnection;

use crate::{
    audit::{
        event::Event,
        log::{self, Actor, Origin},
        refusals::Refusals,
    },
    oauth::{
        client::request::{ClientRequest, TokenToLookUp},
        credential::{
            access_token,
            presented::{Presented, TokenKind},
            refresh_token,
        },
        grant::{self, Because},
        refused::Refused,
    },
    platform::{Platform, clock::Timestamp, db::Internal, id::ClientId},
    web::{answers::refusals, limit::Rule, methods::resource},
};

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    config.service(resource("/oauth/token/revoke", "POST").route(web::post().to(revoke)));
}

refusals! {
    RevokeRefusals: OAuth [INVALID_REQUEST, INVALID_CLIENT, TOO_MANY_REQUESTS, SERVER_ERROR, TEMPORARILY_UNAVAILABLE];
}

/// Ends one of the client's own tokens.
///
/// RFC 7009. An access token ends by itself, a refresh token with everything that the person allowed. A token that is not this client's
/// to know is answered in the same way: the answer tells nothing.
#[utoipa::path(
    post,
    path = "/oauth/token/revoke",
    tag = "OAuth",
    operation_id = "revokeToken",
    security(("client" = []), ()),
    request_body(
        content = TokenToLookUp,
        content_type = "application/x-www-form-urlencoded",
        example = json!({"token": "cst_at_0123"}),
    ),
    responses((status = 200, description = "It does not work, now or ever again."), RevokeRefusals),
)]
pub(crate) async fn revoke(
    req: HttpRequest,
    body: Bytes,
    platform: Data<Platform>,
    refusals: Data<Refusals>,
) -> Result<HttpResponse, Refused> {
    let request = ClientRequest::read(&req, body, &platform, &refusals, Rule::Revocation).await?;
    // `token_type_hint` is only a hint (§2.1), and our tokens say themselves what they are.
    let presented = Presented::parse(&platform.config.vendor, request.required("token")?);
    let ClientRequest {
        client,
        now,
        origin,
        db,
        ..
    } = request;
    if let Some(presented) = presented {
        let by = Actor::Client(client.id);
        db.write(move |conn| end(conn, &presented, client.id, by, Because::Client, &origin, now))
            .await?;
    }
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish())
}

/// Ends a token of this client: an access token by itself (§2.1: the refresh token stays), a refresh token with its grant.
/// Whether there was anything to end.
///
/// # Errors
/// The database's; nothing is ended then.
pub fn end(
    conn: &mut PgConnection,
    presented: &Presented,
    owner: ClientId,
    by: Actor,
    because: Because,
    origin: &Origin,
    now: Timestamp,
) -> Result<bool, Internal> {
    let event =
        match &presented.kind {
            TokenKind::Access => access_token::revoke(conn, presented.id, &presented.digest, owner, now)?
                .map(|workspace| Event::AccessTokenRevoked {
                    token: presented.id,
                    client: owner,
                    workspace,
                }),
            TokenKind::Refresh(secret) => match refresh_token::family(conn, secret, owner)? {
                Some(grant) => {
                    grant::revoke(conn, grant, because, now)?.map(|(client, workspace)| Event::GrantRevoked {
                        grant,
                        client,
                        workspace,
                    })
                }
                None => None,
            },
        };
    if let Some(event) = &event {
        log::append(conn, by, origin, event, now)?;
    }
    Ok(event.is_some())
}

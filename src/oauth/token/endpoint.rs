//! `POST /oauth/token` (RFC 6749 §3.2).

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, PRAGMA},
    web::{self, Bytes, Data, ServiceConfig},
};

use crate::{
    audit::refusals::Refusals,
    oauth::{
        client::request::{ClientRequest, noted},
        credential::authorization_code::Presentation,
        refused::Refused,
        token::{
            authorization_code, client_credentials,
            issue::{Mint, TokenResponse},
            refresh_token,
            request::{TokenForm, TokenRequest},
        },
    },
    platform::Platform,
    signing::jwt::Signer,
    web::{answers::refusals, limit::Rule, methods::resource},
    wire::error::OAuthError,
};

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    config.service(resource("/oauth/token", "POST").route(web::post().to(token)));
}

refusals! {
    TokenRefusals: OAuth [
        INVALID_REQUEST, INVALID_CLIENT, INVALID_GRANT, UNAUTHORIZED_CLIENT, UNSUPPORTED_GRANT_TYPE, INVALID_SCOPE,
        INVALID_TARGET, TOO_MANY_REQUESTS, SERVER_ERROR, TEMPORARILY_UNAVAILABLE,
    ];
}

/// Exchanges a code, a refresh token or the client's own credentials for an access token.
///
/// RFC 6749 §3.2. The client proves itself in one way only: with `Authorization: Basic`, or with `client_id` and `client_secret` in
/// the form; a public client sends its `client_id` and no secret.
#[utoipa::path(
    post,
    path = "/oauth/token",
    tag = "OAuth",
    operation_id = "issueToken",
    security(("client" = []), ()),
    request_body(
        content = TokenForm,
        content_type = "application/x-www-form-urlencoded",
        example = json!({"grant_type": "client_credentials"}),
    ),
    responses((status = 200, description = "The tokens.", body = TokenResponse), TokenRefusals),
)]
pub(crate) async fn token(
    req: HttpRequest,
    body: Bytes,
    platform: Data<Platform>,
    signer: Data<Signer>,
    refusals: Data<Refusals>,
) -> Result<HttpResponse, Refused> {
    let ClientRequest {
        client,
        params,
        now,
        origin,
        db,
    } = ClientRequest::read(&req, body, &platform, &refusals, Rule::Token).await?;
    let client_id = client.id;
    let request = TokenRequest::parse(&params).map_err(|error| noted(&refusals, client_id, error))?;
    let grant_type = request.grant_type();
    if !client.may_use(grant_type) {
        let error = OAuthError::unauthorized_client(format!("this client may not use {grant_type}"));
        return Err(noted(&refusals, client_id, error));
    }
    let work = platform.clone();
    let outcome = db
        .write(move |conn| {
            let mint = Mint {
                config: &work.config,
                signer: &signer,
                now,
            };
            match &request {
                TokenRequest::AuthorizationCode {
                    code,
                    redirect_uri,
                    verifier,
                    resource,
                } => {
                    let with = Presentation {
                        redirect_uri,
                        verifier,
                        resource,
                    };
                    authorization_code::redeem(conn, mint, &client, code, &with, &origin)
                }
                TokenRequest::RefreshToken { token, wanted } => {
                    refresh_token::redeem(conn, mint, &client, token, wanted, &origin)
                }
                TokenRequest::ClientCredentials { scope, resource } => {
                    client_credentials::redeem(conn, mint, &client, scope.as_ref(), resource)
                }
            }
        })
        .await?;
    let response = outcome.map_err(|error| noted(&refusals, client_id, error))?;
    metrics::counter!("tokens_issued_total", "grant" => grant_type.as_str()).increment(1);
    // RFC 6749 §5.1.
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((PRAGMA, "no-cache"))
        .json(response))
}

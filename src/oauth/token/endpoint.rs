//! `POST /oauth/token` (RFC 6749 §3.2, RFC 8693 §2).

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, PRAGMA},
    web::{self, Bytes, Data, ServiceConfig},
};

use crate::{
    audit::{log::Origin, refusals::Refusals},
    oauth::{
        client::{
            authenticate::refuse_in_uri,
            request::{self, ClientRequest, noted},
        },
        credential::authorization_code::Presentation,
        refused::Refused,
        token::{
            api_key::{self, Stands, Unproven, Wish},
            authorization_code, client_credentials,
            issue::{Mint, TokenResponse},
            refresh_token,
            request::{TokenForm, TokenRequest},
            token_exchange,
        },
    },
    platform::{Platform, secret::Secret},
    signing::jwt::Signer,
    web::{
        answers::refusals,
        context::RequestContext,
        limit::{self, Rule, Who},
        methods::resource,
        params::Params,
    },
    wire::{error::OAuthError, grant_type::GrantType},
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

/// Exchanges a code, a refresh token, the client's own credentials or an API key for an access token.
///
/// RFC 6749 §3.2. The client proves itself in one way only: with `Authorization: Basic`, or with `client_id` and `client_secret` in
/// the form; a public client sends its `client_id` and no secret.
///
/// An API key stands for a client here and nowhere else: with `client_credentials`, where `client_id` is the key's id and `client_secret`
/// the key; or as the `subject_token` of a token exchange (RFC 8693), without a client beside it.
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
    let params = request::read_params(&req, body)?;
    if token_exchange::stands_alone(&req, &params) {
        refuse_in_uri(req.query_string())?;
        if let TokenRequest::TokenExchange(exchange) = TokenRequest::parse(&params)? {
            let key = exchange.key(&platform.config.vendor);
            return with_key(
                &req,
                (key, Stands::AsSubject),
                || Ok(exchange.wish),
                platform,
                signer,
            )
            .await;
        }
    }
    // What is malformed is refused below, where it is counted too.
    let as_key = request::presented(&req, &params)
        .ok()
        .and_then(|presented| presented.api_key(&platform.config.vendor));
    if let Some((key, named)) = as_key {
        let stands = Stands::AsClient(named);
        return with_key(
            &req,
            (Some(key), stands),
            || wish_of_client(&params),
            platform,
            signer,
        )
        .await;
    }
    let ClientRequest {
        client,
        params,
        now,
        origin,
        db,
    } = ClientRequest::proven(&req, params, &platform, &refusals, Rule::Token).await?;
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
                // No registration names it, so `may_use` has refused it.
                TokenRequest::TokenExchange(_) => Ok(Err(OAuthError::unauthorized_client(
                    "API keys are exchanged without a client",
                ))),
            }
        })
        .await?;
    let response = outcome.map_err(|error| noted(&refusals, client_id, error))?;
    Ok(answer(grant_type, response))
}

/// An API key, for a token that hangs from it.
///
/// Everything is proven twice: before the request is counted, because only who proved itself is counted by its own id; and in the
/// transaction that issues, because the key may have ended between both.
async fn with_key(
    req: &HttpRequest,
    (secret, stands): (Option<Secret>, Stands),
    wish: impl FnOnce() -> Result<Wish, OAuthError>,
    platform: Data<Platform>,
    signer: Data<Signer>,
) -> Result<HttpResponse, Refused> {
    let (db, now) = (platform.db.for_one_request(), platform.clock.now());
    let context = RequestContext::found(req);
    let address = context.address;
    let refused = |why| {
        metrics::counter!("client_rejected_total").increment(1);
        limit::count(req, Rule::CredentialFailures, Who::Network).map_err(OAuthError::from)?;
        Err(Refused(stands.refusal(why)))
    };
    let Some(secret) = secret.map(Arc::new) else {
        return refused(Unproven::Unknown);
    };
    let (presented, work) = (Arc::clone(&secret), platform.clone());
    let proven = db
        .read(move |conn| {
            Ok(api_key::prove(
                conn,
                &work.config,
                (&presented, stands),
                address,
                now,
            )?)
        })
        .await?;
    let key = match proven {
        Ok(proven) => proven.id(),
        Err(why) => return refused(why),
    };
    limit::count(req, Rule::Token, Who::Client(key.uuid())).map_err(OAuthError::from)?;
    let (wish, origin) = (wish()?, Origin::from(context));
    let response = db
        .write(move |conn| {
            let mint = Mint {
                config: &platform.config,
                signer: &signer,
                now,
            };
            match api_key::prove(conn, mint.config, (&secret, stands), address, now)? {
                Ok(proven) => api_key::redeem(conn, mint, &proven, stands, &wish, &origin),
                Err(why) => Ok(Err(stands.refusal(why))),
            }
        })
        .await??;
    Ok(answer(stands.grant_type(), response))
}

/// What a key that stands for a client asks for: nothing but a token in its own name.
fn wish_of_client(params: &Params) -> Result<Wish, OAuthError> {
    match TokenRequest::parse(params)? {
        TokenRequest::ClientCredentials { scope, resource } => Ok(Wish {
            scope,
            targets: resource,
        }),
        other => Err(OAuthError::unauthorized_client(format!(
            "an API key as a client may not use {}",
            other.grant_type()
        ))),
    }
}

fn answer(grant_type: GrantType, response: TokenResponse) -> HttpResponse {
    metrics::counter!("tokens_issued_total", "grant" => grant_type.as_str()).increment(1);
    // RFC 6749 §5.1.
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((PRAGMA, "no-cache"))
        .json(response)
}

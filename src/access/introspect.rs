//! `POST /oauth/token/introspect` (RFC 7662): what a token means, for whoever may know.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::CACHE_CONTROL,
    web::{self, Bytes, Data, ServiceConfig},
};
use serde_json::json;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::{
    access::{
        answer::Answer,
        credential::{Credential, CredentialKind},
        resolve::{From, Question, is_plausible, resolve},
    },
    audit::refusals::Refusals,
    oauth::{
        client::{registration::Client, request::ClientRequest},
        refused::Refused,
    },
    platform::Platform,
    web::{
        answers::refusals,
        caller::{self, InWorkspace},
        limit::Rule,
        methods::resource,
    },
};

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    config.service(resource("/oauth/token/introspect", "POST").route(web::post().to(introspect)));
}

/// The form of an introspection request, as `/openapi.json` describes it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the form is read by hand; this says what it is")]
struct TokenToIntrospect {
    /// Any credential: an access token, a refresh token, a session's access token, an API key.
    #[schema(min_length = 1)]
    token: String,
    /// Which of them it may be. Not needed: a token says what it is.
    #[schema(nullable = false)]
    token_type_hint: Option<String>,
    /// The address that it was presented from. An API key that is bound to addresses is not active without it.
    #[schema(nullable = false)]
    client_address: Option<String>,
    /// The `Origin` that it was presented with. A publishable API key is not active without it.
    #[schema(nullable = false)]
    origin: Option<String>,
    /// Who asks, unless the Authorization header says it. Empty counts as absent, as everywhere in OAuth.
    #[schema(nullable = false)]
    client_id: Option<String>,
    /// Its proof, unless the Authorization header has it.
    #[schema(format = Password, nullable = false)]
    client_secret: Option<String>,
}

refusals! {
    IntrospectRefusals: OAuth [INVALID_REQUEST, INVALID_CLIENT, TOO_MANY_REQUESTS, SERVER_ERROR, TEMPORARILY_UNAVAILABLE];
}

/// Says what a token means.
///
/// RFC 7662. A client may ask about its own tokens, an API about the access tokens that are meant for it. Of any other token, and of one
/// that does not work any more, it learns only that it is not active. The workspace header, where it is sent, must name a workspace that
/// the token may act in; a session acts there, and without it in its default.
#[utoipa::path(
    post,
    path = "/oauth/token/introspect",
    tag = "OAuth",
    operation_id = "introspectToken",
    security(("client" = []), ()),
    params(InWorkspace),
    request_body(
        content = TokenToIntrospect,
        content_type = "application/x-www-form-urlencoded",
        example = json!({"token": "cst_at_0123"}),
    ),
    responses((status = 200, description = "What it means.", body = Answer), IntrospectRefusals),
)]
pub(crate) async fn introspect(
    req: HttpRequest,
    body: Bytes,
    platform: Data<Platform>,
    refusals: Data<Refusals>,
) -> Result<HttpResponse, Refused> {
    let request = ClientRequest::read(&req, body, &platform, &refusals, Rule::Introspection).await?;
    let token = Zeroizing::new(request.required("token")?.to_owned());
    // Of a key that may be used from some places only: where it was presented knows who asks, and we do not.
    let (address, origin) = (request.optional("client_address")?, request.optional("origin")?);
    let address = address.and_then(|address| address.parse().ok());
    let origin = origin.map(str::to_owned);
    let ClientRequest { client, now, db, .. } = request;
    let workspace = caller::named_workspace(&req, &platform.config.workspace_header.names);
    let found = match workspace {
        // What is no token of ours costs no look-up.
        Ok(workspace) if is_plausible(&platform.config.vendor, &token) => {
            let work = platform.clone();
            db.read(move |conn| {
                let question = Question {
                    token: &token,
                    workspace: workspace.as_deref(),
                    from: From {
                        address,
                        origin: origin.as_deref(),
                    },
                };
                resolve(conn, &work.config, question, now).map(Result::ok)
            })
            .await?
        }
        // Two headers name two workspaces: in neither is anything known to be allowed.
        Ok(_) | Err(_) => None,
    };
    let answer = found
        .filter(|credential| may_know(&client, credential))
        .map(|credential| Answer::of(&credential, &platform.config));
    metrics::counter!("introspect_total", "active" => if answer.is_some() { "true" } else { "false" })
        .increment(1);
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, "no-store"));
    // RFC 7662 §2.2: nothing about a token that is not active, or not the caller's to know.
    Ok(match answer {
        Some(answer) => response.json(answer),
        None => response.json(json!({"active": false})),
    })
}

/// A client may ask about its own tokens. A resource server may ask about access tokens that are meant for it, as every session is; one
/// made in a workspace only about those that act in that workspace. A refresh token is answered to its own client only.
fn may_know(caller: &Client, credential: &Credential) -> bool {
    if credential.client() == Some(caller.id) {
        return true;
    }
    match credential.kind {
        CredentialKind::RefreshToken => false,
        CredentialKind::AccessToken | CredentialKind::Session | CredentialKind::ApiKey => {
            caller
                .workspace_id
                .is_none_or(|workspace| Some(workspace) == credential.workspace_id)
                && credential
                    .audience
                    .iter()
                    .any(|audience| caller.audiences.contains(audience))
        }
    }
}

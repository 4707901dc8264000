//! `POST /oauth/token/introspect` (RFC 7662): what a token means, for whoever may know.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::CACHE_CONTROL,
    web::{self, Bytes, Data, ServiceConfig},
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    access::{
        credential::{Credential, CredentialKind},
        resolve::resolve,
    },
    audit::refusals::Refusals,
    oauth::{
        client::{registration::Client, request::ClientRequest},
        credential::presented::Presented,
        refused::Refused,
    },
    platform::{Platform, config::Config},
    web::{context::RequestContext, methods::resource},
};

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    config.service(resource("/oauth/token/introspect", "POST").route(web::post().to(introspect)));
}

async fn introspect(
    req: HttpRequest,
    body: Bytes,
    platform: Data<Platform>,
    refusals: Data<Refusals>,
    context: RequestContext,
) -> Result<HttpResponse, Refused> {
    let request = ClientRequest::read(&req, body, &platform, &refusals, context).await?;
    let presented = Presented::parse(&platform.config.vendor, request.required("token")?);
    let ClientRequest { client, now, .. } = request;
    let found = match presented {
        Some(presented) => {
            let work = platform.clone();
            platform
                .db
                .read(move |conn| resolve(conn, &work.config, &presented, now))
                .await?
        }
        None => None,
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

/// A client may ask about its own tokens. A resource server may ask about access tokens that are meant for it; one made in
/// a workspace only about those of that workspace. A refresh token is answered to its own client only.
fn may_know(caller: &Client, credential: &Credential) -> bool {
    if credential.client_id == caller.id {
        return true;
    }
    match credential.kind {
        CredentialKind::RefreshToken => false,
        CredentialKind::AccessToken => {
            caller
                .workspace_id
                .is_none_or(|workspace| workspace == credential.workspace_id)
                && credential
                    .audience
                    .iter()
                    .any(|audience| caller.audiences.contains(audience))
        }
    }
}

/// RFC 7662 §2.2, with the workspace, the role and the kind of credential. These members and no others.
#[derive(Serialize)]
struct Answer {
    active: bool,
    scope: String,
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    exp: i64,
    iat: i64,
    nbf: i64,
    sub: String,
    aud: Value,
    iss: String,
    jti: String,
    workspace_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    credential: &'static str,
}

impl Answer {
    fn of(credential: &Credential, config: &Config) -> Self {
        let reveals = credential.scope.iter().any(|name| {
            config
                .scope(name)
                .is_some_and(|(_, entry)| entry.reveals_username)
        });
        let person = credential.account.as_ref();
        Self {
            active: true,
            scope: credential.scope.to_string(),
            client_id: credential.client_id.to_string(),
            username: person.filter(|_| reveals).map(|person| person.email.clone()),
            // RFC 6749 §5.1: how it is used; a refresh token is not used at resources at all.
            token_type: (credential.kind == CredentialKind::AccessToken).then_some("Bearer"),
            exp: credential.expires_at.timestamp(),
            iat: credential.issued_at.timestamp(),
            nbf: credential.issued_at.timestamp(),
            sub: credential.subject(),
            // RFC 7519 §4.1.3: one audience may stand alone.
            aud: match credential.audience.as_slice() {
                [only] => Value::from(only.as_str()),
                all => Value::from(all),
            },
            iss: config.issuer.as_str().to_owned(),
            jti: credential.id.to_string(),
            workspace_id: credential.workspace_id.to_string(),
            role: person.map(|person| person.role.as_str()),
            credential: credential.kind.as_str(),
        }
    }
}

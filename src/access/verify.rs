//! `GET|POST /v1/verify`: forward-auth. A proxy in front of the operator's API asks here about each request before it lets it through.

pub mod answer;
mod decide;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, ServiceConfig},
};
use utoipa::IntoParams;

use crate::{
    access::verify::{answer::Identity, decide::decide},
    platform::Platform,
    web::{answers::refusals, caller::InWorkspace, context::RequestContext, methods::resource},
};

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/v1/verify", "GET, POST")
            .route(web::get().to(verify))
            .route(web::post().to(verify_post)),
    );
}

refusals! {
    VerifyRefusals: Problem [
        BAD_REQUEST, BAD_FORWARDED_REQUEST, WORKSPACE_REQUIRED, UNAUTHORIZED, INVALID_TOKEN, WORKSPACE_FORBIDDEN, NO_RULE,
        INSUFFICIENT_SCOPE, PERMISSION_DENIED, TOO_MANY_REQUESTS, KEY_REVOKED, KEY_EXPIRED, KEY_REPLACED,
        KEY_FORBIDDEN_BY_POLICY, KEY_OWNER_GONE, WORKSPACE_GONE, PLAN_REQUIRED, NETWORK_FORBIDDEN, ORIGIN_FORBIDDEN,
    ];
}

/// The request that is asked about.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `decide` reads")]
struct About {
    /// Its method.
    #[param(rename = "x-forwarded-method", example = "GET")]
    method: String,
    /// Its path and query, as the caller sent them.
    #[param(rename = "x-forwarded-uri", example = "/v1/posts")]
    uri: String,
    /// An API key, instead of the Authorization header.
    #[param(rename = "x-api-key", required = false, value_type = String)]
    key: Option<String>,
}

/// The API that it is made to.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `decide` reads")]
struct To {
    /// The audience of the API, where several are configured and the rules do not tell them apart.
    #[param(nullable = false)]
    resource: Option<String>,
}

/// Tells a proxy whether a request may pass.
///
/// Forward-auth for nginx, Traefik, Caddy and Envoy: the proxy hands on the caller's headers, adds the method and the address of the
/// request, and lets it through on 200. The answer's `x-auth-…` headers say who the caller is. Any other status is the refusal to hand
/// back, with its body. It says no more than whoever holds the credential may know.
#[utoipa::path(
    get,
    path = "/v1/verify",
    tag = "Verification",
    operation_id = "verifyRequest",
    security(("credential" = []), ()),
    params(About, InWorkspace, To),
    responses(Identity, VerifyRefusals),
)]
pub(crate) async fn verify(req: HttpRequest, platform: Data<Platform>) -> HttpResponse {
    let outcome = decide(&req, &platform).await;
    let status = match &outcome {
        Ok(_) => 200,
        Err(refusal) => refusal.problem.status.as_u16(),
    };
    metrics::counter!("verify_total", "status" => status.to_string()).increment(1);
    match outcome {
        Ok(credential) => answer::allowed(&credential),
        Err(refusal) => {
            let request_id = RequestContext::found(&req).request_id;
            answer::refused(&refusal, &platform.config, &request_id)
        }
    }
}

/// The same by POST.
///
/// For a proxy that asks with the method of the request. A body is not read.
#[utoipa::path(
    post,
    path = "/v1/verify",
    tag = "Verification",
    operation_id = "verifyPostedRequest",
    security(("credential" = []), ()),
    params(About, InWorkspace, To),
    responses(Identity, VerifyRefusals),
)]
pub(crate) async fn verify_post(req: HttpRequest, platform: Data<Platform>) -> HttpResponse {
    verify(req, platform).await
}

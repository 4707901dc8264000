//! `GET /.well-known/oauth-protected-resource` (RFC 9728): which authorization server the operator's APIs believe.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::CACHE_CONTROL,
    web::{Data, ServiceConfig},
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    platform::{
        Platform,
        config::{Config, Resource},
    },
    web::{answers::refusals, methods::read_only, params::Params, problem::Problem, words::errors},
};

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    config.service(read_only("/.well-known/oauth-protected-resource", get));
}

/// What a client has to know of an API (RFC 9728 §2).
#[derive(Serialize, ToSchema)]
#[schema(as = ProtectedResourceMetadata)]
pub(crate) struct Metadata {
    /// The API's identifier: the `resource` to ask for, and `aud` of its tokens.
    #[schema(format = "uri")]
    resource: String,
    /// Who issues tokens for it: this server.
    authorization_servers: [String; 1],
    /// What can be allowed there.
    scopes_supported: Vec<String>,
    /// How a token is sent: in the Authorization header and nowhere else.
    bearer_methods_supported: [&'static str; 1],
    /// What people call it.
    resource_name: String,
}

/// Which API is meant.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Params` reads")]
struct Which {
    /// The API's identifier; without it, the API whose identifier is this server's own address.
    #[param(nullable = false)]
    resource: Option<String>,
}

refusals! {
    MetadataRefusals: Problem [MALFORMED_QUERY, NOT_FOUND];
}

/// Says which authorization server an API believes.
///
/// RFC 9728. The challenge of a refused request names this address. A proxy in front of the API hands the well-known address of the API's
/// own host on to it.
#[utoipa::path(
    get,
    path = "/.well-known/oauth-protected-resource",
    tag = "Metadata",
    operation_id = "getProtectedResourceMetadata",
    params(Which),
    responses((status = 200, description = "The metadata.", body = Metadata), MetadataRefusals),
)]
pub(crate) async fn get(req: HttpRequest, platform: Data<Platform>) -> Result<HttpResponse, Problem> {
    let query = Params::parse(req.query_string().as_bytes())
        .map_err(|bad| Problem::new(&errors::MALFORMED_QUERY, bad.to_string()))?;
    let asked = query
        .one("resource")
        .map_err(|bad| Problem::new(&errors::MALFORMED_QUERY, bad.to_string()))?;
    let config = &platform.config;
    let resource = config
        .resource(asked.unwrap_or_else(|| config.issuer.as_str()))
        .ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .json(metadata(config, resource)))
}

fn metadata(config: &Config, resource: &Resource) -> Metadata {
    Metadata {
        resource: resource.audience.clone(),
        authorization_servers: [config.issuer.as_str().to_owned()],
        scopes_supported: resource.scopes.iter().map(|scope| scope.name.clone()).collect(),
        bearer_methods_supported: ["header"],
        resource_name: resource.name.clone(),
    }
}

/// Where the metadata of an API is, for its challenges (RFC 9728 §5.1).
///
/// At the server's own host, because there it always is; `resource` in it is what the client must compare (§3.3).
#[must_use]
pub fn address(config: &Config, audience: &str) -> String {
    let query: String = url::form_urlencoded::byte_serialize(audience.as_bytes()).collect();
    config
        .issuer
        .url(&format!("/.well-known/oauth-protected-resource?resource={query}"))
}

//! `GET /.well-known/oauth-authorization-server` (RFC 8414): what this server can do, and nothing that it cannot.

use actix_web::{
    HttpResponse,
    http::header::CACHE_CONTROL,
    web::{Data, ServiceConfig},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    platform::{Platform, config::Config},
    web::methods::read_only,
    wire::{auth_method::AuthMethod, grant_type::GrantType, pkce},
};

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    config.service(read_only("/.well-known/oauth-authorization-server", get));
}

/// What the server can do (RFC 8414 §2).
#[derive(Serialize, ToSchema)]
#[schema(as = ServerMetadata)]
pub(crate) struct Metadata {
    /// The server's own address, as `iss` has it.
    issuer: String,
    /// Where a browser is sent to ask a person.
    #[schema(format = "uri")]
    authorization_endpoint: String,
    /// Where tokens are issued.
    #[schema(format = "uri")]
    token_endpoint: String,
    /// Where a token is asked about.
    #[schema(format = "uri")]
    introspection_endpoint: String,
    /// Where a token is ended.
    #[schema(format = "uri")]
    revocation_endpoint: String,
    /// The keys that verify what this server signs.
    #[schema(format = "uri")]
    jwks_uri: String,
    /// Every scope of the operator's catalogue.
    scopes_supported: Vec<String>,
    /// What the authorization endpoint answers with.
    response_types_supported: Vec<&'static str>,
    /// How it hands the answer over.
    response_modes_supported: Vec<&'static str>,
    /// What the token endpoint takes.
    grant_types_supported: Vec<GrantType>,
    /// How clients prove themselves there.
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    /// How they prove themselves where a token is asked about.
    introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    /// How they prove themselves where a token is ended.
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    /// How a code challenge is made (RFC 7636).
    code_challenge_methods_supported: Vec<&'static str>,
    /// Whether answers say whose they are (RFC 9207).
    authorization_response_iss_parameter_supported: bool,
}

/// Says where the endpoints are and what they can do.
///
/// RFC 8414. OAuth libraries that are given the issuer find everything else here.
#[utoipa::path(
    get,
    path = "/.well-known/oauth-authorization-server",
    tag = "Metadata",
    operation_id = "getServerMetadata",
    responses((status = 200, description = "The metadata.", body = Metadata)),
)]
pub(crate) async fn get(platform: Data<Platform>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .json(metadata(&platform.config))
}

/// RFC 8414 §2. Every address comes from the configured issuer, none from the request.
fn metadata(config: &Config) -> Metadata {
    let methods = || AuthMethod::ALL.map(AuthMethod::as_str).to_vec();
    let scopes = config
        .resources
        .iter()
        .flat_map(|resource| resource.scopes.iter().map(|scope| scope.name.clone()));
    Metadata {
        issuer: config.issuer.as_str().to_owned(),
        authorization_endpoint: config.issuer.url("/oauth/authorize"),
        token_endpoint: config.issuer.url("/oauth/token"),
        introspection_endpoint: config.issuer.url("/oauth/token/introspect"),
        revocation_endpoint: config.issuer.url("/oauth/token/revoke"),
        jwks_uri: config.issuer.url("/.well-known/jwks.json"),
        scopes_supported: scopes.collect(),
        response_types_supported: vec!["code"],
        response_modes_supported: vec!["query"],
        grant_types_supported: GrantType::ALL.to_vec(),
        token_endpoint_auth_methods_supported: methods(),
        introspection_endpoint_auth_methods_supported: methods(),
        revocation_endpoint_auth_methods_supported: methods(),
        code_challenge_methods_supported: vec![pkce::METHOD],
        authorization_response_iss_parameter_supported: true,
    }
}

//! `GET /.well-known/oauth-authorization-server` (RFC 8414): what this server can do, and nothing that it cannot.

use actix_web::{
    HttpResponse,
    http::header::CACHE_CONTROL,
    web::{Data, ServiceConfig},
};
use serde_json::{Value, json};

use crate::{
    platform::{Platform, config::Config},
    web::methods::read_only,
    wire::{auth_method::AuthMethod, grant_type::GrantType, pkce},
};

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    config.service(read_only("/.well-known/oauth-authorization-server", get));
}

async fn get(platform: Data<Platform>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .json(metadata(&platform.config))
}

/// RFC 8414 §2. Every address comes from the configured issuer, none from the request.
fn metadata(config: &Config) -> Value {
    let methods = AuthMethod::ALL.map(AuthMethod::as_str);
    let scopes: Vec<&str> = config
        .resources
        .iter()
        .flat_map(|resource| resource.scopes.iter().map(|scope| scope.name.as_str()))
        .collect();
    json!({
        "issuer": config.issuer.as_str(),
        "authorization_endpoint": config.issuer.url("/oauth/authorize"),
        "token_endpoint": config.issuer.url("/oauth/token"),
        "introspection_endpoint": config.issuer.url("/oauth/token/introspect"),
        "revocation_endpoint": config.issuer.url("/oauth/token/revoke"),
        "jwks_uri": config.issuer.url("/.well-known/jwks.json"),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GrantType::ALL.map(GrantType::as_str),
        "token_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": [pkce::METHOD],
        "authorization_response_iss_parameter_supported": true,
    })
}

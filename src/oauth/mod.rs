//! OAuth 2.0, as an authorization server.
//!
//! | RFC | section | file |
//! |---|---|---|
//! | 6749 | §2.3 client authentication | [`client::authenticate`] |
//! | 6749 | §3.1, §4.1.1 authorization request | `authorize::request`, checked once |
//! | 6749 | §4.1.2 authorization response, §4.1.2.1 errors | `authorize::respond`, `authorize::refusal` |
//! | 6749 | §3.2, §4.1.3, §4.4, §5, §6 token endpoint | `token` |
//! | 7009 | revocation | `revoke` |
//! | 7636 | PKCE | [`crate::wire::pkce`], [`credential::authorization_code`] |
//! | 7662 | introspection | `access::introspect` |
//! | 8414 | metadata | `metadata` |
//! | 8693 | token exchange | `token::token_exchange`, `token::api_key` |
//! | 8707 | resource indicators | `authorize::request`, `token::issue` |
//! | 9068 | JWT access tokens | `token::issue` |
//! | 9207 | `iss` in the authorization response | `authorize::respond` |
//! | 9700 | reuse detection | [`credential::refresh_token`] |
//!
//! # Decisions
//! * *A grant stands* is one sentence in one place: the view `standing_grant`. Every statement that spends, issues or
//!   resolves asks it, so nothing has to be copied or cascaded when a person, client, member or workspace goes.
//! * A client made in a workspace is for the people of that workspace only; a client made by the operator is for all.
//!   An app that a stranger's workspace registered can therefore never ask anybody else for consent.
//! * A *native* client is a public client with a loopback or private-use redirect URI. There is no separate
//!   registration field that could contradict it.

pub mod authorize;
pub mod client;
mod connected_apps;
pub mod consent;
pub mod credential;
pub mod error_doc;
pub mod grant;
mod key_tokens;
pub mod metadata;
pub mod place;
pub mod refused;
pub mod revoke;
pub mod token;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

/// What of this room `/openapi.json` describes.
#[derive(OpenApi)]
#[openapi(paths(
    authorize::begin::get,
    authorize::begin::post,
    token::endpoint::token,
    revoke::revoke,
    key_tokens::get,
    key_tokens::revoke,
    metadata::get
))]
pub struct Operations;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    authorize::routes(config);
    token::routes(config);
    revoke::routes(config);
    metadata::routes(config);
    key_tokens::routes(config);
    connected_apps::routes(config);
}

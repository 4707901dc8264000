//! Where a server's endpoints are: its metadata (RFC 8414 §3).

use serde::Deserialize;

use crate::{
    cli::{CliError, login::http::Http},
    platform::config::Issuer,
};

/// What of a server's metadata a sign-in needs.
#[derive(Deserialize)]
pub(super) struct Server {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    /// RFC 9207 §3: whether an answer without `iss` is none of this server's.
    #[serde(default, rename = "authorization_response_iss_parameter_supported")]
    pub(super) sends_iss: bool,
}

/// Reads the metadata of an issuer.
pub(super) async fn discover(http: &Http, issuer: &Issuer) -> Result<Server, CliError> {
    let url = issuer.url("/.well-known/oauth-authorization-server");
    let response = http.get(&url).await?;
    if response.status() != 200 {
        return Err(unusable(&format!("the status {}", response.status())));
    }
    let server: Server = serde_json::from_slice(response.body())
        .map_err(|_| unusable("something else than RFC 8414 §2 asks for"))?;
    // §3.3: else any server could send people, and our secret, to another's endpoints.
    if server.issuer != issuer.as_str() {
        return Err(CliError::failed(
            "issuer_mismatch",
            format!("{url} is the metadata of another issuer (RFC 8414 §3.3)"),
        )
        .fix("give --issuer exactly as the server is configured"));
    }
    let is_safe = |endpoint: &str| {
        endpoint.starts_with("https://") || (!issuer.is_https() && endpoint.starts_with(&issuer.url("/")))
    };
    if !is_safe(&server.authorization_endpoint) || !is_safe(&server.token_endpoint) {
        return Err(unusable("an endpoint that is not https"));
    }
    Ok(server)
}

/// Metadata that a sign-in cannot be built on.
pub(super) fn unusable(what: &str) -> CliError {
    CliError::failed(
        "invalid_metadata",
        format!("the server's metadata document answers with {what}"),
    )
    .fix("check that --issuer is the address of an OAuth authorization server")
}

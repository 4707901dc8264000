//! What a provider says of itself (OpenID Connect Discovery 1.0 §3, RFC 8414 §2).

use serde::Deserialize;
use url::{Host, Url};

use super::Fault;
use crate::platform::config::IdentityProvider;

/// A provider's metadata, as far as we use it.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// Where people are sent to sign in.
    pub authorization_endpoint: Url,
    /// Where a code is exchanged.
    pub token_endpoint: Url,
    /// Where its keys are.
    pub(super) jwks_uri: String,
    /// Whether every answer of its authorization endpoint says whose it is (RFC 9207 §3).
    pub sends_iss: bool,
    /// Whether our secret goes into the body, as where it takes nothing else (OpenID Connect Core 1.0 §9).
    pub takes_secret_in_body_only: bool,
}

#[derive(Deserialize)]
struct Published {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

impl Metadata {
    /// Reads it, and refuses that of another issuer (OpenID Connect Discovery 1.0 §4.3).
    pub(super) fn read(text: &[u8], provider: &IdentityProvider) -> Result<Self, Fault> {
        let published: Published =
            serde_json::from_slice(text).map_err(|_| Fault::Malformed("its metadata cannot be read"))?;
        if published.issuer != provider.issuer {
            return Err(Fault::Malformed("its metadata is of another issuer"));
        }
        // Plain http is for a provider that is itself on this machine: nobody sits on that way.
        let plain = provider.issuer.starts_with("http://");
        let endpoint = |text: &str| {
            Url::parse(text)
                .ok()
                .filter(|url| url.scheme() == "https" || (plain && is_loopback(url)))
                .filter(|url| {
                    url.username().is_empty() && url.password().is_none() && url.fragment().is_none()
                })
                .ok_or(Fault::Malformed("its metadata has an endpoint that is not https"))
        };
        let methods = published.token_endpoint_auth_methods_supported;
        Ok(Self {
            authorization_endpoint: endpoint(&published.authorization_endpoint)?,
            token_endpoint: endpoint(&published.token_endpoint)?,
            jwks_uri: endpoint(&published.jwks_uri)?.into(),
            sends_iss: published.authorization_response_iss_parameter_supported,
            // Where it says nothing, it takes the header.
            takes_secret_in_body_only: methods.is_some_and(|methods| {
                let has = |name: &str| methods.iter().any(|method| method == name);
                has("client_secret_post") && !has("client_secret_basic")
            }),
        })
    }
}

fn is_loopback(url: &Url) -> bool {
    url.scheme() == "http"
        && match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
}

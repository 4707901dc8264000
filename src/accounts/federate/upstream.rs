//! The provider as an OAuth server, whose client we are: through the **oauth2** crate (RFC 6749 §4.1, RFC 7636).

use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, ExtraTokenFields, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    Scope, StandardRevocableToken, StandardTokenResponse, TokenUrl,
    basic::{
        BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
    },
};
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use crate::{
    accounts::provider::{Metadata, Provider},
    platform::config::{Issuer, SecretText},
};

/// What is beside the tokens of RFC 6749 (OpenID Connect Core 1.0 §3.1.3.3).
#[derive(Serialize, Deserialize)]
struct Extra {
    id_token: String,
}

impl std::fmt::Debug for Extra {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Extra")
    }
}

impl ExtraTokenFields for Extra {}

type Upstream = Client<
    BasicErrorResponse,
    StandardTokenResponse<Extra, BasicTokenType>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// The path that a provider sends people back to: one of its own for each, so that no answer can be taken for another's
/// (RFC 9700 §4.4.2).
pub(super) fn callback_path(provider: &str) -> String {
    format!("/login/with/{provider}/callback")
}

/// What became of a code.
pub(super) enum Exchange {
    /// An ID token, unverified.
    IdToken(Zeroizing<String>),
    /// The provider refused the code.
    Refused(String),
    /// The provider did not answer, or not as one.
    NoAnswer(String),
}

/// Where to send a person, and what must be kept for when they come back.
pub(super) struct Sent {
    pub(super) to: Url,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

fn client(provider: &Provider, metadata: &Metadata, issuer: &Issuer) -> Option<Upstream> {
    let config = &provider.config;
    let redirect_uri = RedirectUrl::new(issuer.url(&callback_path(&config.id))).ok()?;
    let secret = config.client_secret.as_ref().map(SecretText::expose)?;
    let auth = if metadata.takes_secret_in_body_only {
        AuthType::RequestBody
    } else {
        AuthType::BasicAuth
    };
    Some(
        Client::new(ClientId::new(config.client_id.clone()))
            .set_auth_type(auth)
            .set_client_secret(ClientSecret::new(secret.to_owned()))
            .set_redirect_uri(redirect_uri)
            .set_auth_uri(AuthUrl::from_url(metadata.authorization_endpoint.clone()))
            .set_token_uri(TokenUrl::from_url(metadata.token_endpoint.clone())),
    )
}

/// Begins. `None`: the provider has no secret, and so no button.
pub(super) fn send(provider: &Provider, metadata: &Metadata, issuer: &Issuer) -> Option<Sent> {
    let client = client(provider, metadata, issuer)?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let nonce = CsrfToken::new_random().into_secret();
    let scopes = ["openid", "email", "profile"].map(|scope| Scope::new(scope.to_owned()));
    let (to, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(scopes)
        .set_pkce_challenge(challenge)
        .add_extra_param("nonce", &nonce)
        .url();
    Some(Sent {
        to,
        state: state.into_secret(),
        nonce,
        verifier: verifier.into_secret(),
    })
}

/// Exchanges the code that the person brought back.
pub(super) async fn exchange(
    provider: &Provider,
    metadata: &Metadata,
    issuer: &Issuer,
    (code, verifier): (String, String),
) -> Exchange {
    let Some(client) = client(provider, metadata, issuer) else {
        return Exchange::NoAnswer("it has no client secret".to_owned());
    };
    let outbound = provider.outbound();
    let answer = client
        .exchange_code(AuthorizationCode::new(code))
        .set_pkce_verifier(PkceCodeVerifier::new(verifier))
        .request_async(&|request| outbound.call(request))
        .await;
    match answer {
        Ok(tokens) => Exchange::IdToken(Zeroizing::new(tokens.extra_fields().id_token.clone())),
        Err(RequestTokenError::ServerResponse(refused)) => Exchange::Refused(refused.error().to_string()),
        Err(RequestTokenError::Request(fault)) => Exchange::NoAnswer(fault.to_string()),
        // Without what it said: that may hold tokens.
        Err(RequestTokenError::Parse(..) | RequestTokenError::Other(_)) => {
            Exchange::NoAnswer("its answer is not that of a token endpoint".to_owned())
        }
    }
}

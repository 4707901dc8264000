//! Token exchange (RFC 8693): an API key for a token that can do the same or less, and soon ends.
//!
//! # Decisions
//! * **No client beside the key** (§2.1 leaves that to the server). A client would prove that a program is known; the key proves that,
//!   where it acts, and for whom. A client id that nobody has to prove would add nothing but somebody to blame.
//! * A request that brings a client all the same is not served as if it had not: the client proves itself, and is told that it may not
//!   use this grant type, which no registration can name. Nobody can then believe that the client was looked at, and bound the token.
//! * **Nobody acts for somebody else**: `actor_token` is refused, not ignored (§1.1).

use actix_web::{HttpRequest, http::header::AUTHORIZATION};
use zeroize::Zeroizing;

use crate::{
    oauth::token::api_key::{ACCESS_TOKEN, Wish},
    platform::secret::{Kind, Secret},
    web::params::Params,
    wire::{error::OAuthError, grant_type::GrantType, scope::Scope},
};

/// What a key is called as a `subject_token`.
pub const API_KEY: &str = "urn:consentry:token-type:api-key";

/// What is exchanged, and for what.
pub struct Exchange {
    subject: Zeroizing<String>,
    /// What is wanted for it.
    pub wish: Wish,
}

impl Exchange {
    /// The key, if it looks like one of ours at all.
    pub fn key(&self, vendor: &str) -> Option<Secret> {
        Secret::parse(vendor, &self.subject)
            .filter(|secret| matches!(secret.kind(), Kind::ApiKey | Kind::PublishableKey))
    }
}

/// Whether a request is an exchange that names no client. What two of a parameter say was refused before.
pub fn stands_alone(req: &HttpRequest, params: &Params) -> bool {
    let one = |name| params.one(name).ok().flatten();
    one("grant_type").and_then(GrantType::parse) == Some(GrantType::TokenExchange)
        && !req.headers().contains_key(AUTHORIZATION)
        && one("client_id").is_none()
        && one("client_secret").is_none()
}

/// Reads the rest of the form of §2.1.
///
/// Refuses with `invalid_request` what is missing, and what is exchanged for, or from, anything else (§2.2.2).
pub fn read<'a>(
    optional: impl Fn(&'static str) -> Result<Option<&'a str>, OAuthError>,
    scope: Option<Scope>,
    targets: Vec<String>,
) -> Result<Exchange, OAuthError> {
    let required =
        |name| optional(name)?.ok_or_else(|| OAuthError::invalid_request(format!("{name} is missing")));
    for name in ["actor_token", "actor_token_type"] {
        if optional(name)?.is_some() {
            return Err(OAuthError::invalid_request(format!(
                "{name} is not supported: nobody acts for somebody else here"
            )));
        }
    }
    let subject = Zeroizing::new(required("subject_token")?.to_owned());
    if required("subject_token_type")? != API_KEY {
        return Err(OAuthError::invalid_request(format!(
            "subject_token_type must be {API_KEY}"
        )));
    }
    if optional("requested_token_type")?.is_some_and(|wanted| wanted != ACCESS_TOKEN) {
        return Err(OAuthError::invalid_request(format!(
            "requested_token_type must be {ACCESS_TOKEN}"
        )));
    }
    Ok(Exchange {
        subject,
        wish: Wish { scope, targets },
    })
}

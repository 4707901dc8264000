//! ID tokens of other providers: whether one proves who somebody is (OpenID Connect Core 1.0 §3.1.3.7, RFC 8725).
//!
//! # Decisions
//! * **By hand.** What a library of JWTs checks, and in which order, is an option that can be forgotten. Here each rule is a line,
//!   and the one thing taken from **jsonwebtoken** is whether a signature fits a key.
//! * **The key comes from the provider's own key set**, found by `kid`. A header that brings or names a key (`jwk`, `jku`, `x5c`,
//!   `x5u`) is refused, not ignored: no provider of ID tokens sends one, and nothing is ever fetched for it.
//! * **A token is refused for one reason**, which is logged; whoever sent it learns only that it was refused.
//! * **A day** is how old a token may be at most, whatever its `exp` says: it is accepted once, so it must be remembered for
//!   as long as it could be accepted.

mod claims;
mod compact;
mod identity;

use chrono::Duration;
use zeroize::Zeroizing;

pub use self::identity::Identity;
use self::{
    claims::{Claims, Expected},
    compact::Compact,
};
use crate::{
    accounts::provider::{Provider, Unavailable},
    platform::clock::Timestamp,
    web::{problem::Problem, words::errors},
};
use std::sync::Arc;

/// How far clocks may be apart.
const SKEW: Duration = Duration::seconds(60);

/// How old a token may be.
const OLDEST: Duration = Duration::days(1);

/// Why an ID token proves nothing: for our log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the ID token is refused: {0}")]
pub struct Refused(pub &'static str);

impl From<Refused> for Problem {
    fn from(_: Refused) -> Self {
        Self::new(
            &errors::INVALID_ID_TOKEN,
            "The ID token is not valid here, or not valid any more.",
        )
    }
}

/// Whom this ID token of this provider is about. Whether it was used before is for `used_id_token` to say.
///
/// `nonce`: what must stand in it, where the sign-in was begun here.
///
/// # Errors
/// [`Unavailable`] where the provider's keys cannot be had; [`Refused`] where the token proves nothing.
pub async fn verify(
    provider: &Arc<Provider>,
    token: &Zeroizing<String>,
    nonce: Option<&str>,
    now: Timestamp,
) -> Result<Result<Identity, Refused>, Unavailable> {
    let compact = match Compact::read(token, provider.config.kind) {
        Ok(compact) => compact,
        Err(refused) => return Ok(Err(refused)),
    };
    let Some(key) = provider.key(&compact.kid, compact.algorithm, now).await? else {
        return Ok(Err(Refused("no key of the provider has its kid and alg")));
    };
    // Nothing that it claims is looked at before.
    Ok(compact.verified(&key).and_then(|payload| {
        let expected = Expected {
            provider: &provider.config,
            nonce,
            now,
        };
        let claims = Claims::read(&payload, &expected)?;
        Identity::of(&provider.config, claims, compact.digest())
    }))
}

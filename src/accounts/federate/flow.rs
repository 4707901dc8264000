//! A sign-in that is under way at a provider: what must come back, and where the person was going.
//!
//! It is kept by the browser that began it, in a cookie that only this server can read or write, and that is good for that
//! browser only: another one that comes back with the same `state` has begun nothing (RFC 9700 §4.7).

use std::time::Duration;

use actix_web::{HttpRequest, cookie::Cookie};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::{
    accounts::current::Cookies,
    platform::{
        clock::Timestamp,
        config::{Config, SealingKey},
        seal::Seal,
        secret::Digest,
    },
    web::cookie::{self, FEDERATION},
};

/// How long a person may take at the provider: to find a telephone, not to forget what this was about.
const LIFE: Duration = Duration::from_mins(15);

/// One sign-in.
#[derive(Serialize, Deserialize)]
pub(super) struct Flow {
    /// At which provider.
    pub(super) provider: String,
    state: String,
    /// What must stand in the ID token.
    pub(super) nonce: String,
    /// The secret behind the challenge (RFC 7636).
    pub(super) verifier: String,
    /// The stored request that sent the person to sign-in.
    pub(super) request: Option<String>,
    /// The page of ours that did.
    pub(super) page: Option<String>,
    ends_at: Timestamp,
}

impl Flow {
    /// Begins one: for a stored request, or for a page of ours.
    pub(super) fn new(
        provider: &str,
        (state, nonce, verifier): (String, String, String),
        (request, page): (Option<String>, Option<String>),
        now: Timestamp,
    ) -> Self {
        Self {
            provider: provider.to_owned(),
            state,
            nonce,
            verifier,
            request,
            page,
            ends_at: now + LIFE,
        }
    }

    /// The one that this browser began at this provider, if `state` is its state.
    pub(super) fn read(
        req: &HttpRequest,
        config: &Config,
        cookies: &Cookies,
        (provider, state): (&str, &str),
        now: Timestamp,
    ) -> Option<Self> {
        let sealed = cookie::read(req, config.issuer.is_https(), FEDERATION)?;
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let plain = seal(config).open(&place(cookies)?, &sealed).ok()?;
        let flow: Self = serde_json::from_slice(&plain).ok()?;
        // By digest, so that the time it takes tells nothing.
        let same_state = Digest::of(flow.state.as_bytes()).matches(&Digest::of(state.as_bytes()));
        (flow.provider == provider && same_state && flow.ends_at > now).then_some(flow)
    }

    /// What this browser keeps of it. `None`: it has no cookie that it could be bound to.
    pub(super) fn cookie(&self, config: &Config, cookies: &Cookies) -> Option<Cookie<'static>> {
        let plain = serde_json::to_vec(self).ok()?;
        let sealed = seal(config).seal(&place(cookies)?, &plain);
        Some(cookie::set(
            config.issuer.is_https(),
            FEDERATION,
            &BASE64_URL_SAFE_NO_PAD.encode(sealed),
            Some(LIFE),
        ))
    }
}

/// Makes the browser forget it.
pub(super) fn over(config: &Config) -> Cookie<'static> {
    cookie::clear(config.issuer.is_https(), FEDERATION)
}

fn place(cookies: &Cookies) -> Option<String> {
    let browser = cookies.browser.as_ref()?;
    Some(format!("federation/{}", browser.derive("federation")))
}

fn seal(config: &Config) -> Seal {
    Seal::new(config.secrets.sealing_keys.iter().map(SealingKey::expose))
}

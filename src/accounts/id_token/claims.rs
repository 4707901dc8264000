//! The claims of an ID token whose signature fits (OpenID Connect Core 1.0 §2, §3.1.3.7).

use chrono::DateTime;
use serde_json::{Map, Value};

use super::{OLDEST, Refused, SKEW};
use crate::platform::{
    clock::Timestamp,
    config::{IdentityProvider, ProviderKind, TENANT},
    strict_json,
};

/// Longer than a subject may be (OpenID Connect Core 1.0 §2).
const LONGEST_SUBJECT: usize = 255;

/// What a token must fit.
pub(super) struct Expected<'a> {
    pub(super) provider: &'a IdentityProvider,
    pub(super) nonce: Option<&'a str>,
    pub(super) now: Timestamp,
}

/// The claims, checked: whose word, about whom, for us, now.
#[derive(Debug)]
pub(super) struct Claims {
    /// In its one spelling.
    pub(super) issuer: String,
    pub(super) subject: String,
    /// Until when the token would be accepted.
    pub(super) ends_at: Timestamp,
    all: Map<String, Value>,
}

impl Claims {
    pub(super) fn read(payload: &[u8], expected: &Expected<'_>) -> Result<Self, Refused> {
        let all = strict_json::object(payload).ok_or(Refused("its claims cannot be read in one way only"))?;
        let issuer = issuer(&all, expected.provider)?;
        audience(&all, expected.provider)?;
        let ends_at = times(&all, expected.now)?;
        let subject = text(&all, "sub")
            .filter(|sub| (1..=LONGEST_SUBJECT).contains(&sub.len()) && !sub.contains(char::is_control))
            .ok_or(Refused("it has no sub that could be one"))?;
        if let Some(nonce) = expected.nonce
            && text(&all, "nonce") != Some(nonce)
        {
            return Err(Refused("its nonce is not that of the request"));
        }
        Ok(Self {
            issuer,
            subject: subject.to_owned(),
            ends_at,
            all,
        })
    }

    /// A claim that is text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        text(&self.all, name)
    }

    /// Whether a claim is there at all.
    pub(super) fn has(&self, name: &str) -> bool {
        self.all.contains_key(name)
    }

    /// Whether a claim is the boolean true. Neither `"true"` nor `1` is: whoever wrote those did not mean to vouch (SL-02).
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.all.get(name) == Some(&Value::Bool(true))
    }

    /// A claim that is a list of texts; empty where it is anything else.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let items = self.all.get(name).and_then(Value::as_array);
        let texts = items.map(|items| {
            items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect()
        });
        texts.and_then(|texts: Option<_>| texts).unwrap_or_default()
    }
}

/// The issuer, compared as it is written. Google alone has two spellings, of which the first is kept.
fn issuer(claims: &Map<String, Value>, provider: &IdentityProvider) -> Result<String, Refused> {
    let iss = text(claims, "iss").ok_or(Refused("it has no iss"))?;
    let is_right = match provider.kind {
        ProviderKind::Oidc => iss == provider.issuer,
        ProviderKind::Google => {
            let scheme = provider.issuer.find("://").map_or(0, |at| at + 3);
            if iss == &provider.issuer[scheme..] {
                return Ok(provider.issuer.clone());
            }
            iss == provider.issuer
        }
        ProviderKind::Microsoft => {
            let tenant = text(claims, "tid")
                .filter(|tenant| is_uuid(tenant))
                .ok_or(Refused("it has no tid that could be one"))?;
            let is_allowed =
                provider.tenants.is_empty() || provider.tenants.iter().any(|allowed| allowed == tenant);
            if !is_allowed {
                return Err(Refused("its tenant may not sign in here"));
            }
            iss == provider.issuer.replace(TENANT, tenant)
        }
    };
    if is_right {
        Ok(iss.to_owned())
    } else {
        Err(Refused("its iss is not the provider's"))
    }
}

/// That the token is for us, and for nobody beside us who could replay it (OpenID Connect Core 1.0 §3.1.3.7, steps 3 to 5).
fn audience(claims: &Map<String, Value>, provider: &IdentityProvider) -> Result<(), Refused> {
    let is_ours = |client: &Value| client.as_str().is_some_and(|client| provider.is_for_us(client));
    let several = match claims.get("aud") {
        Some(Value::Array(all)) if !all.is_empty() && all.iter().all(is_ours) => all.len() > 1,
        Some(one) if is_ours(one) => false,
        _ => return Err(Refused("its aud is not us alone")),
    };
    match claims.get("azp") {
        Some(azp) if is_ours(azp) => Ok(()),
        None if !several => Ok(()),
        _ => Err(Refused("its azp is not us")),
    }
}

/// That the token is of now; until when it would be accepted.
fn times(claims: &Map<String, Value>, now: Timestamp) -> Result<Timestamp, Refused> {
    let exp = time(claims, "exp")?.ok_or(Refused("it has no exp"))?;
    let iat = time(claims, "iat")?.ok_or(Refused("it has no iat"))?;
    if exp <= now - SKEW {
        return Err(Refused("it is expired"));
    }
    if iat > now + SKEW {
        return Err(Refused("it was issued in the future"));
    }
    if iat <= now - OLDEST - SKEW {
        return Err(Refused("it is older than a day"));
    }
    if time(claims, "nbf")?.is_some_and(|nbf| nbf > now + SKEW) {
        return Err(Refused("it is not valid yet"));
    }
    Ok(exp.min(iat + OLDEST) + SKEW)
}

/// A time in whole seconds (RFC 7519 §2 allows fractions, which no provider sends).
fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, Refused> {
    const LATEST: i64 = 253_402_300_799; // the end of the year 9999
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    value
        .as_i64()
        .filter(|seconds| (0..=LATEST).contains(seconds))
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .map(Some)
        .ok_or(Refused("a time in it is not one in whole seconds"))
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

/// Whether this is a UUID as Microsoft writes them.
pub(super) fn is_uuid(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok_and(|uuid| uuid.hyphenated().to_string() == text)
}

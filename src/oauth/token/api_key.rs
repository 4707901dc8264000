//! An API key at the token endpoint, and nowhere else: it stands for a client (RFC 6749 §4.4), or is what is exchanged (RFC 8693).
//!
//! # Decisions
//! * **The token hangs from the key, not from the secret** that was presented. When the overlap of a roll ends, tokens that were made
//!   with the older secret live on to their own end; whoever rolls a key because it was copied ends them in its list, or revokes the key.
//! * **Never more than the key can do now**, and nothing of our own API: whoever manages keys with a key does it with the key itself,
//!   whose every use is counted and can be bound to addresses of its own. What the token can do is computed again at each use.
//! * **Never of a publishable key.** Everybody can read it, so anybody could take tokens out of the pages that it is bound to.

use std::{borrow::Cow, net::IpAddr};

use diesel::{PgConnection, QueryResult};

use crate::{
    api_keys::{
        api_key,
        facts::{self, KeyFacts},
        owner::Owner,
        standing::{Ended, Standing, standing},
    },
    audit::{
        event::{Event, KeyEvent},
        log::{self, Actor, Origin, Used},
    },
    oauth::token::issue::{KeyIssuance, Mint, TokenResponse, issue_with_key},
    platform::{
        clock::Timestamp,
        config::Config,
        db::Verdict,
        id::ApiKeyId,
        secret::{Kind, Secret},
    },
    wire::{error::OAuthError, grant_type::GrantType, scope::Scope},
    workspaces::power,
};

/// What an access token is called in an exchange (RFC 8693 §3).
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// What the key is in the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// For a client, whose `client_id` says that it is this key.
    AsClient(Option<ApiKeyId>),
    /// For itself: it is the `subject_token`.
    AsSubject,
}

/// What is wanted for it.
pub struct Wish {
    /// `None`: all that the key can do.
    pub scope: Option<Scope>,
    /// Narrower audiences; empty: all.
    pub targets: Vec<String>,
}

/// A key that proved itself.
pub struct Proven {
    facts: KeyFacts,
    last_four: String,
    standing: Standing,
    /// When the key itself ends: the overlap of a roll is the end of a secret only.
    end: Option<Timestamp>,
}

impl Proven {
    /// Which key.
    pub fn id(&self) -> ApiKeyId {
        self.facts.id
    }
}

/// Why a key is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unproven {
    /// It is none of ours, or another than the request says.
    Unknown,
    /// It is publishable.
    Publishable,
    /// It ended.
    Ended(Ended),
    /// It may not be used from there.
    Network,
}

impl Stands {
    /// The grant type that this is, as metrics call it.
    pub const fn grant_type(self) -> GrantType {
        match self {
            Self::AsClient(_) => GrantType::ClientCredentials,
            Self::AsSubject => GrantType::TokenExchange,
        }
    }

    /// How a key that is not taken is refused: a client as RFC 6749 §5.2 says, a `subject_token` as RFC 8693 §2.2.2 does. Why, is told
    /// only to whoever presented the very secret.
    pub fn refusal(self, why: Unproven) -> OAuthError {
        let sentence: Cow<'static, str> = match (why, self) {
            (Unproven::Unknown, Self::AsClient(_)) => "client authentication failed".into(),
            (Unproven::Unknown, Self::AsSubject) => "subject_token is no API key of this server".into(),
            (Unproven::Publishable, _) => "a publishable key gets no tokens".into(),
            (Unproven::Ended(ended), _) => format!("the API key does not work: {}", ended.code()).into(),
            (Unproven::Network, _) => "the API key may not be used from this address".into(),
        };
        match self {
            Self::AsClient(_) => OAuthError::invalid_client(sentence),
            Self::AsSubject => OAuthError::invalid_request(sentence),
        }
    }
}

/// Whether the key lives and may be used from there, now.
pub fn prove(
    conn: &mut PgConnection,
    config: &Config,
    (secret, stands): (&Secret, Stands),
    address: Option<IpAddr>,
    now: Timestamp,
) -> QueryResult<Result<Proven, Unproven>> {
    match secret.kind() {
        Kind::ApiKey => {}
        Kind::PublishableKey => return Ok(Err(Unproven::Publishable)),
        _ => return Ok(Err(Unproven::Unknown)),
    }
    let Some((facts, known)) = facts::find(conn, secret)? else {
        return Ok(Err(Unproven::Unknown));
    };
    let is_named = match stands {
        Stands::AsClient(named) => named == Some(facts.id),
        Stands::AsSubject => true,
    };
    // The kind of the key, too: not only what its secret says of itself.
    if !is_named || facts.kind != api_key::Kind::Secret {
        return Ok(Err(Unproven::Unknown));
    }
    let both = standing(&facts, Some(&known), config, now)
        .and_then(|with_secret| Ok((with_secret, standing(&facts, None, config, now)?.expires_at)));
    let (standing, end) = match both {
        Ok(both) => both,
        Err(ended) => return Ok(Err(Unproven::Ended(ended))),
    };
    // Tokens are given out in whole seconds: a key with less than one left gives none.
    if end.is_some_and(|end| end - now < chrono::Duration::seconds(1)) {
        return Ok(Err(Unproven::Ended(Ended::Expired)));
    }
    if !facts.may_come_from(address) {
        return Ok(Err(Unproven::Network));
    }
    Ok(Ok(Proven {
        facts,
        last_four: known.last_four,
        standing,
        end,
    }))
}

/// Issues an access token that hangs from the key; never a refresh token.
///
/// Refuses with `invalid_scope` what the key cannot do now, with `invalid_target` audiences that none of the scopes belongs to.
pub fn redeem(
    conn: &mut PgConnection,
    mint: Mint<'_>,
    proven: &Proven,
    stands: Stands,
    wish: &Wish,
    origin: &Origin,
) -> Verdict<TokenResponse, OAuthError> {
    let Mint { config, now, .. } = mint;
    let key = &proven.facts;
    let all = power::within(
        config,
        &proven.standing.scope,
        &power::audiences(config, &proven.standing.scope),
    );
    let scope = wish.scope.as_ref().unwrap_or(&all);
    if scope.is_empty() || !scope.is_within(&all) {
        return Ok(Err(OAuthError::invalid_scope(
            "the API key cannot do all of this now",
        )));
    }
    let audiences = power::audiences(config, scope);
    if wish.targets.iter().any(|target| !audiences.contains(target)) {
        return Ok(Err(OAuthError::invalid_target(
            "none of the scopes belongs to the requested resource",
        )));
    }
    let audience = if wish.targets.is_empty() {
        audiences
    } else {
        { audiences.into_iter() }
            .filter(|audience| wish.targets.contains(audience))
            .collect()
    };
    let issuance = KeyIssuance {
        key,
        scope: power::within(config, scope, &audience),
        audience,
        end: proven.end,
        issued_token_type: (stands == Stands::AsSubject).then_some(ACCESS_TOKEN),
    };
    let (token, response) = issue_with_key(conn, mint, issuance)?;
    let event = Event::Key {
        workspace: key.workspace_id,
        event: KeyEvent::Exchanged { key: key.id, token },
    };
    let actor = match proven.standing.owner {
        Owner::Account(account) => Actor::Account(account),
        Owner::ServiceAccount(account) => Actor::ServiceAccount(account),
    };
    let origin = Origin {
        credential: Some(Used {
            kind: "api_key",
            id: key.id.uuid(),
            last_four: Some(proven.last_four.clone()),
        }),
        ..origin.clone()
    };
    log::append(conn, actor, &origin, &event, now)?;
    Ok(Ok(response))
}

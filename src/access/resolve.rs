//! The one look-up: a presented token → the facts about it, if it is alive.

use std::net::IpAddr;

use diesel::PgConnection;

use crate::{
    access::{
        credential::{Credential, CredentialKind, Holder, Key, Person, Subject},
        session::{Acting, Place, acting},
    },
    accounts::session_token,
    api_keys::{
        facts::{self, KeyFacts, KnownSecret},
        owner::Owner,
        standing::{Ended, standing},
    },
    oauth::{
        credential::{
            access_token::{self, AccessToken, Standing},
            presented::{Presented, TokenKind},
            refresh_token,
        },
        grant::StandingGrant,
    },
    platform::{clock::Timestamp, config::Config, db::Internal, id::WorkspaceId, secret::Secret},
    signing::verify,
    workspaces::{
        power::{self, Reach},
        workspace,
    },
};

/// What is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The token, as it was presented.
    pub token: &'a str,
    /// The id or slug of the workspace that the request names; it must be one that the credential may act in.
    pub workspace: Option<&'a str>,
    /// From where it was presented.
    pub from: From<'a>,
}

/// From where a credential was presented, as far as whoever asks knows it. A key that may be used from some places only works from no
/// place that is not known.
#[derive(Clone, Copy, Debug, Default)]
pub struct From<'a> {
    /// The address.
    pub address: Option<IpAddr>,
    /// The `Origin` of the web page (RFC 6454 §7).
    pub origin: Option<&'a str>,
}

/// Why a credential does not work. What it is told to whoever presented it; to nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dead {
    /// It is none of ours, or is over: nobody is told which.
    Unknown,
    /// It may not act in the workspace that the request names.
    Workspace,
    /// It is an API key, and ended, or a token that was made with one.
    Key(Ended),
    /// It is an API key, and may not be used from there.
    Network,
    /// It is a publishable key, and the web page is not one of its own.
    Origin,
}

impl Dead {
    /// The code of the refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "invalid_token",
            Self::Workspace => "workspace_forbidden",
            Self::Key(ended) => ended.code(),
            Self::Network => "network_forbidden",
            Self::Origin => "origin_forbidden",
        }
    }
}

/// A live credential, or why it is none.
pub type Resolved = Result<Credential, Dead>;

/// Whether this looks like a token of ours at all.
#[must_use]
pub fn is_plausible(vendor: &str, token: &str) -> bool {
    Presented::parse(vendor, token).is_some() || is_session(token) || as_key(vendor, token).is_some()
}

fn is_session(token: &str) -> bool {
    verify::typ(token).as_deref() == Some(session_token::TYP)
}

fn as_key(vendor: &str, token: &str) -> Option<Secret> {
    use crate::platform::secret::Kind;
    Secret::parse(vendor, token).filter(|secret| matches!(secret.kind(), Kind::ApiKey | Kind::PublishableKey))
}

/// The live credential behind a presented token, or why there is none.
///
/// # Errors
/// The database's; "not alive", and "not there", is a [`Dead`], and never the answer to a fault.
pub fn resolve(
    conn: &mut PgConnection,
    config: &Config,
    question: Question<'_>,
    now: Timestamp,
) -> Result<Resolved, Internal> {
    if is_session(question.token) {
        return of_session(conn, config, question, now);
    }
    let found = if let Some(secret) = as_key(&config.vendor, question.token) {
        match facts::find(conn, &secret)? {
            Some((facts, secret)) => of_key(config, &facts, &secret, question.from, now),
            None => Err(Dead::Unknown),
        }
    } else if let Some(presented) = Presented::parse(&config.vendor, question.token) {
        of_oauth(conn, config, &presented, question.from, now)?
    } else {
        Err(Dead::Unknown)
    };
    let credential = match found {
        Ok(credential) => credential,
        Err(dead) => return Ok(Err(dead)),
    };
    // Bound to one workspace, it may act in no other, whatever the request says.
    let Some(named) = question.workspace else {
        return Ok(Ok(credential));
    };
    let named = match WorkspaceId::parse(named) {
        Some(id) => Some(id),
        None => workspace::find(conn, named)?.map(|found| found.id),
    };
    let is_there = named.is_some() && credential.workspace_id == named;
    Ok(if is_there {
        Ok(credential)
    } else {
        Err(Dead::Workspace)
    })
}

/// A session is meant for every API, and can do there what its person's role in the workspace reaches.
fn of_session(
    conn: &mut PgConnection,
    config: &Config,
    question: Question<'_>,
    now: Timestamp,
) -> Result<Resolved, Internal> {
    let token = (question.token, question.workspace);
    let Some(Acting {
        claims,
        session,
        place,
    }) = acting(conn, config, token, now)?
    else {
        return Ok(Err(Dead::Unknown));
    };
    let account = session.account;
    let place = match place {
        Place::In(membership) => Some(membership),
        Place::Nowhere => None,
        Place::Foreign => return Ok(Err(Dead::Workspace)),
    };
    let scope = place.as_ref().map(|place| {
        let reach = Reach {
            role: Some(place.role),
            plan: place.workspace.plan.as_deref(),
        };
        power::all(config, reach)
    });
    Ok(Ok(Credential {
        kind: CredentialKind::Session,
        id: claims.jti,
        scope: scope.unwrap_or_default(),
        audience: claims.aud,
        issued_at: Timestamp::from_timestamp(claims.iat, 0).unwrap_or(now),
        expires_at: Some(Timestamp::from_timestamp(claims.exp, 0).unwrap_or(now)),
        workspace_id: place.as_ref().map(|place| place.workspace.id),
        parent: Some(claims.sid.uuid()),
        plan: place
            .as_ref()
            .and_then(|place| plan(config, place.workspace.plan.as_deref())),
        subject: Subject::Person(Person {
            id: account.id,
            role: place.map(|place| place.role),
            email: account.email,
        }),
    }))
}

/// What a workspace's plan is called, if the operator still has it.
fn plan(config: &Config, stored: Option<&str>) -> Option<String> {
    config.plan(stored).map(|plan| plan.name.clone())
}

fn of_key(
    config: &Config,
    facts: &KeyFacts,
    secret: &KnownSecret,
    from: From<'_>,
    now: Timestamp,
) -> Resolved {
    let standing = standing(facts, Some(secret), config, now).map_err(Dead::Key)?;
    may_come(facts, from)?;
    Ok(Credential {
        kind: CredentialKind::ApiKey,
        id: facts.id.uuid(),
        workspace_id: Some(facts.workspace_id),
        audience: power::audiences(config, &standing.scope),
        scope: standing.scope,
        issued_at: facts.created_at,
        expires_at: standing.expires_at,
        parent: None,
        plan: Some(standing.plan),
        subject: Subject::Key(Key {
            id: facts.id,
            last_four: Some(secret.last_four.clone()),
            requests_per_minute: requests(facts),
            holder: holder(facts, standing.owner, standing.role),
        }),
    })
}

/// Whether a key may be used from there. What is not known is not allowed.
fn may_come(facts: &KeyFacts, from: From<'_>) -> Result<(), Dead> {
    if !facts.may_come_from(from.address) {
        return Err(Dead::Network);
    }
    let is_own = |origin: &str| facts.origins.iter().any(|own| own == origin);
    if !facts.origins.is_empty() && !from.origin.is_some_and(is_own) {
        return Err(Dead::Origin);
    }
    Ok(())
}

fn requests(facts: &KeyFacts) -> Option<u32> {
    facts
        .requests_per_minute
        .and_then(|requests| u32::try_from(requests).ok())
}

fn holder(facts: &KeyFacts, owner: Owner, role: crate::platform::config::Role) -> Holder {
    match owner {
        Owner::Account(id) => Holder::Person(Person {
            id,
            role: Some(role),
            email: facts.email.clone().unwrap_or_default(),
        }),
        Owner::ServiceAccount(id) => Holder::ServiceAccount(id, role),
    }
}

/// One statement.
fn of_oauth(
    conn: &mut PgConnection,
    config: &Config,
    presented: &Presented,
    from: From<'_>,
    now: Timestamp,
) -> Result<Resolved, Internal> {
    match &presented.kind {
        TokenKind::Access => {
            let found = access_token::find(conn, presented.id, &presented.digest, now)?;
            Ok(match found {
                Some((token, standing)) => of_access_token(config, token, standing, from, now),
                None => Err(Dead::Unknown),
            })
        }
        TokenKind::Refresh(secret) => {
            let found = refresh_token::find(conn, secret, now)?;
            Ok(found
                .map(|(token, grant)| Credential {
                    kind: CredentialKind::RefreshToken,
                    id: presented.id,
                    workspace_id: Some(token.workspace_id),
                    scope: grant.effective(config, &token.scope),
                    audience: grant.resource.clone(),
                    issued_at: token.issued_at,
                    expires_at: Some(token.expires_at),
                    parent: Some(grant.id.uuid()),
                    plan: plan(config, grant.plan.as_deref()),
                    subject: Subject::ClientFor(token.client_id, person(grant)),
                })
                .ok_or(Dead::Unknown))
        }
    }
}

fn of_access_token(
    config: &Config,
    token: AccessToken,
    standing_on: Standing,
    from: From<'_>,
    now: Timestamp,
) -> Resolved {
    let (subject, scope, plan, parent) = match standing_on {
        Standing::Grant(grant) => {
            let (scope, plan) = (
                grant.effective(config, &token.scope),
                plan(config, grant.plan.as_deref()),
            );
            let (client, parent) = (grant.client_id, grant.id.uuid());
            (
                Subject::ClientFor(client, person(*grant)),
                scope,
                plan,
                Some(parent),
            )
        }
        Standing::Client(client, allowed, stored) => {
            let reach = Reach {
                role: None,
                plan: stored.as_deref(),
            };
            let scope = power::effective(config, &token.scope.intersection(&allowed), reach);
            (
                Subject::Client(client),
                scope,
                plan(config, stored.as_deref()),
                None,
            )
        }
        Standing::Key(facts) => {
            let standing = standing(&facts, None, config, now).map_err(Dead::Key)?;
            may_come(&facts, from)?;
            let key = Key {
                id: facts.id,
                last_four: None,
                requests_per_minute: requests(&facts),
                holder: holder(&facts, standing.owner, standing.role),
            };
            (
                Subject::Key(key),
                token.scope.intersection(&standing.scope),
                Some(standing.plan),
                Some(facts.id.uuid()),
            )
        }
    };
    Ok(Credential {
        kind: CredentialKind::AccessToken,
        id: token.id,
        subject,
        workspace_id: Some(token.workspace_id),
        scope,
        audience: token.audience,
        issued_at: token.issued_at,
        expires_at: Some(token.expires_at),
        parent,
        plan,
    })
}

fn person(grant: StandingGrant) -> Person {
    Person {
        id: grant.account_id,
        role: Some(grant.role),
        email: grant.email,
    }
}

//! The one look-up: a presented token → the facts about it, if it is alive.

use diesel::PgConnection;

use crate::{
    access::{
        credential::{Credential, CredentialKind, Person, Subject},
        session::{Acting, Place, acting},
    },
    accounts::session_token,
    oauth::{
        credential::{
            access_token::{self, Standing},
            presented::{Presented, TokenKind},
            refresh_token,
        },
        grant::StandingGrant,
        power,
    },
    platform::{clock::Timestamp, config::Config, db::Internal, id::WorkspaceId},
    signing::verify,
    wire::scope::Scope,
    workspaces::workspace,
};

/// What is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The token, as it was presented.
    pub token: &'a str,
    /// The id or slug of the workspace that the request names; it must be one that the credential may act in.
    pub workspace: Option<&'a str>,
}

/// Whether this looks like a token of ours at all.
#[must_use]
pub fn is_plausible(vendor: &str, token: &str) -> bool {
    Presented::parse(vendor, token).is_some() || is_session(token)
}

fn is_session(token: &str) -> bool {
    verify::typ(token).as_deref() == Some(session_token::TYP)
}

/// The live credential behind a presented token.
///
/// # Errors
/// The database's; "not alive", and "not there", is `Ok(None)`, and never the answer to a fault.
pub fn resolve(
    conn: &mut PgConnection,
    config: &Config,
    question: Question<'_>,
    now: Timestamp,
) -> Result<Option<Credential>, Internal> {
    if is_session(question.token) {
        return of_session(conn, config, question, now);
    }
    let Some(presented) = Presented::parse(&config.vendor, question.token) else {
        return Ok(None);
    };
    let Some(credential) = of_oauth(conn, config, &presented, now)? else {
        return Ok(None);
    };
    // Bound to one workspace, it may act in no other, whatever the request says.
    let Some(named) = question.workspace else {
        return Ok(Some(credential));
    };
    let named = match WorkspaceId::parse(named) {
        Some(id) => Some(id),
        None => workspace::find(conn, named)?.map(|found| found.id),
    };
    Ok(Some(credential).filter(|credential| named.is_some() && credential.workspace_id == named))
}

/// A session is meant for every API, and can do there what its person's role in the workspace reaches.
fn of_session(
    conn: &mut PgConnection,
    config: &Config,
    question: Question<'_>,
    now: Timestamp,
) -> Result<Option<Credential>, Internal> {
    let token = (question.token, question.workspace);
    let Some(Acting {
        claims,
        session,
        place,
    }) = acting(conn, config, token, now)?
    else {
        return Ok(None);
    };
    let account = session.account;
    let place = match place {
        Place::In(membership) => Some(membership),
        Place::Nowhere => None,
        Place::Foreign => return Ok(None),
    };
    let entries = config.resources.iter().flat_map(|resource| &resource.scopes);
    let reached = entries.filter(|entry| {
        place
            .as_ref()
            .is_some_and(|place| place.role >= entry.minimum_role)
    });
    Ok(Some(Credential {
        kind: CredentialKind::Session,
        id: claims.jti,
        scope: Scope::from_stored(reached.map(|entry| entry.name.clone()).collect()),
        audience: claims.aud,
        issued_at: Timestamp::from_timestamp(claims.iat, 0).unwrap_or(now),
        expires_at: Timestamp::from_timestamp(claims.exp, 0).unwrap_or(now),
        workspace_id: place.as_ref().map(|place| place.workspace.id),
        subject: Subject::Person(Person {
            id: account.id,
            role: place.map(|place| place.role),
            email: account.email,
        }),
    }))
}

/// One statement.
fn of_oauth(
    conn: &mut PgConnection,
    config: &Config,
    presented: &Presented,
    now: Timestamp,
) -> Result<Option<Credential>, Internal> {
    match &presented.kind {
        TokenKind::Access => {
            let found = access_token::find(conn, presented.id, &presented.digest, now)?;
            Ok(found.map(|(token, standing)| {
                let (subject, scope) = match standing {
                    Standing::Grant(grant) => {
                        let scope =
                            power::effective(config, &token.scope, &grant.client_scope, Some(grant.role));
                        (Subject::ClientFor(token.client_id, person(grant)), scope)
                    }
                    Standing::Client(client_scope) => (
                        Subject::Client(token.client_id),
                        power::effective(config, &token.scope, &client_scope, None),
                    ),
                };
                Credential {
                    kind: CredentialKind::AccessToken,
                    id: token.id,
                    subject,
                    workspace_id: Some(token.workspace_id),
                    scope,
                    audience: token.audience,
                    issued_at: token.issued_at,
                    expires_at: token.expires_at,
                }
            }))
        }
        TokenKind::Refresh(secret) => {
            let found = refresh_token::find(conn, secret, now)?;
            Ok(found.map(|(token, grant)| Credential {
                kind: CredentialKind::RefreshToken,
                id: presented.id,
                workspace_id: Some(token.workspace_id),
                scope: power::effective(config, &token.scope, &grant.client_scope, Some(grant.role)),
                audience: grant.resource.clone(),
                issued_at: token.issued_at,
                expires_at: token.expires_at,
                subject: Subject::ClientFor(token.client_id, person(grant)),
            }))
        }
    }
}

fn person(grant: StandingGrant) -> Person {
    Person {
        id: grant.account_id,
        role: Some(grant.role),
        email: grant.email,
    }
}

//! The one look-up: a presented token → the facts about it, if it is alive.

use diesel::PgConnection;

use crate::{
    access::credential::{Credential, CredentialKind, Person},
    oauth::{
        credential::{
            access_token::{self, Standing},
            presented::{Presented, TokenKind},
            refresh_token,
        },
        grant::StandingGrant,
        power,
    },
    platform::{clock::Timestamp, config::Config, db::Internal},
};

/// The live credential behind a presented token: one statement.
///
/// # Errors
/// The database's; "not alive" is `Ok(None)`, and never the answer to a fault.
pub fn resolve(
    conn: &mut PgConnection,
    config: &Config,
    presented: &Presented,
    now: Timestamp,
) -> Result<Option<Credential>, Internal> {
    match &presented.kind {
        TokenKind::Access => {
            let found = access_token::find(conn, presented.id, &presented.digest, now)?;
            Ok(found.map(|(token, standing)| {
                let (account, scope) = match standing {
                    Standing::Grant(grant) => {
                        let scope =
                            power::effective(config, &token.scope, &grant.client_scope, Some(grant.role));
                        (Some(person(grant)), scope)
                    }
                    Standing::Client(client_scope) => {
                        (None, power::effective(config, &token.scope, &client_scope, None))
                    }
                };
                Credential {
                    kind: CredentialKind::AccessToken,
                    id: token.id,
                    client_id: token.client_id,
                    account,
                    workspace_id: token.workspace_id,
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
                client_id: token.client_id,
                workspace_id: token.workspace_id,
                scope: power::effective(config, &token.scope, &grant.client_scope, Some(grant.role)),
                audience: grant.resource.clone(),
                issued_at: token.issued_at,
                expires_at: token.expires_at,
                account: Some(person(grant)),
            }))
        }
    }
}

fn person(grant: StandingGrant) -> Person {
    Person {
        id: grant.account_id,
        role: grant.role,
        email: grant.email,
    }
}

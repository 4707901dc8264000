//! A refresh token for a new pair (RFC 6749 §6, RFC 9700 §4.14.2).

use diesel::PgConnection;
use zeroize::Zeroizing;

use crate::{
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    oauth::{
        client::registration::Client,
        credential::refresh_token::{self, Spend, Wanted},
        grant::{self, Because},
        token::issue::{Acting, Issuance, Mint, TokenResponse, issue},
    },
    platform::{
        db::{Internal, Verdict},
        secret::Secret,
    },
    wire::error::OAuthError,
    workspaces::power,
};

/// Spends the presented token and issues its successor.
///
/// Refuses with `invalid_grant` when the token is unknown, expired, another client's, or of a grant that no longer
/// stands; a second use also ends the grant. Refuses with `invalid_scope` what the token may not give, with
/// `invalid_target` audiences that its grant does not have; neither spends it.
pub fn redeem(
    conn: &mut PgConnection,
    mint: Mint<'_>,
    client: &Client,
    token: &Zeroizing<String>,
    wanted: &Wanted,
    origin: &Origin,
) -> Verdict<TokenResponse, OAuthError> {
    let unknown = || OAuthError::invalid_grant("refresh token is not valid");
    let Some(token) = Secret::parse(&mint.config.vendor, token) else {
        return Ok(Err(unknown()));
    };
    if reaches_nothing(conn, mint, client, &token, wanted)? {
        return Ok(Err(OAuthError::invalid_target(
            "none of the scopes belongs to the requested resource",
        )));
    }
    match refresh_token::spend(conn, &token, client.id, wanted, mint.now).map_err(Internal::from)? {
        Spend::First(token) => {
            let Some(grant) = grant::standing(conn, token.grant_id, mint.now).map_err(Internal::from)? else {
                return Ok(Err(unknown()));
            };
            grant::touch(conn, &grant, mint.now).map_err(Internal::from)?;
            let scope = wanted.scope.as_ref().unwrap_or(&token.scope);
            let audience = if wanted.resource.is_empty() {
                grant.resource.clone()
            } else {
                wanted.resource.clone()
            };
            let acting = Acting::Person(&grant, token.generation.saturating_add(1));
            let issuance = Issuance {
                client,
                acting,
                scope,
                audience,
            };
            Ok(Ok(issue(conn, mint, &issuance)?))
        }
        Spend::Again(grant_id) => {
            metrics::counter!("refresh_reuse_total").increment(1);
            if let Some((client, workspace)) =
                grant::revoke(conn, grant_id, Because::RefreshReuse, mint.now).map_err(Internal::from)?
            {
                let event = Event::RefreshReused {
                    grant: grant_id,
                    client,
                    workspace,
                };
                log::append(conn, Actor::Client(client), origin, &event, mint.now).map_err(Internal::from)?;
            }
            Ok(Err(OAuthError::invalid_grant(
                "refresh token was already used; its grant is revoked",
            )))
        }
        Spend::TooWide => Ok(Err(OAuthError::invalid_scope(
            "the requested scope exceeds what was granted",
        ))),
        Spend::WrongTarget => Ok(Err(OAuthError::invalid_target(
            "the authorization does not cover the requested resource",
        ))),
        Spend::Unknown => Ok(Err(unknown())),
    }
}

/// Whether a live token of this client is asked for scopes and audiences that have nothing in common. Asked before it is
/// spent, and only of a request that narrows: what it reads never changes in the life of a token.
fn reaches_nothing(
    conn: &mut PgConnection,
    mint: Mint<'_>,
    client: &Client,
    token: &Secret,
    wanted: &Wanted,
) -> Result<bool, Internal> {
    if wanted.scope.is_none() && wanted.resource.is_empty() {
        return Ok(false);
    }
    let Some((token, grant)) = refresh_token::find(conn, token, mint.now)? else {
        return Ok(false);
    };
    let scope = wanted.scope.as_ref().unwrap_or(&token.scope);
    let audience = if wanted.resource.is_empty() {
        &grant.resource
    } else {
        &wanted.resource
    };
    Ok(token.client_id == client.id
        && scope.is_within(&token.scope)
        && power::within(mint.config, scope, audience).is_empty())
}

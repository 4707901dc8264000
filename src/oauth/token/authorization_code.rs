//! A code for tokens (RFC 6749 §4.1.3).

use diesel::PgConnection;
use zeroize::Zeroizing;

use crate::{
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    oauth::{
        client::registration::Client,
        credential::authorization_code::{self, Presentation, Redemption},
        grant::{self, Because},
        token::issue::{Acting, Issuance, Mint, TokenResponse, issue},
    },
    platform::{
        db::{Internal, Verdict},
        secret::Secret,
    },
    wire::error::OAuthError,
};

/// Redeems the presented code and issues under its grant.
///
/// Refuses with `invalid_grant` a code that is unknown, expired, another client's, of a grant that no longer stands, or
/// presented with another redirect URI or verifier than it was made for (which burns it); a second presentation of a
/// redeemed code also ends the grant. Refuses with `invalid_target` audiences that the grant does not have.
pub fn redeem(
    conn: &mut PgConnection,
    mint: Mint<'_>,
    client: &Client,
    code: &Zeroizing<String>,
    presentation: &Presentation<'_>,
    origin: &Origin,
) -> Verdict<TokenResponse, OAuthError> {
    let unknown = || OAuthError::invalid_grant("authorization code is not valid");
    let Some(code) = Secret::parse(&mint.config.vendor, code) else {
        return Ok(Err(unknown()));
    };
    let actor = Actor::Client(client.id);
    let append = |conn: &mut PgConnection, event: Event| {
        log::append(conn, actor, origin, &event, mint.now).map_err(Internal::from)
    };
    let redemption =
        authorization_code::redeem(conn, &code, client.id, presentation, mint.now).map_err(Internal::from)?;
    match redemption {
        Redemption::First(grant_id) => {
            let Some(grant) = grant::standing(conn, grant_id, mint.now).map_err(Internal::from)? else {
                return Ok(Err(unknown()));
            };
            let audience = if presentation.resource.is_empty() {
                grant.resource.clone()
            } else {
                presentation.resource.to_vec()
            };
            let issuance = Issuance {
                client,
                acting: Acting::Person(&grant, 0),
                scope: &grant.scope,
                audience,
            };
            Ok(Ok(issue(conn, mint, &issuance)?))
        }
        Redemption::Again(grant_id) => {
            if let Some((client, workspace)) =
                grant::revoke(conn, grant_id, Because::CodeReplay, mint.now).map_err(Internal::from)?
            {
                metrics::counter!("code_replay_total").increment(1);
                append(
                    conn,
                    Event::CodeReplayed {
                        grant: grant_id,
                        client,
                        workspace,
                    },
                )?;
            }
            Ok(Err(OAuthError::invalid_grant(
                "authorization code was already used; its tokens are revoked",
            )))
        }
        Redemption::Burnt(grant_id, workspace) => {
            append(
                conn,
                Event::CodeBurnt {
                    grant: grant_id,
                    client: client.id,
                    workspace,
                },
            )?;
            Ok(Err(OAuthError::invalid_grant(
                "redirect_uri or code_verifier does not fit the authorization request; the code is void now",
            )))
        }
        Redemption::WrongTarget => Ok(Err(OAuthError::invalid_target(
            "the authorization does not cover the requested resource",
        ))),
        Redemption::Unknown => Ok(Err(unknown())),
    }
}

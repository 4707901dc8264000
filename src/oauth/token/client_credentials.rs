//! A client in its own name (RFC 6749 §4.4). Only a client that belongs to a workspace has somewhere to act.

use diesel::PgConnection;

use crate::{
    oauth::{
        client::registration::Client,
        token::issue::{Acting, Issuance, Mint, TokenResponse, issue},
    },
    platform::db::Verdict,
    wire::{error::OAuthError, scope::Scope},
    workspaces::{power, workspace},
};

/// Issues an access token to the client itself; never a refresh token (RFC 6749 §4.4.3).
///
/// Refuses with `unauthorized_client` a client without a workspace, with `invalid_scope` what the client may not ask
/// for, with `invalid_target` audiences that none of the scopes belongs to.
pub fn redeem(
    conn: &mut PgConnection,
    mint: Mint<'_>,
    client: &Client,
    scope: Option<&Scope>,
    resource: &[String],
) -> Verdict<TokenResponse, OAuthError> {
    let Some(workspace_id) = client.workspace_id else {
        return Ok(Err(OAuthError::unauthorized_client(
            "this client belongs to no workspace",
        )));
    };
    let scope = scope.unwrap_or(&client.default_scope);
    if scope.is_empty() {
        return Ok(Err(OAuthError::invalid_scope(
            "scope is missing, and this client has no default",
        )));
    }
    if !scope.is_within(&client.scope) || scope.iter().any(|name| mint.config.scope(name).is_none()) {
        return Ok(Err(OAuthError::invalid_scope(
            "this client may not ask for all of these scopes",
        )));
    }
    let all = power::audiences(mint.config, scope);
    if resource.iter().any(|audience| !all.contains(audience)) {
        return Ok(Err(OAuthError::invalid_target(
            "none of the scopes belongs to the requested resource",
        )));
    }
    let audience = if resource.is_empty() {
        all
    } else {
        resource.to_vec()
    };
    let workspace = workspace::living(conn, workspace_id)?;
    let plan = workspace.as_ref().and_then(|workspace| workspace.plan.as_deref());
    let issuance = Issuance {
        client,
        acting: Acting::Client(workspace_id, plan),
        scope,
        audience,
    };
    Ok(Ok(issue(conn, mint, &issuance)?))
}

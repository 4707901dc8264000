//! What a request comes to, given who is signed in and what they allowed before. Pure: no SQL, no HTTP.

use crate::{
    accounts::session::Session,
    oauth::{
        authorize::stored_request::StoredRequest,
        client::registration::{Client, Kind},
        consent::Consent,
    },
    wire::error::OAuthError,
    workspaces::{membership::Membership, workspace::Workspace},
};

/// What to do next.
#[derive(Debug)]
pub enum Decision {
    /// The person must prove who they are.
    SignIn,
    /// The person must be asked.
    Ask,
    /// They allowed all of it before, in this workspace.
    Grant(Workspace),
    /// There is no workspace in which they could use this client.
    Nowhere,
    /// The client is told no.
    Refuse(OAuthError),
}

/// The workspaces in which this person can use this client: all of theirs, or the one that the client belongs to.
#[must_use]
pub fn choices(client: &Client, memberships: Vec<Membership>) -> Vec<Membership> {
    memberships
        .into_iter()
        .filter(|membership| {
            client
                .workspace_id
                .is_none_or(|only| membership.workspace.id == only)
        })
        .collect()
}

/// The choice that the client hinted at, by id or slug.
#[must_use]
pub fn hinted<'a>(request: &StoredRequest, choices: &'a [Membership]) -> Option<&'a Membership> {
    let hint = request.workspace_hint.as_deref()?;
    choices
        .iter()
        .find(|choice| choice.workspace.slug == hint || choice.workspace.id.to_string() == hint)
}

/// Whether the session's proof is recent enough for this request.
#[must_use]
pub fn is_proven(request: &StoredRequest, session: &Session) -> bool {
    let prompt = request.prompt();
    let again = prompt.login() || prompt.select_account();
    !again || session.authenticated_at >= request.created_at
}

/// Decides.
#[must_use]
pub fn decide(
    request: &StoredRequest,
    client: &Client,
    session: Option<&Session>,
    choices: &[Membership],
    consents: &[Consent],
) -> Decision {
    let silent = request.prompt().none();
    if !session.is_some_and(|session| is_proven(request, session)) {
        return if silent {
            Decision::Refuse(OAuthError::login_required("nobody is signed in"))
        } else {
            Decision::SignIn
        };
    }
    if choices.is_empty() {
        return if silent {
            Decision::Refuse(OAuthError::interaction_required(
                "the person has no workspace for this client",
            ))
        } else {
            Decision::Nowhere
        };
    }
    match remembered(request, client, choices, consents) {
        Some(workspace) => Decision::Grant(workspace.clone()),
        None if silent => Decision::Refuse(OAuthError::consent_required("the person must be asked")),
        None => Decision::Ask,
    }
}

/// The workspace in which all of this was allowed before, if nobody needs to be asked again (AZ-16).
///
/// A public client proves nothing about who runs it, and a custom scheme or a loopback port can be taken by any program
/// on the person's machine (RFC 8252 §8.6): there consent is asked every time.
fn remembered<'a>(
    request: &StoredRequest,
    client: &Client,
    choices: &'a [Membership],
    consents: &[Consent],
) -> Option<&'a Workspace> {
    let identified = client.kind == Kind::Confidential && request.redirect_uri.starts_with("https://");
    if !identified || request.prompt().consent() {
        return None;
    }
    let consent = match (&request.workspace_hint, consents) {
        (Some(_), _) => {
            let hinted = hinted(request, choices)?;
            consents
                .iter()
                .find(|consent| consent.workspace_id == hinted.workspace.id)?
        }
        (None, [only]) => only,
        (None, _) => return None,
    };
    let choice = choices
        .iter()
        .find(|choice| choice.workspace.id == consent.workspace_id)?;
    request
        .scope
        .is_within(&consent.scope)
        .then_some(&choice.workspace)
}

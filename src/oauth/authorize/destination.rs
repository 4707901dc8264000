//! What sign-in is told about the request that sent a person to it: a title, and where to come back to.

use diesel::PgConnection;

use crate::{
    accounts::destination::Destination,
    oauth::{
        authorize::stored_request,
        client::registration::{self},
    },
    platform::{clock::Timestamp, db::Internal, id::AuthorizationRequestId, secret::Secret},
    wire::redirect_uri::origin_for_csp,
};

/// The destination behind the id of a stored request, for the browser that began it.
///
/// # Errors
/// The database's.
pub fn destination(
    conn: &mut PgConnection,
    id: &str,
    browser: &Secret,
    now: Timestamp,
) -> Result<Option<Destination>, Internal> {
    let Some(id) = AuthorizationRequestId::parse(id) else {
        return Ok(None);
    };
    let Some(request) = stored_request::find(conn, id, browser, now)? else {
        return Ok(None);
    };
    let Some(client) = registration::find(conn, request.client_id)? else {
        return Ok(None);
    };
    Ok(Some(Destination {
        title: client.name,
        return_to: consent_path(id),
        // Where the person has allowed everything before, the answer to the sign-in form leads straight to the client.
        form_action: origin_for_csp(&request.redirect_uri),
        login_hint: request.login_hint,
    }))
}

/// The page of a stored request.
#[must_use]
pub fn consent_path(id: AuthorizationRequestId) -> String {
    format!("/oauth/authorize/{id}/consent")
}

//! What sign-in is told about the request that sent a person to it: a title, and where to come back to.

use diesel::PgConnection;

use crate::{
    accounts::destination::Destination,
    oauth::{
        authorize::{closed, stored_request},
        client::registration,
        place,
    },
    platform::{clock::Timestamp, db::Verdict, id::AuthorizationRequestId, secret::Secret},
    web::stale::Stale,
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
) -> Verdict<Destination, Stale> {
    let Some(id) = AuthorizationRequestId::parse(id) else {
        return Ok(Err(Stale::default()));
    };
    let Some(request) = stored_request::find(conn, id, browser, now)? else {
        return Ok(Err(closed::explain(conn, id, browser)?));
    };
    let Some(client) = registration::find(conn, request.client_id)? else {
        return Ok(Err(Stale::default()));
    };
    Ok(Ok(Destination {
        domain: place::domain(
            client.uri.as_deref(),
            client.verified_at.is_some(),
            &request.redirect_uri,
        ),
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

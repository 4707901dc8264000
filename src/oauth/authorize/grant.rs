//! The end of a request: a grant and its code, or a no. Exactly once, however many answers race.

use actix_web::{HttpResponse, web::Data};
use diesel::PgConnection;
use zeroize::Zeroizing;

use crate::{
    accounts::session::Session,
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    oauth::{
        authorize::{closed, respond, stored_request, visit::Visit},
        consent,
        credential::authorization_code::{self, NewCode},
        grant::{self, NewGrant},
    },
    platform::{Platform, clock::Timestamp, db::Internal, id::GrantId},
    web::{observe::Manners, problem::Problem, stale},
    wire::{
        error::{ErrorCode, OAuthError},
        scope::Scope,
    },
    workspaces::{power, workspace::Workspace},
};

/// Grants `scope` in `workspace` and sends the code to the client.
///
/// # Errors
/// A problem of ours; nothing was granted then.
pub async fn grant(
    visit: Visit,
    workspace: Workspace,
    scope: Scope,
    platform: &Data<Platform>,
    manners: &Manners,
    origin: Origin,
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    let work = platform.clone();
    let request_id = origin.request_id.clone().unwrap_or_default();
    let (callback, client, language) = (visit.callback.clone(), visit.client.clone(), visit.language);
    let code = platform
        .db
        .write(move |conn| begin(conn, &work, &visit, &workspace, &scope, &origin, now))
        .await?;
    Ok(match code {
        Some(code) => respond::with_code(&callback, &code, &manners.origin),
        None => stale::page(&closed::answered(&client), manners, language, &request_id),
    })
}

/// Consent, grant and code, in one transaction. `None`: the request was answered a moment ago.
fn begin(
    conn: &mut PgConnection,
    platform: &Platform,
    visit: &Visit,
    workspace: &Workspace,
    scope: &Scope,
    origin: &Origin,
    now: Timestamp,
) -> Result<Option<Zeroizing<String>>, Internal> {
    let Visit {
        request,
        client,
        session,
        ..
    } = visit;
    let Some(Session {
        account,
        authenticated_at,
        ..
    }) = session
    else {
        return Ok(None);
    };
    if !stored_request::answer(conn, request.id, now)? {
        return Ok(None);
    }
    let config = &platform.config;
    let consent_id = consent::remember(conn, account.id, client.id, workspace.id, scope, now)?;
    let mut resource = power::audiences(config, scope);
    if !request.resource.is_empty() {
        resource.retain(|audience| request.resource.contains(audience));
    }
    let grant_id = GrantId::generate(now);
    grant::create(
        conn,
        &NewGrant {
            id: grant_id,
            consent_id,
            client_id: client.id,
            account_id: account.id,
            workspace_id: workspace.id,
            scope: scope.to_stored(),
            resource: resource.clone(),
            credentials_epoch: account.credentials_epoch,
            authenticated_at: *authenticated_at,
            created_at: now,
            expires_at: client.grant_ends_at(now),
            last_used_at: now,
        },
    )?;
    let new = NewCode {
        grant_id,
        client_id: client.id,
        workspace_id: workspace.id,
        redirect_uri: &request.redirect_uri,
        code_challenge: request.code_challenge.as_deref(),
        scope: scope.to_stored(),
        resource,
        expires_at: now + config.tokens.code,
    };
    let code = authorization_code::create(conn, &new, now)?;
    let event = Event::ConsentGiven {
        consent: consent_id,
        grant: grant_id,
        client: client.id,
        workspace: workspace.id,
        scope: scope.to_string(),
    };
    log::append(conn, Actor::Account(account.id), origin, &event, now)?;
    Ok(Some(code.reveal(&config.vendor)))
}

/// Ends the request without a grant, and tells the client why.
///
/// # Errors
/// A problem of ours.
pub async fn refuse(
    visit: Visit,
    error: OAuthError,
    platform: &Data<Platform>,
    manners: &Manners,
    origin: Origin,
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    let request_id = origin.request_id.clone().unwrap_or_default();
    let (callback, client, language) = (visit.callback.clone(), visit.client.clone(), visit.language);
    let denied = error.code == ErrorCode::AccessDenied;
    let answered = platform
        .db
        .write(move |conn| {
            if !stored_request::answer(conn, visit.request.id, now)? {
                return Ok(false);
            }
            if let (true, Some(session)) = (denied, &visit.session) {
                let event = Event::ConsentDenied {
                    client: visit.client.id,
                };
                log::append(conn, Actor::Account(session.account.id), &origin, &event, now)?;
            }
            Ok(true)
        })
        .await?;
    Ok(if answered {
        respond::with_error(&callback, &error, &manners.origin)
    } else {
        stale::page(&closed::answered(&client), manners, language, &request_id)
    })
}

//! Tells who a bearer of our own API is: what [`crate::web::caller`] asks without knowing any credential.

use actix_web::web::Data;
use diesel::PgConnection;

use crate::{
    access::{
        credential::{Credential, CredentialKind, Holder, Key, Subject},
        dead,
        resolve::{self, Question},
        session::{self as acting, Acting, acting},
    },
    accounts::session,
    platform::{Platform, db::Verdict},
    web::{
        caller::{Asked, Asker, Caller, KeyCaller, Place, Resolving, workspace_forbidden},
        problem::Problem,
        words::errors,
    },
    workspaces::{
        membership::Membership,
        workspace::{self, Workspace},
    },
};

/// The live session or API key behind a bearer, and the workspace that the request acts in.
#[must_use]
pub fn caller(platform: Data<Platform>, asked: Asked) -> Resolving {
    Box::pin(async move {
        let work = platform.clone();
        platform.db.write(move |conn| find(conn, &work, &asked)).await?
    })
}

fn find(conn: &mut PgConnection, platform: &Platform, asked: &Asked) -> Verdict<Asker, Problem> {
    let (config, now) = (&platform.config, asked.now);
    let token = (asked.bearer.as_str(), asked.workspace.as_deref());
    let Some(Acting { session, place, .. }) = acting(conn, config, token, now)? else {
        return key(conn, platform, asked);
    };
    let place = match place {
        acting::Place::In(membership) => Some(of(membership)),
        acting::Place::Nowhere => None,
        acting::Place::Foreign => return Ok(Err(workspace_forbidden())),
    };
    session::seen_to_the_minute(conn, &session, now)?;
    Ok(Ok(Asker::Person(Caller {
        account: session.account.id,
        session: session.id,
        authenticated_at: session.authenticated_at,
        place,
        now,
    })))
}

/// An API key is bound to its workspace. A token that was made with one is for the operator's APIs, as an app's is.
fn key(conn: &mut PgConnection, platform: &Platform, asked: &Asked) -> Verdict<Asker, Problem> {
    let (config, now) = (&platform.config, asked.now);
    let question = Question {
        token: &asked.bearer,
        workspace: asked.workspace.as_deref(),
        from: resolve::From {
            address: asked.address,
            origin: asked.origin.as_deref(),
        },
    };
    let credential = match resolve::resolve(conn, config, question, now)? {
        Ok(credential) => credential,
        Err(dead) => return Ok(Err(dead::problem(dead, config))),
    };
    let (CredentialKind::ApiKey, Subject::Key(key)) = (credential.kind, &credential.subject) else {
        let detail = "An app's token acts at the APIs that it is for. This needs the session of a person.";
        return Ok(Err(Problem::new(&errors::SESSION_REQUIRED, detail)));
    };
    let there = match credential.workspace_id {
        Some(id) => workspace::living(conn, id)?,
        None => None,
    };
    let Some((there, role)) = there.zip(credential.role()) else {
        return Ok(Err(workspace_forbidden()));
    };
    Ok(Ok(Asker::Key(of_key(
        &credential,
        key,
        place(there, role),
        asked,
    ))))
}

fn of_key(credential: &Credential, key: &Key, place: Place, asked: &Asked) -> KeyCaller {
    let (account, service_account) = match &key.holder {
        Holder::Person(person) => (Some(person.id), None),
        Holder::ServiceAccount(id, _) => (None, Some(*id)),
    };
    KeyCaller {
        key: key.id,
        last_four: key.last_four.clone().unwrap_or_default(),
        account,
        service_account,
        scopes: credential.scope.to_stored(),
        place,
        now: asked.now,
    }
}

fn of(Membership { workspace, role }: Membership) -> Place {
    place(workspace, role)
}

fn place(workspace: Workspace, role: crate::platform::config::Role) -> Place {
    Place {
        id: workspace.id,
        slug: workspace.slug,
        name: workspace.name,
        role,
    }
}

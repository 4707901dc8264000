//! Tells who a bearer of our own API is: what [`crate::web::caller`] asks without knowing any credential.

use actix_web::web::Data;
use diesel::PgConnection;

use crate::{
    access::resolve::{self, Question},
    accounts::{session, session_token},
    platform::{Platform, config::HeaderNeed, db::Verdict},
    web::{
        caller::{Asked, Caller, Place, Resolving, invalid_token, workspace_forbidden},
        problem::Problem,
        words::errors,
    },
    workspaces::membership::{self, Membership},
};

/// The live session behind a bearer, and the workspace that the request acts in.
#[must_use]
pub fn caller(platform: Data<Platform>, asked: Asked) -> Resolving {
    Box::pin(async move {
        let work = platform.clone();
        platform.db.write(move |conn| find(conn, &work, &asked)).await?
    })
}

fn find(conn: &mut PgConnection, platform: &Platform, asked: &Asked) -> Verdict<Caller, Problem> {
    let (config, now) = (&platform.config, asked.now);
    let session = match session_token::read(conn, config, &asked.bearer, now)? {
        Some(claims) => {
            session::find_api(conn, claims.sid, now)?.filter(|session| session.account.id == claims.sub)
        }
        None => None,
    };
    let Some(session) = session else {
        let question = Question {
            token: &asked.bearer,
            workspace: None,
        };
        return Ok(Err(if resolve::resolve(conn, config, question, now)?.is_some() {
            let detail =
                "An app's token acts at the APIs that it is for. This needs the session of a person.";
            Problem::new(&errors::SESSION_REQUIRED, detail)
        } else {
            invalid_token()
        }));
    };
    let account = session.account.id;
    let membership = match (
        &asked.workspace,
        session.workspace_id,
        config.workspace_header.need,
    ) {
        (Some(named), _, _) => match membership::find_named(conn, account, named)? {
            Some(place) => Some(place),
            None => return Ok(Err(workspace_forbidden())),
        },
        (None, Some(default), HeaderNeed::Optional) => membership::find(conn, account, default)?,
        (None, _, _) => None,
    };
    session::seen_to_the_minute(conn, &session, now)?;
    Ok(Ok(Caller {
        account,
        session: session.id,
        authenticated_at: session.authenticated_at,
        place: membership.map(place),
        now,
    }))
}

fn place(Membership { workspace, role }: Membership) -> Place {
    Place {
        id: workspace.id,
        slug: workspace.slug,
        name: workspace.name,
        role,
    }
}

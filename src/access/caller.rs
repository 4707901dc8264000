//! Tells who a bearer of our own API is: what [`crate::web::caller`] asks without knowing any credential.

use actix_web::web::Data;
use diesel::PgConnection;

use crate::{
    access::{
        resolve::{self, Question},
        session::{self as acting, Acting, acting},
    },
    accounts::session,
    platform::{Platform, db::Verdict},
    web::{
        caller::{Asked, Caller, Place, Resolving, invalid_token, workspace_forbidden},
        problem::Problem,
        words::errors,
    },
    workspaces::membership::Membership,
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
    let token = (asked.bearer.as_str(), asked.workspace.as_deref());
    let Some(Acting { session, place, .. }) = acting(conn, config, token, now)? else {
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
    let place = match place {
        acting::Place::In(membership) => Some(of(membership)),
        acting::Place::Nowhere => None,
        acting::Place::Foreign => return Ok(Err(workspace_forbidden())),
    };
    session::seen_to_the_minute(conn, &session, now)?;
    Ok(Ok(Caller {
        account: session.account.id,
        session: session.id,
        authenticated_at: session.authenticated_at,
        place,
        now,
    }))
}

fn of(Membership { workspace, role }: Membership) -> Place {
    Place {
        id: workspace.id,
        slug: workspace.slug,
        name: workspace.name,
        role,
    }
}

//! A program's live session, and the workspace that a request with it acts in: one answer for our own API and for introspection.

use diesel::PgConnection;

use crate::{
    accounts::{
        session::{self, Session},
        session_token::{self, Claims},
    },
    platform::{
        clock::Timestamp,
        config::{Config, HeaderNeed},
        db::Internal,
    },
    workspaces::membership::{self, Membership},
};

/// A live session at work.
pub(super) struct Acting {
    /// What its token says.
    pub(super) claims: Claims,
    /// What it is now.
    pub(super) session: Session,
    /// Where it acts.
    pub(super) place: Place,
}

/// Where a request acts.
pub(super) enum Place {
    /// In this workspace of the person's.
    In(Membership),
    /// In none: none is named, and there is no default or none is allowed.
    Nowhere,
    /// In one that is named and not the person's.
    Foreign,
}

/// The session behind a token, if it lives; `named`: the id or slug of a workspace that the request names.
///
/// # Errors
/// The database's.
pub(super) fn acting(
    conn: &mut PgConnection,
    config: &Config,
    (token, named): (&str, Option<&str>),
    now: Timestamp,
) -> Result<Option<Acting>, Internal> {
    let Some(claims) = session_token::read(conn, config, token, now)? else {
        return Ok(None);
    };
    let found = session::find_api(conn, claims.sid, now)?;
    let Some(session) = found.filter(|session| session.account.id == claims.sub) else {
        return Ok(None);
    };
    let account = session.account.id;
    let place = match (named, session.workspace_id, config.workspace_header.need) {
        (Some(named), _, _) => {
            membership::find_named(conn, account, named)?.map_or(Place::Foreign, Place::In)
        }
        (None, Some(default), HeaderNeed::Optional) => {
            membership::find(conn, account, default)?.map_or(Place::Nowhere, Place::In)
        }
        (None, _, _) => Place::Nowhere,
    };
    Ok(Some(Acting {
        claims,
        session,
        place,
    }))
}

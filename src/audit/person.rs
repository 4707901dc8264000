//! What was written down about one person: to be given to them, and the end of what is personal in it.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    platform::{
        clock::Timestamp,
        id::{AccountId, AuditEventId},
    },
    schema::{audit_event as t, audit_personal as personal},
};

/// As many as a person is given, the newest.
const MOST: i64 = 10_000;

/// A fact that the person made true, or that was about them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// When.
    pub at: Option<Timestamp>,
    /// What happened.
    pub kind: String,
    /// `account` for a person.
    pub by: String,
    /// What it happened to.
    pub target: Option<String>,
    /// Which one.
    pub target_id: Option<Uuid>,
    /// The rest.
    pub detail: Value,
    /// From where, while that is kept.
    pub address: Option<String>,
    /// With what, while that is kept.
    pub user_agent: Option<String>,
}

type Row = (AuditEventId, String, String, Option<String>, Option<Uuid>, Value);

type Origin = (AuditEventId, Option<String>, Option<String>);

/// What is kept of a person, newest first.
pub fn of(conn: &mut PgConnection, account: AccountId) -> QueryResult<Vec<Fact>> {
    let rows: Vec<Row> = t::table
        .filter(t::actor_id.eq(account.uuid()).or(t::target_id.eq(account.uuid())))
        .order(t::id.desc())
        .limit(MOST)
        .select((
            t::id,
            t::kind,
            t::actor_kind,
            t::target_kind,
            t::target_id,
            t::detail,
        ))
        .load(conn)?;
    // From where others acted on this person is not this person's.
    let own = own(conn, account)?;
    let origins: Vec<Origin> = personal::table
        .filter(personal::event_id.eq_any(own))
        .select((personal::event_id, personal::address, personal::user_agent))
        .load(conn)?;
    let mut origins: BTreeMap<_, _> = origins
        .into_iter()
        .map(|(id, address, user_agent)| (id, (address, user_agent)))
        .collect();
    let fact = |(id, kind, by, target, target_id, detail): Row| {
        let (address, user_agent) = origins.remove(&id).unwrap_or_default();
        Fact {
            at: id.made_at(),
            kind,
            by,
            target,
            target_id,
            detail,
            address,
            user_agent,
        }
    };
    Ok(rows.into_iter().map(fact).collect())
}

fn own(conn: &mut PgConnection, account: AccountId) -> QueryResult<Vec<AuditEventId>> {
    t::table
        .filter(t::actor_id.eq(account.uuid()))
        .order(t::id.desc())
        .select(t::id)
        .load(conn)
}

/// Forgets from where a person acted. What they did stays, under an id that is nobody's any more.
pub fn forget(conn: &mut PgConnection, account: AccountId) -> QueryResult<()> {
    let own = own(conn, account)?;
    diesel::delete(personal::table.filter(personal::event_id.eq_any(own)))
        .execute(conn)
        .map(drop)
}

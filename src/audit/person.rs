//! What was written down about one person: to be given to them, and the end of what is personal in it.

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
    web::stream::Page,
};

/// How many facts are looked up at once.
const AT_ONCE: i64 = 500;

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

type Row = (
    AuditEventId,
    String,
    String,
    Option<String>,
    Option<Uuid>,
    Value,
    Option<Origin>,
);

type Origin = (Option<String>, Option<String>);

/// Some of what is kept of a person, newest first: what comes after this fact, or the newest.
pub fn page(
    conn: &mut PgConnection,
    account: AccountId,
    after: Option<AuditEventId>,
) -> QueryResult<Page<Fact, AuditEventId>> {
    let own = t::actor_id.eq(account.uuid());
    let newest = AuditEventId::from(Uuid::max());
    let rows: Vec<Row> = t::table
        // From where others acted on this person is not this person's.
        .left_join(personal::table.on(personal::event_id.eq(t::id).and(own)))
        .filter(own.or(t::target_id.eq(account.uuid()).and(t::target_kind.eq("account"))))
        .filter(t::id.lt(after.unwrap_or(newest)))
        .order(t::id.desc())
        .limit(AT_ONCE)
        .select((
            t::id,
            t::kind,
            t::actor_kind,
            t::target_kind,
            t::target_id,
            t::detail,
            (personal::address, personal::user_agent).nullable(),
        ))
        .load(conn)?;
    let is_full = rows.len() >= usize::try_from(AT_ONCE).unwrap_or_default();
    Ok(Page {
        next: rows.last().map(|row| row.0).filter(|_| is_full),
        rows: rows.into_iter().map(Fact::from).collect(),
    })
}

impl From<Row> for Fact {
    fn from((id, kind, by, target, target_id, detail, origin): Row) -> Self {
        let (address, user_agent) = origin.unwrap_or_default();
        Self {
            at: id.made_at(),
            kind,
            by,
            target,
            target_id,
            detail,
            address,
            user_agent,
        }
    }
}

/// Forgets from where a person acted. What they did stays, under an id that is nobody's any more.
pub fn forget(conn: &mut PgConnection, account: AccountId) -> QueryResult<()> {
    let own = t::table.filter(t::actor_id.eq(account.uuid())).select(t::id);
    diesel::delete(personal::table.filter(personal::event_id.eq_any(own)))
        .execute(conn)
        .map(drop)
}

//! The log as its readers see it: what is sealed, by number, the newest first; and of each row whether it is as it was sealed.
//!
//! What is not sealed yet is not told: it could still be followed by a row that was committed before it.

use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    audit::chain::{Found, Head, ROW, RowState},
    platform::{
        clock::Timestamp,
        id::{AuditEventId, WorkspaceId},
        secret::Digest,
    },
};

/// Which rows are asked for. Empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Made true by this person or client.
    pub actor: Option<Uuid>,
    /// Made true by this kind of actor, such as `operator`.
    pub actor_kind: Option<String>,
    /// Of this kind; or, without a dot, of the kinds about this noun.
    pub kind: Option<String>,
    /// About this.
    pub target: Option<Uuid>,
    /// Done with this credential.
    pub credential: Option<Uuid>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

/// From where on rows are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The newest, and older ones.
    Newest,
    /// Older than this number.
    Before(i64),
    /// Newer than this number.
    After(i64),
}

/// What a row says.
#[derive(Clone, Debug, Deserialize)]
pub struct Fact {
    /// What happened.
    pub kind: String,
    /// `account`, `client`, `operator` or `nobody`.
    pub actor_kind: String,
    /// Who.
    pub actor_id: Option<Uuid>,
    /// With what kind of credential.
    pub credential_kind: Option<String>,
    /// With which.
    pub credential_id: Option<Uuid>,
    /// How that one ends.
    pub credential_last_four: Option<String>,
    /// What kind of thing it happened to.
    pub target_kind: Option<String>,
    /// To which.
    pub target_id: Option<Uuid>,
    /// The rest.
    #[serde(default)]
    pub detail: Value,
    /// In which request.
    pub request_id: Option<String>,
}

/// One row, to be shown.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number.
    pub sequence: i64,
    /// Its id.
    pub id: AuditEventId,
    /// When.
    pub at: Option<Timestamp>,
    /// What it says; none where it was taken out of the database.
    pub fact: Option<Fact>,
    /// From where, while that is kept.
    pub address: Option<String>,
    /// With what, while that is kept.
    pub user_agent: Option<String>,
    /// Whether the row is as it was sealed, and its seal follows the one before it.
    pub is_as_sealed: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(embed)]
    found: Found,
    #[diesel(sql_type = Nullable<Binary>)]
    before: Option<Digest>,
    #[diesel(sql_type = Nullable<Text>)]
    address: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    user_agent: Option<String>,
}

impl From<Row> for Entry {
    fn from(row: Row) -> Self {
        let link = &row.found.link;
        let follows = match row.before {
            Some(before) => link.previous == before,
            None => link.sequence == 1 && link.previous == Head::of_nothing().hash,
        };
        Self {
            sequence: link.sequence,
            id: link.event_id,
            at: link.event_id.made_at(),
            is_as_sealed: row.found.row_state() == RowState::Same && link.hash == link.expected() && follows,
            fact: row
                .found
                .row
                .as_deref()
                .and_then(|row| serde_json::from_str(row).ok()),
            address: row.address,
            user_agent: row.user_agent,
        }
    }
}

/// So many rows of a workspace, the newest first; from `After` on, those next to it.
pub fn page(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    filter: &Filter,
    start: Start,
    most: i64,
) -> QueryResult<Vec<Entry>> {
    let (compare, order, bound) = match start {
        Start::Newest => ("<", "DESC", i64::MAX),
        Start::Before(bound) => ("<", "DESC", bound),
        Start::After(bound) => (">", "ASC", bound),
    };
    // What went by retention is not missing: a checkpoint says so. What else is missing is shown as that.
    let mut rows: Vec<Row> = sql_query(format!(
        "SELECT l.*, CASE WHEN e.id IS NOT NULL THEN {ROW} END AS row, b.hash AS before, p.address, p.user_agent \
         FROM audit_seal l LEFT JOIN audit_event e ON e.id = l.event_id \
         LEFT JOIN audit_personal p ON p.event_id = l.event_id \
         LEFT JOIN audit_seal b ON b.workspace_id = l.workspace_id AND b.sequence = l.sequence - 1 \
         WHERE l.workspace_id = $1 AND l.sequence {compare} $2 \
           AND ($3 IS NULL OR e.actor_id = $3) \
           AND ($4 IS NULL OR e.actor_kind = $4) \
           AND ($5 IS NULL OR e.kind = $5 OR split_part(e.kind, '.', 1) = $5) \
           AND ($6 IS NULL OR e.target_id = $6) \
           AND ($7 IS NULL OR e.credential_id = $7) \
           AND ($8 IS NULL OR l.event_id >= first_id_at($8)) \
           AND ($9 IS NULL OR l.event_id < first_id_at($9)) \
           AND (e.id IS NOT NULL OR NOT EXISTS ( \
             SELECT FROM audit_checkpoint c WHERE c.workspace_id = l.workspace_id \
             AND c.sequence >= l.sequence AND l.event_id < first_id_at(c.gone_before))) \
         ORDER BY l.sequence {order} LIMIT $10"
    ))
    .bind::<SqlUuid, _>(workspace)
    .bind::<BigInt, _>(bound)
    .bind::<Nullable<SqlUuid>, _>(filter.actor)
    .bind::<Nullable<Text>, _>(&filter.actor_kind)
    .bind::<Nullable<Text>, _>(&filter.kind)
    .bind::<Nullable<SqlUuid>, _>(filter.target)
    .bind::<Nullable<SqlUuid>, _>(filter.credential)
    .bind::<Nullable<Timestamptz>, _>(filter.from)
    .bind::<Nullable<Timestamptz>, _>(filter.to)
    .bind::<BigInt, _>(most)
    .load(conn)?;
    if matches!(start, Start::After(_)) {
        rows.reverse();
    }
    Ok(rows.into_iter().map(Entry::from).collect())
}

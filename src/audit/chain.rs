//! `audit_seal`: the rows of the log as they were committed, numbered for each workspace, each number with the hash of its row and of
//! the seal before. Owns that table; rows are only ever added to it.
//!
//! What is hashed of a row is every column that is not NULL, as Postgres writes it in JSON: no list of columns here could forget one,
//! and a column that is added later changes no hash.

use std::collections::BTreeMap;

use diesel::{
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid},
};
use uuid::Uuid;

use crate::{
    platform::{
        id::{AuditEventId, WorkspaceId},
        secret::Digest,
    },
    schema::audit_seal as t,
};

/// Any number of our own: whoever seals holds this lock until its transaction ends.
const LOCK: i64 = 0x636f_6e73_7365_616c;

/// A row `e` of the log as it is hashed.
pub(super) const ROW: &str =
    "(SELECT jsonb_object_agg(f.key, f.value) FROM jsonb_each(to_jsonb(e)) f WHERE f.value <> 'null')::text";

/// For each cluster that rows were written on, whether it is this one, and how far its rows are sealed. Of the rows that could be seen
/// when that one was, all before it are. Nothing here reads more of an index than its edge.
const HORIZONS: &str = "WITH RECURSIVE cluster (id) AS ( \
       SELECT (SELECT min(e.cluster_id) FROM audit_event e) \
     UNION ALL \
       SELECT (SELECT min(e.cluster_id) FROM audit_event e WHERE e.cluster_id > cluster.id) \
       FROM cluster WHERE cluster.id IS NOT NULL \
     ), horizon AS ( \
       SELECT c.id, c.id = s.system_identifier AS is_ours, \
              coalesce((SELECT max(l.xact_id) FROM audit_seal l WHERE l.cluster_id = c.id), 0)::text::xid8 AS xact_id \
       FROM cluster c CROSS JOIN pg_control_system() s WHERE c.id IS NOT NULL \
     ) ";

/// A row of the log that is to be sealed.
#[derive(Debug, QueryableByName)]
pub struct Unsealed {
    #[diesel(sql_type = SqlUuid)]
    id: AuditEventId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    workspace_id: Option<WorkspaceId>,
    #[diesel(sql_type = BigInt)]
    cluster_id: i64,
    #[diesel(sql_type = BigInt)]
    xact_id: i64,
    #[diesel(sql_type = Text)]
    row: String,
}

impl Unsealed {
    /// Whose chain it belongs to.
    #[must_use]
    pub fn chain(&self) -> WorkspaceId {
        chain_of(self.workspace_id)
    }
}

/// A seal: one link of a chain.
#[derive(Clone, Debug, Insertable, QueryableByName)]
#[diesel(table_name = t)]
pub struct Link {
    /// Whose chain.
    pub workspace_id: WorkspaceId,
    /// Its number in the chain, from 1.
    pub sequence: i64,
    /// The row.
    pub event_id: AuditEventId,
    /// Of the row.
    pub row_hash: Digest,
    /// Of the seal before.
    pub previous: Digest,
    /// Of all that stands above.
    pub hash: Digest,
    cluster_id: i64,
    xact_id: i64,
}

impl Link {
    /// Seals a row after the last one of its chain.
    #[must_use]
    pub fn after(head: Option<Head>, row: &Unsealed) -> Self {
        let Head { sequence, hash } = head.unwrap_or_else(Head::of_nothing);
        let mut link = Self {
            workspace_id: row.chain(),
            sequence: sequence + 1,
            event_id: row.id,
            row_hash: row_hash(&row.row),
            previous: hash,
            hash,
            cluster_id: row.cluster_id,
            xact_id: row.xact_id,
        };
        link.hash = link.expected();
        link
    }

    /// What its hash must be.
    #[must_use]
    pub fn expected(&self) -> Digest {
        Digest::of(
            &[
                b"consentry seal 1".as_slice(),
                self.workspace_id.uuid().as_bytes(),
                &self.sequence.to_be_bytes(),
                self.event_id.uuid().as_bytes(),
                self.row_hash.as_bytes(),
                self.previous.as_bytes(),
            ]
            .concat(),
        )
    }
}

/// The end of a chain so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of its last row.
    pub sequence: i64,
    /// The hash of its last seal.
    pub hash: Digest,
}

impl Head {
    /// Before the first row.
    #[must_use]
    pub fn of_nothing() -> Self {
        Self {
            sequence: 0,
            hash: Digest::of(b"consentry audit log"),
        }
    }
}

/// Whose chain a row belongs to: the facts of no workspace are one too.
#[must_use]
pub fn chain_of(workspace: Option<WorkspaceId>) -> WorkspaceId {
    workspace.unwrap_or(WorkspaceId::from(Uuid::nil()))
}

/// The workspace whose chain it is, if it is one's.
#[must_use]
pub fn workspace_of(chain: WorkspaceId) -> Option<WorkspaceId> {
    (!chain.uuid().is_nil()).then_some(chain)
}

/// The hash of a row, as the statements of this file write it.
#[must_use]
pub fn row_hash(row: &str) -> Digest {
    Digest::of(row.as_bytes())
}

/// Takes the lock of the one sealer; `false` where another has it.
pub fn lock(conn: &mut PgConnection) -> QueryResult<bool> {
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>(&format!(
        "pg_try_advisory_xact_lock({LOCK})"
    )))
    .get_result(conn)
}

/// The rows that can be sealed now, in the order in which they are: those of other clusters, which came with a restore, first; then
/// ours, as far as every transaction has ended. That is read from the snapshot of the same statement: what it does not show was not
/// committed then, and has a later number.
pub fn sealable(conn: &mut PgConnection, most: i64) -> QueryResult<Vec<Unsealed>> {
    sql_query(format!(
        "{HORIZONS} SELECT e.id, e.workspace_id, e.cluster_id, e.xact_id::text::bigint AS xact_id, {ROW} AS row \
         FROM horizon h CROSS JOIN LATERAL ( \
           SELECT e.* FROM audit_event e \
           WHERE e.cluster_id = h.id AND e.xact_id >= h.xact_id \
             AND (NOT h.is_ours OR e.xact_id < pg_snapshot_xmin(pg_current_snapshot())) \
             AND NOT EXISTS (SELECT FROM audit_seal l WHERE l.event_id = e.id) \
           ORDER BY e.xact_id, e.id LIMIT $1 \
         ) e ORDER BY h.is_ours, h.id, e.xact_id, e.id LIMIT $1"
    ))
    .bind::<BigInt, _>(most)
    .load(conn)
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    id: Option<AuditEventId>,
}

/// The oldest row that waits to be sealed.
pub fn oldest_waiting(conn: &mut PgConnection) -> QueryResult<Option<AuditEventId>> {
    let found: Waiting = sql_query(format!(
        "{HORIZONS} SELECT (SELECT e.id FROM horizon h CROSS JOIN LATERAL ( \
           SELECT e.id FROM audit_event e \
           WHERE e.cluster_id = h.id AND e.xact_id >= h.xact_id \
             AND NOT EXISTS (SELECT FROM audit_seal l WHERE l.event_id = e.id) \
           ORDER BY e.xact_id, e.id LIMIT 1 \
         ) e ORDER BY e.id LIMIT 1) AS id"
    ))
    .get_result(conn)?;
    Ok(found.id)
}

#[derive(QueryableByName)]
struct Ended {
    #[diesel(sql_type = SqlUuid)]
    workspace_id: WorkspaceId,
    #[diesel(sql_type = BigInt)]
    sequence: i64,
    #[diesel(sql_type = diesel::sql_types::Binary)]
    hash: Digest,
}

/// The ends of these chains; one that has not begun has none.
pub fn heads(conn: &mut PgConnection, chains: &[WorkspaceId]) -> QueryResult<BTreeMap<WorkspaceId, Head>> {
    let found: Vec<Ended> = sql_query(
        "SELECT w.id AS workspace_id, l.sequence, l.hash FROM unnest($1) w (id) CROSS JOIN LATERAL ( \
           SELECT l.sequence, l.hash FROM audit_seal l WHERE l.workspace_id = w.id ORDER BY l.sequence DESC LIMIT 1 \
         ) l",
    )
    .bind::<Array<SqlUuid>, _>(chains)
    .load(conn)?;
    Ok(found
        .into_iter()
        .map(|it| {
            let head = Head {
                sequence: it.sequence,
                hash: it.hash,
            };
            (it.workspace_id, head)
        })
        .collect())
}

#[derive(QueryableByName)]
struct Begun {
    #[diesel(sql_type = SqlUuid)]
    id: WorkspaceId,
}

/// Every chain that has begun.
pub fn all(conn: &mut PgConnection) -> QueryResult<Vec<WorkspaceId>> {
    let found: Vec<Begun> = sql_query(
        "WITH RECURSIVE chain (id) AS ( \
           SELECT (SELECT l.workspace_id FROM audit_seal l ORDER BY l.workspace_id LIMIT 1) \
         UNION ALL \
           SELECT (SELECT l.workspace_id FROM audit_seal l WHERE l.workspace_id > chain.id \
                   ORDER BY l.workspace_id LIMIT 1) \
           FROM chain WHERE chain.id IS NOT NULL \
         ) SELECT id FROM chain WHERE id IS NOT NULL",
    )
    .load(conn)?;
    Ok(found.into_iter().map(|it| it.id).collect())
}

/// Adds seals.
pub fn insert(conn: &mut PgConnection, links: &[Link]) -> QueryResult<()> {
    diesel::insert_into(t::table)
        .values(links)
        .execute(conn)
        .map(drop)
}

/// A seal, and its row as it is now.
#[derive(Debug, QueryableByName)]
pub struct Found {
    /// The seal.
    #[diesel(embed)]
    pub link: Link,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) row: Option<String>,
}

/// What became of a row that was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowState {
    /// It is as it was sealed.
    Same,
    /// It is there, and not as it was.
    Changed,
    /// It is not there.
    Gone,
}

impl Found {
    /// What became of the row.
    #[must_use]
    pub fn row_state(&self) -> RowState {
        match &self.row {
            None => RowState::Gone,
            Some(row) if row_hash(row) == self.link.row_hash => RowState::Same,
            Some(_) => RowState::Changed,
        }
    }
}

/// So many seals of a chain, in order, from the one after this number on.
pub fn following(
    conn: &mut PgConnection,
    chain: WorkspaceId,
    after: i64,
    most: i64,
) -> QueryResult<Vec<Found>> {
    sql_query(format!(
        "SELECT l.*, CASE WHEN e.id IS NOT NULL THEN {ROW} END AS row FROM ( \
           SELECT * FROM audit_seal WHERE workspace_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3 \
         ) l LEFT JOIN audit_event e ON e.id = l.event_id ORDER BY l.sequence"
    ))
    .bind::<SqlUuid, _>(chain)
    .bind::<BigInt, _>(after)
    .bind::<BigInt, _>(most)
    .load(conn)
}

/// A row that the sealer passed by.
#[derive(Debug, QueryableByName)]
pub struct PassedBy {
    /// The row.
    #[diesel(sql_type = SqlUuid)]
    pub id: AuditEventId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    workspace_id: Option<WorkspaceId>,
}

impl PassedBy {
    /// Whose chain it says that it belongs to.
    #[must_use]
    pub fn chain(&self) -> WorkspaceId {
        chain_of(self.workspace_id)
    }
}

/// The first row that is not sealed although the sealer is past it, or that claims a transaction which has not begun. Reads the whole
/// log; of one chain, if it is named.
pub fn passed_by(conn: &mut PgConnection, chain: Option<WorkspaceId>) -> QueryResult<Option<PassedBy>> {
    sql_query(format!(
        "{HORIZONS} SELECT e.id, e.workspace_id FROM audit_event e JOIN horizon h ON h.id = e.cluster_id \
         WHERE (e.xact_id < h.xact_id OR h.is_ours AND e.xact_id >= pg_snapshot_xmax(pg_current_snapshot())) \
           AND ($1 IS NULL OR coalesce(e.workspace_id, '00000000-0000-0000-0000-000000000000') = $1) \
           AND NOT EXISTS (SELECT FROM audit_seal l WHERE l.event_id = e.id) \
         ORDER BY e.id LIMIT 1"
    ))
    .bind::<Nullable<SqlUuid>, _>(chain)
    .get_result(conn)
    .optional()
}

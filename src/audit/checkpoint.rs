//! `audit_checkpoint`: how far each chain had come when old rows of the log were let go. Owns that table; rows are only ever added.
//!
//! The seals stay, so that a chain can be followed from its beginning; a checkpoint says which rows may be missing under them. It is
//! sealed with the operator's key, which the database does not hold: who can write tables cannot write one.

use diesel::{
    prelude::*,
    sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

use crate::{
    audit::chain,
    platform::{
        clock::Timestamp,
        db::Internal,
        id::{AuditEventId, WorkspaceId, uuid_at},
        seal::Seal,
        secret::Digest,
    },
    schema::audit_checkpoint as t,
};

diesel::define_sql_function! {
    /// Drops the partitions of a table that hold nothing younger; answers how many.
    fn drop_partitions(parent: Text, before: Timestamptz) -> diesel::sql_types::Integer;
}

diesel::define_sql_function! {
    /// The smallest id of this instant.
    fn first_id_at(at: Timestamptz) -> SqlUuid;
}

/// How far a chain had come.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = t)]
pub struct Checkpoint {
    id: Uuid,
    /// Whose chain.
    pub workspace_id: WorkspaceId,
    /// The number of its last row then.
    pub sequence: i64,
    /// The hash of its last seal then.
    pub hash: Digest,
    gone_before: Timestamp,
    sealed: Vec<u8>,
}

impl Checkpoint {
    /// Whether it is as it was made.
    #[must_use]
    pub fn is_genuine(&self, seal: &Seal) -> bool {
        seal.open(&place(self.id), &self.sealed)
            .is_ok_and(|text| *text == self.text())
    }

    /// Whether this row went when the checkpoint was made.
    #[must_use]
    pub fn excuses(&self, row: &chain::Link) -> bool {
        let gone_before = uuid_at(self.gone_before);
        // The first 48 bits are the time.
        row.sequence <= self.sequence && row.event_id.uuid().as_bytes()[..6] < gone_before.as_bytes()[..6]
    }

    fn text(&self) -> Vec<u8> {
        [
            self.workspace_id.uuid().as_bytes().as_slice(),
            &self.sequence.to_be_bytes(),
            self.hash.as_bytes(),
            &self.gone_before.timestamp_micros().to_be_bytes(),
        ]
        .concat()
    }
}

fn place(id: Uuid) -> String {
    format!("audit_checkpoint/{id}")
}

/// The checkpoints of a chain, oldest first.
pub fn of(conn: &mut PgConnection, chain: WorkspaceId) -> QueryResult<Vec<Checkpoint>> {
    t::table
        .filter(t::workspace_id.eq(chain))
        .order((t::sequence, t::id))
        .select(Checkpoint::as_select())
        .load(conn)
}

#[derive(QueryableByName)]
struct Boundary {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ends: Option<Timestamp>,
}

/// Where the last partition of the log ends that holds nothing younger than `before`.
fn boundary(conn: &mut PgConnection, before: Timestamp) -> QueryResult<Option<Timestamp>> {
    let found: Boundary = diesel::sql_query(
        "SELECT max(p.ends) AS ends FROM ( \
           SELECT (to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC') + plan.width AS ends \
           FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
           JOIN partition_plan plan ON plan.parent = 'audit_event' \
           WHERE i.inhparent = 'audit_event'::regclass AND c.relname ~ '_p[0-9]{8}$' \
         ) p WHERE p.ends <= $1",
    )
    .bind::<Timestamptz, _>(before)
    .get_result(conn)?;
    Ok(found.ends)
}

/// Lets go of the rows that are older than `before`, as far as they fill whole partitions, and says so at each chain. What is not sealed
/// yet stays, and all of its age with it.
///
/// # Errors
/// The database's; everything is still there then.
pub fn let_go(
    conn: &mut PgConnection,
    seal: &Seal,
    before: Timestamp,
    now: Timestamp,
) -> Result<(), Internal> {
    let Some(gone_before) = boundary(conn, before)? else {
        return Ok(());
    };
    let waiting = chain::oldest_waiting(conn)?;
    let first_kept: Uuid = diesel::select(first_id_at(gone_before)).get_result(conn)?;
    if waiting.is_some_and(|row: AuditEventId| row.uuid() < first_kept) {
        tracing::warn!("old rows of the audit log are not sealed yet, and are kept until they are");
        return Ok(());
    }
    let dropped: i32 = diesel::select(drop_partitions("audit_event", before)).get_result(conn)?;
    if dropped == 0 {
        return Ok(());
    }
    let chains = chain::all(conn)?;
    let made: Vec<Checkpoint> = chain::heads(conn, &chains)?
        .into_iter()
        .map(|(chain, head)| {
            let mut checkpoint = Checkpoint {
                id: uuid_at(now),
                workspace_id: chain,
                sequence: head.sequence,
                hash: head.hash,
                gone_before,
                sealed: Vec::new(),
            };
            checkpoint.sealed = seal.seal(&place(checkpoint.id), &checkpoint.text());
            checkpoint
        })
        .collect();
    // Five thousand rows of six values are within what one statement may carry.
    for some in made.chunks(5000) {
        diesel::insert_into(t::table).values(some).execute(conn)?;
    }
    Ok(())
}

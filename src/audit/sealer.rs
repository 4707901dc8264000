//! The sealer: a job that takes the rows which were committed to the log since its last run, and adds their seals. Nothing that a
//! request does waits for it.

use diesel::PgConnection;

use crate::{
    audit::chain::{self, Head, Link},
    platform::{
        clock::Timestamp,
        db::Internal,
        id::{AuditEventId, WorkspaceId},
    },
};

/// Rows sealed in one run; what is left waits for the next.
const BATCH: i64 = 1000;

/// Seals what can be sealed, in the caller's transaction; answers how many rows that were. Where another node is at it, none.
///
/// # Errors
/// The database's; nothing was sealed then.
pub fn seal(conn: &mut PgConnection) -> Result<usize, Internal> {
    if !chain::lock(conn)? {
        return Ok(0);
    }
    // A statement of its own, after the lock: its snapshot shows what the sealer before has committed.
    let rows = chain::sealable(conn, BATCH)?;
    if rows.is_empty() {
        return Ok(0);
    }
    let mut chains: Vec<WorkspaceId> = rows.iter().map(chain::Unsealed::chain).collect();
    chains.sort_unstable();
    chains.dedup();
    let mut heads = chain::heads(conn, &chains)?;
    let links: Vec<Link> = rows
        .iter()
        .map(|row| {
            let link = Link::after(heads.get(&row.chain()).copied(), row);
            let head = Head {
                sequence: link.sequence,
                hash: link.hash,
            };
            heads.insert(row.chain(), head);
            link
        })
        .collect();
    chain::insert(conn, &links)?;
    Ok(links.len())
}

/// Measures how long the oldest row that is not sealed has waited. Long transactions, of whatever database of the cluster, delay it.
///
/// # Errors
/// The database's.
pub fn measure(conn: &mut PgConnection, now: Timestamp) -> Result<(), Internal> {
    let waiting = chain::oldest_waiting(conn)?.and_then(AuditEventId::made_at);
    let lag = waiting.map_or(0.0, |since| {
        (now - since).to_std().map_or(0.0, |lag| lag.as_secs_f64())
    });
    metrics::gauge!("audit_seal_lag_seconds").set(lag);
    Ok(())
}

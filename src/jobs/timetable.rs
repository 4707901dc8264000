//! What recurs and how often, and how long the rows of each table are kept.

use std::time::Duration;

use diesel::{
    PgConnection,
    prelude::*,
    sql_types::{Text, Timestamptz},
};

use crate::platform::{clock::Timestamp, config::Config, db::Internal, migrations};

/// How long rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Never deleted by time.
    Forever,
    /// In partitions, dropped whole when their youngest row is older than this.
    Partitions(Age),
    /// The same, by the code that owns the table, which writes down first what goes.
    CheckedPartitions(Age),
    /// Deleted in small batches when this column is older than this.
    Rows(&'static str, Age),
    /// By the code that owns the table, for the reason given.
    Owner(&'static str),
}

/// An age at which rows go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// This many days.
    Days(u32),
    /// The longest lifetime that any refresh token may have, and so many days: a replay weeks later is still recognised.
    LongestRefreshTokenAnd(u32),
    /// The longest that a program's session may last, and so many days.
    LongestApiSessionAnd(u32),
    /// The longest lifetime that any access token may have, and so many days.
    LongestAccessTokenAnd(u32),
}

/// For so many days a workspace that was deleted can be had back.
pub const WORKSPACE_UNDO_DAYS: u32 = 7;

/// For so many days the audit log is kept. The database holds the serving role to nearly as much.
const AUDIT_DAYS: u32 = 365;

/// Every table.
pub const RETENTION: &[(&str, Keep)] = &[
    ("access_token", Keep::Partitions(Age::LongestAccessTokenAnd(7))),
    ("account", Keep::Forever),
    (
        "api_key",
        Keep::Owner("the log tells of it; it goes with its workspace or its owner"),
    ),
    ("api_key_secret", Keep::Rows("expires_at", Age::Days(90))),
    ("audit_checkpoint", Keep::Forever),
    ("audit_event", Keep::CheckedPartitions(Age::Days(AUDIT_DAYS))),
    ("audit_personal", Keep::Rows("recorded_at", Age::Days(90))),
    ("audit_seal", Keep::Forever),
    (
        "authorization_code",
        Keep::Partitions(Age::LongestRefreshTokenAnd(1)),
    ),
    ("authorization_request", Keep::Partitions(Age::Days(2))),
    ("client", Keep::Forever),
    ("client_secret", Keep::Rows("expires_at", Age::Days(90))),
    ("consent", Keep::Forever),
    ("email_code", Keep::Rows("expires_at", Age::Days(30))),
    ("half_sign_in", Keep::Rows("expires_at", Age::Days(1))),
    ("identity", Keep::Forever),
    ("invitation", Keep::Rows("expires_at", Age::Days(90))),
    // Only those that were given up have this time; the others are deleted when they are done.
    ("job", Keep::Rows("failed_at", Age::Days(30))),
    ("key_policy", Keep::Forever),
    ("login_throttle", Keep::Rows("window_started_at", Age::Days(1))),
    ("membership", Keep::Forever),
    (
        "oauth_grant",
        Keep::Rows("last_used_at", Age::LongestRefreshTokenAnd(1)),
    ),
    ("partition_plan", Keep::Forever),
    (
        "recovery_code",
        Keep::Owner("they go when new ones are made, or the second factor is switched off"),
    ),
    ("refresh_token", Keep::Partitions(Age::LongestRefreshTokenAnd(1))),
    (
        "registration",
        Keep::Owner("they go when the address is verified; an address has only the newest few"),
    ),
    ("service_account", Keep::Forever),
    ("session", Keep::Rows("expires_at", Age::Days(30))),
    (
        "session_refresh_token",
        Keep::Partitions(Age::LongestApiSessionAnd(1)),
    ),
    (
        "signing_key",
        Keep::Owner("a key's private part goes as soon as it is gone, its row seven days later"),
    ),
    (
        "totp",
        Keep::Owner("it goes when the person switches the second factor off"),
    ),
    ("used_id_token", Keep::Rows("expires_at", Age::Days(1))),
    (
        "workspace",
        Keep::Rows("deleted_at", Age::Days(WORKSPACE_UNDO_DAYS)),
    ),
];

/// Rows deleted in one statement: short locks, little for a replica to catch up with.
const BATCH: i32 = 1000;

/// Batches in one run; what is left waits for the next, so that a run is short whatever it finds.
const BATCHES: usize = 20;

diesel::define_sql_function! {
    /// Drops the partitions of a table that hold nothing younger; answers how many.
    fn drop_partitions(parent: Text, before: Timestamptz) -> diesel::sql_types::Integer;
}

impl Age {
    fn duration(self, config: &Config) -> Duration {
        let days = |days: u32| Duration::from_hours(24 * u64::from(days));
        match self {
            Self::Days(number) => days(number),
            Self::LongestRefreshTokenAnd(number) => config.limits.max_refresh + days(number),
            Self::LongestApiSessionAnd(number) => config.api_session.absolute + days(number),
            Self::LongestAccessTokenAnd(number) => config.limits.max_access + days(number),
        }
    }
}

/// Rows of the audit log from before this have been kept long enough.
#[must_use]
pub fn audit_until(now: Timestamp) -> Timestamp {
    now - Duration::from_hours(24 * u64::from(AUDIT_DAYS))
}

/// Makes the partitions of now, and lets go of what has been kept long enough.
///
/// # Errors
/// The database's; what was done before stays done.
pub fn sweep(conn: &mut PgConnection, config: &Config, now: Timestamp) -> Result<(), Internal> {
    migrations::prepare(conn, now)?;
    for &(table, keep) in RETENTION {
        match keep {
            Keep::Forever | Keep::Owner(_) | Keep::CheckedPartitions(_) => {}
            Keep::Partitions(age) => {
                diesel::select(drop_partitions(table, now - age.duration(config))).get_result::<i32>(conn)?;
            }
            Keep::Rows(column, age) => delete(conn, table, column, now - age.duration(config))?,
        }
    }
    Ok(())
}

fn delete(conn: &mut PgConnection, table: &str, column: &str, before: Timestamp) -> QueryResult<()> {
    // Both names are from the list above. Rows that somebody holds wait for the next run.
    let batch = format!(
        "DELETE FROM {table} WHERE ctid = ANY (ARRAY(\
         SELECT ctid FROM {table} WHERE {column} < $1 ORDER BY {column} LIMIT {BATCH} FOR UPDATE SKIP LOCKED))"
    );
    for _ in 0..BATCHES {
        let gone = diesel::sql_query(&batch)
            .bind::<Timestamptz, _>(before)
            .execute(conn)?;
        metrics::counter!("retention_rows_deleted_total", "table" => table.to_owned()).increment(gone as u64);
        if gone < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            break;
        }
    }
    Ok(())
}

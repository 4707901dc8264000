//! The schema: which migrations this binary carries, and which the database has.

use diesel::{PgConnection, connection::SimpleConnection, prelude::*, sql_types::Timestamptz};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::platform::{
    clock::Timestamp,
    db::{self, Internal},
};

/// Every migration, in order.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Any number no other program is likely to take; two servers that start at once must not both migrate.
const LOCK: i64 = 0x636f_6e73_656e_7472;

diesel::define_sql_function! {
    /// Makes the partitions of this instant and the next; answers how many it made.
    fn ensure_partitions(at: Timestamptz) -> diesel::sql_types::Integer;
}

/// Applies what is missing and makes the partitions of now. Answers the names of what it applied.
///
/// All of it is one transaction: an upgrade that fails or is killed halfway leaves the schema as it was. The lock ends with
/// the transaction, so it also works through a pooler that hands out connections by the transaction.
///
/// # Errors
/// What the database said; nothing was applied then.
pub fn up(conn: &mut PgConnection, now: Timestamp) -> Result<Vec<String>, Internal> {
    let applied = db::write_on(conn, |conn| {
        conn.batch_execute(&format!("SELECT pg_advisory_xact_lock({LOCK})"))?;
        let applied = conn
            .run_pending_migrations(MIGRATIONS)
            .map_err(|error| Internal::Fault(error.to_string()))?;
        Ok(applied.iter().map(ToString::to_string).collect())
    })?;
    prepare(conn, now)?;
    Ok(applied)
}

/// Makes the partitions of now: at every start, and regularly.
///
/// # Errors
/// What the database said.
pub fn prepare(conn: &mut PgConnection, now: Timestamp) -> Result<(), Internal> {
    diesel::select(ensure_partitions(now)).get_result::<i32>(conn)?;
    Ok(())
}

/// The names of the migrations that the database lacks; empty: its schema is current.
///
/// # Errors
/// What the database said.
pub fn pending(conn: &mut PgConnection) -> Result<Vec<String>, Internal> {
    let pending = MigrationHarness::<diesel::pg::Pg>::pending_migrations(conn, MIGRATIONS)
        .map_err(|error| Internal::Unavailable(error.to_string()))?;
    Ok(pending
        .iter()
        .map(|migration| migration.name().to_string())
        .collect())
}

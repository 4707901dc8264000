//! The schema: which migrations this binary carries, and which the database has.

use std::collections::BTreeSet;

use diesel::{
    PgConnection,
    connection::SimpleConnection,
    dsl::sql,
    migration::MigrationSource,
    pg::Pg,
    prelude::*,
    select, sql_query,
    sql_types::{Bool, Text, Timestamptz},
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::platform::{
    clock::Timestamp,
    db::{self, Internal},
    serving_role,
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

/// [`up`] as the owner of the tables, and grants to whoever serves what that needs.
///
/// # Errors
/// What the database said; of the migrations nothing was applied then, or all.
pub fn up_and_grant(
    owner: &mut PgConnection,
    server: &mut PgConnection,
    now: Timestamp,
) -> Result<Vec<String>, Internal> {
    let applied = up(owner, now)?;
    let role = serving_role::current(server)?;
    if role != serving_role::current(owner)? {
        db::write_on(owner, |conn| Ok(serving_role::grant(conn, &role)?))?;
    }
    Ok(applied)
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// The names of the migrations that the database lacks; empty: its schema is current.
///
/// # Errors
/// What the database said.
pub fn pending(conn: &mut PgConnection) -> Result<Vec<String>, Internal> {
    let unavailable = |error: String| Internal::Unavailable(error);
    // Diesel's own way makes its table first, which the serving role may not.
    let is_there = select(sql::<Bool>(
        "to_regclass('__diesel_schema_migrations') IS NOT NULL",
    ));
    let mut applied = Vec::new();
    if is_there
        .get_result(conn)
        .map_err(|error| unavailable(error.to_string()))?
    {
        applied = sql_query("SELECT version::text AS version FROM __diesel_schema_migrations")
            .load::<Applied>(conn)
            .map_err(|error| unavailable(error.to_string()))?;
    }
    let applied: BTreeSet<String> = applied.into_iter().map(|it| it.version).collect();
    let all =
        MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(|error| unavailable(error.to_string()))?;
    let mut pending: Vec<String> = { all.iter() }
        .filter(|migration| !applied.contains(&migration.name().version().to_string()))
        .map(|migration| migration.name().to_string())
        .collect();
    pending.sort_unstable();
    Ok(pending)
}

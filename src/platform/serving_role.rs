//! The database role that serves requests: it reads and writes what requests need, and can neither change nor remove what was written
//! to the audit log, nor change the schema.
//!
//! # Decisions
//! * Where `database.migrate_url` is given, `migrate up` runs as that role, which owns everything, and grants to the role of
//!   `database.url` what is listed here. A list of what is denied would forget the next table that must be on it.
//! * With one role for both the server runs, and says at its start that the log is only as safe as that role is.

use diesel::{
    PgConnection,
    connection::SimpleConnection,
    prelude::*,
    sql_query,
    sql_types::{Bool, Nullable, Text},
};

/// What is only ever added to.
const APPENDED: [&str; 3] = ["audit_event", "audit_seal", "audit_checkpoint"];

/// What only a migration writes.
const READ: [&str; 2] = ["__diesel_schema_migrations", "partition_plan"];

/// What fills itself when a row is written, and nothing else may fill: which transaction it was.
const FILLED: &str = "'xact_id', 'cluster_id'";

/// Functions that do, within bounds, what the role may not do itself.
const FUNCTIONS: &str = "ensure_partitions(timestamptz), drop_partitions(text, timestamptz)";

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Names {
    #[diesel(sql_type = Nullable<Text>)]
    names: Option<String>,
}

/// Whom a connection acts as.
pub fn current(conn: &mut PgConnection) -> QueryResult<String> {
    let found: Name = sql_query("SELECT current_user::text AS name").get_result(conn)?;
    Ok(found.name)
}

/// Grants to a role what it needs to serve, and takes from it what it must not have. Asked as the owner of the tables; it does not matter
/// how often.
///
/// # Errors
/// The database's: there is no such role, or whoever asks owns not all of it.
pub fn grant(conn: &mut PgConnection, role: &str) -> QueryResult<()> {
    let role = format!("\"{}\"", role.replace('"', "\"\""));
    let listed = |names: &[&str]| format!("'{}'", names.join("', '"));
    let (appended, read) = (listed(&APPENDED), listed(&READ));
    let mut names = |query: &str| -> QueryResult<String> {
        let found: Names = sql_query(query).get_result(conn)?;
        found.names.ok_or(diesel::result::Error::NotFound)
    };
    // Partitions are reached through their parents, and not by themselves.
    let worked_on = names(&format!(
        "SELECT string_agg(quote_ident(relname), ', ') AS names FROM pg_class \
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition \
           AND relname NOT IN ({appended}, {read}) AND pg_has_role(relowner, 'USAGE')"
    ))?;
    let written = names(&format!(
        "SELECT string_agg(quote_ident(attname), ', ') AS names FROM pg_attribute \
         WHERE attrelid = 'audit_event'::regclass AND attnum > 0 AND NOT attisdropped AND attname NOT IN ({FILLED})"
    ))?;
    let (appended, read) = (APPENDED.join(", "), READ.join(", "));
    conn.batch_execute(&format!(
        "GRANT USAGE ON SCHEMA public TO {role}; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON {worked_on} TO {role}; \
         REVOKE ALL ON {appended}, {read} FROM {role}; \
         GRANT SELECT ON {appended}, {read} TO {role}; \
         GRANT INSERT ({written}) ON audit_event TO {role}; \
         GRANT INSERT ON audit_seal, audit_checkpoint TO {role}; \
         GRANT EXECUTE ON FUNCTION {FUNCTIONS} TO {role}"
    ))
}

/// Whether whoever is connected could change or remove what was written to the log.
pub fn may_rewrite_the_log(conn: &mut PgConnection) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct May {
        #[diesel(sql_type = Bool)]
        may: bool,
    }
    let may: May = sql_query(
        "SELECT bool_or(has_table_privilege(name, 'UPDATE, DELETE, TRUNCATE')) AS may \
         FROM unnest(ARRAY['audit_event', 'audit_seal', 'audit_checkpoint']) name",
    )
    .get_result(conn)?;
    Ok(may.may)
}

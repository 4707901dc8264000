//! The schema goes up, down and up again; `schema.rs`, the partitions and the timetable agree with it; and the server knows when it is
//! not there.

use std::collections::{BTreeMap, BTreeSet};

use consentry::{
    app,
    audit::checkpoint,
    jobs::timetable::{Keep, RETENTION, audit_until, sweep},
    platform::{
        clock::{Clock, Timestamp},
        id::uuid_at,
        migrations::{self, MIGRATIONS},
    },
};
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Bool, Text},
};
use diesel_migrations::MigrationHarness;
use reqwest::StatusCode;

use crate::support::{Server, cluster::Database, server::config};

const SCHEMA: &str = include_str!("../../../src/schema.rs");

/// What `migrate` itself needs.
const DIESELS_OWN: &str = "__diesel_schema_migrations";

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(Debug, QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    relation: String,
    #[diesel(sql_type = Bool)]
    is_view: bool,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
    #[diesel(sql_type = Bool)]
    has_default: bool,
}

fn names(conn: &mut PgConnection, query: &str) -> BTreeSet<String> {
    let found: Vec<Name> = sql_query(query).load(conn).unwrap();
    found.into_iter().map(|row| row.name).collect()
}

fn number(conn: &mut PgConnection, query: &str) -> i64 {
    let found: Number = sql_query(format!("SELECT ({query})::bigint AS number"))
        .get_result(conn)
        .unwrap();
    found.number
}

/// The tables, without partitions and without diesel's own.
fn tables(conn: &mut PgConnection) -> BTreeSet<String> {
    let mut all = names(
        conn,
        "SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace \
         AND relkind IN ('r', 'p') AND NOT relispartition",
    );
    all.remove(DIESELS_OWN);
    all
}

fn columns(conn: &mut PgConnection) -> Vec<Column> {
    sql_query(
        "SELECT c.table_name::text AS relation, k.relkind = 'v' AS is_view, c.column_name::text AS name, \
                c.udt_name::text AS kind, c.is_nullable = 'YES' AS nullable, c.column_default IS NOT NULL AS has_default \
         FROM information_schema.columns c \
         JOIN pg_class k ON k.relname = c.table_name AND k.relnamespace = 'public'::regnamespace \
         WHERE c.table_schema = 'public' AND NOT k.relispartition ORDER BY c.table_name, c.ordinal_position",
    )
    .load(conn)
    .unwrap()
}

/// Everything that a migration makes, in words: what must be the same after up, down and up.
fn made(conn: &mut PgConnection) -> Vec<String> {
    let mut all: Vec<String> = columns(conn).iter().map(|column| format!("{column:?}")).collect();
    for query in [
        "SELECT indexdef AS name FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT conrelid::regclass || pg_get_constraintdef(oid) AS name FROM pg_constraint \
         WHERE connamespace = 'public'::regnamespace",
        "SELECT proname::text AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        "SELECT viewname || definition AS name FROM pg_views WHERE schemaname = 'public'",
        "SELECT parent || width AS name FROM partition_plan",
    ] {
        all.extend(names(conn, query));
    }
    all
}

/// Up, all of it down, up: nothing is left behind, and the second time makes what the first did.
#[test]
fn the_schema_goes_up_down_and_up_again() {
    let database = Database::empty();
    let mut conn = database.connect();
    let now = Clock::system().now();
    let applied = migrations::up(&mut conn, now).unwrap();
    assert!(applied.len() > 5, "{applied:?}");
    assert_eq!(migrations::pending(&mut conn).unwrap(), Vec::<String>::new());
    let first = made(&mut conn);
    conn.revert_all_migrations(MIGRATIONS).unwrap();
    let left = names(
        &mut conn,
        "SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace \
         UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace \
         UNION SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace",
    );
    let left: Vec<_> = left.iter().filter(|name| !name.contains(DIESELS_OWN)).collect();
    assert!(left.is_empty(), "down leaves {left:?}");
    assert_eq!(migrations::pending(&mut conn).unwrap().len(), applied.len());
    assert_eq!(migrations::up(&mut conn, now).unwrap(), applied);
    assert_eq!(made(&mut conn), first);
}

/// MG-03: nodes that start at once on an empty database take turns, and one of them does the work.
#[test]
fn mg_03_of_those_who_migrate_at_once_one_does_and_all_succeed() {
    let database = Database::empty();
    let now = Clock::system().now();
    let applied: Vec<usize> = std::thread::scope(|scope| {
        let starters: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| migrations::up(&mut database.connect(), now).unwrap().len()))
            .collect();
        starters
            .into_iter()
            .map(|starter| starter.join().unwrap())
            .collect()
    });
    assert_eq!(
        applied.iter().filter(|applied| **applied > 0).count(),
        1,
        "{applied:?}"
    );
    let mut conn = database.connect();
    assert!(migrations::pending(&mut conn).unwrap().is_empty());
    let locks = number(
        &mut conn,
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    assert_eq!(locks, 0, "a lock was left behind");
}

/// Ready means: the database answers and has every migration.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_ready_once_its_database_has_every_migration() {
    let server = Server::start_on(Database::empty(), "").await;
    let browser = server.browser();
    let ready = browser.get("/health/ready").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE, "{}", ready.body);
    assert!(ready.body.contains("\"not_ready\""), "{}", ready.body);
    assert!(ready.header("retry-after").is_some());
    assert_eq!(browser.get("/health").await.status, StatusCode::OK);

    let mut conn = server.database.connect();
    let mut serving = PgConnection::establish(&server.database.server_url).unwrap();
    migrations::up_and_grant(&mut conn, &mut serving, server.clock.now()).unwrap();
    assert_eq!(browser.get("/health/ready").await.status, StatusCode::OK);

    conn.revert_last_migration(MIGRATIONS).unwrap();
    let ready = browser.get("/health/ready").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE, "{}", ready.body);
}

/// The tables of `schema.rs`: for each its columns, with the type's name in diesel.
fn diesel_tables() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    for block in SCHEMA.split("diesel::table! {").skip(1) {
        let mut lines = block
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("//"));
        let head = lines.find(|line| line.ends_with('{')).unwrap();
        let columns = lines
            .take_while(|line| *line != "}")
            .map(|line| {
                let (name, kind) = line.trim_end_matches(',').split_once(" -> ").unwrap();
                (name.to_owned(), kind.to_owned())
            })
            .collect();
        all.insert(head.split(' ').next().unwrap().to_owned(), columns);
    }
    all
}

fn in_diesel(kind: &str) -> &str {
    match kind {
        "uuid" => "Uuid",
        "text" => "Text",
        "bytea" => "Bytea",
        "bool" => "Bool",
        "int4" => "Int4",
        "int8" => "Int8",
        "jsonb" => "Jsonb",
        "timestamptz" => "Timestamptz",
        "_text" => "Array<Text>",
        "_cidr" => "Array<Cidr>",
        other => panic!("which type of diesel is {other}?"),
    }
}

/// What diesel believes about a table is what the database has. Columns that it leaves out must fill themselves.
#[test]
fn schema_rs_agrees_with_the_database() {
    let database = Database::new();
    let mut conn = database.connect();
    let mut described = diesel_tables();
    let mut undescribed = BTreeSet::new();
    for column in columns(&mut conn) {
        let Column { relation, name, .. } = &column;
        let Some(columns) = described.get_mut(relation) else {
            undescribed.insert(relation.clone());
            continue;
        };
        let Some(kind) = columns.remove(name) else {
            assert!(
                column.has_default || column.nullable,
                "{relation}.{name} is not in schema.rs and has no default"
            );
            continue;
        };
        // Postgres calls every column of a view nullable.
        let nullable = column.nullable && !column.is_view;
        let plain = kind
            .strip_prefix("Nullable<")
            .and_then(|kind| kind.strip_suffix('>'));
        assert_eq!(
            plain.unwrap_or(&kind),
            in_diesel(&column.kind),
            "{relation}.{name}"
        );
        assert_eq!(
            plain.is_some() && !column.is_view,
            nullable,
            "{relation}.{name}: NULL"
        );
    }
    let missing: Vec<_> = described.iter().filter(|(_, left)| !left.is_empty()).collect();
    assert!(missing.is_empty(), "not in the database: {missing:?}");
    let expected = [DIESELS_OWN, "partition_plan"].map(str::to_owned);
    assert_eq!(undescribed, BTreeSet::from(expected), "not in schema.rs");
}

/// Without one, ending a parent reads the whole child.
#[test]
fn every_foreign_key_has_an_index_on_its_columns() {
    let database = Database::new();
    let mut conn = database.connect();
    assert!(
        number(
            &mut conn,
            "SELECT count(*) FROM pg_constraint WHERE contype = 'f'"
        ) > 8
    );
    let without = names(
        &mut conn,
        "SELECT c.conrelid::regclass || ' ' || c.conname AS name FROM pg_constraint c \
         WHERE c.contype = 'f' AND NOT EXISTS ( \
             SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indpred IS NULL \
             AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] = c.conkey)",
    );
    assert_eq!(without, BTreeSet::new());
}

/// Every table says how long its rows are kept, and nothing else does.
#[test]
fn the_timetable_names_every_table_and_no_other() {
    let database = Database::new();
    let mut conn = database.connect();
    let named: BTreeSet<String> = RETENTION.iter().map(|(table, _)| (*table).to_owned()).collect();
    assert_eq!(named.len(), RETENTION.len(), "a table is named twice");
    assert_eq!(named, tables(&mut conn));
    for (table, keep) in RETENTION {
        if let Keep::Rows(column, _) = keep {
            let indexed = number(
                &mut conn,
                &format!(
                    "SELECT count(*) FROM information_schema.columns WHERE table_name = '{table}' AND column_name = '{column}'"
                ),
            );
            assert_eq!(indexed, 1, "{table} has no {column}");
        }
    }
}

/// What is kept in partitions is partitioned, is planned, and has a default partition for what nobody foresaw; nothing else is.
#[test]
fn every_partitioned_table_is_planned_and_has_a_default_partition() {
    let database = Database::new();
    let mut conn = database.connect();
    let kept: BTreeSet<String> = RETENTION
        .iter()
        .filter(|(_, keep)| matches!(keep, Keep::Partitions(_) | Keep::CheckedPartitions(_)))
        .map(|(table, _)| (*table).to_owned())
        .collect();
    for query in [
        "SELECT parent AS name FROM partition_plan",
        "SELECT relname::text AS name FROM pg_class WHERE relkind = 'p'",
        "SELECT partrelid::regclass::text AS name FROM pg_partitioned_table WHERE partdefid <> 0",
    ] {
        assert_eq!(names(&mut conn, query), kept, "{query}");
    }
}

fn days(number: i64) -> chrono::Duration {
    chrono::Duration::days(number)
}

/// An access token of nobody, with an id of this instant.
fn insert(conn: &mut PgConnection, at: Timestamp) -> uuid::Uuid {
    let id = uuid_at(at);
    sql_query(format!(
        "INSERT INTO access_token (id, digest, client_id, workspace_id, scope, audience, issued_at, expires_at) \
         VALUES ('{id}', sha256('x'), '{id}', '{id}', '{{}}', '{{}}', '{0}', '{0}')",
        at.to_rfc3339()
    ))
    .execute(conn)
    .unwrap();
    id
}

fn partition_of(conn: &mut PgConnection, id: uuid::Uuid) -> String {
    let found = names(
        conn,
        &format!("SELECT tableoid::regclass::text AS name FROM access_token WHERE id = '{id}'"),
    );
    assert_eq!(found.len(), 1, "the row is found once");
    found.into_iter().next().unwrap()
}

/// Rows of a time that nobody foresaw wait in the default partition and move when theirs is made.
#[test]
fn rows_that_waited_move_to_their_partition_when_it_is_made() {
    let database = Database::new();
    let mut conn = database.connect();
    let now = Clock::system().now();
    let (early, late) = (insert(&mut conn, now), insert(&mut conn, now + days(100)));
    assert_ne!(partition_of(&mut conn, early), "access_token_default");
    assert_eq!(partition_of(&mut conn, late), "access_token_default");
    migrations::prepare(&mut conn, now + days(100)).unwrap();
    let moved = partition_of(&mut conn, late);
    assert!(moved.starts_with("access_token_p"), "{moved}");
    assert_ne!(moved, partition_of(&mut conn, early));
    // Again, and for a time in between: nothing moves, nothing fails.
    migrations::prepare(&mut conn, now + days(100)).unwrap();
    migrations::prepare(&mut conn, now + days(50)).unwrap();
    assert_eq!(partition_of(&mut conn, late), moved);
    assert_eq!(number(&mut conn, "SELECT count(*) FROM access_token_default"), 0);
}

#[derive(QueryableByName)]
struct Live {
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = BigInt)]
    live: i64,
}

/// A year and a half of daily sweeps: a row stays as long as it was promised and goes with its partition, within one partition's
/// width; no table has ever more than 8 partitions beside its default.
#[test]
fn partitions_go_when_all_in_them_is_old_enough_and_are_never_more_than_eight() {
    let database = Database::new();
    let mut conn = database.connect();
    let config = config("http://127.0.0.1:1", &database.url, "");
    let seal = app::seal(&config);
    let start = Clock::system().now();
    let row = insert(&mut conn, start);
    let kept = days(8); // max_access_seconds is a day by default, and a week
    let width = days(7);
    let mut gone = None;
    let mut most: BTreeMap<String, i64> = BTreeMap::new();
    for day in 0..500 {
        let now = start + days(day);
        sweep(&mut conn, &config, now).unwrap();
        checkpoint::let_go(&mut conn, &seal, audit_until(now), now).unwrap();
        if day < 30 {
            let there = number(
                &mut conn,
                &format!("SELECT count(*) FROM access_token WHERE id = '{row}'"),
            );
            if there == 0 && gone.is_none() {
                gone = Some(now - start);
            }
        }
        let live: Vec<Live> = sql_query(
            "SELECT inhparent::regclass::text AS parent, count(*) AS live FROM pg_inherits \
             JOIN pg_class p ON p.oid = inhparent AND p.relkind = 'p' \
             JOIN pg_class c ON c.oid = inhrelid AND c.relname NOT LIKE '%\\_default' GROUP BY 1",
        )
        .load(&mut conn)
        .unwrap();
        for Live { parent, live } in live {
            let most = most.entry(parent).or_default();
            *most = live.max(*most);
        }
    }
    let gone = gone.expect("the row goes");
    assert!(gone > kept && gone <= kept + width + days(1), "gone after {gone}");
    assert_eq!(most.len(), 6, "{most:?}");
    assert!(most.values().all(|most| *most <= 8), "{most:?}");
}

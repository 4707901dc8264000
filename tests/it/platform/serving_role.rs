//! The role that serves requests cannot change or remove what was written down, whatever runs as it.

use std::time::Duration;

use consentry::platform::{clock::Clock, migrations, serving_role};
use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query};

use crate::support::{Registration, Server, cluster::Database};

/// The grants are this repository's own cluster's: another has no such role.
fn has_no_role() -> bool {
    std::env::var_os("TEST_DATABASE_URL").is_some()
}

fn as_server(database: &Database) -> PgConnection {
    PgConnection::establish(&database.server_url).unwrap()
}

fn refused(conn: &mut PgConnection, statement: &str) {
    let error = conn.batch_execute(statement).expect_err(statement).to_string();
    assert!(
        error.contains("permission denied") || error.contains("must be owner"),
        "{statement}: {error}"
    );
}

/// Every server of these tests runs as that role, so that all of them prove that it is enough; here, that a journey is one of them.
#[tokio::test(flavor = "multi_thread")]
async fn the_role_that_serves_adds_to_the_log_and_can_do_nothing_else_to_it() {
    if has_no_role() {
        return;
    }
    let server = Server::start().await;
    let alice = server.person("alice");
    let app = server.client(Registration::web());
    let browser = server.browser();
    let login = browser.visit(&app.authorize_path(&[])).await;
    let consent = browser.sign_in(&login, &alice).await;
    let code = browser.decide(&consent, "allow").await.callback()["code"].clone();
    app.exchange(&code).await.ok();
    assert!(server.count("audit_event") > 0);
    crate::audit::seal_all(&server.database).await;

    let mut conn = as_server(&server.database);
    assert_eq!(serving_role::current(&mut conn).unwrap(), "consentry_server");
    assert!(!serving_role::may_rewrite_the_log(&mut conn).unwrap());
    for table in [
        "audit_event",
        "audit_seal",
        "audit_checkpoint",
        "audit_event_default",
    ] {
        for statement in [
            "UPDATE {} SET id = id",
            "DELETE FROM {}",
            "TRUNCATE {}",
            "DROP TABLE {}",
            "ALTER TABLE {} ADD COLUMN x text",
            "CREATE TRIGGER t BEFORE INSERT ON {} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "SELECT FROM {} FOR UPDATE",
        ] {
            let column = if table == "audit_seal" { "hash" } else { "id" };
            refused(
                &mut conn,
                &statement
                    .replace("{}", table)
                    .replace("id = id", &format!("{column} = {column}")),
            );
        }
    }
    // Nor may it say of what transaction a row is.
    refused(
        &mut conn,
        "INSERT INTO audit_event (id, kind, actor_kind, xact_id) VALUES (gen_random_uuid(), 'x.y', 'nobody', '1')",
    );
    refused(&mut conn, "DELETE FROM __diesel_schema_migrations");
    refused(&mut conn, "UPDATE partition_plan SET width = width");
    refused(&mut conn, "CREATE TABLE x (y int)");
}

/// Retention runs as this role too; no time that it tells makes the log go before a year is over.
#[test]
fn the_role_that_serves_cannot_make_the_log_go_before_its_time() {
    if has_no_role() {
        return;
    }
    let database = Database::new();
    let later = Clock::system().now() + Duration::from_hours(24 * 4000);
    let drop_all = format!(
        "SELECT drop_partitions('audit_event', '{0}'), drop_partitions('access_token', '{0}')",
        later.to_rfc3339()
    );
    let partitions = |of: &str| {
        crate::audit::number(
            &mut database.connect(),
            &format!("SELECT count(*) FROM pg_inherits WHERE inhparent = '{of}'::regclass"),
        )
    };
    let before = partitions("audit_event");
    assert!(before > 1);
    sql_query(&drop_all).execute(&mut as_server(&database)).unwrap();
    assert_eq!(partitions("audit_event"), before);
    assert_eq!(
        partitions("access_token"),
        1,
        "it does let go of what is its to let go of"
    );
    // Whoever owns the log is not held to it.
    sql_query(&drop_all).execute(&mut database.connect()).unwrap();
    assert_eq!(partitions("audit_event"), 1);
}

/// An upgrade by the owner grants what it made, and takes back what an older one granted too much of.
#[test]
fn migrating_as_the_owner_grants_what_is_needed_and_no_more() {
    if has_no_role() {
        return;
    }
    let database = Database::empty();
    let (mut owner, mut server) = (database.connect(), as_server(&database));
    assert!(!migrations::pending(&mut server).unwrap().is_empty());
    let now = Clock::system().now();
    migrations::up_and_grant(&mut owner, &mut server, now).unwrap();
    assert_eq!(migrations::pending(&mut server).unwrap(), Vec::<String>::new());
    owner
        .batch_execute("GRANT ALL ON audit_event, audit_seal TO consentry_server")
        .unwrap();
    assert!(serving_role::may_rewrite_the_log(&mut server).unwrap());
    migrations::up_and_grant(&mut owner, &mut server, now).unwrap();
    assert!(!serving_role::may_rewrite_the_log(&mut server).unwrap());
    assert!(serving_role::may_rewrite_the_log(&mut owner).unwrap());
    // One role for both keeps what it has.
    let mut same = database.connect();
    migrations::up_and_grant(&mut owner, &mut same, now).unwrap();
    assert!(serving_role::may_rewrite_the_log(&mut owner).unwrap());
}

/// The owner needs no more than to own the database.
#[test]
fn who_owns_the_database_can_migrate_it_without_being_a_superuser() {
    if has_no_role() {
        return;
    }
    let database = Database::empty();
    let (mut admin, mut server) = (database.connect(), as_server(&database));
    let owner = format!("o_{}", uuid::Uuid::now_v7().simple());
    admin
        .batch_execute(&format!(
            "CREATE ROLE {owner} LOGIN; \
             DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO {owner}', current_database()); END $$"
        ))
        .unwrap();
    let url = database.url.replace("user=consentry", &format!("user={owner}"));
    let now = Clock::system().now();
    {
        let mut as_owner = PgConnection::establish(&url).unwrap();
        migrations::up_and_grant(&mut as_owner, &mut server, now).unwrap();
        assert_eq!(serving_role::current(&mut as_owner).unwrap(), owner);
    }
    assert!(!serving_role::may_rewrite_the_log(&mut server).unwrap());
    server
        .batch_execute(
            "INSERT INTO audit_event (id, kind, actor_kind) VALUES (gen_random_uuid(), 'x.y', 'nobody')",
        )
        .unwrap();
    migrations::prepare(&mut server, now + Duration::from_hours(24 * 200)).unwrap();
    admin
        .batch_execute(&format!(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO current_user', current_database()); END $$; \
             DROP OWNED BY {owner} CASCADE; DROP ROLE {owner}"
        ))
        .unwrap();
}

//! A fault in the middle of a request's transaction: its connection is ended, its statement cancelled, it waits too long, nothing can
//! be written. Whatever the request was, it is done once or not at all, and told so.

use diesel::{Connection, PgConnection, connection::SimpleConnection};
use reqwest::StatusCode;

use super::{
    acts::{Act, Told, acts},
    ledger::Ledger,
};
use crate::support::{Registration, Server, cluster::eventually};

/// The connections of the server that wait for a lock.
const WAITING: &str = "pg_stat_activity WHERE datname = current_database() AND application_name = 'consentry' \
                       AND wait_event_type = 'Lock'";

/// Each act writes to one of these after all that it reads, so that who holds them has it wait in its transaction.
const HOLD: &str = "BEGIN; LOCK TABLE audit_event, access_token IN SHARE ROW EXCLUSIVE MODE";

fn hold(server: &Server) -> PgConnection {
    let mut holder = server.database.connect();
    holder.batch_execute(HOLD).unwrap();
    holder
}

async fn until_waiting(server: &Server, many: i64) {
    eventually("the server waits for a lock", async || {
        (server.count(WAITING) == many).then_some(())
    })
    .await;
}

fn is_done(case: &str, told: &Told) {
    let done = told.status == StatusCode::OK || told.status == StatusCode::SEE_OTHER;
    assert!(done, "{case}: {} {}", told.status, told.body);
}

fn is_refused(case: &str, told: &Told) {
    assert_eq!(
        told.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{case}: {}",
        told.body
    );
    assert!(told.retry_after, "{case}: no Retry-After");
    assert!(
        told.body.contains("temporarily_unavailable"),
        "{case}: {}",
        told.body
    );
}

/// FA-07, FA-12: the connection of a request is ended, or its statement cancelled, while it waits inside its transaction: it is
/// certain that nothing was done, so it is done on another connection, once, and the caller does not notice.
#[tokio::test(flavor = "multi_thread")]
async fn fa_07_a_request_whose_transaction_is_killed_in_the_middle_is_done_once_all_the_same() {
    for kill in ["pg_terminate_backend", "pg_cancel_backend"] {
        let server = Server::start().await;
        let alice = server.person("alice");
        let app = server.client(Registration::web());
        for (what, act) in acts(&server, &alice, &app).await {
            let case = format!("FA-07 {kill} {what}");
            let events = server.count("audit_event");
            let mut holder = hold(&server);
            let asked = tokio::spawn({
                let act = act.clone();
                async move { act.send().await }
            });
            until_waiting(&server, 1).await;
            server.execute(&format!("SELECT {kill}(pid) FROM {WAITING}"));
            holder.batch_execute("ROLLBACK").unwrap();
            is_done(&case, &asked.await.unwrap());
            let once = server.count("audit_event") - events;
            assert!(once <= 1, "{case}: {once} events");
            Ledger(PgConnection::establish(&server.database.url).unwrap()).holds();
        }
    }
}

/// FA-12: requests that wait in their transactions until their deadline are told to try again, nothing of theirs is done, and
/// when they try again it is.
#[tokio::test(flavor = "multi_thread")]
async fn fa_12_what_waits_for_a_lock_beyond_its_deadline_is_told_503_and_can_be_sent_again() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let app = server.client(Registration::web());
    let acts = acts(&server, &alice, &app).await;
    // A try to sign in is counted before anything else.
    let before = server.rows_but(&["login_throttle"]);
    let mut holder = hold(&server);
    let asked: Vec<_> = acts
        .iter()
        .map(|(what, act)| {
            let act = act.clone();
            (what, tokio::spawn(async move { act.send().await }))
        })
        .collect();
    until_waiting(&server, asked.len().try_into().unwrap()).await;
    for (what, told) in asked {
        is_refused(&format!("FA-12 {what}"), &told.await.unwrap());
    }
    holder.batch_execute("ROLLBACK").unwrap();
    until_waiting(&server, 0).await;
    assert_eq!(server.rows_but(&["login_throttle"]), before, "FA-12");
    all_are_done("FA-12", &acts).await;
}

async fn all_are_done(case: &str, acts: &[(&'static str, Act)]) {
    for (what, act) in acts {
        is_done(&format!("{case} {what}"), &act.send().await);
    }
}

/// FA-13: where nothing can be written, because the database is read-only or its disk is full, everything that would change
/// something is told 503 and leaves nothing behind.
#[tokio::test(flavor = "multi_thread")]
async fn fa_13_a_database_that_cannot_write_refuses_all_and_keeps_nothing_of_it() {
    let raise = |error: &str, code: &str| {
        let function = format!(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION '{error}' USING ERRCODE = '{code}'; END $$;"
        );
        let on = |table| {
            format!("CREATE TRIGGER fail BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fail();")
        };
        let script = [function, on("audit_event"), on("access_token")].concat();
        (script, "DROP FUNCTION fail() CASCADE".to_owned())
    };
    let server = Server::start().await;
    let alice = server.person("alice");
    let app = server.client(Registration::web());
    let name = "current_database()";
    let read_only = |on: &str| {
        format!(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = {on}', {name}); END $$; \
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = {name} AND application_name = 'consentry'"
        )
    };
    for (case, (begin, end)) in [
        ("read-only", (read_only("on"), read_only("off"))),
        (
            "disk full",
            raise(
                "could not extend file \"base/1/2\": No space left on device",
                "53100",
            ),
        ),
        ("deadlock", raise("deadlock detected", "40P01")),
    ] {
        let acts = acts(&server, &alice, &app).await;
        let mut conn = server.database.connect();
        conn.batch_execute(&begin).unwrap();
        let before = server.rows_but(&["login_throttle"]);
        for (what, act) in &acts {
            is_refused(&format!("FA-13 {case} {what}"), &act.send().await);
        }
        assert_eq!(server.rows_but(&["login_throttle"]), before, "FA-13 {case}");
        // The session of the test's own is as read-only as it began.
        conn.batch_execute("SET default_transaction_read_only = off")
            .unwrap();
        conn.batch_execute(&end).unwrap();
        all_are_done(&format!("FA-13 {case}"), &acts).await;
    }
}

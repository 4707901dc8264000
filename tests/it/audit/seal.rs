//! The sealer: it seals what is committed and nothing else, each row once, whoever else is at it.

use consentry::audit::{
    event::Event,
    log::{self, Actor, Origin},
};
use diesel::{
    QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_query,
    sql_types::{Array, BigInt, Text},
};

use super::{append, number, seal, seal_all, workspace_with};
use crate::support::{
    Server,
    cluster::{Database, eventually},
};

#[derive(Debug, PartialEq, QueryableByName)]
struct Chain {
    #[diesel(sql_type = Text)]
    workspace: String,
    #[diesel(sql_type = Array<BigInt>)]
    numbers: Vec<i64>,
}

fn chains(database: &Database) -> Vec<Chain> {
    sql_query(
        "SELECT workspace_id::text AS workspace, array_agg(sequence ORDER BY xact_id, event_id) AS numbers \
         FROM audit_seal GROUP BY 1 ORDER BY 1",
    )
    .load(&mut database.connect())
    .unwrap()
}

/// The facts of a workspace are numbered from one, as are those of no workspace; the second run finds nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn each_workspace_has_a_chain_of_its_own_and_each_row_is_sealed_once() {
    let server = Server::start().await;
    let database = &server.database;
    let mut conn = database.connect();
    let (first, second) = (workspace_with(&mut conn, 3), workspace_with(&mut conn, 2));
    let nobodys = Event::SignedIn {
        account: server.person("alice").account.id,
    };
    let now = server.clock.now();
    log::append(&mut conn, Actor::Operator, &Origin::default(), &nobodys, now).unwrap();
    seal_all(database).await;
    let found = chains(database);
    let of = |id: &str| found.iter().find(|chain| chain.workspace == id).unwrap();
    assert_eq!(of(&first.to_string()).numbers, [1, 2, 3]);
    assert_eq!(of(&second.to_string()).numbers, [1, 2]);
    assert_eq!(of("00000000-0000-0000-0000-000000000000").numbers, [1]);
    assert_eq!(seal(&mut conn), 0);
    append(&mut conn, first, server.clock.now());
    seal_all(database).await;
    let found = chains(database);
    assert_eq!(
        { found.iter() }
            .find(|chain| chain.workspace == first.to_string())
            .unwrap()
            .numbers,
        [1, 2, 3, 4]
    );
}

/// Ids and clocks are not in the order of commits: a row that is committed late must not be passed by.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_committed_is_not_sealed_and_what_is_committed_late_is_not_missed() {
    let database = Database::new();
    let mut conn = database.connect();
    let workspace = workspace_with(&mut conn, 1);
    seal_all(&database).await;

    let mut late = database.connect();
    late.batch_execute("BEGIN").unwrap();
    append(
        &mut late,
        workspace,
        consentry::platform::clock::Clock::system().now(),
    );
    let in_time = workspace_with(&mut conn, 1);
    assert_eq!(
        seal(&mut conn),
        0,
        "a row that is younger than an open transaction was sealed"
    );
    late.batch_execute("COMMIT").unwrap();
    seal_all(&database).await;
    let order = "SELECT count(*) FROM audit_seal a JOIN audit_seal b ON a.xact_id < b.xact_id \
                 WHERE a.workspace_id = '{first}' AND a.sequence = 2 AND b.workspace_id = '{second}'"
        .replace("{first}", &workspace.to_string())
        .replace("{second}", &in_time.to_string());
    assert_eq!(number(&mut conn, &order), 1, "{:?}", chains(&database));
}

/// Any number of nodes may run the sealer.
#[tokio::test(flavor = "multi_thread")]
async fn however_many_sealers_there_are_each_row_is_sealed_once_and_without_a_gap() {
    let database = Database::new();
    let workspace = workspace_with(&mut database.connect(), 0);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut conn = database.connect();
                for _ in 0..20 {
                    append(
                        &mut conn,
                        workspace,
                        consentry::platform::clock::Clock::system().now(),
                    );
                    seal(&mut conn);
                }
            });
        }
    });
    seal_all(&database).await;
    assert_eq!(chains(&database)[0].numbers, (1..=60).collect::<Vec<i64>>());
}

/// One run does not grow with what waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_bounded_and_the_next_goes_on_within_the_same_transactions_rows() {
    let database = Database::new();
    let mut conn = database.connect();
    conn.batch_execute(
        "INSERT INTO audit_event (id, workspace_id, kind, actor_kind) \
         SELECT gen_random_uuid(), '01938f0e-5c1b-7c3e-9d7a-0d6f4c2b1a90', 'x.y', 'nobody' FROM generate_series(1, 1500)",
    )
    .unwrap();
    let first = eventually("they can be sealed", async || {
        let sealed = seal(&mut conn);
        (sealed > 0).then_some(sealed)
    })
    .await;
    assert_eq!(first, 1000);
    assert_eq!(seal(&mut conn), 500);
    assert_eq!(chains(&database)[0].numbers.len(), 1500);
}

/// After a restore elsewhere the rows bring their transactions' numbers with them, which say nothing here: they are committed, and come
/// before everything new.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_another_cluster_count_as_committed_and_are_sealed_first() {
    let database = Database::new();
    let mut conn = database.connect();
    let workspace = workspace_with(&mut conn, 2);
    conn.batch_execute("UPDATE audit_event SET cluster_id = 7, xact_id = '9000000000000000000'")
        .unwrap();
    append(
        &mut conn,
        workspace,
        consentry::platform::clock::Clock::system().now(),
    );
    // They wait for no transaction here.
    let mut open = database.connect();
    open.batch_execute("BEGIN; SELECT pg_current_xact_id()").unwrap();
    assert!(seal(&mut conn) >= 2);
    assert_eq!(
        number(
            &mut conn,
            "SELECT count(*) FROM audit_seal WHERE cluster_id = 7 AND sequence <= 2"
        ),
        2
    );
    open.batch_execute("ROLLBACK").unwrap();
    seal_all(&database).await;
    assert_eq!(
        number(&mut conn, "SELECT sequence FROM audit_seal WHERE cluster_id <> 7"),
        3
    );
}

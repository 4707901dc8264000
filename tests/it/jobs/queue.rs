//! A promise holds if its transaction commits, is nobody else's while somebody has it, and cannot be read.

use std::time::Duration;

use consentry::{
    app,
    jobs::{
        mail,
        queue::{self, Next},
    },
};
use diesel::{
    Connection, RunQueryDsl,
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    sql_query,
};

use super::{LEASE, SECRET, claim, letter, promise, send};
use crate::support::{Server, hex};

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_in_a_transaction_that_fails_was_never_made() {
    let server = Server::start().await;
    let (seal, now) = (app::seal(&server.config), server.clock.now());
    let rolled_back = server.database.connect().transaction(|conn| {
        mail::send(conn, &seal, &letter("bob@people.example"), now)?;
        Err::<(), _>(diesel::result::Error::RollbackTransaction)
    });
    assert!(rolled_back.is_err());
    assert_eq!(server.count("job"), 0);
    assert!(server.mail().await.is_empty());
    send(&server, &letter("bob@people.example"));
    assert_eq!(server.mail_to("bob@people.example").await.links.len(), 1);
    assert_eq!(server.count("job"), 0);
}

/// Whoever reads the database, or a copy of it, gets no link that lets its reader in.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_promised_cannot_be_read_in_the_database() {
    let server = Server::start().await;
    send(&server, &letter("bob@people.example"));
    for plain in [SECRET, "bob@people.example", "Hello."] {
        for text in [plain.to_owned(), hex(plain.as_bytes(), "")] {
            assert_eq!(server.tables_with(&text), Vec::<String>::new(), "{plain}");
        }
    }
    // Nor does it open in another row's place.
    let other = promise(&server, "mail", "{}");
    server.execute(&format!(
        "UPDATE job SET payload = (SELECT payload FROM job WHERE id <> '{other}') WHERE id = '{other}'"
    ));
    assert_eq!(server.mail().await.len(), 1);
    assert_eq!(server.count("job WHERE last_error LIKE '%sealing key%'"), 1);
}

/// Of two that claim at once the second passes over what the first holds, and waits for nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_claimed_by_one_of_two_who_ask_at_once() {
    let server = Server::start().await;
    for _ in 0..5 {
        promise(&server, "test", "{}");
    }
    let mut first = server.database.connect();
    AnsiTransactionManager::begin_transaction(&mut first).unwrap();
    let now = server.clock.now();
    let of_first = queue::claim(&mut first, "test", 3, LEASE, now).unwrap();
    let of_second = claim(&server, 10);
    assert_eq!((of_first.len(), of_second.len()), (3, 2));
    assert!(
        of_first
            .iter()
            .all(|one| of_second.iter().all(|two| one.id != two.id))
    );
    AnsiTransactionManager::commit_transaction(&mut first).unwrap();
    assert!(claim(&server, 10).is_empty());
}

/// A worker that was thought dead and is not writes nothing over what its successor does.
#[tokio::test(flavor = "multi_thread")]
async fn who_lost_the_lease_writes_nothing_any_more() {
    let server = Server::start().await;
    promise(&server, "test", "{}");
    let late = claim(&server, 1).pop().unwrap();
    server.advance(LEASE.saturating_sub(Duration::from_secs(1)));
    assert!(claim(&server, 1).is_empty(), "the lease is not over");
    server.advance(Duration::from_secs(2));
    let next = claim(&server, 1).pop().unwrap();
    assert_eq!((late.attempts, next.attempts), (1, 2));
    let mut conn = server.database.connect();
    let now = server.clock.now();
    assert!(!queue::done(&mut conn, &late).unwrap());
    assert!(!queue::failed(&mut conn, &late, "late", Next::GiveUp, now).unwrap());
    assert!(!queue::give_back(&mut conn, &late).unwrap());
    assert_eq!(
        server.count("job WHERE leased_until IS NOT NULL AND failed_at IS NULL"),
        1
    );
    assert!(queue::done(&mut conn, &next).unwrap());
    assert_eq!(server.count("job"), 0);
}

/// Told at the commit, not before: who is woken finds the job.
#[tokio::test(flavor = "multi_thread")]
async fn a_promise_is_told_when_it_is_made() {
    let server = Server::start().await;
    let mut listener = server.database.connect();
    listener.batch_execute("LISTEN consentry_jobs").unwrap();
    let (seal, now) = (app::seal(&server.config), server.clock.now());
    let mut heard = || {
        // A round trip: what was sent before has arrived after it.
        sql_query("SELECT 1").execute(&mut listener).unwrap();
        listener.notifications_iter().count()
    };
    let mut conn = server.database.connect();
    AnsiTransactionManager::begin_transaction(&mut conn).unwrap();
    mail::send(&mut conn, &seal, &letter("bob@people.example"), now).unwrap();
    assert_eq!(heard(), 0);
    AnsiTransactionManager::commit_transaction(&mut conn).unwrap();
    assert_eq!(heard(), 1);
}

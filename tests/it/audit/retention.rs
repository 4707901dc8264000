//! What is old enough goes from the log, and nothing else; that it went is written down under the operator's key.

use std::time::Duration;

use consentry::{
    app,
    audit::{
        checkpoint,
        verify::{self, Chain, Fault},
    },
    platform::{
        clock::{Clock, Timestamp},
        db::write_on,
        id::WorkspaceId,
        migrations,
        seal::Seal,
    },
};
use diesel::{PgConnection, connection::SimpleConnection};

use super::{append, number, seal_all};
use crate::support::{cluster::Database, server::config};

const YEAR: Duration = Duration::from_hours(365 * 24);

/// A log with old rows and new ones, in one chain.
struct Log {
    database: Database,
    conn: PgConnection,
    seal: Seal,
    now: Timestamp,
}

impl Log {
    fn new() -> Self {
        let database = Database::new();
        let mut conn = database.connect();
        let now = Clock::system().now() + YEAR + YEAR;
        let workspace = WorkspaceId::generate(now);
        // Two in the partition of today, which two years later is old; two in the one of then.
        for _ in 0..2 {
            append(&mut conn, workspace, now - YEAR - YEAR);
        }
        migrations::prepare(&mut conn, now).unwrap();
        for _ in 0..2 {
            append(&mut conn, workspace, now);
        }
        let seal = app::seal(&config("http://127.0.0.1:1", &database.url, ""));
        Self {
            database,
            conn,
            seal,
            now,
        }
    }

    fn let_go(&mut self) {
        let (seal, now) = (&self.seal, self.now);
        write_on(&mut self.conn, |conn| {
            checkpoint::let_go(conn, seal, now - YEAR, now)
        })
        .unwrap();
    }

    fn rows(&mut self) -> i64 {
        number(&mut self.conn, "SELECT count(*) FROM audit_event")
    }

    fn chain(&mut self) -> Chain {
        verify::verify(&mut self.conn, &self.seal, None, &[])
            .unwrap()
            .remove(0)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_rows_go_their_seals_stay_and_the_chain_is_intact() {
    let mut log = Log::new();
    seal_all(&log.database).await;
    log.let_go();
    assert_eq!(log.rows(), 2);
    assert_eq!(number(&mut log.conn, "SELECT count(*) FROM audit_checkpoint"), 1);
    let chain = log.chain();
    assert_eq!((chain.broken, chain.compared, chain.let_go), (None, 2, 2));
    log.let_go();
    assert_eq!(
        number(&mut log.conn, "SELECT count(*) FROM audit_checkpoint"),
        1,
        "nothing went, and it was written down"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sealed_is_not_let_go() {
    let mut log = Log::new();
    log.let_go();
    assert_eq!(log.rows(), 4);
    assert_eq!(number(&mut log.conn, "SELECT count(*) FROM audit_checkpoint"), 0);
}

/// A checkpoint excuses what is as old as it says, and what came before it: nothing younger.
#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_excuses_no_row_that_retention_would_have_kept() {
    let mut log = Log::new();
    seal_all(&log.database).await;
    log.let_go();
    log.conn
        .batch_execute(
            "DELETE FROM audit_event WHERE id = (SELECT event_id FROM audit_seal WHERE sequence = 3)",
        )
        .unwrap();
    let broken = log.chain().broken.unwrap();
    assert_eq!((broken.sequence, broken.fault), (Some(3), Fault::RowRemoved));
}

/// Without the operator's key nobody can write that rows went by retention.
#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_was_changed_or_forged_is_found() {
    for change in [
        "gone_before = gone_before + interval '10 years'",
        "sequence = 3",
        "hash = sha256('x')",
        "id = gen_random_uuid()",
    ] {
        let mut log = Log::new();
        seal_all(&log.database).await;
        log.let_go();
        log.conn
            .batch_execute(&format!("UPDATE audit_checkpoint SET {change}"))
            .unwrap();
        let broken = log.chain().broken.unwrap();
        assert_eq!(broken.fault, Fault::CheckpointChanged, "{change}");
    }
    let mut log = Log::new();
    seal_all(&log.database).await;
    log.let_go();
    log.conn.batch_execute("DELETE FROM audit_checkpoint").unwrap();
    let broken = log.chain().broken.unwrap();
    assert_eq!((broken.sequence, broken.fault), (Some(1), Fault::RowRemoved));
}

//! What becomes of the log when somebody writes to the database who is not the server: the first row that is not as it was is named.

use consentry::{
    app,
    audit::verify::{self, Broken, Chain, Fault, Kept},
    platform::{clock::Clock, id::WorkspaceId},
};
use diesel::{PgConnection, connection::SimpleConnection};

use super::{append, number, seal_all, workspace_with};
use crate::support::{cluster::Database, server::config};

struct Log {
    database: Database,
    conn: PgConnection,
    workspace: WorkspaceId,
}

impl Log {
    /// Two chains; the tests are about the one with five rows.
    async fn new() -> Self {
        let database = Database::new();
        let mut conn = database.connect();
        let workspace = workspace_with(&mut conn, 5);
        workspace_with(&mut conn, 2);
        seal_all(&database).await;
        Self {
            database,
            conn,
            workspace,
        }
    }

    /// As a superuser. `{n}` is the row of number n, `{w}` the workspace.
    fn execute(&mut self, sql: &str) {
        let mut sql = sql.replace("{w}", &format!("'{}'", self.workspace));
        for at in 1..=5 {
            let row = format!(
                "(SELECT event_id FROM audit_seal WHERE workspace_id = '{}' AND sequence = {at})",
                self.workspace
            );
            sql = sql.replace(&format!("{{{at}}}"), &row);
        }
        self.conn.batch_execute(&sql).unwrap();
    }

    fn verify_with(&mut self, kept: &[Kept]) -> Vec<Chain> {
        let config = config("http://127.0.0.1:1", &self.database.url, "");
        verify::verify(&mut self.conn, &app::seal(&config), None, kept).unwrap()
    }

    fn verify(&mut self) -> Vec<Chain> {
        self.verify_with(&[])
    }

    /// Where the one chain is broken; the other must not be.
    fn broken(&mut self) -> Option<Broken> {
        let chains = self.verify();
        assert_eq!(chains.len(), 2, "{chains:?}");
        let (ours, other): (Vec<_>, Vec<_>) =
            { chains.into_iter() }.partition(|chain| chain.workspace == Some(self.workspace));
        assert_eq!(other[0].broken, None);
        ours[0].broken
    }
}

fn says(broken: Option<Broken>) -> (Option<i64>, bool, Fault) {
    let broken = broken.expect("it is broken");
    (broken.sequence, broken.event.is_some(), broken.fault)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_nobody_touched_is_intact_and_so_it_stays_while_it_grows() {
    let mut log = Log::new().await;
    assert_eq!(log.broken(), None);
    let (workspace, now) = (log.workspace, Clock::system().now());
    append(&mut log.conn, workspace, now);
    assert_eq!(log.broken(), None, "a row that is not sealed yet is no fault");
    seal_all(&log.database).await;
    assert_eq!(log.broken(), None);
    let chains = log.verify();
    let ours = { chains.iter() }
        .find(|it| it.workspace == Some(workspace))
        .unwrap();
    assert_eq!((ours.head.sequence, ours.compared, ours.let_go), (6, 6, 0));
}

/// Every column of a row is under its seal.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_changed_is_named_whatever_was_changed_in_it() {
    for change in [
        "kind = 'member.removed'",
        "actor_kind = 'nobody'",
        "actor_id = gen_random_uuid()",
        "target_kind = NULL",
        "target_id = NULL",
        "detail = '{\"fields\": [\"slug\"]}'",
        "request_id = 'x'",
        "workspace_id = gen_random_uuid()",
        "xact_id = '1'",
    ] {
        let mut log = Log::new().await;
        log.execute(&format!("UPDATE audit_event SET {change} WHERE id = {{3}}"));
        assert_eq!(says(log.broken()), (Some(3), true, Fault::RowChanged), "{change}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_removed_is_named() {
    let mut log = Log::new().await;
    log.execute("DELETE FROM audit_event WHERE id = {2}");
    assert_eq!(says(log.broken()), (Some(2), true, Fault::RowRemoved));
}

/// The last row of all is no less sealed than the others.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_row_is_missed_too() {
    let mut log = Log::new().await;
    log.execute("DELETE FROM audit_event WHERE id = {5}");
    assert_eq!(says(log.broken()), (Some(5), true, Fault::RowRemoved));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_went_with_its_seal_leaves_a_gap() {
    let mut log = Log::new().await;
    log.execute(
        "DELETE FROM audit_event WHERE id = {2}; DELETE FROM audit_seal WHERE workspace_id = {w} AND sequence = 2",
    );
    assert_eq!(says(log.broken()), (Some(2), false, Fault::SealRemoved));
}

/// Numbering the rest anew closes the gap, and breaks every seal after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_gap_cannot_be_closed_by_numbering_the_rest_anew() {
    let mut log = Log::new().await;
    log.execute(
        "DELETE FROM audit_event WHERE id = {2}; DELETE FROM audit_seal WHERE workspace_id = {w} AND sequence = 2; \
         UPDATE audit_seal SET sequence = sequence + 100 WHERE workspace_id = {w} AND sequence > 2; \
         UPDATE audit_seal SET sequence = sequence - 101 WHERE workspace_id = {w} AND sequence > 2",
    );
    assert_eq!(says(log.broken()), (Some(2), true, Fault::SealChanged));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_that_was_changed_is_named() {
    for change in [
        "row_hash = sha256('x')",
        "previous = sha256('x')",
        "hash = sha256('x')",
        "event_id = gen_random_uuid()",
    ] {
        let mut log = Log::new().await;
        log.execute(&format!(
            "UPDATE audit_seal SET {change} WHERE workspace_id = {{w}} AND sequence = 4"
        ));
        assert_eq!(
            says(log.broken()),
            (Some(4), true, Fault::SealChanged),
            "{change}"
        );
    }
}

/// Two rows that change places keep their hashes, and not their seals.
#[tokio::test(flavor = "multi_thread")]
async fn rows_cannot_change_places() {
    let mut log = Log::new().await;
    log.execute(
        "UPDATE audit_seal SET sequence = 99 WHERE workspace_id = {w} AND sequence = 2; \
         UPDATE audit_seal SET sequence = 2 WHERE workspace_id = {w} AND sequence = 3; \
         UPDATE audit_seal SET sequence = 3 WHERE workspace_id = {w} AND sequence = 99",
    );
    assert_eq!(says(log.broken()), (Some(2), true, Fault::SealChanged));
}

/// A row that says it was there all the time is never sealed, and is found; so is one that says it is of a time to come.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_pushed_in_among_older_ones_is_named() {
    for xact in ["'3'", "'9000000000000000000'"] {
        let mut log = Log::new().await;
        log.execute(&format!(
            "INSERT INTO audit_event (id, workspace_id, kind, actor_kind, xact_id) \
             VALUES (gen_random_uuid(), {{w}}, 'x.y', 'nobody', {xact})"
        ));
        super::seal(&mut log.conn);
        assert_eq!(says(log.broken()), (None, true, Fault::NotSealed), "{xact}");
    }
}

/// The end of a chain can be cut off, rows and seals: the database alone does not know. A head that was kept elsewhere does; and it
/// knows a chain that was made anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_was_kept_elsewhere_shows_what_was_cut_off_or_made_anew() {
    let mut log = Log::new().await;
    let workspace = log.workspace;
    let chains = log.verify();
    let kept: Vec<Kept> = { chains.iter() }
        .map(|chain| Kept {
            workspace: chain.workspace,
            sequence: chain.head.sequence,
            hash: verify::printed(&chain.head.hash),
        })
        .collect();
    assert!(log.verify_with(&kept).iter().all(|chain| chain.broken.is_none()));
    let ours = |chains: Vec<Chain>| {
        { chains.into_iter() }
            .find(|chain| chain.workspace == Some(workspace))
            .unwrap()
            .broken
    };

    log.execute(
        "DELETE FROM audit_event WHERE id = {5}; DELETE FROM audit_seal WHERE workspace_id = {w} AND sequence = 5",
    );
    assert_eq!(log.broken(), None);
    assert_eq!(
        says(ours(log.verify_with(&kept))),
        (Some(5), false, Fault::NotAsKept)
    );

    // Everything anew, by the sealer itself.
    log.execute("UPDATE audit_event SET kind = 'x.y' WHERE workspace_id = {w}; DELETE FROM audit_seal");
    append(&mut log.conn, workspace, Clock::system().now());
    seal_all(&log.database).await;
    assert_eq!(log.broken(), None);
    assert_eq!(
        says(ours(log.verify_with(&kept))),
        (Some(5), true, Fault::NotAsKept)
    );
    assert_eq!(number(&mut log.conn, "SELECT max(sequence) FROM audit_seal"), 5);
}

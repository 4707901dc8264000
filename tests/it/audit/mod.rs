//! What is written down about what became true.

mod log;
mod retention;
mod seal;
mod verify;

use consentry::{
    audit::{
        event::Event,
        log::{Actor, Origin},
        sealer,
    },
    platform::{
        clock::{Clock, Timestamp},
        db::write_on,
        id::WorkspaceId,
    },
};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt};

use crate::support::cluster::{Database, eventually};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

pub fn number(conn: &mut PgConnection, query: &str) -> i64 {
    let found: Number = sql_query(format!("SELECT ({query})::bigint AS number"))
        .get_result(conn)
        .unwrap();
    found.number
}

/// Writes down that a workspace got another name.
pub fn append(conn: &mut PgConnection, workspace: WorkspaceId, now: Timestamp) {
    let event = Event::WorkspaceRenamed {
        workspace,
        fields: vec!["name"],
    };
    consentry::audit::log::append(conn, Actor::Operator, &Origin::default(), &event, now).unwrap();
}

/// A workspace with so many facts, none of them sealed.
pub fn workspace_with(conn: &mut PgConnection, facts: usize) -> WorkspaceId {
    let now = Clock::system().now();
    let workspace = WorkspaceId::generate(now);
    for _ in 0..facts {
        append(conn, workspace, now);
    }
    workspace
}

pub fn seal(conn: &mut PgConnection) -> usize {
    write_on(conn, sealer::seal).unwrap()
}

/// Seals until nothing waits. Transactions of other tests, on the same cluster, may delay it.
pub async fn seal_all(database: &Database) {
    let mut conn = database.connect();
    eventually("everything is sealed", async || {
        seal(&mut conn);
        let left = "SELECT (SELECT count(*) FROM audit_event) - (SELECT count(*) FROM audit_seal)";
        (number(&mut conn, left) == 0).then_some(())
    })
    .await;
}

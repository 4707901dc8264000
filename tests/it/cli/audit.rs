//! `consentry audit verify`.

use std::process::Output;

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use serde_json::Value;

use crate::{
    audit::{number, seal_all, workspace_with},
    support::{
        cluster::{Database, eventually},
        process::{Dir, command},
    },
};

const SEALING_KEY: &str = "0101010101010101010101010101010101010101010101010101010101010101";

fn verify(database: &Database, args: &[&str]) -> Output {
    command(env!("CARGO_BIN_EXE_consentry"))
        .args(["audit", "verify"])
        .args(args)
        .env("DATABASE_URL", &database.server_url)
        .env("CONSENTRY_SECRETS__SEALING_KEYS", SEALING_KEY)
        .env("CONSENTRY_ISSUER", "https://id.example")
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// 0 while the log is as it was written; 1, and the row, when it is not; and a head that was kept is compared.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_broken_row_is_named_and_the_shell_is_told() {
    let database = Database::new();
    let mut conn = database.connect();
    let workspace = workspace_with(&mut conn, 3);
    seal_all(&database).await;

    let intact = verify(&database, &["--json"]);
    assert_eq!(intact.status.code(), Some(0), "{intact:?}");
    let told = json(&intact);
    assert_eq!(told["intact"], true);
    assert_eq!(told["chains"][0]["workspace_id"], workspace.to_string());
    assert_eq!(told["chains"][0]["sequence"], 3);
    let kept = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kept-{workspace}.json"));
    std::fs::write(&kept, &intact.stdout).unwrap();
    let kept_path = kept.to_str().unwrap();
    assert_eq!(verify(&database, &["--kept", kept_path]).status.code(), Some(0));

    sql_query(
        "UPDATE audit_event SET kind = 'x.y' WHERE id = (SELECT event_id FROM audit_seal WHERE sequence = 2)",
    )
    .execute(&mut conn)
    .unwrap();
    let broken = verify(&database, &["--json"]);
    assert_eq!(broken.status.code(), Some(1), "{broken:?}");
    let told = json(&broken);
    assert_eq!(told["intact"], false);
    assert_eq!(told["chains"][0]["broken"]["sequence"], 2);
    assert_eq!(told["chains"][0]["broken"]["fault"], "row_changed");
    let said = String::from_utf8(verify(&database, &[]).stderr).unwrap();
    assert!(said.contains("audit_log_broken: row 2 of"), "{said}");

    // All seals anew: only what was kept knows.
    for statement in [
        "DELETE FROM audit_seal",
        "UPDATE audit_event SET request_id = 'x'",
    ] {
        sql_query(statement).execute(&mut conn).unwrap();
    }
    seal_all(&database).await;
    assert_eq!(verify(&database, &[]).status.code(), Some(0));
    let anew = verify(&database, &["--kept", kept_path]);
    assert_eq!(anew.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&anew.stderr).contains("is not the one that was kept"));
    std::fs::remove_file(&kept).unwrap();

    assert_eq!(
        verify(&database, &["--workspace", "nowhere"]).status.code(),
        Some(3)
    );
    assert_eq!(verify(&database, &["--kept", "/nowhere"]).status.code(), Some(1));
}

/// A server that runs seals what it writes down, as the role that owns nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_seals_its_log_by_itself() {
    let dir = Dir::new("seals");
    let dev = dir.start(&[]).await;
    let cluster = dir.cluster();
    let mut conn = PgConnection::establish(&cluster.url("consentry")).unwrap();
    eventually("the demo's facts are sealed", async || {
        let open = "SELECT count(*) FROM audit_event e WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.event_id = e.id)";
        let sealed = number(&mut conn, "SELECT count(*) FROM audit_seal");
        (sealed > 0 && number(&mut conn, open) == 0).then_some(())
    })
    .await;
    let owned = "SELECT count(*) FROM pg_class WHERE relowner = 'consentry_server'::regrole";
    assert_eq!(number(&mut conn, owned), 0);
    let verified = command(env!("CARGO_BIN_EXE_consentry"))
        .args(["audit", "verify", "--workspace", "northwind", "--data-dir"])
        .arg(&dir.0)
        .output()
        .unwrap();
    assert_eq!(verified.status.code(), Some(0), "{verified:?}");
    drop(dev);
}

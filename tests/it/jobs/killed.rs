//! `kill -9` while mails are on their way: each arrives at least once, and as the same mail if twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use consentry::{
    jobs::{mail, queue},
    platform::{clock::Clock, seal::Seal},
};
use diesel::{Connection, PgConnection, connection::SimpleConnection};
use serde_json::json;

use super::letter;
use crate::support::{
    cluster::{Database, eventually},
    process::{Dir, Process, command, soon},
    smtp::{Manner, Smtp},
};

const MAILS: usize = 24;

const SEALING_KEY: &str = "0101010101010101010101010101010101010101010101010101010101010101";

fn key(hex: &str) -> [u8; 32] {
    let mut key = [0; 32];
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap();
    }
    key
}

/// All of them at once, each to somebody else.
fn promise_all(conn: &mut PgConnection, seal: &Seal) {
    conn.transaction(|conn| {
        for number in 0..MAILS {
            let mail = letter(&format!("p{number}@people.example"));
            mail::send(conn, seal, &mail, Clock::system().now())?;
        }
        diesel::QueryResult::Ok(())
    })
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_has_lost_no_mail() {
    let dir = Dir::new("killed-mail");
    let smtp = Smtp::start();
    let command = || {
        let mut command = dir.command(&["--listen", "127.0.0.9:0", "--test-clock"]);
        command
            .env("CONSENTRY_MAIL__SMTP_URL", smtp.url())
            .env("CONSENTRY_MAIL__FROM", "dev@testwind.example");
        command
    };
    let mut dev = dir.start_command(&mut command()).await;
    // Some are taken, some are in the middle of it, some wait.
    smtp.next(
        &[
            [Manner::Takes; 6].as_slice(),
            &[Manner::TakesAndDrops; 2],
            &[Manner::Hangs; 4],
        ]
        .concat(),
    );
    let cluster = dir.cluster();
    let mut conn = PgConnection::establish(&cluster.url("consentry")).unwrap();
    let seal = Seal::new([&key(&fs::read_to_string(dir.0.join("sealing.key")).unwrap())]);
    promise_all(&mut conn, &seal);
    eventually("mails are under way", async || {
        (smtp.dialogues() >= 10).then_some(())
    })
    .await;
    dev.process.kill();
    drop(dev);
    let left = queue::list(&mut conn).unwrap();
    assert!(!left.is_empty(), "it was killed too late");
    let arrived = smtp.arrived().len();
    println!("{arrived} arrived, {} are left", left.len());

    smtp.next(&[]);
    let dev = dir.start_command(&mut command()).await;
    // What the dead one had in hand is anybody's when its lease is over.
    let moved = dev
        .http
        .post(dev.url("/dev/clock"))
        .json(&json!({"advance": 300}));
    assert!(moved.send().await.unwrap().status().is_success());
    eventually("the queue is empty", async || {
        queue::list(&mut conn).unwrap().is_empty().then_some(())
    })
    .await;
    each_arrived_as_one(&smtp);
}

/// Every mail is there, however often as the same.
fn each_arrived_as_one(smtp: &Smtp) {
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for mail in smtp.arrived() {
        ids.entry(mail.to.clone()).or_default().insert(mail.message_id());
    }
    assert_eq!(ids.len(), MAILS, "a mail was lost");
    assert!(
        ids.values().all(|ids| ids.len() == 1),
        "a mail became another: {ids:?}"
    );
    let different: BTreeSet<_> = ids.values().flatten().collect();
    assert_eq!(different.len(), MAILS);
}

/// `consentry serve` on this database, sending its mail there.
fn node(database: &Database, smtp: &Smtp) -> Process {
    let mut serve = command(env!("CARGO_BIN_EXE_consentry"));
    serve
        .arg("serve")
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .env("DATABASE_URL", &database.url)
        .env("CONSENTRY_ISSUER", "https://id.example")
        .env("CONSENTRY_LISTEN", "127.0.0.1:0")
        .env("CONSENTRY_METRICS_LISTEN", "off")
        .env("CONSENTRY_SECRETS__SEALING_KEYS", SEALING_KEY)
        .env("CONSENTRY_MAIL__SMTP_URL", smtp.url())
        .env("CONSENTRY_MAIL__FROM", "no-reply@testwind.example")
        // Longer than the test: what hangs is in hand until its node is killed.
        .env("CONSENTRY_MAIL__TIMEOUT_SECONDS", "60");
    let beside = Path::new(env!("CARGO_TARGET_TMPDIR")).join("two-nodes");
    let mut process = Process::spawn(&mut serve, &beside);
    soon("it serves", || {
        assert!(process.runs(), "{}", process.stderr());
        process.stderr().contains("consentry serves")
    });
    process
}

/// Of two nodes one is killed with mails in hand: some not yet said, some taken by a mail server that had not yet said so. The other
/// does its own work, and then what the dead one left.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_nodes_the_other_does_what_the_killed_one_had_in_hand() {
    let database = Database::new();
    let smtp = Smtp::start();
    smtp.next(
        &[
            [Manner::Takes; 6].as_slice(),
            &[Manner::TakesAndDrops; 2],
            &[Manner::TakesAndHangs; 2],
        ]
        .concat(),
    );
    smtp.always(Manner::Hangs);
    let mut killed = node(&database, &smtp);
    let mut conn = database.connect();
    promise_all(&mut conn, &Seal::new([&key(SEALING_KEY)]));
    // Two taken without a word, two not yet begun: all its places.
    eventually("one node is busy", async || {
        (smtp.arrived().len() == 10 && smtp.dialogues() == 12).then_some(())
    })
    .await;
    smtp.always(Manner::Takes);
    let other = node(&database, &smtp);
    eventually("the other works", async || {
        (smtp.arrived().len() > 10).then_some(())
    })
    .await;
    killed.kill();
    // What the dead one had, and the two of which nobody knew whether they had arrived.
    let left = eventually("the other did the rest", async || {
        let left = queue::list(&mut conn).unwrap();
        (left.len() == 6).then_some(left)
    })
    .await;
    let in_hand = left.iter().filter(|job| job.leased_until.is_some()).count();
    assert_eq!(in_hand, 4);

    // Nobody takes them before their time; five minutes later they are anybody's.
    conn.batch_execute(
        "UPDATE job SET run_at = run_at - interval '5 minutes', leased_until = leased_until - interval '5 minutes'; \
         NOTIFY consentry_jobs",
    )
    .unwrap();
    eventually("the queue is empty", async || {
        queue::list(&mut conn).unwrap().is_empty().then_some(())
    })
    .await;
    each_arrived_as_one(&smtp);
    assert_eq!(smtp.arrived().len(), MAILS + 4, "four arrived twice, as the same");
    other.terminate();
}

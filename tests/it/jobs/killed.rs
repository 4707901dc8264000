//! `kill -9` while mails are on their way: each arrives at least once, and as the same mail if twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use consentry::{
    jobs::{mail, queue},
    platform::{clock::Clock, seal::Seal},
};
use diesel::{Connection, PgConnection};
use serde_json::json;

use super::letter;
use crate::support::{
    cluster::eventually,
    process::Dir,
    smtp::{Manner, Smtp},
};

const MAILS: usize = 24;

fn key(hex: &str) -> [u8; 32] {
    let mut key = [0; 32];
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap();
    }
    key
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_has_lost_no_mail() {
    let dir = Dir::new("killed-mail");
    let smtp = Smtp::start();
    let command = || {
        let mut command = dir.command(&["--listen", "127.0.0.9:0", "--test-clock"]);
        let url = smtp
            .config()
            .lines()
            .nth(1)
            .unwrap()
            .split('"')
            .nth(1)
            .unwrap()
            .to_owned();
        command
            .env("CONSENTRY_MAIL__SMTP_URL", url)
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
    conn.transaction(|conn| {
        for number in 0..MAILS {
            let mail = letter(&format!("p{number}@people.example"));
            mail::send(conn, &seal, &mail, Clock::system().now())?;
        }
        diesel::QueryResult::Ok(())
    })
    .unwrap();
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

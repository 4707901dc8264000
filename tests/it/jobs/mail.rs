//! Mail arrives whole, at least once and as one mail; a mail server that is down, slow or hostile costs nobody anything.

use std::time::{Duration, Instant};

use consentry::platform::telemetry::Format;
use serde_json::Value;

use super::{SECRET, letter, send};
use crate::{
    cli,
    support::{
        Server,
        logged::{log_of, settled},
        smtp::{Manner, Smtp},
    },
};

const BOB: &str = "bob@people.example";

/// Longer than the longest pause between two attempts.
const LONG: Duration = Duration::from_hours(12);

async fn work(server: &Server) -> usize {
    server.app().do_what_is_due().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_arrives_as_text_and_html_and_says_that_no_person_wrote_it() {
    let smtp = Smtp::start();
    let server = Server::start_with(&smtp.config_with_password()).await;
    let mail = letter(BOB);
    send(&server, &mail);
    assert_eq!(work(&server).await, 1);
    let [arrived] = &smtp.arrived()[..] else {
        panic!("not one mail");
    };
    assert_eq!(arrived.from, "<no-reply@testwind.example>");
    assert_eq!(arrived.to, format!("<{BOB}>"));
    let known = arrived.credentials.clone().unwrap();
    assert_eq!((known.0.as_str(), known.1.as_str()), ("mara", "p@ss/w:ord"));
    let parsed = arrived.parsed();
    assert_eq!(parsed.subject(), Some(mail.subject.as_str()));
    let text = parsed.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(text.trim_end(), mail.text.trim_end());
    assert_eq!(parsed.body_html(0).unwrap().trim_end(), mail.html);
    let from = parsed.from().unwrap().first().unwrap();
    assert_eq!(
        (from.name(), from.address()),
        (Some("Testwind"), Some("no-reply@testwind.example"))
    );
    let head = String::from_utf8_lossy(&arrived.raw).replace("\r\n", "\n");
    assert!(head.contains("\nAuto-Submitted: auto-generated\n"), "{head}");
    let (_, host) = parsed.message_id().unwrap().split_once('@').unwrap();
    assert_eq!(host, "127.0.0.1");
    assert!(parsed.date().is_some());
    assert_eq!(server.count("job"), 0);
    // It went to the mail server and nowhere else.
    assert!(server.mail().await.is_empty());
}

/// A refusal for now, a connection that breaks, and an answer that is lost: the same mail again, but not at once.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_help_later_is_tried_later_as_the_same_mail() {
    let smtp = Smtp::start();
    let server = Server::start_with(&smtp.config()).await;
    for manner in [
        Manner::Refuses("451 4.7.1 Greylisted"),
        Manner::RefusesTheMail("452 4.3.1 Disk full"),
        Manner::Drops,
        Manner::TakesAndDrops,
        // About us, not about the mail.
        Manner::TurnsAway("554 5.7.1 Not you"),
    ] {
        let before = smtp.arrived().len();
        smtp.next(&[manner]);
        send(&server, &letter(BOB));
        work(&server).await;
        assert_eq!(
            server.count("job WHERE attempts = 1 AND failed_at IS NULL"),
            1,
            "{manner:?}"
        );
        server.advance(Duration::from_secs(39));
        assert_eq!(work(&server).await, 0, "{manner:?}: too early");
        server.advance(Duration::from_secs(12));
        assert_eq!(work(&server).await, 1, "{manner:?}");
        assert_eq!(server.count("job"), 0, "{manner:?}");
        let arrived = &smtp.arrived()[before..];
        let expected = if manner == Manner::TakesAndDrops { 2 } else { 1 };
        assert_eq!(arrived.len(), expected, "{manner:?}");
        assert_eq!(arrived[0].message_id(), arrived[expected - 1].message_id());
        assert_eq!(arrived[0].parsed().date(), arrived[expected - 1].parsed().date());
    }
}

/// A server that took the mail and hangs then has it: no second one.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_after_taking_the_mail_has_taken_it() {
    let smtp = Smtp::start();
    let server = Server::start_with(&smtp.config()).await;
    smtp.next(&[Manner::HangsAtTheEnd]);
    send(&server, &letter(BOB));
    work(&server).await;
    assert_eq!((smtp.arrived().len(), server.count("job")), (1, 0));
}

/// A permanent refusal (RFC 5321 §4.2.1) is final; the operator sees it, without what was in the mail, and may try again.
#[tokio::test(flavor = "multi_thread")]
async fn what_never_helps_is_given_up_at_once_and_the_operator_sees_it() {
    let smtp = Smtp::start();
    let server = Server::start_with(&smtp.config()).await;
    smtp.next(&[
        Manner::Refuses("550 5.1.1 <bob@people.example>: User unknown"),
        Manner::RefusesTheMail(
            "554 5.7.1 Bad link https://id.example/reset?token=cst_pr_0123456789abcdefghijklmnopqrstuvwxyz",
        ),
    ]);
    send(&server, &letter(BOB));
    work(&server).await;
    send(&server, &letter(BOB));
    work(&server).await;
    send(&server, &letter("no address"));
    work(&server).await;
    assert_eq!(
        server.count("job WHERE failed_at IS NOT NULL AND attempts = 1"),
        3
    );
    assert_eq!(server.tables_with("cst_pr_0123456789"), Vec::<String>::new());
    assert_eq!(server.tables_with(BOB), Vec::<String>::new());

    let key = "01".repeat(32);
    let env = [
        ("DATABASE_URL", server.database.url.as_str()),
        ("CONSENTRY_ISSUER", &server.origin),
        ("CONSENTRY_SECRETS__SEALING_KEYS", &key),
    ];
    let job = |args: &[&str]| cli::run(&[&["job"], args].concat(), &env, "");
    let listed = job(&["list", "--json"]).json();
    let all = listed.as_array().unwrap();
    let states: Vec<_> = all.iter().map(|it| it["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["failed"; 3]);
    let why = |at: usize| all[at]["last_error"].as_str().unwrap();
    assert!(
        why(0).contains("550") && why(0).contains("User unknown"),
        "{}",
        why(0)
    );
    assert!(why(1).contains("554"), "{}", why(1));

    let id = all[0]["id"].as_str().unwrap();
    assert_eq!(job(&["retry", id, "--json"]).json()["due"], true);
    work(&server).await;
    assert_eq!(smtp.arrived().len(), 1);
    assert!(smtp.arrived()[0].message_id().starts_with(id));
    assert_eq!(job(&["retry", "--all-failed", "--json"]).json()["due"], 2);
    work(&server).await;
    assert_eq!((smtp.arrived().len(), server.count("job")), (2, 1));
    job(&["retry", id]).fails(3, "not_found");
    job(&["retry", "nonsense"]).fails(3, "not_found");
    // What a worker has in hand is left to it.
    server.execute("UPDATE job SET failed_at = NULL, leased_until = now() + interval '1 day'");
    let listed: Value = job(&["list", "--json"]).json();
    assert_eq!(listed[0]["state"], "running");
    job(&["retry", listed[0]["id"].as_str().unwrap()]).fails(5, "job_running");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_nobody_takes_for_a_day_is_given_up() {
    let smtp = Smtp::start();
    let server = Server::start_with(&smtp.config()).await;
    smtp.always(Manner::Refuses("451 4.7.1 Not now"));
    send(&server, &letter(BOB));
    let mut attempts = 0;
    while server.count("job WHERE failed_at IS NULL") == 1 {
        attempts += work(&server).await;
        server.advance(LONG);
        assert!(attempts < 100);
    }
    assert_eq!((attempts, smtp.dialogues()), (12, 12));
    smtp.always(Manner::Takes);
    assert_eq!(work(&server).await, 0);
}

/// A mail server that never says a word: who registers while it does waits for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_hangs_slows_no_request() {
    let smtp = Smtp::start();
    let server = Server::start_with(&format!("{}timeout_seconds = 2\n", smtp.config())).await;
    smtp.always(Manner::Hangs);
    for _ in 0..6 {
        send(&server, &letter(BOB));
    }
    let app = server.app().clone();
    let working = tokio::spawn(async move { app.do_what_is_due().await });
    crate::support::cluster::eventually("mails are under way", async || {
        (smtp.dialogues() >= 4).then_some(())
    })
    .await;
    for _ in 0..10 {
        let began = Instant::now();
        let page = server.browser().visit("/login").await;
        assert_eq!(page.status, 200);
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    }
    // And it is given up in its time, not ours.
    assert_eq!(working.await.unwrap().unwrap(), 6);
    assert_eq!(
        server.count("job WHERE failed_at IS NULL AND last_error LIKE '%in time%'"),
        6
    );
}

/// LG-01: outside of `dev` a log tells neither whom a mail went to nor what is in it, whatever the mail server says.
#[tokio::test(flavor = "multi_thread")]
async fn lg_01_no_log_line_holds_anything_of_a_mail() {
    let Some(log) = log_of(
        "jobs::mail::lg_01_no_log_line_holds_anything_of_a_mail",
        Format::Json,
    ) else {
        let smtp = Smtp::start();
        let server = Server::start_with(&smtp.config_with_password()).await;
        settled(&server).await;
        smtp.next(&[
            Manner::Takes,
            Manner::Refuses("451 4.7.1 <bob@people.example> later"),
            Manner::RefusesTheMail(
                "554 Bad https://id.example/reset?token=cst_pr_0123456789abcdefghijklmnopqrstuvwxyz",
            ),
        ]);
        for _ in 0..3 {
            send(&server, &letter(BOB));
            work(&server).await;
        }
        return;
    };
    assert!(
        log.lines()
            .iter()
            .any(|line| line["message"] == "a job was given up"),
        "{}",
        log.text
    );
    for secret in [SECRET, "cst_pr_", BOB, "Your new password", "p@ss", "Hello."] {
        assert!(!log.text.contains(secret), "{secret} in {}", log.text);
    }
}

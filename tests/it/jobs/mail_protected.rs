//! The way to the mail server: what is told to whom, and what to nobody (RFC 3207, RFC 4954, RFC 8314).

use std::time::Duration;

use super::{letter, send};
use crate::{
    cli,
    support::{
        Server,
        authority::Authority,
        smtp::{Door, Manner, Smtp},
    },
};

const BOB: &str = "bob@people.example";

/// An address that is not called loopback, so that STARTTLS is asked for, and leads to this machine all the same.
const HERE: &str = "0.0.0.0";

/// All that may be said before TLS.
const HARMLESS: [&str; 3] = ["EHLO", "STARTTLS", "QUIT"];

/// A mail server here by this scheme, whom this authority vouches for.
async fn sending_to(smtp: &Smtp, scheme: &str, host: &str, authority: &Authority) -> Server {
    let ca = format!("ca = '''{}'''\n", authority.pem());
    Server::start_with(&(smtp.config_by(scheme, host) + &ca)).await
}

async fn work(server: &Server) -> usize {
    server.app().do_what_is_due().await.unwrap()
}

/// One attempt to send one mail comes to nothing, for now. Answers why.
async fn refused(server: &Server, smtp: &Smtp, what: &str) -> String {
    use diesel::RunQueryDsl;
    send(server, &letter(BOB));
    assert_eq!(work(server).await, 1, "{what}");
    assert_eq!(smtp.arrived().len(), 0, "{what}: it was sent");
    let heard = smtp.overheard();
    let harmless = |line: &String| HARMLESS.contains(&line.split(' ').next().unwrap());
    assert!(heard.iter().all(harmless), "{what}: {heard:?}");
    let waiting = "job WHERE attempts = 1 AND failed_at IS NULL";
    assert_eq!(server.count(waiting), 1, "{what}");
    let why = diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(&format!(
        "(SELECT last_error FROM {waiting})"
    )))
    .get_result(&mut server.database.connect())
    .unwrap();
    server.execute("DELETE FROM job");
    why
}

/// Each way in, with each way to give a password.
#[tokio::test(flavor = "multi_thread")]
async fn under_tls_the_password_is_given_and_the_mail_sent() {
    let authority = Authority::new();
    let by_address = || authority.server(&[HERE, "127.0.0.1"]);
    for (scheme, host, door) in [
        ("smtps", "127.0.0.1", Door::Tls(by_address())),
        ("smtps", "localhost", Door::Tls(authority.server(&["localhost"]))),
        ("smtp", HERE, Door::StartTls(by_address())),
    ] {
        let smtp = Smtp::start();
        let server = sending_to(&smtp, scheme, host, &authority).await;
        smtp.set_door(door);
        for (mechanisms, expected) in [
            ("PLAIN LOGIN", "PLAIN"),
            ("CRAM-MD5 PLAIN", "PLAIN"),
            ("LOGIN", "LOGIN"),
        ] {
            smtp.set_mechanisms(mechanisms);
            send(&server, &letter(BOB));
            work(&server).await;
            assert_eq!(server.count("job"), 0, "{scheme} {host} {mechanisms}");
            let arrived = smtp.arrived().pop().unwrap();
            assert!(arrived.protected, "{scheme} {host}");
            assert_eq!(arrived.mechanism.as_deref(), Some(expected), "{scheme} {host}");
            let (user, password) = arrived.credentials.unwrap();
            assert_eq!((user.as_str(), password.as_str()), ("mara", "p@ss/w:ord"));
        }
        assert_eq!(smtp.arrived().len(), 3);
        let heard = smtp.overheard();
        let verbs: Vec<_> = heard.iter().map(|line| line.split(' ').next().unwrap()).collect();
        let expected: &[&str] = match scheme {
            "smtp" => &["EHLO", "STARTTLS"],
            _ => &[],
        };
        assert_eq!(verbs, expected.repeat(3), "{scheme}");
    }
}

/// Whoever can take `STARTTLS` out of an answer would read the password. When the way is clear the mail goes.
#[tokio::test(flavor = "multi_thread")]
async fn without_tls_neither_the_password_nor_the_mail_is_told() {
    let authority = Authority::new();
    let smtp = Smtp::start();
    let server = sending_to(&smtp, "smtp", HERE, &authority).await;
    let doors = [
        ("not offered", Door::Open, "STARTTLS"),
        ("refused", Door::NoTls("454 4.7.0 not now"), "454"),
        ("refused for good", Door::NoTls("502 5.5.1 never"), "502"),
    ];
    for (what, door, told) in doors {
        smtp.set_door(door);
        let why = refused(&server, &smtp, what).await;
        assert!(why.contains(told), "{what}: {why}");
    }
    smtp.set_door(Door::StartTls(authority.server(&[HERE])));
    send(&server, &letter(BOB));
    work(&server).await;
    assert_eq!((smtp.arrived().len(), server.count("job")), (1, 0));
}

/// Answers in clear, put behind the one to `STARTTLS`, are not the server's: the mail that it refuses does not count as sent.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_said_in_clear_answers_under_tls() {
    let authority = Authority::new();
    let smtp = Smtp::start();
    let server = sending_to(&smtp, "smtp", HERE, &authority).await;
    let forged = "250-mail.testwind.example\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n235 welcome\r\n250 ok\r\n250 ok\r\n\
                  354 go on\r\n250 taken";
    smtp.set_door(Door::StartTlsAnd(authority.server(&[HERE]), forged));
    smtp.always(Manner::RefusesTheMail("451 4.3.0 Not taken"));
    let why = refused(&server, &smtp, "forged").await;
    assert!(!why.contains("451"), "{why}");
}

/// RFC 9525: who cannot prove to be the server is told nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_nobody_vouches_for_is_told_nothing() {
    let (authority, other) = (Authority::new(), Authority::new());
    for (scheme, host) in [("smtps", "127.0.0.1"), ("smtp", HERE)] {
        let door = |certified| match scheme {
            "smtps" => Door::Tls(certified),
            _ => Door::StartTls(certified),
        };
        let smtp = Smtp::start();
        let server = sending_to(&smtp, scheme, host, &authority).await;
        for (what, certified) in [
            ("another's word", other.server(&[host])),
            ("another's name", authority.server(&["mail.example", "10.0.0.1"])),
            ("no name", authority.server(&[])),
            ("too late", authority.late_server(&[host])),
        ] {
            smtp.set_door(door(certified));
            let why = refused(&server, &smtp, &format!("{scheme}: {what}")).await;
            assert!(why.contains("certificate"), "{scheme}, {what}: {why}");
        }
        // Where no authority is named those of the system count, and this is none of them.
        let server = Server::start_with(&smtp.config_by(scheme, host)).await;
        smtp.set_door(door(authority.server(&[host])));
        refused(&server, &smtp, &format!("{scheme}: the system's")).await;
    }
}

/// A wrong password, and a server that takes none that we can give, are for the operator to mend; until then the mail waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_tried_again_later_and_the_operator_sees_it() {
    let authority = Authority::new();
    let smtp = Smtp::start();
    let server = sending_to(&smtp, "smtps", "127.0.0.1", &authority).await;
    smtp.set_door(Door::Tls(authority.server(&["127.0.0.1"])));
    smtp.set_mechanisms("CRAM-MD5 XOAUTH2");
    refused(&server, &smtp, "no way to tell a password").await;
    smtp.set_mechanisms("PLAIN");
    smtp.always(Manner::KnowsNobody(
        "535 5.7.8 Authentication credentials invalid",
    ));
    send(&server, &letter(BOB));
    for (attempt, least, most) in [(1, 40, 50), (2, 80, 100), (3, 160, 200)] {
        assert_eq!(work(&server).await, 1, "attempt {attempt}");
        let listed = listed(&server);
        assert_eq!(listed["state"], "waiting");
        assert_eq!(listed["attempts"], attempt);
        let why = listed["last_error"].as_str().unwrap();
        assert!(
            why.contains("535") && why.contains("credentials invalid"),
            "{why}"
        );
        assert!(!why.contains("mara") && !why.contains("p@ss"), "{why}");
        server.advance(Duration::from_secs(least - 1));
        assert_eq!(work(&server).await, 0, "attempt {attempt}: too early");
        server.advance(Duration::from_secs(most - least + 2));
    }
    smtp.always(Manner::Takes);
    work(&server).await;
    assert_eq!((smtp.arrived().len(), server.count("job")), (1, 0));
}

/// The only job, as the operator sees it.
fn listed(server: &Server) -> serde_json::Value {
    let key = "01".repeat(32);
    let env = [
        ("DATABASE_URL", server.database.url.as_str()),
        ("CONSENTRY_ISSUER", &server.origin),
        ("CONSENTRY_SECRETS__SEALING_KEYS", &key),
    ];
    let all = cli::run(&["job", "list", "--json"], &env, "").json();
    let [one] = &all.as_array().unwrap()[..] else {
        panic!("not one job: {all}");
    };
    one.clone()
}

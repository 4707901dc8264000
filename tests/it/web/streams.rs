//! Answers that are made while they are read, in the one place where a person meets one: the copy of their data.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use consentry::web::connection::Patience;
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;

use crate::support::{Browser, Person, Server, cluster::eventually};

const PATH: &str = "/account/data/download";

/// Facts for each person here, of [`EACH`] bytes: more than the buffers between a server and a client on one machine take.
const FACTS: usize = 2000;

const EACH: usize = 10_000;

const FOR_EVER: Duration = Duration::from_mins(10);

/// A person who has signed in, and of whom much was written down.
async fn signed_in(server: &Server) -> (Person, Browser) {
    let alice = server.person("alice");
    // Times before this one, a millisecond each.
    server.execute(&format!(
        "INSERT INTO audit_event (id, kind, actor_kind, actor_id, detail) \
         SELECT (lpad(to_hex(1700000000000 + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid, \
         'test.filled', 'account', '{}', jsonb_build_object('number', n, 'filling', repeat('x', {EACH})) \
         FROM generate_series(1, {FACTS}) n",
        alice.account.id
    ));
    let browser = server.browser();
    let page = browser.visit("/login").await;
    browser.sign_in(&page, &alice).await;
    (alice, browser)
}

fn cookie(browser: &Browser) -> String {
    format!(
        "consentry_session={}",
        browser.cookie("consentry_session").unwrap()
    )
}

/// Begins to read: what has come then, and where the rest will.
async fn begun(server: &Server, browser: &Browser) -> (Vec<u8>, Response) {
    let asked = server
        .http
        .get(server.url(PATH))
        .header("cookie", cookie(browser));
    let mut answer = asked.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let begins = answer.chunk().await.unwrap().unwrap();
    (begins.to_vec(), answer)
}

fn filled(copy: &[u8]) -> usize {
    let copy: Value = serde_json::from_slice(copy).unwrap();
    let events = copy["events"].as_array().unwrap();
    events.iter().filter(|it| it["kind"] == "test.filled").count()
}

/// One connection to the database is all that this server has.
#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_keeps_no_connection_to_the_database_from_others() {
    let server = Server::start_with("[database]\npool_size = 1\n").await;
    let (_, browser) = signed_in(&server).await;
    let mut stopped = Vec::new();
    for _ in 0..4 {
        stopped.push(begun(&server, &browser).await);
    }
    for _ in 0..10 {
        let page = browser.get("/account").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    }
    eventually("nothing runs in the database", async || {
        let busy = server.count(
            "pg_stat_activity WHERE datname = current_database() AND application_name = 'consentry' AND state <> 'idle'",
        );
        (busy == 0).then_some(())
    })
    .await;
    // Who goes on is given the rest.
    let (mut copy, mut rest) = stopped.pop().unwrap();
    while let Some(part) = rest.chunk().await.unwrap() {
        copy.extend(part);
    }
    assert_eq!(filled(&copy), FACTS);
    // Who goes away leaves nothing behind.
    drop(stopped);
    for _ in 0..10 {
        assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_meanwhile_breaks_the_answer_off() {
    let server = Server::start().await;
    let (_, browser) = signed_in(&server).await;
    let (mut copy, mut rest) = begun(&server, &browser).await;
    server.database.set_reachable(false);
    let broken = loop {
        match rest.chunk().await {
            Ok(Some(part)) => copy.extend(part),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken, "a part of {} bytes was sent as a whole", copy.len());
    assert!(serde_json::from_slice::<Value>(&copy).is_err());
    // Before anything was said, it is said.
    assert_eq!(browser.get(PATH).await.status, StatusCode::SERVICE_UNAVAILABLE);
    server.database.set_reachable(true);
    eventually("the database is back", async || {
        let answer = browser.get(PATH).await;
        (answer.status == StatusCode::OK).then(|| assert_eq!(filled(answer.body.as_bytes()), FACTS))
    })
    .await;
}

/// HT-14: a reader that takes long is no reader that has stopped.
#[tokio::test(flavor = "multi_thread")]
async fn ht_14_who_reads_slowly_gets_all_and_who_stops_is_given_up() {
    let second = Duration::from_secs(1);
    let server = Server::start_patient(Patience {
        head: second,
        body: second,
        keep_alive: second,
        unread: FOR_EVER,
    })
    .await;
    let (_, browser) = signed_in(&server).await;
    let ask = format!(
        "GET {PATH} HTTP/1.1\r\nhost: test\r\ncookie: {}\r\n\r\n",
        cookie(&browser)
    );
    let connect = || {
        let mut stream = TcpStream::connect(server.origin.strip_prefix("http://").unwrap()).unwrap();
        stream.write_all(ask.as_bytes()).unwrap();
        stream
    };
    let mut stopped = connect();

    // Three times as long as a connection may be idle.
    let (mut copy, mut rest) = begun(&server, &browser).await;
    let mut pace = tokio::time::interval(Duration::from_millis(60));
    let mut until = 0;
    while let Some(part) = rest.chunk().await.unwrap() {
        copy.extend(part);
        if copy.len() >= until {
            until += FACTS * EACH / 100;
            pace.tick().await;
        }
    }
    assert_eq!(filled(&copy), FACTS, "HT-14");

    // Only by writing can it learn of its end without reading.
    let ended = eventually("HT-14: who stopped is given up", async || {
        stopped.write(b"G").err()
    })
    .await;
    assert!(
        [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe].contains(&ended.kind()),
        "HT-14 {ended}"
    );
}

/// RFC 9112 §6.1: no chunks for who does not know them; and `HEAD` (RFC 9110 §9.3.2) reads nothing.
#[tokio::test(flavor = "multi_thread")]
async fn http_1_0_is_told_the_end_by_the_end_and_head_nothing() {
    let server = Server::start().await;
    let (_, browser) = signed_in(&server).await;
    let mut stream = TcpStream::connect(server.origin.strip_prefix("http://").unwrap()).unwrap();
    let ask = format!(
        "GET {PATH} HTTP/1.0\r\nhost: test\r\nconnection: keep-alive\r\ncookie: {}\r\n\r\n",
        cookie(&browser)
    );
    stream.write_all(ask.as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let at = answer.windows(4).position(|end| end == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..at].to_vec()).unwrap().to_lowercase();
    assert!(!head.contains("transfer-encoding"), "{head}");
    assert!(!head.contains("content-length"), "{head}");
    assert_eq!(filled(&answer[at + 4..]), FACTS);

    let asked = server.http.request(Method::HEAD, server.url(PATH));
    let told = asked.header("cookie", cookie(&browser)).send().await.unwrap();
    assert_eq!(told.status(), StatusCode::OK);
    assert_eq!(told.headers()["content-type"], "application/json");
    assert_eq!(told.text().await.unwrap(), "");
}

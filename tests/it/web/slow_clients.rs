//! HT-14: clients that send or read slowly, or not at all. They keep nobody else waiting, and are given up.

use std::{
    env,
    io::{ErrorKind, Write},
    net::TcpStream,
    process::Command,
    time::{Duration, Instant},
};

use consentry::web::{assets, connection::Patience};
use reqwest::StatusCode;

use super::bad_input::FORM;
use crate::support::{Registration, Server, raw::Connection};

/// Longer than any test runs.
const FOR_EVER: Duration = Duration::from_mins(10);

/// Where a client stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stops {
    /// Before it sends anything.
    Silent,
    /// In its first head.
    InAHead,
    /// In its second head, after an answer.
    InALaterHead,
    /// After an answer.
    AfterAnAnswer,
    /// In a body of a told length.
    InABody,
    /// In a chunked body.
    InAChunk,
}

/// A connection whose client has stopped.
fn stopped(server: &Server, stops: Stops) -> Connection {
    let mut connection = Connection::open(server);
    let body = |framing: &str, part: &str| {
        format!("POST /oauth/token HTTP/1.1\r\nhost: test\r\ncontent-type: {FORM}\r\n{framing}\r\n\r\n{part}")
    };
    let ask = "GET /health HTTP/1.1\r\nhost: test\r\n";
    if [Stops::InALaterHead, Stops::AfterAnAnswer].contains(&stops) {
        connection.send(format!("{ask}\r\n").as_bytes());
        assert_eq!(
            connection.answer().map(|raw| raw.status),
            Some(200),
            "HT-14 {stops:?}"
        );
    }
    match stops {
        Stops::Silent | Stops::AfterAnAnswer => {}
        Stops::InAHead | Stops::InALaterHead => connection.send(ask.as_bytes()),
        Stops::InABody => connection.send(body("content-length: 30", "grant_type=").as_bytes()),
        Stops::InAChunk => {
            connection.send(body("transfer-encoding: chunked", "1e\r\ngrant_type=").as_bytes());
        }
    }
    connection
}

/// A client that asks and asks and does not read. Answers how it comes to an end: the server takes no more from it, or has closed.
fn ask_on(stream: &mut TcpStream) -> ErrorKind {
    stream
        .set_write_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    let href = assets::stylesheet_href();
    let asks = format!("GET {href} HTTP/1.1\r\nhost: test\r\n\r\n").repeat(100);
    let started = Instant::now();
    loop {
        match stream.write_all(asks.as_bytes()) {
            Ok(()) => assert!(
                started.elapsed() < Duration::from_mins(1),
                "HT-14: the server takes everything"
            ),
            Err(error) => return error.kind(),
        }
    }
}

fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.origin.strip_prefix("http://").unwrap()).unwrap()
}

fn is_full(kind: ErrorKind) -> bool {
    [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&kind)
}

/// Whether this process may open so many files. If not, the test of this name is run once more in a process that may.
fn may_open(files: usize, test: &str) -> bool {
    let limit = Command::new("sh").args(["-c", "ulimit -n"]).output().unwrap();
    let limit = String::from_utf8(limit.stdout).unwrap();
    if limit.trim().parse().is_ok_and(|limit: usize| limit < files) {
        let test = format!("ulimit -n {files} && exec \"$0\" --exact {test} --nocapture --test-threads=1");
        let output = Command::new("sh")
            .args(["-c", &test])
            .arg(env::current_exe().unwrap())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        return false;
    }
    true
}

/// 500 connections whose clients have stopped, each where it does the most harm, and a healthy client among them.
#[tokio::test(flavor = "multi_thread")]
async fn ht_14_a_healthy_client_is_answered_beside_500_that_have_stopped() {
    if !may_open(
        3000,
        "web::slow_clients::ht_14_a_healthy_client_is_answered_beside_500_that_have_stopped",
    ) {
        return;
    }
    let server = Server::start_patient(Patience {
        head: FOR_EVER,
        body: FOR_EVER,
        keep_alive: FOR_EVER,
        unread: FOR_EVER,
    })
    .await;
    let app = server.client(Registration::service(&server));
    let mut readers = [connect(&server), connect(&server)];
    for reader in &mut readers {
        assert!(is_full(ask_on(reader)), "HT-14");
    }
    let kinds = [
        Stops::Silent,
        Stops::InAHead,
        Stops::InALaterHead,
        Stops::AfterAnAnswer,
        Stops::InABody,
        Stops::InAChunk,
    ];
    let slow: Vec<Connection> = (0..498)
        .map(|at| stopped(&server, kinds[at % kinds.len()]))
        .collect();
    for _ in 0..50 {
        let reply = app.token(&[("grant_type", "client_credentials")]).await;
        assert_eq!(reply.status, StatusCode::OK, "HT-14: {}", reply.text);
        let page = server.browser().get("/login").await;
        assert_eq!(page.status, StatusCode::OK, "HT-14: {}", page.body);
    }
    let open = slow.iter().filter(|connection| connection.is_quiet()).count();
    assert_eq!(open, 498, "HT-14: the slow ones were given up before their time");
    for reader in &mut readers {
        // The kernel may have found room for a little more meanwhile; nobody reads, so it ends.
        let error = (0..1000).find_map(|_| reader.write(b"GET").err());
        assert!(error.is_some_and(|error| is_full(error.kind())), "HT-14");
    }
}

/// Each is given up at its deadline: with 408 where it is owed an answer, else without a word.
#[tokio::test(flavor = "multi_thread")]
async fn ht_14_a_client_that_has_stopped_is_given_up() {
    let second = Duration::from_secs(1);
    let server = Server::start_patient(Patience {
        head: 2 * second,
        body: second,
        keep_alive: second,
        unread: second,
    })
    .await;
    let before = server.digest();
    let slow: Vec<(Stops, Option<u16>, Connection)> = [
        (Stops::Silent, Some(408)),
        (Stops::InAHead, Some(408)),
        (Stops::InALaterHead, None),
        (Stops::AfterAnAnswer, None),
        (Stops::InABody, Some(408)),
        (Stops::InAChunk, Some(408)),
    ]
    .into_iter()
    .flat_map(|row| [row; 5])
    .map(|(stops, status)| (stops, status, stopped(&server, stops)))
    .collect();
    for (stops, status, mut connection) in slow {
        // Reading waits for 15 seconds at most.
        let answer = connection.answer();
        assert_eq!(answer.as_ref().map(|raw| raw.status), status, "HT-14 {stops:?}");
        if [Stops::InABody, Stops::InAChunk].contains(&stops) {
            let answer = answer.unwrap();
            assert!(answer.closes(), "HT-14 {stops:?}: {}", answer.head);
            assert_eq!(answer.json("code").as_deref(), Some("request_timeout"));
        }
        assert_eq!(
            connection.answer().map(|raw| raw.status),
            None,
            "HT-14 {stops:?}: open"
        );
    }
    assert_eq!(server.digest(), before, "HT-14");
}

/// A client that asks and does not read is given up, by the end of the longest wait and, because it costs time, sooner.
#[tokio::test(flavor = "multi_thread")]
async fn ht_14_a_client_that_does_not_read_is_given_up() {
    let second = Duration::from_secs(1);
    for (keep_alive, unread) in [(second, FOR_EVER), (FOR_EVER, second)] {
        let server = Server::start_patient(Patience {
            head: second,
            body: second,
            keep_alive,
            unread,
        })
        .await;
        let mut reader = connect(&server);
        // Only by writing can it learn of its end without reading: what is unread comes first.
        let started = Instant::now();
        let ended = loop {
            let ended = ask_on(&mut reader);
            if !is_full(ended) {
                break ended;
            }
            assert!(
                started.elapsed() < Duration::from_secs(15),
                "HT-14 {keep_alive:?} {unread:?}: it is kept"
            );
        };
        assert!(
            [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe].contains(&ended),
            "HT-14 {ended}"
        );
    }
}

/// A client that sends each byte by itself is answered like any other.
#[tokio::test(flavor = "multi_thread")]
async fn ht_14_a_client_that_sends_byte_by_byte_is_answered() {
    let server = Server::start().await;
    let mut connection = Connection::open(&server);
    for _ in 0..2 {
        for byte in b"GET /health HTTP/1.1\r\nhost: test\r\n\r\n" {
            connection.send(&[*byte]);
        }
        assert_eq!(connection.answer().map(|raw| raw.status), Some(200), "HT-14");
    }
}

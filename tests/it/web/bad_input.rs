//! Whatever is sent, wherever: an error of the RFC or a problem body, never a 5xx, never a changed row, and the connection goes on
//! where HTTP allows.

use std::fmt::Write as _;

use proptest::{
    collection::vec,
    prelude::{Strategy, any},
    prop_oneof,
    test_runner::{Config, TestRunner},
};

use crate::support::{
    Server,
    raw::{Connection, Raw, post},
};

pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// Every address, and the methods that it answers.
pub(super) fn endpoints() -> Vec<(String, &'static [&'static str])> {
    let read: &[_] = &["GET", "HEAD"];
    let both: &[_] = &["GET", "HEAD", "POST"];
    let post: &[_] = &["POST"];
    let request = "00000000-0000-7000-8000-000000000000";
    vec![
        ("/".to_owned(), read),
        ("/login".to_owned(), both),
        ("/logout".to_owned(), post),
        ("/oauth/authorize".to_owned(), both),
        (format!("/oauth/authorize/{request}/consent"), both),
        ("/oauth/token".to_owned(), post),
        ("/oauth/token/introspect".to_owned(), post),
        ("/oauth/token/revoke".to_owned(), post),
        ("/.well-known/oauth-authorization-server".to_owned(), read),
        ("/.well-known/jwks.json".to_owned(), read),
        ("/health".to_owned(), read),
        ("/health/ready".to_owned(), read),
        (consentry::web::assets::stylesheet_href().to_owned(), read),
    ]
}

fn is_oauth(path: &str) -> bool {
    path.starts_with("/oauth/token")
}

/// A refusal in the words of the RFC that speaks here: RFC 6749 §5.2 or RFC 9457, or a page; with its id.
fn is_well_said(id: &str, path: &str, raw: &Raw) {
    let Raw { status, head, body } = raw;
    assert!((400..500).contains(status), "{id} {path}: {status} {body}");
    let request_id = head
        .split("\r\nx-request-id: ")
        .nth(1)
        .unwrap_or_else(|| panic!("{id} {path}: {head}"));
    let request_id = request_id.split("\r\n").next().unwrap();
    if head.contains("content-type: text/html") {
        assert!(!is_oauth(path), "{id} {path}: a page for a program");
        assert!(body.contains(request_id), "{id} {path}: {body}");
        return;
    }
    assert_eq!(raw.json("request_id").as_deref(), Some(request_id), "{id} {path}");
    let code = raw.json("error").or_else(|| raw.json("code"));
    assert!(code.is_some(), "{id} {path}: {body}");
    assert!(head.contains("no-store"), "HT-18 {id} {path}: {head}");
}

/// After a refused request the same connection carries a good one, unless the server said that it closes.
pub(super) fn goes_on(id: &str, path: &str, mut connection: Connection, refused: &Raw) {
    if refused.closes() {
        assert_eq!(connection.answer().map(|raw| raw.status), None, "{id} {path}");
        return;
    }
    connection.send(b"GET /health HTTP/1.1\r\nhost: test\r\n\r\n");
    let next = connection.answer().map(|raw| raw.status);
    assert_eq!(next, Some(200), "{id} {path}: the connection is lost");
}

/// HT-13: a method that an address does not answer is refused with 405 and `Allow`; none is taken from a header instead.
#[tokio::test(flavor = "multi_thread")]
async fn another_method_is_refused_with_405_and_changes_nothing() {
    let server = Server::start().await;
    let before = server.digest();
    for (path, allowed) in endpoints() {
        for method in [
            "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "INVENTED", "get",
        ] {
            if allowed.contains(&method) {
                continue;
            }
            let mut connection = Connection::open(&server);
            connection.send(
                format!(
                    "{method} {path} HTTP/1.1\r\nhost: test\r\ncookie: a=secret\r\nx-http-method-override: POST\r\n\
                     x-method-override: GET\r\ncontent-length: 3\r\n\r\na=b"
                )
                .as_bytes(),
            );
            let refused = connection.answer().unwrap();
            let id = format!("HT-13 {method}");
            assert_eq!(refused.status, 405, "{id} {path}: {}", refused.body);
            assert!(
                refused.head.contains("\r\nallow: "),
                "{id} {path}: {}",
                refused.head
            );
            assert!(!refused.body.contains("secret"), "{id} {path}: TRACE echoes");
            is_well_said(&id, &path, &refused);
            goes_on(&id, &path, connection, &refused);
        }
    }
    assert_eq!(server.digest(), before, "HT-13");
}

/// HT-13: forms of the request line that belong to proxies and whole servers.
#[tokio::test(flavor = "multi_thread")]
async fn the_methods_of_proxies_are_refused() {
    let server = Server::start().await;
    for line in ["OPTIONS *", "CONNECT evil.test:443", "TRACE http://evil.test/"] {
        let mut connection = Connection::open(&server);
        connection.send(format!("{line} HTTP/1.1\r\nhost: test\r\n\r\n").as_bytes());
        let refused = connection.answer().unwrap();
        assert!(
            (400..500).contains(&refused.status),
            "HT-13 {line}: {} {}",
            refused.status,
            refused.body
        );
    }
}

/// HT-01, HT-02, HT-03, HT-05, HT-07: what no endpoint reads as a form.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_form_is_refused_and_changes_nothing() {
    let server = Server::start().await;
    let many = (0..10_000).fold(String::new(), |mut all, number| {
        let _ = write!(all, "p{number}=1&");
        all
    });
    let rows: [(&str, &str, &[u8]); 17] = [
        ("HT-01 text", "text/plain", b"a=b"),
        ("HT-01 json", "application/json", b"{\"a\":\"b\"}"),
        (
            "HT-01 multipart",
            "multipart/form-data; boundary=x",
            b"--x\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n",
        ),
        ("HT-01 none", "", b"a=b"),
        (
            "HT-02 utf-16",
            "application/x-www-form-urlencoded; charset=utf-16",
            b"a=b",
        ),
        (
            "HT-02 utf-7",
            "application/x-www-form-urlencoded; charset=utf-7",
            b"a=b",
        ),
        ("HT-03 twice", FORM, b"client_id=a&client_id=b"),
        ("HT-05 lone %", FORM, b"client_id=%"),
        ("HT-05 half %", FORM, b"client_id=%4"),
        ("HT-05 bad UTF-8", FORM, b"client_id=%ff%fe"),
        ("HT-05 overlong", FORM, b"client_id=%c0%af"),
        ("HT-05 raw bytes", FORM, b"client_id=\xff\xfe"),
        ("HT-05 NUL", FORM, b"client_id=%00"),
        ("HT-05 raw NUL", FORM, b"client_id=\0"),
        ("HT-05 surrogate", FORM, b"client_id=%ed%a0%80"),
        ("HT-07 10 000 params", FORM, many.as_bytes()),
        ("HT-06 nothing", FORM, b""),
    ];
    let before = server.digest();
    for (path, _) in endpoints()
        .iter()
        .filter(|(_, allowed)| allowed.contains(&"POST"))
    {
        for (id, content_type, body) in rows {
            let mut connection = Connection::open(&server);
            connection.send(&post(path, content_type, body));
            let refused = connection
                .answer()
                .unwrap_or_else(|| panic!("{id} {path}: no answer"));
            is_well_said(id, path, &refused);
            // 10 000 parameters are more than a body may hold.
            if is_oauth(path) && refused.status != 413 {
                let expected = if id.starts_with("HT-06") {
                    "invalid_client"
                } else {
                    "invalid_request"
                };
                assert_eq!(refused.json("error").as_deref(), Some(expected), "{id} {path}");
            }
            goes_on(id, path, connection, &refused);
        }
    }
    assert_eq!(server.digest(), before);
}

/// HT-05 in the query string, IJ-01 everywhere: refused or ignored, never understood by the database.
#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_or_hostile_query_changes_nothing() {
    let server = Server::start().await;
    let before = server.digest();
    for (path, allowed) in endpoints() {
        let method = if allowed.contains(&"GET") { "GET" } else { "POST" };
        for query in [
            "%",
            "client_id=%ff%fe",
            "client_id=%c0%af",
            "client_id=%00",
            "request=%00",
            "request='%20OR%201=1--",
            "client_id='%3BDROP%20TABLE%20account--",
            "client_id=$1&request=$1",
            "request=a&request=b",
            "client_id=a&client_id=b",
            "a=%00",
        ] {
            let mut connection = Connection::open(&server);
            connection
                .send(format!("{method} {path}?{query} HTTP/1.1\r\nhost: test\r\ncontent-type: {FORM}\r\ncontent-length: 0\r\n\r\n").as_bytes());
            let answer = connection.answer().unwrap();
            assert!(answer.status < 500, "HT-05 {path}?{query}: {}", answer.body);
            goes_on("HT-05", &path, connection, &answer);
        }
    }
    assert_eq!(server.digest(), before);
}

/// HT-07: more than 64 kB is refused at once, whether the length is told or not, and nothing of it is kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_beyond_64_kb_is_refused_with_413() {
    let server = Server::start().await;
    let before = server.digest();
    for (path, allowed) in endpoints() {
        let method = if allowed.contains(&"POST") { "POST" } else { "GET" };
        for size in [70_000, 10_000_000] {
            for chunked in [false, true] {
                let id = format!("HT-07 {size} chunked={chunked}");
                let mut connection = Connection::open(&server);
                let framing = if chunked {
                    "transfer-encoding: chunked".to_owned()
                } else {
                    format!("content-length: {size}")
                };
                connection.send(
                    format!(
                        "{method} {path} HTTP/1.1\r\nhost: test\r\ncontent-type: {FORM}\r\n{framing}\r\n\r\n"
                    )
                    .as_bytes(),
                );
                let mut body = if chunked {
                    format!("{size:x}\r\n").into_bytes()
                } else {
                    Vec::new()
                };
                body.resize(body.len() + size, b'a');
                if chunked {
                    body.extend_from_slice(b"\r\n0\r\n\r\n");
                }
                connection.send(&body);
                let refused = connection
                    .answer()
                    .unwrap_or_else(|| panic!("{id} {path}: no answer"));
                assert_eq!(refused.status, 413, "{id} {path}: {}", refused.body);
                assert!(
                    refused.closes(),
                    "{id} {path}: the rest would be read as a request"
                );
                is_well_said(&id, &path, &refused);
            }
        }
    }
    assert_eq!(server.digest(), before);
}

/// HT-07: 1 000 headers, a header of 100 kB, an address of 60 or 70 kB: refused or answered as usual, never a fault.
#[tokio::test(flavor = "multi_thread")]
async fn an_endless_head_is_no_fault() {
    let server = Server::start().await;
    let before = server.digest();
    let headers = (0..1000).fold(String::new(), |mut all, number| {
        let _ = write!(all, "x-{number}: 1\r\n");
        all
    });
    let long = format!("x-long: {}\r\n", "a".repeat(100_000));
    let agent = format!("user-agent: {}\r\n", "a".repeat(100_000));
    let cookie = format!("cookie: {}\r\n", "consentry_session=a; ".repeat(4000));
    let query = format!("?client_id={}", "a".repeat(60_000));
    let longer = format!("?client_id={}", "a".repeat(70_000));
    let rows = [
        ("1 000 headers", "", headers.as_str()),
        ("100 kB header", "", &long),
        ("100 kB user agent", "", &agent),
        ("80 kB of cookies", "", &cookie),
        ("60 kB address", &query, ""),
        ("70 kB address", &longer, ""),
    ];
    for (path, allowed) in endpoints() {
        let method = if allowed.contains(&"GET") { "GET" } else { "POST" };
        for (id, query, headers) in rows {
            let mut connection = Connection::open(&server);
            connection
                .send(format!("{method} {path}{query} HTTP/1.1\r\nhost: test\r\n{headers}\r\n").as_bytes());
            let answer = connection
                .answer()
                .unwrap_or_else(|| panic!("HT-07 {id} {path}: no answer"));
            assert!(
                answer.status < 500,
                "HT-07 {id} {path}: {} {}",
                answer.status,
                answer.body
            );
        }
        let mut next = Connection::open(&server);
        next.send(b"GET /health HTTP/1.1\r\nhost: test\r\n\r\n");
        assert_eq!(next.answer().unwrap().status, 200, "HT-07 {path}");
    }
    assert_eq!(server.digest(), before);
}

/// HT-15: another spelling of an address is another address, or asks for the same proof.
#[tokio::test(flavor = "multi_thread")]
async fn other_spellings_of_an_address_open_nothing() {
    let server = Server::start().await;
    let before = server.digest();
    for path in [
        "//oauth/token",
        "/oauth//token",
        "/oauth/token/",
        "/oauth/%74oken",
        "/oauth%2ftoken",
        "/oauth/token;x",
        "/oauth/token%00",
        "/oauth/./token",
        "/oauth/x/../token",
        "/oauth/token%2fintrospect",
        "/OAUTH/TOKEN",
        "/admin/..;/",
        "/..;/oauth/token",
        "/static/../health",
        "/static/..%2f..%2fCargo.toml",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "\\oauth\\token",
        "http://evil.test/oauth/token",
    ] {
        let mut connection = Connection::open(&server);
        connection.send(&post(path, FORM, b"grant_type=client_credentials"));
        let answer = connection.answer();
        let status = answer.as_ref().map(|raw| raw.status);
        assert!(
            matches!(status, Some(400 | 401 | 404 | 405)),
            "HT-15 {path}: {answer:?}"
        );
    }
    assert_eq!(server.digest(), before);
}

/// No bytes make the endpoints that clients call fail, or change a row.
#[test]
fn random_bodies_are_refused_and_never_a_fault() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::start());
    let before = server.digest();
    let word = prop_oneof![
        "grant_type|code|refresh_token|client_id|client_secret|token|scope|resource|redirect_uri",
        "=|&|%|%00|%ff|\\+|:|authorization_code|refresh_token|client_credentials|cst_rt_[0-9A-Za-z]{0,70}",
        ".{0,8}",
    ];
    let body = prop_oneof![
        vec(any::<u8>(), 0..300),
        vec(word, 0..30).prop_map(|words| words.concat().into_bytes()),
    ];
    let mut runner = TestRunner::new(Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    });
    let connection = std::cell::RefCell::new(Connection::open(&server));
    runner
        .run(&(body, any::<bool>()), |(body, introspect)| {
            let path = if introspect {
                "/oauth/token/introspect"
            } else {
                "/oauth/token"
            };
            let mut connection = connection.borrow_mut();
            connection.send(&post(path, FORM, &body));
            let refused = connection.answer().expect("the connection goes on");
            assert!(!refused.closes(), "{}", refused.head);
            is_well_said("random", path, &refused);
            Ok(())
        })
        .unwrap();
    assert_eq!(server.digest(), before);
}

//! Where one message ends and the next begins (RFC 9112): no two readers may see it in two places.

use super::bad_input::{FORM, endpoints, goes_on};
use crate::support::{Server, raw::Connection};

/// A GET with a body is answered as without; its body is never the next request.
#[tokio::test(flavor = "multi_thread")]
async fn the_body_of_a_get_is_not_the_next_request() {
    let server = Server::start().await;
    for (path, _) in endpoints().iter().filter(|(_, allowed)| allowed.contains(&"GET")) {
        let mut connection = Connection::open(&server);
        let hidden = "GET /hidden HTTP/1.1\r\nhost: test\r\n\r\n";
        connection.send(
            format!(
                "GET {path} HTTP/1.1\r\nhost: test\r\ncontent-length: {}\r\n\r\n{hidden}",
                hidden.len()
            )
            .as_bytes(),
        );
        let answer = connection.answer().unwrap();
        assert!(answer.status < 500, "{path}: {}", answer.body);
        goes_on("GET with a body", path, connection, &answer);
    }
}

/// RFC 9110 §9.3.2: HEAD answers as GET does, without the body.
#[tokio::test(flavor = "multi_thread")]
async fn head_answers_without_a_body() {
    let server = Server::start().await;
    for (path, _) in endpoints()
        .iter()
        .filter(|(_, allowed)| allowed.contains(&"HEAD"))
    {
        let mut connection = Connection::open(&server);
        connection.send(format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n").as_bytes());
        let got = connection.answer().unwrap();
        connection.send(format!("HEAD {path} HTTP/1.1\r\nhost: test\r\n\r\n").as_bytes());
        assert_eq!(connection.answer_to_head(), Some(got.status), "{path}");
        connection.send(b"GET /health HTTP/1.1\r\nhost: test\r\n\r\n");
        assert_eq!(
            connection.answer().unwrap().status,
            200,
            "{path}: HEAD had a body"
        );
    }
}

/// HT-09 (RFC 9112 §6.3): a message whose end two readers could see in two places is refused, and its connection closed; what
/// follows it is never answered as a request of its own.
#[tokio::test(flavor = "multi_thread")]
async fn ht_09_a_message_of_two_lengths_is_one_request_or_none() {
    let server = Server::start().await;
    let hidden = "GET /hidden HTTP/1.1\r\nhost: test\r\n\r\n";
    let post = |headers: &str, body: &str| {
        format!("POST /oauth/token HTTP/1.1\r\nhost: test\r\ncontent-type: {FORM}\r\n{headers}\r\n{body}")
    };
    for (id, request) in [
        (
            "CL+TE",
            post(
                "content-length: 5\r\ntransfer-encoding: chunked\r\n",
                &format!("0\r\n\r\n{hidden}"),
            ),
        ),
        (
            "TE+CL",
            post(
                "transfer-encoding: chunked\r\ncontent-length: 5\r\n",
                &format!("0\r\n\r\n{hidden}"),
            ),
        ),
        (
            "two CL",
            post("content-length: 0\r\ncontent-length: 37\r\n", hidden),
        ),
        ("list of CL", post("content-length: 0, 37\r\n", hidden)),
        ("CL with +", post("content-length: +0\r\n", hidden)),
        ("negative CL", post("content-length: -1\r\n", hidden)),
        ("hex CL", post("content-length: 0x0\r\n", hidden)),
        (
            "TE: xchunked",
            post("transfer-encoding: xchunked\r\n", &format!("0\r\n\r\n{hidden}")),
        ),
        (
            "TE twice",
            post(
                "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n",
                &format!("0\r\n\r\n{hidden}"),
            ),
        ),
        (
            "chunked not last",
            post(
                "transfer-encoding: chunked, identity\r\n",
                &format!("0\r\n\r\n{hidden}"),
            ),
        ),
        (
            "space before the colon",
            post("transfer-encoding : chunked\r\ncontent-length: 0\r\n", hidden),
        ),
        (
            "obs-fold",
            post(
                "x-a: b\r\n transfer-encoding: chunked\r\ncontent-length: 0\r\n",
                hidden,
            ),
        ),
        (
            "bad chunk size",
            post("transfer-encoding: chunked\r\n", &format!("0x0\r\n\r\n{hidden}")),
        ),
        (
            "LF in a chunk extension",
            post(
                "transfer-encoding: chunked\r\n",
                &format!("0;a\nb\r\n\r\n{hidden}"),
            ),
        ),
        (
            "CR alone",
            "GET /health HTTP/1.1\rhost: test\r\rGET /hidden HTTP/1.1\r\rhost: test\r\r\n\r\n".to_owned(),
        ),
        (
            "HTTP/1.0 with TE",
            format!(
                "POST /oauth/token HTTP/1.0\r\nhost: test\r\ncontent-type: {FORM}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
            ),
        ),
    ] {
        let mut connection = Connection::open(&server);
        connection.send(request.as_bytes());
        // Closing our half shows whether the server still waits for more of a message that it took.
        connection.finish();
        let answers = connection.all_answers();
        let statuses: Vec<u16> = answers.iter().map(|raw| raw.status).collect();
        assert!(
            matches!(statuses.as_slice(), [] | [400 | 401 | 413 | 501]),
            "HT-09 {id}: {answers:#?}"
        );
    }
}

/// RFC 9112 §2.2: a bare LF may end a line. It is one request then, whatever stands in it.
#[tokio::test(flavor = "multi_thread")]
async fn ht_09_lf_alone_makes_no_second_request() {
    let server = Server::start().await;
    let mut connection = Connection::open(&server);
    connection.send(b"GET /health HTTP/1.1\nhost: test\ncontent-length: 5\n\nhello");
    connection.finish();
    let statuses: Vec<u16> = connection.all_answers().iter().map(|raw| raw.status).collect();
    assert!(matches!(statuses.as_slice(), [200 | 400]), "HT-09: {statuses:?}");
}

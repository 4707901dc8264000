//! What every endpoint that clients call does first, so asked of all three of them: it reads a form and lets a client in
//! (RFC 6749 §2.3, §3.2).

mod authenticate;
mod request;
mod secret;

use crate::support::{Server, client::Reply, wire::Wire};

const FORM: &str = "application/x-www-form-urlencoded";

/// An endpoint, a form that it understands, and what it answers when the client is let in.
type Door = (&'static str, &'static [(&'static str, &'static str)], u16);

/// The endpoints that clients call.
const DOORS: [Door; 3] = [
    (
        "/oauth/token",
        &[("grant_type", "refresh_token"), ("refresh_token", "nothing")],
        400,
    ),
    ("/oauth/token/introspect", &[("token", "nothing")], 200),
    ("/oauth/token/revoke", &[("token", "nothing")], 200),
];

/// Sends a form as it is, with the headers of the test's choice, on a connection that must survive it.
fn send(server: &Server, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut wire = Wire::open(&server.origin);
    wire.send("POST", path, headers, body);
    let reply = wire.read();
    wire.send("GET", "/health", &[], b"");
    assert_eq!(
        wire.read().status,
        200,
        "keep-alive did not survive {path} {headers:?}: {}",
        reply.text
    );
    reply
}

/// What a refusal or an answer must carry, whatever it says.
fn has_manners(case: &str, reply: &Reply) {
    assert!(
        !reply.status.is_server_error(),
        "{case}: {} {}",
        reply.status,
        reply.text
    );
    assert_eq!(reply.headers["cache-control"], "no-store", "HT-18 {case}");
    assert_eq!(reply.headers["x-content-type-options"], "nosniff", "HT-18 {case}");
    if !reply.text.is_empty() {
        assert_eq!(reply.headers["content-type"], "application/json", "HT-18 {case}");
    }
    // RFC 9110 §11.6.1, and RFC 6749 §5.2 for `invalid_client`.
    let asks = reply
        .headers
        .get("www-authenticate")
        .map(|it| it.to_str().unwrap());
    match reply.status.as_u16() {
        401 => assert!(
            asks.is_some_and(|it| it.starts_with("Basic realm=")),
            "{case}: {asks:?}"
        ),
        _ => assert_eq!(asks, None, "{case}"),
    }
}

/// What a row expects: to be let in, or this refusal.
const IN: &str = "let in";
const NOT_YOU: &str = "401 invalid_client";
const MALFORMED: &str = "400 invalid_request";

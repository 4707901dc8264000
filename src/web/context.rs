//! Who sent a request, and under which ids it is talked about.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    net::IpAddr,
};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::{Payload, RequestHead},
    http::header::{HeaderMap, HeaderValue, USER_AGENT},
};

use crate::{
    platform::{clock::Clock, config::Proxies, id::uuid_at},
    web::forwarded::{self, Client, Scheme},
};

/// The header that carries the id of one request.
pub const REQUEST_ID: &str = "x-request-id";

/// The header that carries the id of what several requests belong to.
pub const CORRELATION_ID: &str = "x-correlation-id";

/// The longest id that is taken over from a caller, in bytes.
const LONGEST_ID: usize = 128;

/// The longest user agent that is kept, in bytes.
const LONGEST_USER_AGENT: usize = 300;

/// The ids of a request and where it came from: for logs and for the audit.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The caller's `x-request-id` if it is harmless, else a new one.
    pub request_id: String,
    /// The caller's `x-correlation-id` if it is harmless, else a new one.
    pub correlation_id: String,
    /// The other end of the connection; where that is a trusted proxy, whom it says it asks for.
    pub address: Option<IpAddr>,
    /// How the caller asked, where a trusted proxy says so.
    pub scheme: Option<Scheme>,
    /// What the caller says it is: at most 300 bytes, without control characters.
    pub user_agent: Option<String>,
}

impl RequestContext {
    /// Reads the head of a request, with no other look at where it came from than [`forwarded::client`]'s.
    pub(super) fn of(head: &RequestHead, proxies: &Proxies) -> Self {
        let lines_of = |name| head.headers().get_all(name).map(HeaderValue::as_bytes).collect();
        let client = head
            .peer_addr
            .map(|peer| forwarded::client(peer.ip(), proxies, lines_of));
        Self {
            request_id: id(head.headers(), REQUEST_ID),
            correlation_id: id(head.headers(), CORRELATION_ID),
            address: client.map(|Client { address, .. }| address),
            scheme: client.and_then(|Client { scheme, .. }| scheme),
            user_agent: head
                .headers()
                .get(USER_AGENT)
                .map(|value| user_agent(value.as_bytes())),
        }
    }
}

impl RequestContext {
    /// That of a request.
    #[must_use]
    pub fn found(req: &HttpRequest) -> Self {
        // `observe` left it there; without it nobody knows of any proxy.
        let known = req.extensions().get::<Self>().cloned();
        known.unwrap_or_else(|| Self::of(req.head(), &Proxies::default()))
    }
}

impl FromRequest for RequestContext {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::found(req)))
    }
}

/// The caller's id, if it names exactly one that cannot harm a log line or a header; else a new one.
fn id(headers: &HeaderMap, name: &str) -> String {
    let mut sent = headers.get_all(name);
    let only = sent.next().filter(|_| sent.next().is_none());
    only.and_then(|value| value.to_str().ok())
        .filter(|value| is_harmless(value))
        .map_or_else(
            // The system's time, not the server's clock: a test that moves that one must not move these.
            || uuid_at(Clock::system().now()).simple().to_string(),
            str::to_owned,
        )
}

fn is_harmless(id: &str) -> bool {
    (1..=LONGEST_ID).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn user_agent(sent: &[u8]) -> String {
    let mut kept: String = String::from_utf8_lossy(sent)
        .chars()
        .filter(|character| !character.is_control())
        .collect();
    kept.truncate(kept.floor_char_boundary(LONGEST_USER_AGENT));
    kept
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_harmless_id_is_kept_and_any_other_replaced() {
        let longest = "a".repeat(LONGEST_ID);
        for kept in ["r", "0193-AbC_d.e", &longest] {
            let req = TestRequest::default()
                .insert_header((REQUEST_ID, kept))
                .to_http_request();
            assert_eq!(
                RequestContext::of(req.head(), &Proxies::default()).request_id,
                kept
            );
        }
        let too_long = "a".repeat(LONGEST_ID + 1);
        for replaced in ["", "a b", "a\"b", "<i>", "a;b", "\u{e4}", &too_long] {
            let req = TestRequest::default()
                .insert_header((REQUEST_ID, replaced))
                .to_http_request();
            let id = RequestContext::of(req.head(), &Proxies::default()).request_id;
            assert!(
                id != replaced && id.len() == 32 && is_harmless(&id),
                "{replaced:?} became {id:?}"
            );
        }
    }

    #[test]
    fn an_id_sent_twice_is_replaced() {
        let req = TestRequest::default()
            .append_header((CORRELATION_ID, "one"))
            .append_header((CORRELATION_ID, "two"))
            .to_http_request();
        assert_eq!(
            RequestContext::of(req.head(), &Proxies::default())
                .correlation_id
                .len(),
            32
        );
    }

    #[test]
    fn a_user_agent_is_cut_at_a_character_and_loses_control_characters() {
        assert_eq!(user_agent("a\tb\u{85}c".as_bytes()), "abc");
        let long = user_agent("\u{e4}x".repeat(200).as_bytes());
        assert!(long.len() <= LONGEST_USER_AGENT && long.len() > LONGEST_USER_AGENT - 2);
    }
}

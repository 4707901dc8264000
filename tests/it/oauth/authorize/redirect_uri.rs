//! Where an answer may go: nowhere but to a registered redirect URI, compared byte for byte (RFC 9700 §2.1).

use reqwest::{Method, StatusCode};

use super::{assert_page, both_ways, head_of_raw_get, raw};
use crate::support::{FORM_TYPE, Registered, Registration, Server, form};

/// Sends each redirect URI to the client and expects a page, and nothing stored.
async fn refused(server: &Server, client: &Registered, rows: &[(&str, &str)]) {
    let before = server.rows_but(&[]);
    for (case, uri) in rows {
        let query = raw(client, "redirect_uri", &form(&[("redirect_uri", uri)]));
        for answer in both_ways(server, &query).await {
            let case = format!("{case} {uri}");
            assert_page(&case, &answer, "invalid_redirect_uri", &[uri]);
            assert_eq!(answer.header("set-cookie"), None, "{case}");
            assert!(answer.body.contains("For the app&#39;s developers"), "{case}");
        }
        assert_eq!(server.rows_but(&[]), before, "{case} {uri}");
    }
}

/// RFC 9700 §2.1, §4.1.3; RFC 3986 §6.2.1: simple string comparison.
#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_uri_that_is_not_registered_byte_for_byte_gets_a_page_and_nothing_else() {
    let server = Server::start().await;
    let client = server.client(Registration::web());
    let long = format!("https://rp.example/cb{}", "a".repeat(1979));
    refused(
        &server,
        &client,
        &[
            ("RU-01", "https://rp.example/cb/"),
            ("RU-02", "https://rp.example/cb?x=1"),
            ("RU-03", "https://rp.example/cb2?x=2"),
            ("RU-03", "https://rp.example/cb2?x=1&y=2"),
            ("RU-04", "https://rp.example/cb2"),
            ("RU-06", "https://rp.example/cb#frag"),
            ("RU-06", "https://rp.example/cb#"),
            ("RU-08", "https://rp.example/cb/../evil"),
            ("RU-08", "https://rp.example/cb/..%2fevil"),
            ("RU-10", "https://rp.example/%63b"),
            ("RU-12", "https://rp.example.evil.test/cb"),
            ("RU-13", "https://evilrp.example/cb"),
            ("RU-14", "https://evil.test/https://rp.example/cb"),
            ("RU-15", "https://rp.example@evil.test/cb"),
            ("RU-15", "https://rp.example:x@evil.test/cb"),
            ("RU-18", "https://evil.test\\@rp.example/cb"),
            ("RU-18", "https:\\\\rp.example\\cb"),
            ("RU-20", "//rp.example/cb"),
            ("RU-20", "/cb"),
            ("RU-20", "cb"),
            ("RU-20", ""),
            ("RU-20", " https://rp.example/cb"),
            ("RU-20", "https://rp.example/cb\n"),
            ("RU-21", "https:rp.example/cb"),
            ("RU-22", "HTTPS://RP.EXAMPLE/cb"),
            ("RU-23", "https://rp.example/CB"),
            ("RU-24", "https://rp.example:443/cb"),
            ("RU-25", "https://rp.example:444/cb"),
            ("RU-26", "http://rp.example/cb"),
            ("RU-27", "https://rp.example./cb"),
            ("RU-40", "http://127.0.0.1:9/cb"),
            ("RU-42", "javascript:alert(1)//"),
            ("RU-42", "data:text/html,<script>alert(1)</script>"),
            ("RU-47", &long),
        ],
    )
    .await;
}

/// RU-47: longer than a URI may be in HTTP, it is not even read.
#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_uri_of_70_kb_is_refused_without_a_fault() {
    let server = Server::start().await;
    let client = server.client(Registration::web());
    let before = server.rows_but(&[]);
    let uri = format!("https://rp.example/cb{}", "a".repeat(70_000));
    let path = client.authorize_path(&[("redirect_uri", &uri)]);
    let get = head_of_raw_get(&server, &path).await;
    assert!(
        get.starts_with("HTTP/1.1 4"),
        "RU-47: {}",
        &get[..get.len().min(200)]
    );
    assert!(!get.to_lowercase().contains("\r\nlocation:"), "RU-47: {get}");
    let query = path.split_once('?').unwrap().1.to_owned();
    let post = server
        .browser()
        .request(Method::POST, "/oauth/authorize", &[FORM_TYPE], query)
        .await;
    assert_eq!(post.status, StatusCode::PAYLOAD_TOO_LARGE, "RU-47");
    assert_eq!(post.location(), None, "RU-47");
    assert_eq!(server.rows_but(&[]), before, "RU-47");
}

/// RFC 6749 §3.1: a parameter is given once; §3.1.2.3 and `OAuth` 2.1: this one is always given.
#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_uri_is_given_exactly_once_whatever_is_registered() {
    let server = Server::start().await;
    let two = server.client(Registration::web());
    let one = server.client(Registration::web().with(|new| new.redirect_uris.truncate(1)));
    let none = server.client(Registration::web().with(|new| new.redirect_uris.clear()));
    let before = server.rows_but(&[]);
    let good = "redirect_uri=https%3A%2F%2Frp.example%2Fcb";
    let evil = "redirect_uri=https%3A%2F%2Fevil.test%2Fcb";
    for (case, client, piece) in [
        ("RU-31", &two, format!("{good}&{evil}")),
        ("RU-31", &two, format!("{evil}&{good}")),
        ("RU-31", &two, format!("{good}&{good}")),
        ("RU-31", &two, format!("{good}&redirect_uri=")),
        (
            "RU-31",
            &two,
            format!("{good}&redirect%5Furi=https%3A%2F%2Fevil.test%2Fcb"),
        ),
        ("RU-33", &one, String::new()),
        ("RU-34", &two, String::new()),
        ("RU-45", &none, String::new()),
        ("RU-45", &none, evil.to_owned()),
        ("RU-45", &none, "redirect_uri=".to_owned()),
    ] {
        for answer in both_ways(&server, &raw(client, "redirect_uri", &piece)).await {
            assert_page(case, &answer, "invalid_redirect_uri", &["evil.test"]);
        }
        assert_eq!(server.rows_but(&[]), before, "{case} {piece}");
    }
}

/// RU-36, RU-39, RU-41: RFC 8252 §7.1, §7.3, §8.3.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_native_redirect_uri_only_the_loopback_port_may_vary() {
    let server = Server::start().await;
    let native = server.client(Registration::native());
    refused(
        &server,
        &native,
        &[
            ("RU-36", "http://localhost:53124/cb"),
            ("RU-36", "http://127.0.0.2:53124/cb"),
            ("RU-36", "http://[::1]:53124/cb"),
            ("RU-36", "http://127.1:53124/cb"),
            ("RU-36", "https://127.0.0.1:53124/cb"),
            ("RU-39", "http://127.0.0.1:9/other"),
            ("RU-39", "http://127.0.0.1:9/cb/"),
            ("RU-39", "http://127.0.0.1:9/cb?x=1"),
            ("RU-39", "http://127.0.0.1:9"),
            ("RU-39", "http://127.0.0.1:/cb"),
            ("RU-39", "http://127.0.0.1:0/cb"),
            ("RU-39", "http://127.0.0.1:65536/cb"),
            ("RU-39", "http://127.0.0.1:80@evil.test/cb"),
            ("RU-39", "http://127.0.0.1.evil.test/cb"),
            ("RU-41", "com.example.app://evil/cb"),
            ("RU-41", "com.example.app:///cb"),
            ("RU-41", "COM.EXAMPLE.APP:/cb"),
            ("RU-41", "com.example.app:cb"),
            ("RU-41", "com.example.app2:/cb"),
        ],
    )
    .await;
    // The exception is for native apps: a client with a secret runs where ports do not vary.
    let web = server
        .client(Registration::web().with(|new| new.redirect_uris = vec!["http://127.0.0.1/cb".to_owned()]));
    refused(&server, &web, &[("RU-40", "http://127.0.0.1:9/cb")]).await;
}

/// RFC 6749 §3.1.2: what was registered stays as it is, and the answer is added to it; §4.1.3: the token endpoint compares
/// with what was presented.
#[tokio::test(flavor = "multi_thread")]
async fn a_registered_redirect_uri_gets_the_code_exactly_where_it_was_presented() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let native = server.client(Registration::native());
    for (case, client, uri, joint) in [
        ("RU-05", &web, "https://rp.example/cb2?x=1", '&'),
        ("RU-35", &native, "http://127.0.0.1:53124/cb", '?'),
        ("RU-35", &native, "http://127.0.0.1:1/cb", '?'),
        ("RU-35", &native, "http://127.0.0.1/cb", '?'),
        ("RU-41", &native, "com.example.app:/cb", '?'),
    ] {
        let answer = server
            .browser()
            .connect(client, &alice, &[("redirect_uri", uri)])
            .await;
        let location = answer
            .location()
            .unwrap_or_else(|| panic!("{case}: {}", answer.body));
        assert!(
            location.starts_with(&format!("{uri}{joint}code=cst_ac_")),
            "{case}: {location}"
        );
        let mut params = answer.callback();
        assert_eq!(params["state"], super::STATE, "{case}");
        assert_eq!(params["iss"], server.origin, "{case}");
        let mut presented = client.clone();
        presented.redirect_uri = uri.to_owned();
        let code = params.remove("code").unwrap();
        assert_eq!(presented.exchange(&code).await.status, StatusCode::OK, "{case}");
    }
}

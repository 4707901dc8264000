//! What an authorization request may say, and what each parameter does (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2,
//! OpenID Connect Core §3.1.2.1).

use std::net::TcpListener;

use reqwest::{Method, StatusCode};

use super::{
    STATE, asks_for_consent, asks_to_sign_in, assert_page, assert_refused, both_ways, head_of_raw_get, raw,
};
use crate::support::{
    FORM_TYPE, Registration, Server,
    client::CHALLENGE,
    form,
    server::{AUDIENCE, OTHER_AUDIENCE},
};

const CB: &str = "https://rp.example/cb";

/// AZ-01, AZ-05: RFC 6749 §3.1; §4.1.1: `response_type` is required.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_response_type_and_every_repeated_parameter_are_refused() {
    let server = Server::start().await;
    let client = server.client(Registration::web());
    let before = server.rows_but(&[]);
    for answer in both_ways(&server, &client.authorize_path(&[("response_type", "")])).await {
        assert_refused("AZ-01", &answer, &server, CB, Some(STATE), "invalid_request");
    }
    for (name, value) in [
        ("response_type", "code"),
        ("response_mode", "query"),
        ("scope", "analytics.read"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("prompt", "login"),
        ("login_hint", "a@b.example"),
        ("workspace", "acme"),
        ("request", "x"),
        ("request_uri", "https://rp.example/r"),
    ] {
        let once = form(&[(name, value)]);
        for piece in [
            format!("{once}&{once}"),
            format!("{once}&{name}="),
            format!("{name}=&{once}"),
        ] {
            for answer in both_ways(&server, &raw(&client, name, &piece)).await {
                let case = format!("AZ-05 {piece}");
                assert_refused(&case, &answer, &server, CB, Some(STATE), "invalid_request");
            }
        }
    }
    for answer in both_ways(&server, &raw(&client, "state", "state=a&state=a")).await {
        assert_refused("AZ-05 state", &answer, &server, CB, None, "invalid_request");
    }
    let twice = format!("client_id={0}&client_id={0}", client.id);
    for answer in both_ways(&server, &raw(&client, "client_id", &twice)).await {
        assert_page("AZ-05 client_id", &answer, "unknown_client", &[]);
    }
    assert_eq!(server.rows_but(&[]), before);
}

/// AZ-02, AZ-03, AZ-04: RFC 6749 §3.1.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_works_by_post_in_any_order_and_with_parameters_that_nobody_knows() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let id = &client.id;
    let plain = format!(
        "state=s%26t+%C3%BC&scope=posts.write+analytics.read&redirect_uri=https%3A%2F%2Frp.example%2Fcb&client_id={id}&\
         response_type=code"
    );
    let unknown =
        format!("extra=foobar&{plain}&extra=again&iss=https%3A%2F%2Fevil.test&code=x&max_age=1&nonce=n");
    let unencoded = plain.replace("%3A%2F%2F", "://");
    for (case, query) in [("AZ-04", plain), ("AZ-03", unknown), ("AZ-04", unencoded)] {
        for method in [Method::GET, Method::POST] {
            let case = format!("{case} {method} {query}");
            let browser = server.browser();
            let answer = if method == Method::GET {
                browser.get(&format!("/oauth/authorize?{query}")).await
            } else {
                // AZ-02: as a form on the client's own page sends it, without any cookie of ours.
                let origin = ("origin", "https://rp.example");
                browser
                    .request(method, "/oauth/authorize", &[FORM_TYPE, origin], query.clone())
                    .await
            };
            let page = browser.follow(answer).await;
            assert!(asks_to_sign_in(&page), "{case}: {}", page.at);
            let mut answer = browser.sign_in(&page, &alice).await;
            if asks_for_consent(&answer) {
                answer = browser.decide(&answer, "allow").await;
            }
            let mut params = answer.callback();
            let code = params.remove("code").unwrap();
            assert_eq!(params["state"], "s&t \u{fc}", "{case}");
            assert_eq!(params["iss"], server.origin, "{case}");
            assert_eq!(params.len(), 2, "{case}: {params:?}");
            let tokens = client.exchange(&code).await.ok();
            assert_eq!(tokens.json["scope"], "analytics.read posts.write", "{case}");
        }
    }
}

/// HT-01, HT-02: a POST is read as a form or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn a_posted_request_that_is_no_form_is_not_read() {
    let server = Server::start().await;
    let client = server.client(Registration::web());
    let query = client.authorize_path(&[]);
    let query = query.split_once('?').unwrap().1;
    let before = server.rows_but(&[]);
    for kind in [
        "text/plain",
        "application/json",
        "multipart/form-data; boundary=x",
    ] {
        let answer = server
            .browser()
            .request(
                Method::POST,
                "/oauth/authorize",
                &[("content-type", kind)],
                query.to_owned(),
            )
            .await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        assert_eq!(answer.location(), None, "{kind}");
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let answer = server
            .browser()
            .request(method.clone(), "/oauth/authorize", &[FORM_TYPE], query.to_owned())
            .await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    assert_eq!(server.rows_but(&[]), before);
}

/// AZ-06: RFC 9101 is not supported, and what a request points to is never fetched.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_object_is_refused_and_never_fetched() {
    let server = Server::start().await;
    let client = server.client(Registration::web());
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let uri = format!("http://{}/request.jwt", elsewhere.local_addr().unwrap());
    for (params, error) in [
        (("request", "eyJhbGciOiJub25lIn0.e30."), "request_not_supported"),
        (("request_uri", uri.as_str()), "request_uri_not_supported"),
        (
            ("request_uri", "urn:ietf:params:oauth:request_uri:x"),
            "request_uri_not_supported",
        ),
    ] {
        for answer in both_ways(&server, &client.authorize_path(&[params])).await {
            assert_refused("AZ-06", &answer, &server, CB, Some(STATE), error);
        }
    }
    assert!(
        elsewhere.accept().is_err(),
        "AZ-06: the server fetched a request_uri"
    );
}

/// PK-01 to PK-05, policy P-2: RFC 7636 §4.2, §4.3, §4.4.1; RFC 9700 §2.1.1.
#[tokio::test(flavor = "multi_thread")]
async fn pkce_is_s256_and_required_where_the_registration_says_so() {
    let server = Server::start().await;
    let web = server.client(Registration::web());
    let strict = server.client(Registration::web().with(|new| new.require_pkce = true));
    let native = server.client(Registration::native());
    let before = server.rows_but(&[]);
    let loopback = "http://127.0.0.1/cb";
    let none: &[(&str, &str)] = &[("code_challenge", ""), ("code_challenge_method", "")];
    for (case, client, to) in [("PK-01", &native, loopback), ("PK-02", &strict, CB)] {
        for answer in both_ways(&server, &client.authorize_path(none)).await {
            assert_refused(case, &answer, &server, to, Some(STATE), "invalid_request");
        }
    }
    let short = &CHALLENGE[..42];
    let (long, padded) = (format!("{CHALLENGE}A"), format!("{CHALLENGE}="));
    let (plus, loose) = (CHALLENGE.replace('-', "+"), format!("{short}N"));
    for (case, challenge, method) in [
        ("PK-03", CHALLENGE, "plain"),
        ("PK-03", CHALLENGE, ""),
        ("PK-04", CHALLENGE, "s256"),
        ("PK-04", CHALLENGE, "S512"),
        ("PK-04", CHALLENGE, "S256 "),
        ("PK-04", "", "S256"),
        ("PK-05", short, "S256"),
        ("PK-05", &long, "S256"),
        ("PK-05", &padded, "S256"),
        ("PK-05", &plus, "S256"),
        // The last character carries four bits only: another spelling of the same digest.
        ("PK-05", &loose, "S256"),
        ("PK-05", " ", "S256"),
    ] {
        let params = [("code_challenge", challenge), ("code_challenge_method", method)];
        // Once a challenge is sent it is checked, also where none is required.
        for (client, to) in [(&web, CB), (&strict, CB), (&native, loopback)] {
            let case = format!("{case} {params:?}");
            for answer in both_ways(&server, &client.authorize_path(&params)).await {
                assert_refused(&case, &answer, &server, to, Some(STATE), "invalid_request");
            }
        }
    }
    assert_eq!(server.rows_but(&[]), before);
    let good = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    for (client, params) in [(&web, none), (&web, &good), (&strict, &good), (&native, &good)] {
        let page = server.browser().visit(&client.authorize_path(params)).await;
        assert!(asks_to_sign_in(&page), "P-2 {params:?}: {}", page.at);
    }
}

/// `state` up to 2048 bytes is carried and given back; a longer one is refused, and not cut.
#[tokio::test(flavor = "multi_thread")]
async fn a_state_of_2048_bytes_comes_back_with_the_code_and_a_longer_one_is_refused() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let longest = "\u{fc}".repeat(1024);
    let answer = server
        .browser()
        .connect(&client, &alice, &[("state", &longest)])
        .await;
    assert_eq!(answer.callback()["state"], longest);
    assert!(answer.callback().contains_key("code"));
    let longer = format!("{longest}x");
    for answer in both_ways(&server, &client.authorize_path(&[("state", &longer)])).await {
        assert_refused("2049", &answer, &server, CB, None, "invalid_request");
    }
    // RFC 6749 §4.1.2: where none was sent there is none.
    let answer = server.browser().connect(&client, &alice, &[("state", "")]).await;
    assert!(!answer.callback().contains_key("state"));
}

/// RFC 6749 §3.3: without `scope` the client's default, and where it has none, an error; never "all".
#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_scope_gets_the_default_of_its_client_or_invalid_scope() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let without = server.client(Registration::web());
    let with =
        server.client(Registration::web().with(|new| new.default_scope = vec!["analytics.read".to_owned()]));
    for answer in both_ways(&server, &without.authorize_path(&[("scope", "")])).await {
        assert_refused("no default", &answer, &server, CB, Some(STATE), "invalid_scope");
    }
    for piece in ["", "scope="] {
        let page = server.browser();
        let asked = page.visit(&raw(&with, "scope", piece)).await;
        let asked = page.sign_in(&asked, &alice).await;
        // Remembered from the second time on.
        let answer = if asks_for_consent(&asked) {
            page.decide(&asked, "allow").await
        } else {
            asked
        };
        let code = answer.callback().remove("code").unwrap();
        let tokens = with.exchange(&code).await.ok();
        assert_eq!(tokens.json["scope"], "analytics.read", "{piece:?}");
    }
}

/// RFC 8707 §2: `resource` may repeat, names configured resources, and narrows what the token is for.
#[tokio::test(flavor = "multi_thread")]
async fn a_resource_is_known_may_repeat_and_narrows_the_audience() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let api = server.client(Registration::api(AUDIENCE));
    let both = [("scope", "analytics.read other.read")];
    for piece in [
        form(&[("resource", "https://unknown.example")]),
        form(&[("resource", AUDIENCE), ("resource", "https://unknown.example")]),
        form(&[("resource", "api.example")]),
        form(&[("resource", "https://api.example/")]),
        form(&[("resource", "https://api.example#f")]),
        form(&[("resource", "HTTPS://API.EXAMPLE")]),
        // Known, but no scope that is asked for belongs to it.
        form(&[("resource", OTHER_AUDIENCE), ("scope", "analytics.read")]),
    ] {
        let without = if piece.contains("scope=") {
            "scope"
        } else {
            "resource"
        };
        for answer in both_ways(&server, &raw(&client, without, &piece)).await {
            assert_refused(&piece, &answer, &server, CB, Some(STATE), "invalid_target");
        }
    }
    for (piece, audience) in [
        (String::new(), serde_json::json!([AUDIENCE, OTHER_AUDIENCE])),
        (
            "resource=".to_owned(),
            serde_json::json!([AUDIENCE, OTHER_AUDIENCE]),
        ),
        (form(&[("resource", AUDIENCE)]), serde_json::json!(AUDIENCE)),
        (
            form(&[("resource", AUDIENCE), ("resource", AUDIENCE)]),
            serde_json::json!(AUDIENCE),
        ),
        (
            form(&[("resource", AUDIENCE), ("resource", OTHER_AUDIENCE)]),
            serde_json::json!([AUDIENCE, OTHER_AUDIENCE]),
        ),
    ] {
        let browser = server.browser();
        let page = browser
            .visit(&format!(
                "{}&{piece}&prompt=consent",
                client.authorize_path(&both)
            ))
            .await;
        let page = browser.sign_in(&page, &alice).await;
        let answer = browser.decide(&page, "allow").await;
        let code = answer.callback().remove("code").unwrap();
        let tokens = client.exchange(&code).await.ok();
        let told = api.introspect(tokens.text("access_token")).await.ok();
        let aud = &told.json["aud"];
        let one = aud
            .as_array()
            .filter(|all| all.len() == 1)
            .map_or(aud, |all| &all[0]);
        assert_eq!(*one, audience, "{piece}: {}", told.text);
    }
}

/// OAuth 2.0 Multiple Response Types §2.1: a code is answered in the query, also where that is said.
#[tokio::test(flavor = "multi_thread")]
async fn a_response_mode_other_than_query_is_refused() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    for mode in ["fragment", "form_post", "jwt", "QUERY", "web_message"] {
        for answer in both_ways(&server, &client.authorize_path(&[("response_mode", mode)])).await {
            assert_refused(mode, &answer, &server, CB, Some(STATE), "invalid_request");
        }
    }
    let answer = server
        .browser()
        .connect(&client, &alice, &[("response_mode", "query")])
        .await;
    assert!(
        answer
            .location()
            .unwrap()
            .starts_with("https://rp.example/cb?code=")
    );
}

/// HT-05, HT-07: what cannot be read, or is too much, gets a page and never a fault.
#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_or_oversized_request_gets_a_page() {
    let server = Server::start().await;
    let client = server.client(Registration::web());
    let before = server.rows_but(&[]);
    for piece in [
        "x=%zz",
        "x=%",
        "state=%ff%fe",
        "x=a%00b",
        &"a=1&".repeat(201),
        &"n".repeat(101),
    ] {
        for answer in both_ways(&server, &format!("{}&{piece}", client.authorize_path(&[]))).await {
            assert_page(piece, &answer, "invalid_request", &["rp.example"]);
        }
    }
    assert_eq!(server.rows_but(&[]), before);
    // Just short of what HTTP carries: read, and refused as what it is.
    let big = "s".repeat(65_000);
    let answer = server
        .browser()
        .get(&client.authorize_path(&[("state", &big)]))
        .await;
    assert_refused("HT-07", &answer, &server, CB, None, "invalid_request");
    let answer = server
        .browser()
        .get(&client.authorize_path(&[("extra", &big)]))
        .await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "an unknown parameter is ignored"
    );
    let before = server.rows_but(&[]);
    // And beyond.
    for size in [66_000, 140_000] {
        let path = client.authorize_path(&[("state", &"s".repeat(size))]);
        let head = head_of_raw_get(&server, &path).await;
        assert!(
            head.starts_with("HTTP/1.1 4"),
            "HT-07: {}",
            &head[..head.len().min(200)]
        );
    }
    assert_eq!(server.rows_but(&[]), before);
}

//! What a refused authorization request comes to: a page until client and redirect URI are established, and from then on
//! an answer at the registered URI (RFC 6749 §4.1.2.1).

use reqwest::StatusCode;
use uuid::Uuid;

use super::{STATE, assert_page, assert_refused, both_ways, raw};
use crate::support::{Registration, Server, form, server::PASSWORD};

const CB: &str = "https://rp.example/cb";

/// OR-01: nobody but the person is told about a client that does not exist.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_client_sends_nobody_anywhere() {
    let server = Server::start().await;
    let client = server.client(Registration::web());
    let before = server.rows_but(&[]);
    let unknown = Uuid::now_v7().to_string();
    let upper = client.id.to_uppercase();
    let twice = format!("client_id={0}&client_id={0}", client.id);
    let other = format!("client_id={}&client_id={unknown}", client.id);
    for piece in [
        String::new(),
        form(&[("client_id", "")]),
        form(&[("client_id", &unknown)]),
        form(&[("client_id", "acme")]),
        form(&[("client_id", "' OR 1=1--")]),
        form(&[("client_id", &format!("{}x", client.id))]),
        form(&[("client_id", &format!("{}\n", client.id))]),
        form(&[("client_id", "<script>alert(1)</script>")]),
        twice,
        other,
    ] {
        for uri in ["https://evil.test/cb", CB] {
            let query = client.authorize_path(&[("redirect_uri", uri), ("client_id", "")]);
            for answer in both_ways(&server, &format!("{query}&{piece}")).await {
                let case = format!("OR-01 {piece} {uri}");
                assert_page(
                    &case,
                    &answer,
                    "unknown_client",
                    &["evil.test", "rp.example", "<script"],
                );
            }
        }
    }
    // One id has one spelling.
    if upper != client.id {
        for answer in both_ways(&server, &client.authorize_path(&[("client_id", &upper)])).await {
            assert_page("OR-01 upper case", &answer, "unknown_client", &[]);
        }
    }
    assert_eq!(server.rows_but(&[]), before, "OR-01");
}

/// OR-02, OR-03: the redirect URI is checked before anything that could be told to it.
#[tokio::test(flavor = "multi_thread")]
async fn no_other_fault_comes_before_a_redirect_uri_that_is_not_registered() {
    let server = Server::start().await;
    let client = server.client(Registration::native());
    let before = server.rows_but(&[]);
    let evil = [("redirect_uri", "https://evil.test/cb")];
    for (case, fault) in [
        ("OR-02", &[("response_type", "junk")][..]),
        ("OR-02", &[("response_type", "")]),
        ("OR-03", &[("scope", "")]),
        (
            "OR-03",
            &[("scope", "openid"), ("response_type", "code id_token")],
        ),
        ("OR-03", &[("scope", "nothing.known")]),
        ("OR-03", &[("prompt", "none")]),
        ("OR-03", &[("code_challenge", "")]),
        ("OR-03", &[("resource", "https://unknown.example")]),
        ("OR-03", &[("request", "x.y.z")]),
        ("OR-03", &[("response_mode", "fragment")]),
    ] {
        let params = [&evil[..], fault].concat();
        for answer in both_ways(&server, &client.authorize_path(&params)).await {
            assert_page(case, &answer, "invalid_redirect_uri", &["evil.test"]);
        }
    }
    for name in ["scope", "state", "response_type", "code_challenge"] {
        let query = format!("{}&{name}=x&{name}=y", client.authorize_path(&evil));
        for answer in both_ways(&server, &query).await {
            assert_page("OR-03 repeated", &answer, "invalid_redirect_uri", &["evil.test"]);
        }
    }
    assert_eq!(server.rows_but(&[]), before);
}

/// A switched-off or deleted client gets no answer, also not an error (RFC 6749 §4.1.2.1).
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_disabled_or_deleted_is_not_answered() {
    let server = Server::start().await;
    let disabled = server.client(Registration::web());
    let deleted = server.client(Registration::web());
    server.execute(&format!(
        "UPDATE client SET disabled_at = now() WHERE id = '{}'",
        disabled.id
    ));
    server.execute(&format!(
        "UPDATE client SET deleted_at = now() WHERE id = '{}'",
        deleted.id
    ));
    let before = server.rows_but(&[]);
    for (client, code) in [(&disabled, "client_disabled"), (&deleted, "unknown_client")] {
        for params in [&[][..], &[("scope", "nothing.known")], &[("prompt", "none")]] {
            for answer in both_ways(&server, &client.authorize_path(params)).await {
                assert_page(code, &answer, code, &["rp.example"]);
            }
        }
    }
    assert_eq!(server.rows_but(&[]), before);
}

/// OR-04, OR-05, MX-01: each fault of an established client is told to it, with its code, the state, the issuer.
#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_an_established_client_is_told_to_its_registered_uri() {
    let server = Server::start().await;
    let client = server.client(Registration::web());
    let narrow = server.client(Registration::web().with(|new| new.scope = vec!["posts.write".to_owned()]));
    let machine =
        server.client(Registration::web().with(|new| new.grant_types = vec!["refresh_token".to_owned()]));
    let before = server.rows_but(&["authorization_request"]);
    let unknown = "unsupported_response_type";
    for (case, client, params, error) in [
        ("OR-04", &client, &[("response_type", "token")][..], unknown),
        ("OR-04", &client, &[("response_type", "id_token")], unknown),
        ("OR-04", &client, &[("response_type", "code token")], unknown),
        ("OR-04", &client, &[("response_type", "token code")], unknown),
        ("OR-04", &client, &[("response_type", "code code")], unknown),
        ("OR-04", &client, &[("response_type", "CODE")], unknown),
        ("OR-04", &client, &[("response_type", "none")], unknown),
        (
            "OR-04",
            &client,
            &[("response_type", "token"), ("response_mode", "fragment")],
            unknown,
        ),
        (
            "OR-04",
            &client,
            &[("response_mode", "fragment")],
            "invalid_request",
        ),
        ("OR-05", &client, &[("scope", "nothing.known")], "invalid_scope"),
        (
            "OR-05",
            &client,
            &[("scope", "analytics.read nothing.known")],
            "invalid_scope",
        ),
        ("OR-05", &client, &[("scope", "ANALYTICS.READ")], "invalid_scope"),
        (
            "OR-05",
            &client,
            &[("scope", "analytics.read  posts.write")],
            "invalid_scope",
        ),
        ("OR-05", &client, &[("scope", " analytics.read")], "invalid_scope"),
        (
            "OR-05",
            &client,
            &[("scope", "analytics.read\tposts.write")],
            "invalid_scope",
        ),
        ("OR-05", &client, &[("scope", "\"")], "invalid_scope"),
        ("OR-05", &client, &[("scope", "openid")], "invalid_scope"),
        ("OR-05", &narrow, &[("scope", "analytics.read")], "invalid_scope"),
        (
            "MX-01",
            &client,
            &[("resource", "https://unknown.example")],
            "invalid_target",
        ),
        ("MX-01", &client, &[("request", "x.y.z")], "request_not_supported"),
        ("MX-01", &client, &[("prompt", "none")], "login_required"),
        ("MX-01", &client, &[("prompt", "junk")], "invalid_request"),
        ("MX-01", &machine, &[], "unauthorized_client"),
    ] {
        let case = format!("{case} {params:?}");
        // A POST is begun by the GET that it leads to.
        let [get, post] = both_ways(&server, &client.authorize_path(params)).await;
        let post = server.browser().follow(post).await;
        for answer in [get, post] {
            assert_refused(&case, &answer, &server, CB, Some(STATE), error);
        }
        // The same without a state: none is made up.
        let without = [params, &[("state", "")]].concat();
        let answer = server.browser().get(&client.authorize_path(&without)).await;
        assert_refused(&case, &answer, &server, CB, None, error);
        assert_eq!(server.rows_but(&["authorization_request"]), before, "{case}");
    }
}

/// MX-01, RFC 6749 §4.1.2.1: `state` comes back as it came, whatever it is.
#[tokio::test(flavor = "multi_thread")]
async fn the_state_comes_back_untouched_with_an_error() {
    let server = Server::start().await;
    let client = server.client(Registration::web());
    let longest = "s".repeat(2048);
    for state in [
        "0",
        " a  b ",
        "a+b%2Bc%",
        "a&error=none&code=x",
        "#fragment?query",
        "\u{fc}\u{20ac}\u{1f600}\u{2028}",
        "line\r\nSet-Cookie: x=y",
        "<script>alert(1)</script>\"'",
        &longest,
    ] {
        let query = client.authorize_path(&[("state", state), ("scope", "nothing.known")]);
        for answer in both_ways(&server, &query).await {
            assert_refused(state, &answer, &server, CB, Some(state), "invalid_scope");
            assert_eq!(answer.header("set-cookie"), None, "{state}");
        }
    }
    // One that cannot be told from another, or is too long to be carried, is not echoed at all.
    for piece in ["state=a&state=b".to_owned(), format!("state={longest}s")] {
        let answer = server.browser().get(&raw(&client, "state", &piece)).await;
        assert_refused(&piece, &answer, &server, CB, None, "invalid_request");
    }
}

/// OR-06: who says no sends the client away without a code.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_denies_sends_access_denied_and_no_code() {
    let server = Server::start().await;
    let alice = server.person("alice");
    for (client, to) in [
        (server.client(Registration::web()), CB),
        (server.client(Registration::native()), "http://127.0.0.1/cb"),
    ] {
        let (browser, page) = crate::support::client::asked(&server, &client, &alice).await;
        let before = server.rows_but(&["authorization_request"]);
        let answer = browser.decide(&page, "deny").await;
        assert_refused("OR-06", &answer, &server, to, Some(STATE), "access_denied");
        assert_eq!(server.rows_but(&["authorization_request"]), before, "OR-06");
        assert_eq!(server.count("authorization_code"), 0, "OR-06");
    }
    assert_eq!(
        server.count("audit_event WHERE kind LIKE '%consent%den%'"),
        2,
        "OR-06: each denial is written down"
    );
}

/// OR-09, RFC 9700 §4.12: 307 would carry the form, password included, on to the next address.
#[tokio::test(flavor = "multi_thread")]
async fn every_redirect_that_answers_a_form_is_a_303() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let browser = server.browser();
    let query = client.authorize_path(&[]);
    let query = query.split_once('?').unwrap().1.to_owned();
    let begun = browser
        .request(
            reqwest::Method::POST,
            "/oauth/authorize",
            &[crate::support::FORM_TYPE],
            query,
        )
        .await;
    let page = browser.follow(begun.clone()).await;
    let form = page.form("/login");
    let form = form.with("email", &alice.email).with("password", PASSWORD);
    let signed_in = browser.submit(&form).await;
    let page = browser.follow(signed_in.clone()).await;
    let allowed = browser.decide(&page, "allow").await;
    let home = browser.get("/").await;
    let signed_out = browser.submit(&home.form("/logout")).await;
    for (what, answer) in [
        ("authorize", begun),
        ("sign-in", signed_in),
        ("consent", allowed),
        ("sign-out", signed_out),
    ] {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "OR-09 {what}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "OR-09 {what}");
        assert_eq!(
            answer.header("referrer-policy"),
            Some("no-referrer"),
            "OR-09 {what}"
        );
        assert_eq!(answer.body, "", "OR-09 {what}");
    }
}

/// OR-13, RFC 9700 §4.2.4: the page of a broken request tells no other site anything and is not kept.
#[tokio::test(flavor = "multi_thread")]
async fn an_error_page_tells_no_other_site_and_is_not_kept() {
    let server = Server::start().await;
    let client = server.client(Registration::web());
    for (case, query) in [
        ("OR-13 client", client.authorize_path(&[("client_id", "x")])),
        (
            "OR-13 uri",
            client.authorize_path(&[("redirect_uri", "https://evil.test/cb")]),
        ),
        ("OR-13 malformed", "/oauth/authorize?client_id=%zz".to_owned()),
        (
            "OR-13 stale",
            format!("/oauth/authorize/{}/consent", Uuid::now_v7()),
        ),
        ("OR-13 stale", format!("/login?request={}", Uuid::now_v7())),
    ] {
        let answer = server.browser().get(&query).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{case}");
        assert_eq!(answer.location(), None, "{case}");
        for (name, value) in [
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            (
                "content-security-policy",
                "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
                 frame-ancestors 'none'",
            ),
        ] {
            assert_eq!(answer.header(name), Some(value), "{case} {name}");
        }
        for outside in ["src=", "http://", "https://", "<script", "<iframe", "url("] {
            assert!(
                !answer.body.contains(outside),
                "{case}: {outside} in {}",
                answer.body
            );
        }
    }
}

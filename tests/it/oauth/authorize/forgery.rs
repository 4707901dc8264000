//! Who would answer in the person's place: another site, another browser, a changed form (RFC 9700 §4.7).

use consentry::platform::secret::Secret;
use reqwest::{Method, StatusCode};
use uuid::Uuid;

use super::{STATE, answer_with, asked_for, asks_for_consent, assert_refused, assert_stale, scopes_of};
use crate::support::{FORM_TYPE, Registration, Server, browser::Answer, client::asked, forge::forged};

/// The cookie that a request is bound to.
const BINDING: &str = "consentry_browser";

const CB: &str = "https://rp.example/cb";

/// RU-46: the request stays with the server, and no answer may carry a part of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_the_request_in_the_form_is_refused_and_changes_nothing() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let other = server.client(Registration::native());
    let (browser, page) = asked_for(&server, &client, &alice, "analytics.read").await;
    let before = server.rows_but(&[]);
    for (name, value) in [
        ("redirect_uri", "https://evil.test/cb"),
        ("redirect_uri", CB),
        ("client_id", other.id.as_str()),
        ("state", "evil"),
        ("response_type", "token"),
        ("resource", "https://other.example"),
        ("code_challenge", "x"),
        ("prompt", "none"),
    ] {
        for decision in ["allow", "deny"] {
            let answer = answer_with(&browser, &page, decision, &[(name, value)]).await;
            assert_eq!(answer.status, 400, "RU-46 {name}");
            assert_eq!(answer.location(), None, "RU-46 {name}");
        }
    }
    assert_eq!(server.rows_but(&[]), before, "RU-46");
}

/// RU-46: what else is added to the form is ignored: the answer goes where it would have gone, with what was asked for.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_added_to_the_form_changes_neither_where_the_answer_goes_nor_what_it_is() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let tampered = [
        ("scope", "posts.write"),
        ("account_id", "0"),
        ("return_to", "https://evil.test"),
    ];
    let (browser, page) = asked_for(&server, &client, &alice, "analytics.read").await;
    let answer = answer_with(&browser, &page, "allow", &tampered).await;
    assert!(
        answer
            .location()
            .unwrap()
            .starts_with("https://rp.example/cb?code="),
        "RU-46"
    );
    assert_eq!(answer.callback()["state"], STATE, "RU-46");
    assert_eq!(scopes_of(&client, &answer).await, ["analytics.read"], "RU-46");
    let (browser, page) = asked_for(&server, &client, &alice, "analytics.read other.read").await;
    let answer = answer_with(&browser, &page, "deny", &tampered).await;
    assert_refused("RU-46", &answer, &server, CB, Some(STATE), "access_denied");
    // Nor in the address of the form.
    let (browser, page) = asked_for(&server, &client, &alice, "analytics.read other.read").await;
    let form = page.form("/oauth/authorize/").with("decision", "allow");
    let action = format!("{}?redirect_uri=https%3A%2F%2Fevil.test%2Fcb", form.action);
    let origin = [("origin", server.origin.as_str())];
    let answer = browser.post(&action, &form.fields, &origin).await;
    assert!(
        answer
            .location()
            .unwrap()
            .starts_with("https://rp.example/cb?code="),
        "RU-46"
    );
}

/// CS-01, CS-02: RFC 9700 §4.7, RFC 6749 §10.12. A form is for one request in one session.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_needs_the_token_of_this_request_in_this_session() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let mallory = server.person("mallory");
    let client = server.client(Registration::web());
    let (browser, page) = asked(&server, &client, &alice).await;
    let second = browser.visit(&client.authorize_path(&[])).await;
    let (theirs, their_page) = asked(&server, &client, &mallory).await;
    let token = |page: &Answer, action| page.form(action).value("csrf_token").unwrap().to_owned();
    let own = token(&page, "/oauth/authorize/");
    let id = page.at.split('/').nth(3).unwrap();
    // Who planted the browser cookie can compute what hangs from it; what hangs from the session they cannot.
    let planted = Secret::parse("cst", &browser.cookie("consentry_browser").unwrap()).unwrap();
    let before = server.rows_but(&[]);
    for (case, token) in [
        ("CS-01 none", None),
        ("CS-01 empty", Some(String::new())),
        ("CS-01 junk", Some("x".repeat(43))),
        ("CS-01 shortened", Some(own[..own.len() - 1].to_owned())),
        ("CS-01 sign-out's", Some(token(&page, "/logout"))),
        ("CS-01 planted", Some(planted.derive(&format!("consent {id}")))),
        (
            "CS-02 request 2 in request 1",
            Some(token(&second, "/oauth/authorize/")),
        ),
        (
            "CS-02 session B in session A",
            Some(token(&their_page, "/oauth/authorize/")),
        ),
    ] {
        for decision in ["allow", "deny"] {
            let mut form = page.form("/oauth/authorize/").with("decision", decision);
            form = match &token {
                Some(token) => form.with("csrf_token", token),
                None => form.without("csrf_token"),
            };
            let answer = browser.submit(&form).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{case}: {}", answer.body);
            assert!(answer.body.contains("csrf_token"), "{case}: {}", answer.body);
            assert_eq!(answer.location(), None, "{case}");
        }
    }
    // The whole form of the one in the browser of the other.
    let form = page.form("/oauth/authorize/").with("decision", "allow");
    for browser in [&theirs, &server.browser()] {
        let answer = browser.submit(&form).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "CS-02");
    }
    assert_eq!(server.rows_but(&[]), before, "CS-01");
    assert!(browser.submit(&form).await.callback().contains_key("code"));
}

/// CS-04, CS-05: a form comes from our own page, and is a form.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_from_another_site_or_of_another_type_is_refused() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let (browser, page) = asked(&server, &client, &alice).await;
    let form = page.form("/oauth/authorize/").with("decision", "allow");
    let before = server.rows_but(&[]);
    let downgraded = server.origin.replace("http://", "https://");
    let suffixed = format!("{}.evil.test", server.origin);
    for headers in [
        &[("origin", "null")][..],
        &[("origin", "https://evil.test")],
        &[("origin", "https://rp.example")],
        &[("origin", &downgraded)],
        &[("origin", &suffixed)],
        &[("origin", "")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
    ] {
        let answer = browser.post(&form.action, &form.fields, headers).await;
        assert_eq!(
            answer.status,
            StatusCode::FORBIDDEN,
            "CS-04 {headers:?}: {}",
            answer.body
        );
        assert!(answer.body.contains("foreign_origin"), "CS-04 {headers:?}");
    }
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&form.fields)
        .finish();
    for kind in [
        "text/plain",
        "application/json",
        "multipart/form-data; boundary=x",
        "",
    ] {
        let headers = [("origin", server.origin.as_str()), ("content-type", kind)];
        let answer = browser
            .request(Method::POST, &form.action, &headers, body.clone())
            .await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "CS-05 {kind}");
    }
    // CS-08: what changes something is no GET; a GET with an answer in its address is only the page again.
    let query = format!("{}?{body}", form.action);
    assert!(asks_for_consent(&browser.get(&form.action).await));
    let answer = browser.get(&query).await;
    assert_eq!(answer.status, StatusCode::OK, "CS-08");
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let headers = [("origin", server.origin.as_str()), FORM_TYPE];
        let answer = browser
            .request(method.clone(), &form.action, &headers, body.clone())
            .await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "CS-08 {method}");
    }
    assert_eq!(server.rows_but(&[]), before, "CS-04");
    // Not every browser names the origin: then the token decides.
    let answer = browser.post(&form.action, &form.fields, &[]).await;
    assert!(answer.callback().contains_key("code"), "CS-04");
}

/// A request belongs to the browser that began it; its id alone opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_another_browser_is_stale_and_stays_as_it_is() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let mallory = server.person("mallory");
    let client = server.client(Registration::web());
    let (browser, page) = asked(&server, &client, &alice).await;
    let (theirs, _) = asked(&server, &client, &mallory).await;
    let path = page.form("/oauth/authorize/").action;
    let id = path.split('/').nth(3).unwrap();
    let before = server.rows_but(&[]);
    let session = theirs.cookie("consentry_session").unwrap();
    let session = Secret::parse("cst", &session).unwrap();
    for other in [&theirs, &server.browser()] {
        assert_stale("page", &other.get(&path).await);
        assert_stale("sign-in", &other.get(&format!("/login?request={id}")).await);
    }
    // Even with a token that is right for their own session.
    let token = session.derive(&format!("consent {id}"));
    let form = page.form("/oauth/authorize/").with("csrf_token", &token);
    for decision in ["allow", "deny"] {
        let answer = theirs.submit(&form.clone().with("decision", decision)).await;
        assert_stale(decision, &answer);
    }
    // Nor does one that knows the id of the browser's cookie.
    let forger = theirs.copy();
    let (own, other) = (browser.cookie(BINDING).unwrap(), theirs.cookie(BINDING).unwrap());
    forger.set_cookie(BINDING, &forged(&own, &other));
    assert_stale("forged", &forger.get(&path).await);
    for junk in [
        Uuid::now_v7().to_string(),
        id.to_uppercase(),
        format!("{id}x"),
        "x".to_owned(),
        "%00".to_owned(),
        "%27%20OR%201=1--".to_owned(),
    ] {
        let path = format!("/oauth/authorize/{junk}/consent");
        assert_stale(&junk, &browser.get(&path).await);
        let answer = browser
            .post(&path, &form.fields, &[("origin", &server.origin)])
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{junk}");
    }
    assert_eq!(server.rows_but(&[]), before);
    assert!(
        browser
            .decide(&page, "allow")
            .await
            .callback()
            .contains_key("code")
    );
}

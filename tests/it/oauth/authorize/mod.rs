//! The authorization endpoint, through HTTP. The cases and their ids are those of `SECURITY-CASES`.

mod consent;
mod consent_page;
mod errors;
mod forgery;
mod hints;
mod redirect_uri;
mod remembered;
mod request;

use std::collections::BTreeMap;

use reqwest::{Method, StatusCode};

use crate::support::{Browser, FORM_TYPE, Person, Registered, Server, browser::Answer};

/// The outcome **E** of the cases: a page with status 400 that leads nowhere and repeats nothing of `presented`.
fn assert_page(case: &str, answer: &Answer, code: &str, presented: &[&str]) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{case}: {}", answer.body);
    assert_eq!(answer.location(), None, "{case}");
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8"),
        "{case}"
    );
    assert!(
        answer.body.contains(&format!("<code>{code}</code>")),
        "{case}: the page does not name {code}: {}",
        answer.body
    );
    let help = format!("/docs/errors/{code}\"");
    for link in answer.body.split(" href=\"").skip(1) {
        assert!(
            ["/static/", "#content\"", &help]
                .iter()
                .any(|ours| link.starts_with(ours)),
            "{case}: a link in {}",
            answer.body
        );
    }
    for text in presented.iter().filter(|text| text.len() > 6) {
        assert!(!answer.body.contains(text), "{case}: {text} in {}", answer.body);
    }
}

/// The outcome **R(error)** of the cases, for the client's registered URI `to`; answers the parameters.
///
/// RFC 6749 §4.1.2.1 and RFC 9207 §2: the error, the untouched `state` and the issuer, each once, and nothing else.
fn assert_refused(
    case: &str,
    answer: &Answer,
    server: &Server,
    to: &str,
    state: Option<&str>,
    error: &str,
) -> BTreeMap<String, String> {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{case}: {}", answer.body);
    let location = answer.location().unwrap_or_else(|| panic!("{case}: no Location"));
    assert!(
        location.starts_with(&format!("{to}?error={error}&")),
        "{case}: {location}"
    );
    assert!(
        !location.contains('#'),
        "{case}: an answer in a fragment: {location}"
    );
    let params = answer.callback();
    assert_eq!(params["error"], error, "{case}: {location}");
    assert_eq!(params.get("state").map(String::as_str), state, "{case}");
    assert_eq!(params["iss"], server.config.issuer.as_str(), "{case}");
    let page = format!("{}/docs/errors/{error}", server.config.issuer.as_str());
    assert_eq!(params["error_uri"], page, "{case}");
    let known = ["error", "error_description", "error_uri", "state", "iss"];
    assert!(
        params.keys().all(|name| known.contains(&name.as_str())),
        "{case}: {location}"
    );
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{case}");
    params
}

/// The state that [`Registered::authorize_path`] sends.
const STATE: &str = "st&te=1 %";

/// Begins the request with this query string by GET and by POST, in a fresh browser each.
async fn both_ways(server: &Server, query: &str) -> [Answer; 2] {
    let query = query.strip_prefix("/oauth/authorize?").unwrap_or(query);
    [
        server.browser().get(&format!("/oauth/authorize?{query}")).await,
        server
            .browser()
            .request(Method::POST, "/oauth/authorize", &[FORM_TYPE], query.to_owned())
            .await,
    ]
}

/// The query string of a request of this client with one raw piece in place of a parameter.
fn raw(client: &Registered, without: &str, piece: &str) -> String {
    format!("{}&{piece}", client.authorize_path(&[(without, "")]))
}

/// Whether this browser is asked to sign in.
fn asks_to_sign_in(answer: &Answer) -> bool {
    answer.at.starts_with("/login") && answer.status == StatusCode::OK
}

/// Whether this is the consent page.
fn asks_for_consent(answer: &Answer) -> bool {
    answer.at.ends_with("/consent") && answer.status == StatusCode::OK || {
        answer.at.starts_with("/oauth/authorize?") && answer.status == StatusCode::OK
    }
}

/// The page of a request that this browser knows nothing of.
fn assert_stale(case: &str, answer: &Answer) {
    assert_page(case, answer, "request_expired", &[]);
    assert!(!answer.body.contains("Acme Sync"), "{case}: {}", answer.body);
}

/// The page of a request that this browser began and nobody can answer any more: it says why, and leads back to the app.
fn assert_over(case: &str, answer: &Answer, heading: &str, code: &str) {
    let home = "<a class=\"btn primary wide\" href=\"https://rp.example/\" rel=\"noreferrer\">";
    for shown in [
        &format!("<h1>{heading}</h1>"),
        "<span>Go back to <bdi>Acme Sync</bdi></span>",
        "leads to <span class=\"domain\">rp.example</span>",
        home,
    ] {
        assert!(answer.body.contains(shown), "{case}: {shown} in {}", answer.body);
    }
    let rest = Answer {
        body: answer.body.replace(home, ""),
        ..answer.clone()
    };
    assert_page(case, &rest, code, &[]);
}

/// The same for one whose time ran out.
fn assert_too_old(case: &str, answer: &Answer) {
    assert_over(case, answer, "This sign-in link is too old", "request_expired");
}

/// The same for one that was answered before.
fn assert_answered(case: &str, answer: &Answer) {
    assert_over(case, answer, "You have already answered", "request_answered");
}

/// Sends the answer `decision` of a consent page's form, with fields beside those that it has.
async fn answer_with(browser: &Browser, page: &Answer, decision: &str, more: &[(&str, &str)]) -> Answer {
    let mut form = page.form("/oauth/authorize/").with("decision", decision);
    let more = more
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    form.fields.extend(more);
    browser.submit(&form).await
}

/// The head of the answer to a GET of an address longer than any HTTP client would send.
async fn head_of_raw_get(server: &Server, path: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let address = server.origin.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    // The server may have heard enough before all of it is sent.
    let _ = stream.write_all(head.as_bytes()).await;
    let mut answer = Vec::new();
    while let Ok(1..) = stream.read_buf(&mut answer).await {}
    String::from_utf8_lossy(&answer).into_owned()
}

/// A browser on the consent page of a request for these scopes.
async fn asked_for(server: &Server, client: &Registered, person: &Person, scope: &str) -> (Browser, Answer) {
    let browser = server.browser();
    let page = browser.visit(&client.authorize_path(&[("scope", scope)])).await;
    let page = browser.sign_in(&page, person).await;
    assert!(asks_for_consent(&page), "{}", page.at);
    (browser, page)
}

/// The scopes of the tokens that an answer comes to, sorted.
async fn scopes_of(client: &Registered, answer: &Answer) -> Vec<String> {
    let code = answer.callback().remove("code").unwrap();
    let tokens = client.exchange(&code).await.ok();
    let mut scopes: Vec<String> = tokens.text("scope").split(' ').map(str::to_owned).collect();
    scopes.sort_unstable();
    scopes
}

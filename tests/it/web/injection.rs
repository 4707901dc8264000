//! IJ: what looks like SQL, a template, HTML, a format or a path, in every parameter of every address: it is a value like any other.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};

use crate::support::{
    Browser, FORM_TYPE, Registered, Registration, Server, browser::Answer, client::asked, form,
    server::PASSWORD,
};

/// The mark by which a payload is found where it must not be.
const HOSTILE: [(&str, &str); 13] = [
    ("IJ-01 or", "' OR 1=1--"),
    ("IJ-01 drop", "\"); DROP TABLE account; --"),
    ("IJ-01 escape", "\\'; SELECT pg_sleep(5); --"),
    ("IJ-02 sub-query", "(select pg_sleep(5))"),
    ("IJ-01 parameter", "$1 {} %s %n {0}"),
    ("IJ-01 wildcards", "%_"),
    ("IJ-01 NUL", "a\0b"),
    ("IJ-03 array", "{1,2}"),
    ("IJ-03 JSON", "{\"$ne\":null}"),
    ("IJ-03 half an id", "00000000-0000-7000-8000-00000000000"),
    ("IJ-04 templates", "{{7*7}}{% raw %}${7*7}<%=7*7%>"),
    (
        "IJ-05 HTML",
        "\"'></title><script>hostile_q7x()</script><img src=x onerror=hostile_q7x()>",
    ),
    (
        "IJ-05 script, header",
        "javascript:hostile_q7x()\r\nset-cookie: hostile_q7x=1",
    ),
];

/// Neither fault nor delay, nothing of it is live in a page or splits a header.
fn is_harmless(case: &str, began: Instant, answer: &Answer) {
    assert!(
        answer.status.as_u16() < 500,
        "{case}: {} {}",
        answer.status,
        answer.body
    );
    assert!(
        began.elapsed() < Duration::from_secs(4),
        "{case}: {:?}",
        began.elapsed()
    );
    let html = answer
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("text/html"));
    if html {
        for live in [
            "<script",
            "<img src=x",
            "href=\"javascript:",
            "action=\"javascript:",
            "<%=",
        ] {
            assert!(!answer.body.contains(live), "{case}: {live} in {}", answer.body);
        }
        assert!(
            !answer.body.contains("49{%"),
            "{case}: a template ran: {}",
            answer.body
        );
    }
    for line in answer.headers.get_all("set-cookie") {
        assert!(
            !line.to_str().unwrap().contains("hostile_q7x"),
            "{case}: {line:?}"
        );
    }
    if let Some(location) = answer.location() {
        let safe = location
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"<>\"'\\{}".contains(&byte));
        assert!(safe, "{case}: {location}");
        let goes = location.starts_with('/') && !location.starts_with("//")
            || location.starts_with("https://rp.example/cb?");
        assert!(goes, "{case}: {location}");
    }
}

async fn send(
    case: &str,
    browser: &Browser,
    method: Method,
    path: &str,
    pairs: &[(String, String)],
) -> Answer {
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let began = Instant::now();
    let answer = if method == Method::GET {
        let between = if path.contains('?') { '&' } else { '?' };
        browser.get(&format!("{path}{between}{}", form(&pairs))).await
    } else {
        browser.request(method, path, &[FORM_TYPE], form(&pairs)).await
    };
    is_harmless(case, began, &answer);
    answer
}

/// `all` with one of them hostile, whether it was there or not.
fn with(all: &[(&str, &str)], name: &str, value: &str) -> Vec<(String, String)> {
    let others = all.iter().filter(|(known, _)| *known != name);
    others
        .chain(&[(name, value)])
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// The rows that no request here may add to or take from, however it is answered.
fn population(server: &Server) -> Vec<i64> {
    [
        "account",
        "client",
        "client_secret",
        "workspace",
        "membership",
        "oauth_grant",
        "consent",
        "signing_key",
    ]
    .iter()
    .map(|table| server.count(table))
    .collect()
}

/// IJ-01, IJ-02, IJ-03, IJ-05 at the authorization endpoint, by both methods.
#[tokio::test(flavor = "multi_thread")]
async fn ij_every_parameter_of_an_authorization_request_is_only_a_value() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let (signed_in, _) = asked(&server, &client, &alice).await;
    let request = [
        ("response_type", "code"),
        ("client_id", client.id.as_str()),
        ("redirect_uri", client.redirect_uri.as_str()),
        ("scope", "analytics.read"),
        ("state", "s"),
    ];
    let before = population(&server);
    for (id, hostile) in HOSTILE {
        for name in [
            "response_type",
            "client_id",
            "redirect_uri",
            "scope",
            "state",
            "code_challenge",
            "code_challenge_method",
            "prompt",
            "max_age",
            "login_hint",
            "ui_locales",
            "resource",
            "workspace",
            "nonce",
            "request",
            "request_uri",
            "response_mode",
            "display",
            "acr_values",
            "id_token_hint",
            "claims",
            "unknown",
        ] {
            let pairs = with(&request, name, hostile);
            for browser in [server.browser(), signed_in.copy()] {
                for method in [Method::GET, Method::POST] {
                    let case = format!("{id}: {method} authorize {name}");
                    let answer = send(&case, &browser, method, "/oauth/authorize", &pairs).await;
                    // The page to which it leads, where the value may be shown.
                    let began = Instant::now();
                    is_harmless(&case, began, &browser.follow(answer).await);
                }
            }
        }
    }
    assert_eq!(population(&server), before, "IJ-01");
}

/// IJ-01, IJ-03, IJ-05 in the addresses and forms of the pages.
#[tokio::test(flavor = "multi_thread")]
async fn ij_every_field_and_address_of_the_pages_is_only_a_value() {
    let server =
        Server::start_with("[login]\nmax_failures_per_address = 100000\nmax_failures = 1000\n").await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let (browser, consent) = asked(&server, &client, &alice).await;
    let _ = client.tokens(&server, &alice).await;
    let sign_out = browser.get("/").await.form("/logout");
    let consent = consent.form("/oauth/authorize/").with("decision", "allow");
    let arriving = server.browser();
    let login = arriving.get("/login").await.form("/login");
    let login = login.with("email", &alice.email).with("password", PASSWORD);
    let before = population(&server);
    for (id, hostile) in HOSTILE {
        for name in ["request", "return_to", "next"] {
            let case = format!("{id}: GET login {name}");
            let pairs = [(name.to_owned(), hostile.to_owned())];
            send(&case, &arriving, Method::GET, "/login", &pairs).await;
            send(&case, &browser, Method::GET, "/", &pairs).await;
        }
        let escaped = form(&[("", hostile)])[1..].replace('+', "%20");
        for path in [
            format!("/{escaped}"),
            format!("/oauth/authorize/{escaped}/consent"),
            format!("/settings/integrations/{escaped}/remove"),
            format!("/static/{escaped}"),
            format!("/.well-known/{escaped}"),
        ] {
            let case = format!("{id}: {path}");
            let answer = send(&case, &browser, Method::GET, &path, &[]).await;
            assert!(answer.status.is_client_error(), "{case}: {}", answer.status);
            send(&case, &browser, Method::POST, &path, &[]).await;
        }
        for (what, form, names) in [
            (
                "sign-in",
                &login,
                &["email", "password", "csrf_token", "unknown"][..],
            ),
            ("sign-out", &sign_out, &["csrf_token"]),
            ("consent", &consent, &["decision", "workspace", "csrf_token"]),
        ] {
            for name in names {
                let case = format!("{id}: {what} {name}");
                let fields: Vec<_> = form
                    .fields
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str()))
                    .collect();
                // In a copy: what is answered must not end the session that the rest needs.
                let sender = if what == "sign-in" {
                    arriving.copy()
                } else {
                    browser.copy()
                };
                send(
                    &case,
                    &sender,
                    Method::POST,
                    &form.action,
                    &with(&fields, name, hostile),
                )
                .await;
            }
        }
        // Cookies and headers.
        let shown: String = hostile.chars().filter(|c| !c.is_control() && *c != ';').collect();
        for name in ["consentry_session", "consentry_browser"] {
            let other = server.browser();
            other.set_cookie(name, &shown);
            let began = Instant::now();
            is_harmless(
                &format!("{id}: cookie {name}"),
                began,
                &other.visit("/settings/integrations").await,
            );
        }
        for name in [
            "user-agent",
            "x-request-id",
            "x-correlation-id",
            "accept",
            "accept-language",
            "referer",
            "authorization",
        ] {
            let began = Instant::now();
            let answer = arriving
                .request(Method::GET, "/login", &[(name, &shown)], "")
                .await;
            is_harmless(&format!("{id}: header {name}"), began, &answer);
            assert_eq!(answer.status, StatusCode::OK, "{id}: header {name}");
        }
    }
    assert_eq!(population(&server), before, "IJ-01");
}

/// IJ-01, IJ-03 at the endpoints that clients call: an error of RFC 6749, or what an unknown token gets.
#[tokio::test(flavor = "multi_thread")]
async fn ij_every_parameter_of_the_token_endpoints_is_only_a_value() {
    let server = Server::start().await;
    let client = server.client(Registration::web());
    let service = server.client(Registration::service(&server));
    let before = server.rows_but(&["access_token"]);
    let code = [
        ("grant_type", "authorization_code"),
        ("code", "x"),
        ("redirect_uri", client.redirect_uri.as_str()),
        ("code_verifier", "x"),
    ];
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "x"),
        ("scope", "analytics.read"),
    ];
    let own = [
        ("grant_type", "client_credentials"),
        ("scope", "analytics.read"),
        ("resource", "https://api.example"),
    ];
    let token = [("token", "x"), ("token_type_hint", "access_token")];
    let secret = service.secret.as_deref().unwrap();
    for (id, hostile) in HOSTILE {
        for (client, path, all) in [
            (&client, "/oauth/token", &code[..]),
            (&client, "/oauth/token", &refresh),
            (&service, "/oauth/token", &own),
            (&client, "/oauth/token/introspect", &token),
            (&client, "/oauth/token/revoke", &token),
        ] {
            for name in
                all.iter()
                    .map(|(name, _)| *name)
                    .chain(["client_id", "client_secret", "audience", "unknown"])
            {
                let case = format!("{id}: {path} {name}");
                let pairs = with(all, name, hostile);
                let pairs: Vec<_> = pairs
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str()))
                    .collect();
                answered(&case, client, path, &pairs).await;
            }
        }
        // The halves of Basic, and credentials in the body.
        let client = Registered::at(&server.origin, hostile, Some(secret), "");
        answered(&format!("{id}: id"), &client, "/oauth/token", &own).await;
        let client = service.with_secret(Some(hostile));
        answered(&format!("{id}: secret"), &client, "/oauth/token", &own).await;
    }
    assert_eq!(server.rows_but(&["access_token"]), before, "IJ-01");
}

async fn answered(case: &str, client: &Registered, path: &str, pairs: &[(&str, &str)]) {
    let began = Instant::now();
    let reply = client.post(path, pairs).await;
    assert!(
        began.elapsed() < Duration::from_secs(4),
        "{case}: {:?}",
        began.elapsed()
    );
    match reply.status {
        StatusCode::OK => assert!(
            !reply.text.contains("hostile_q7x") && reply.json["active"] != true,
            "{case}: {}",
            reply.text
        ),
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => {
            assert!(reply.json["error"].is_string(), "{case}: {}", reply.text);
            let said = reply.json["error_description"].as_str().unwrap_or_default();
            // RFC 6749 §5.2 has neither quote nor backslash there.
            assert!(
                said.bytes()
                    .all(|byte| matches!(byte, b' '..=b'~') && !b"\"\\".contains(&byte)),
                "{case}: {said}"
            );
        }
        status => panic!("{case}: {status} {}", reply.text),
    }
}

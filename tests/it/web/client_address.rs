//! From where a request came (RL-01, RL-02) and how (HT-24), with proxies in front of the server and without. The rows of the lists
//! themselves are beside their parser.

use diesel::{OptionalExtension, QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use reqwest::{
    Method, Response, StatusCode,
    header::{LOCATION, SET_COOKIE},
};

use crate::support::{
    FORM_TYPE, Person, Registration, Server,
    client::{Reply, basic},
    form,
    server::PASSWORD,
};

type Headers = &'static [(&'static str, &'static str)];

/// The tests reach the server from 127.0.0.1: here it is a proxy, and so is 10.0.0.0/8.
const BEHIND_PROXIES: &str = "trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]";

/// The same, with proxies that write the header of RFC 7239.
const BEHIND_RFC_7239: &str =
    "trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]\ntrusted_proxies_header = \"forwarded\"";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    address: String,
}

/// The address in the log of a sign-in that came with these headers.
async fn logged(server: &Server, person: &Person, headers: &[(&str, &str)]) -> Option<String> {
    let request_id = uuid::Uuid::now_v7().simple().to_string();
    let browser = server.browser();
    let page = browser.get("/login").await;
    let form = page
        .form("/login")
        .with("email", &person.email)
        .with("password", PASSWORD);
    let mut all = vec![("x-request-id", request_id.as_str())];
    all.extend(headers);
    let answer = browser.post("/login", &form.fields, &all).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let row: Option<Row> = sql_query(format!(
        "SELECT p.address FROM audit_event e JOIN audit_personal p ON p.event_id = e.id WHERE e.request_id = '{request_id}'"
    ))
    .get_result(&mut server.database.connect())
    .optional()
    .unwrap();
    row.map(|row| row.address)
}

/// RL-01: whoever is no trusted proxy is itself, whatever headers it sends.
#[tokio::test(flavor = "multi_thread")]
async fn rl_01_a_stranger_is_logged_by_its_own_address() {
    for extra in ["", "trusted_proxies = [\"10.0.0.0/8\", \"::1\"]"] {
        let server = Server::start_with(extra).await;
        let alice = server.person("alice");
        let claims = [
            ("x-forwarded-for", "203.0.113.7"),
            ("forwarded", "for=203.0.113.7"),
            ("x-real-ip", "203.0.113.7"),
            ("true-client-ip", "203.0.113.7"),
            ("cf-connecting-ip", "203.0.113.7"),
            ("x-forwarded-for", "10.0.0.1"),
        ];
        for headers in claims.chunks(1).chain([&claims[..]]) {
            let address = logged(&server, &alice, headers).await;
            assert_eq!(address.as_deref(), Some("127.0.0.1"), "RL-01 {extra} {headers:?}");
        }
    }
}

/// RL-02: behind trusted proxies it is the rightmost address that is no proxy, from the one header that they write.
#[tokio::test(flavor = "multi_thread")]
async fn rl_02_behind_trusted_proxies_the_nearest_stranger_is_logged() {
    let rows: [(&str, Headers, &str); 10] = [
        (BEHIND_PROXIES, &[], "127.0.0.1"),
        (
            BEHIND_PROXIES,
            &[("x-forwarded-for", "203.0.113.7")],
            "203.0.113.7",
        ),
        (
            BEHIND_PROXIES,
            &[("x-forwarded-for", "1.1.1.1, 203.0.113.7, 10.1.1.1")],
            "203.0.113.7",
        ),
        (
            BEHIND_PROXIES,
            &[
                ("x-forwarded-for", "1.1.1.1, 203.0.113.7"),
                ("x-forwarded-for", "10.1.1.1"),
            ],
            "203.0.113.7",
        ),
        (
            BEHIND_PROXIES,
            &[("x-forwarded-for", "1.1.1.1, [2001:db8::7]:4711")],
            "2001:db8::7",
        ),
        (
            BEHIND_PROXIES,
            &[("x-forwarded-for", "203.0.113.7, junk")],
            "127.0.0.1",
        ),
        // The other header is the client's own word.
        (
            BEHIND_PROXIES,
            &[("forwarded", "for=1.1.1.1"), ("x-forwarded-for", "203.0.113.7")],
            "203.0.113.7",
        ),
        (BEHIND_PROXIES, &[("forwarded", "for=1.1.1.1")], "127.0.0.1"),
        (
            BEHIND_RFC_7239,
            &[
                ("x-forwarded-for", "1.1.1.1"),
                (
                    "forwarded",
                    "for=1.1.1.1, for=\"[2001:db8::7]:4711\", for=10.1.1.1",
                ),
            ],
            "2001:db8::7",
        ),
        (BEHIND_RFC_7239, &[("x-forwarded-for", "1.1.1.1")], "127.0.0.1"),
    ];
    for extra in [BEHIND_PROXIES, BEHIND_RFC_7239] {
        let server = Server::start_with(extra).await;
        let alice = server.person("alice");
        for (_, headers, expected) in rows.iter().filter(|(of, ..)| *of == extra) {
            let address = logged(&server, &alice, headers).await;
            assert_eq!(address.as_deref(), Some(*expected), "RL-02 {headers:?}");
        }
    }
}

/// RL-01: tries are counted by the address that is tried, so no claim of a trusted proxy opens a lock either.
#[tokio::test(flavor = "multi_thread")]
async fn rl_01_a_lock_holds_from_wherever_the_tries_come() {
    let server = Server::start_with(&format!("{BEHIND_PROXIES}\n[login]\nmax_failures = 3")).await;
    let alice = server.person("alice");
    let browser = server.browser();
    let page = browser.get("/login").await;
    let form = page
        .form("/login")
        .with("email", &alice.email)
        .with("password", "wrong");
    for at in 1..=5 {
        let from = format!("203.0.113.{at}");
        let answer = browser
            .post("/login", &form.fields, &[("x-forwarded-for", &from)])
            .await;
        let locked = answer.status == StatusCode::TOO_MANY_REQUESTS;
        assert_eq!(locked, at > 3, "RL-01 {at}: {}", answer.status);
    }
}

async fn ask(
    server: &Server,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: String,
) -> Response {
    let mut request = server.http.request(method, server.url(path)).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

/// The two ways in which a trusted proxy says that it was asked in clear.
const IN_CLEAR: [(&str, Headers); 2] = [
    (
        BEHIND_PROXIES,
        &[("x-forwarded-for", "203.0.113.7"), ("x-forwarded-proto", "http")],
    ),
    (
        BEHIND_RFC_7239,
        &[(
            "forwarded",
            "for=203.0.113.7;proto=http, for=10.1.1.1;proto=https",
        )],
    ),
];

/// HT-24 (RFC 6749 §3.2): no token over http, and nothing done; a page is sent for again over https.
#[tokio::test(flavor = "multi_thread")]
async fn ht_24_what_a_proxy_got_in_clear_is_refused_or_sent_for_again() {
    for (extra, in_clear) in IN_CLEAR {
        let server = Server::start_behind(Some("https://id.example"), extra).await;
        let app = server.client(Registration::service(&server));
        let authorization = basic(&app.id, app.secret.as_deref().unwrap());
        let before = server.digest();
        let grant = form(&[("grant_type", "client_credentials")]);
        let with = |more: &[(&'static str, &'static str)]| {
            let mut headers: Vec<(&str, &str)> = in_clear.to_vec();
            headers.extend(more);
            headers
        };
        for path in [
            "/oauth/token",
            "/oauth/token/introspect",
            "/oauth/token/revoke",
            "/login",
            "/nowhere",
        ] {
            let mut headers = with(&[FORM_TYPE]);
            headers.push(("authorization", &authorization));
            let refused = Reply::read(ask(&server, Method::POST, path, &headers, grant.clone()).await).await;
            assert_eq!(
                refused.status,
                StatusCode::BAD_REQUEST,
                "HT-24 {path} {}",
                refused.text
            );
            assert_eq!(refused.json["code"], "insecure_transport", "HT-24 {path}");
            assert!(
                !refused.text.contains("cst_") && !refused.headers.contains_key(SET_COOKIE),
                "HT-24 {path}"
            );
        }
        // A credential in the head is not sent twice.
        let mut headers = with(&[]);
        headers.push(("authorization", &authorization));
        let refused = ask(&server, Method::GET, "/login", &headers, String::new()).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "HT-24");
        for path in [
            "/login",
            "/oauth/authorize?client_id=a&state=b%20c",
            "/health",
            "//evil.test/x",
            "/nowhere",
        ] {
            let headers = with(&[("x-forwarded-host", "evil.test"), ("host", "evil.test")]);
            let sent = ask(&server, Method::GET, path, &headers, String::new()).await;
            assert_eq!(sent.status(), StatusCode::PERMANENT_REDIRECT, "HT-24 {path}");
            assert_eq!(
                sent.headers()[LOCATION],
                format!("https://id.example{path}"),
                "HT-24 {path}"
            );
            assert!(!sent.headers().contains_key(SET_COOKIE), "HT-24 {path}");
        }
        assert_eq!(server.digest(), before, "HT-24: something was done");
    }
}

/// HT-24: over https all is as without a proxy, and nobody else's word counts.
#[tokio::test(flavor = "multi_thread")]
async fn ht_24_over_https_and_without_a_trusted_word_all_is_answered() {
    let rows: [(Option<&str>, &str, Headers); 6] = [
        (
            Some("https://id.example"),
            BEHIND_PROXIES,
            &[("x-forwarded-proto", "https")],
        ),
        (
            Some("https://id.example"),
            BEHIND_RFC_7239,
            &[("forwarded", "for=203.0.113.7;proto=https")],
        ),
        // Its proxies do not say.
        (
            Some("https://id.example"),
            BEHIND_PROXIES,
            &[("x-forwarded-for", "203.0.113.7")],
        ),
        // They do not write this header.
        (
            Some("https://id.example"),
            BEHIND_RFC_7239,
            &[("x-forwarded-proto", "http")],
        ),
        // A stranger says so.
        (Some("https://id.example"), "", &[("x-forwarded-proto", "http")]),
        // The issuer is http itself.
        (None, BEHIND_PROXIES, &[("x-forwarded-proto", "http")]),
    ];
    for (issuer, extra, headers) in rows {
        let server = Server::start_behind(issuer, extra).await;
        let app = server.client(Registration::service(&server));
        let authorization = basic(&app.id, app.secret.as_deref().unwrap());
        let mut headers = headers.to_vec();
        headers.extend([FORM_TYPE, ("authorization", authorization.as_str())]);
        let grant = form(&[("grant_type", "client_credentials")]);
        let reply = Reply::read(ask(&server, Method::POST, "/oauth/token", &headers, grant).await).await;
        assert_eq!(
            reply.status,
            StatusCode::OK,
            "HT-24 {extra} {headers:?}: {}",
            reply.text
        );
        let page = ask(&server, Method::GET, "/login", &headers[..1], String::new()).await;
        assert_eq!(page.status(), StatusCode::OK, "HT-24 {extra} {headers:?}");
    }
}

/// UE-06, MX-04: whatever host, port or prefix a trusted proxy tells, addresses are made from the issuer.
#[tokio::test(flavor = "multi_thread")]
async fn mx_04_no_proxy_changes_an_address() {
    for extra in [BEHIND_PROXIES, BEHIND_RFC_7239] {
        let server = Server::start_behind(Some("https://id.example"), extra).await;
        let app = server.client(Registration::web());
        let evil = [
            ("host", "evil.test"),
            ("x-forwarded-host", "evil.test"),
            ("x-forwarded-port", "81"),
            ("x-forwarded-prefix", "/evil"),
            (
                "forwarded",
                "for=203.0.113.7;host=\"evil.test:81\";proto=https;by=evil",
            ),
        ];
        for path in [
            "/.well-known/oauth-authorization-server",
            "/login",
            &app.authorize_path(&[]),
            &app.authorize_path(&[("scope", "nothing.known")]),
        ] {
            let answer = ask(&server, Method::GET, path, &evil, String::new()).await;
            let headers = format!("{:?}", answer.headers());
            let text = answer.text().await.unwrap();
            assert!(
                !headers.contains("evil") && !text.contains("evil"),
                "MX-04 {path}: {headers} {text}"
            );
        }
    }
}

//! How many requests one caller may make (RL-01, RL-02, RL-05), and what the answers say of it
//! (draft-ietf-httpapi-ratelimit-headers-10). Locks of accounts are beside sign-in.

use std::time::Duration;

use consentry::{
    accounts::{
        account::Email,
        throttle::{self, Mail, Posting},
    },
    platform::clock::Timestamp,
};
use reqwest::StatusCode;

use crate::support::{
    Browser, FORM_TYPE, Registered, Registration, Server,
    client::{Reply, api, basic},
    cluster::eventually,
    form,
    rate_limit::{Limit, Policy, limits, policies},
    server::PASSWORD,
};

/// A rule, the endpoint that it counts, a form that any client may send there, and what that is answered.
type Door = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    u16,
);

/// The endpoints that count clients.
const DOORS: [Door; 3] = [
    (
        "token",
        "/oauth/token",
        &[("grant_type", "refresh_token"), ("refresh_token", "nothing")],
        400,
    ),
    (
        "introspection",
        "/oauth/token/introspect",
        &[("token", "nothing")],
        200,
    ),
    ("revocation", "/oauth/token/revoke", &[("token", "nothing")], 200),
];

/// The tests' own address is a proxy.
const BEHIND_PROXIES: &str = "trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]";

/// Two and then no more, for half a minute each.
const TWO: &str =
    "[rate_limits]\ntoken = 2\nintrospection = 2\nrevocation = 2\ncredential_failures = 2\nsign_in = 2\n";

/// That an answer is the refusal of a limit, with all that belongs to it; how long to wait.
fn is_refused(case: &str, rule: &str, reply: &Reply) -> u64 {
    assert_eq!(reply.error(), "429 too_many_requests", "{case}: {}", reply.text);
    assert!(!reply.headers.contains_key("www-authenticate"), "{case}");
    assert_eq!(reply.headers["cache-control"], "no-store", "{case}");
    assert_eq!(reply.headers["content-type"], "application/json", "{case}");
    assert!(
        reply
            .text("error_uri")
            .ends_with("/docs/errors/too_many_requests"),
        "{case}"
    );
    assert!(!reply.text("request_id").is_empty(), "{case}");
    let wait: u64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=30).contains(&wait), "{case}: {wait}");
    let told = limits(&reply.headers);
    let [
        Limit {
            name,
            remaining,
            reset,
        },
    ] = &told[..]
    else {
        panic!("{case}: {told:?}");
    };
    assert_eq!((name.as_str(), *remaining, *reset), (rule, 0, wait), "{case}");
    wait
}

/// A wrong credential of a client, from wherever these headers say.
async fn fail(server: &Server, headers: &[(&str, &str)]) -> Reply {
    let body = form(&[
        ("token", "x"),
        ("client_id", "nobody"),
        ("client_secret", "wrong"),
    ]);
    let mut request = server.http.post(server.url("/oauth/token/introspect")).body(body);
    for (name, value) in headers.iter().chain([&FORM_TYPE]) {
        request = request.header(*name, *value);
    }
    Reply::read(request.send().await.unwrap()).await
}

/// RL-05: what is left is told and counts down; one too many is 429, told when, and does nothing; another client at the same
/// address goes on; and as time passes the client goes on too.
#[tokio::test(flavor = "multi_thread")]
async fn rl_05_a_client_is_told_what_is_left_and_one_too_many_touches_nobody_else() {
    let server = Server::start_with(TWO).await;
    let (busy, other) = (api(&server), api(&server));
    for (rule, path, params, status) in DOORS {
        let left = async |client: &Registered| {
            let reply = client.post(path, params).await;
            assert_eq!(reply.status.as_u16(), status, "RL-05 {path}: {}", reply.text);
            assert!(!reply.headers.contains_key("retry-after"), "RL-05 {path}");
            let policy = Policy {
                name: rule.to_owned(),
                quota: 2,
                window: 60,
            };
            assert_eq!(policies(&reply.headers), [policy], "RL-05 {path}");
            let told = limits(&reply.headers);
            assert_eq!(told.len(), 1, "RL-05 {path}");
            assert_eq!(told[0].name, rule, "RL-05 {path}");
            (told[0].remaining, told[0].reset)
        };
        // Each endpoint has a count of its own, so the first is whole here.
        assert_eq!(left(&busy).await, (1, 30), "RL-05 {path}");
        assert_eq!(left(&busy).await, (0, 60), "RL-05 {path}");
        let before = server.facts();
        let reply = busy.post(path, params).await;
        let wait = is_refused(path, rule, &reply);
        assert_eq!(server.changed_since(&before), [""; 0], "RL-05 {path}");
        assert_eq!(left(&other).await.0, 1, "RL-05 {path}");
        server.advance(Duration::from_secs(wait));
        assert_eq!(left(&busy).await.0, 0, "RL-05 {path}");
        is_refused(path, rule, &busy.post(path, params).await);
        server.advance(Duration::from_mins(1));
        assert_eq!(left(&busy).await.0, 1, "RL-05 {path}");
    }
}

/// A code is not spent by a request that was one too many, so the client can send it again.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_survives_a_request_too_many() {
    let server = Server::start_with("[rate_limits]\ntoken = 4\n").await;
    let app = server.client(Registration::web());
    let alice = server.person("alice");
    let code = app.code(&server, &alice, &[]).await;
    for _ in 0..4 {
        assert_eq!(app.refresh("nothing").await.error(), "400 invalid_grant");
    }
    let wait = is_refused("code", "token", &app.exchange(&code).await);
    server.advance(Duration::from_secs(wait));
    app.exchange(&code).await.ok();
}

/// RL-05: anybody can say the id of a client that has no secret, so it is counted apart in each network; one that proved itself is
/// one, wherever its requests come from.
#[tokio::test(flavor = "multi_thread")]
async fn rl_05_who_cannot_prove_itself_uses_up_nobody_elses_allowance() {
    let server = Server::start_with(&format!("{BEHIND_PROXIES}\n{TWO}")).await;
    let ask = async |client: &Registered, from: &str| {
        let mut params = vec![("token", "nothing")];
        let mut request = server.http.post(server.url("/oauth/token/revoke"));
        match &client.secret {
            Some(secret) => request = request.header("authorization", basic(&client.id, secret)),
            None => params.push(("client_id", &client.id)),
        }
        let request = request
            .header("x-forwarded-for", from)
            .header(FORM_TYPE.0, FORM_TYPE.1);
        Reply::read(request.body(form(&params)).send().await.unwrap()).await
    };
    let public = server.client(Registration::native());
    for _ in 0..2 {
        assert_eq!(ask(&public, "203.0.113.7").await.status, StatusCode::OK, "RL-05");
    }
    is_refused("RL-05 public", "revocation", &ask(&public, "203.0.113.7").await);
    assert_eq!(ask(&public, "203.0.113.8").await.status, StatusCode::OK, "RL-05");

    let confidential = server.client(Registration::web());
    for from in ["203.0.113.7", "203.0.113.8"] {
        assert_eq!(
            ask(&confidential, from).await.status,
            StatusCode::OK,
            "RL-05 {from}"
        );
    }
    is_refused(
        "RL-05 confidential",
        "revocation",
        &ask(&confidential, "203.0.113.9").await,
    );
}

/// RL-01: whoever is no proxy is one network, whatever its headers say.
#[tokio::test(flavor = "multi_thread")]
async fn rl_01_random_headers_of_a_stranger_open_no_limit() {
    for extra in ["", "trusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n"] {
        let server = Server::start_with(&format!("{extra}{TWO}")).await;
        for at in 1..=6 {
            let from = format!("203.0.113.{at}");
            let forwarded = format!("for={from}");
            let headers = [
                ("x-forwarded-for", from.as_str()),
                ("x-real-ip", &from),
                ("true-client-ip", &from),
                ("cf-connecting-ip", &from),
                ("forwarded", &forwarded),
            ];
            let reply = fail(&server, &headers).await;
            if at <= 2 {
                assert_eq!(reply.error(), "401 invalid_client", "RL-01 {at}");
                assert_eq!(limits(&reply.headers)[0].remaining, 2 - at, "RL-01 {at}");
            } else {
                is_refused("RL-01", "credential_failures", &reply);
            }
        }
    }
}

/// RL-02: behind trusted proxies the nearest stranger is counted: an IPv4 address, or a /64 of IPv6, however it is written.
#[tokio::test(flavor = "multi_thread")]
async fn rl_02_behind_trusted_proxies_each_network_has_its_own_count() {
    let server = Server::start_with(&format!("{BEHIND_PROXIES}\n{TWO}")).await;
    let networks: [&[&str]; 5] = [
        &[
            "203.0.113.7",
            "1.1.1.1, 203.0.113.7, 10.1.1.1",
            "8.8.8.8, 203.0.113.7:4711",
            "junk, 203.0.113.7",
        ],
        &[
            "203.0.113.8",
            "[::ffff:203.0.113.8]:80",
            "203.0.113.7, 203.0.113.8",
        ],
        &[
            "2001:db8:0:1::1",
            "2001:db8:0:1:ffff:ffff:ffff:ffff",
            "1.1.1.1, [2001:DB8:0:1::2]:4711",
        ],
        &["2001:db8:0:2::1", "2001:db8:0:2::2", "2001:db8:0:2:1::"],
        // What cannot be read is the proxy's own, which has one count too.
        &["203.0.113.7, junk", "203.0.113.8, unknown", "203.0.113.9, junk"],
    ];
    for addresses in networks {
        for (at, from) in addresses.iter().enumerate() {
            let reply = fail(&server, &[("x-forwarded-for", from)]).await;
            if at < 2 {
                assert_eq!(reply.error(), "401 invalid_client", "RL-02 {from}");
            } else {
                is_refused(&format!("RL-02 {from}"), "credential_failures", &reply);
            }
        }
    }
}

/// Failures are counted by network and refuse only failures: who has the right credential goes on, from the same address. And
/// whatever is wrong with a credential counts; what is wrong with a request does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_noisy_neighbour_locks_out_nobody_who_can_prove_itself() {
    let server = Server::start_with("[rate_limits]\ncredential_failures = 5\n").await;
    let app = api(&server);
    let send = async |authorization: &[String], params: &[(&str, &str)]| {
        let mut request = server.http.post(server.url("/oauth/token/introspect"));
        for value in authorization {
            request = request.header("authorization", value);
        }
        let request = request.header(FORM_TYPE.0, FORM_TYPE.1).body(form(params));
        Reply::read(request.send().await.unwrap()).await
    };
    let unknown = "01938a5e-7c00-7000-8000-0123456789ab";
    let [by_nobody, by_its_id] = [vec![("token", "x")], vec![("token", "x"), ("client_id", &app.id)]];
    let wrong = [
        (vec![basic(&app.id, "wrong")], &by_nobody),
        (vec![basic(unknown, "wrong")], &by_nobody),
        (vec!["Basic %".to_owned()], &by_nobody),
        (vec![], &by_nobody),
        (vec![], &by_its_id),
    ];
    // Contradictions are faults of the request.
    for _ in 0..6 {
        let twice = [("token", "x"), ("client_id", "a"), ("client_id", "b")];
        let reply = send(&[], &twice).await;
        assert_eq!(reply.error(), "400 invalid_request", "{}", reply.text);
        assert!(!reply.headers.contains_key("ratelimit"));
    }
    for (left, (authorization, params)) in (0..5).rev().zip(&wrong) {
        // Not one of these is counted as a failure.
        assert!(!app.is_active("nothing").await);
        let reply = send(authorization, params).await;
        assert_eq!(reply.error(), "401 invalid_client", "{left}: {}", reply.text);
        let told = limits(&reply.headers);
        assert_eq!(told[0].name, "credential_failures", "{left}");
        assert_eq!(told[0].remaining, left, "{left}");
    }
    for (authorization, params) in &wrong {
        is_refused("wrong", "credential_failures", &send(authorization, params).await);
        let reply = app.introspect("nothing").await.ok();
        assert_eq!(limits(&reply.headers)[0].name, "introspection");
    }
    // The next comes with the clock.
    server.advance(Duration::from_secs(12));
    let (authorization, params) = &wrong[0];
    assert_eq!(send(authorization, params).await.error(), "401 invalid_client");
}

/// RL-05: sign-ins are counted by network before any password is looked at: a page with the form as it was, 429, and when.
#[tokio::test(flavor = "multi_thread")]
async fn rl_05_too_many_sign_ins_from_one_network_are_a_page_that_says_when() {
    let server = Server::start_with(TWO).await;
    let alice = server.person("alice");
    let busy = Browser::from(&server, "127.0.0.2");
    let form = { busy.get("/login").await }
        .form("/login")
        .with("email", &alice.email)
        .with("password", "wrong");
    for left in [1, 0] {
        let answer = busy.submit(&form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "RL-05 {left}");
        assert_eq!(limits(&answer.headers)[0].remaining, left, "RL-05");
    }
    // Failures are written down after their answer.
    eventually("the two failures are in the log", async || {
        (server.count("audit_event WHERE kind = 'account.sign_in_failed'") == 2).then_some(())
    })
    .await;
    let before = server.digest();
    let refused = busy.submit(&form.clone().with("password", PASSWORD)).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "RL-05");
    assert_eq!(
        server.digest(),
        before,
        "RL-05: a try was counted that nobody looked at"
    );
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=30).contains(&wait), "RL-05 {wait}");
    assert_eq!(limits(&refused.headers)[0].reset, wait, "RL-05");
    assert_eq!(
        refused.form("/login").value("email"),
        Some(alice.email.as_str()),
        "RL-05"
    );
    assert!(refused.header("set-cookie").is_none(), "RL-05");
    assert!(refused.body.contains("/docs/errors/too_many_requests"), "RL-05");
    // Elsewhere it works, and here when the time is over.
    let elsewhere = server.browser();
    let page = elsewhere.get("/login").await;
    elsewhere.log_in(&page, &alice.email, PASSWORD).await;
    server.advance(Duration::from_secs(wait));
    let page = busy.get("/login").await;
    assert!(
        page.header("ratelimit").is_none(),
        "RL-05: looking is not counted"
    );
    busy.log_in(&page, &alice.email, PASSWORD).await;
}

/// UE-13, UE-15: what nodes count for an account they count together.
#[tokio::test(flavor = "multi_thread")]
async fn ue_13_two_nodes_agree_on_the_tries_at_an_account() {
    let server = Server::start_with("[login]\nmax_failures = 4\n").await;
    let alice = server.person("alice");
    let node = server.node();
    let browsers = [server.browser(), Browser::at(&node.origin)];
    let attempt = async |browser: &Browser, password| {
        let form = { browser.get("/login").await }
            .form("/login")
            .with("email", &alice.email)
            .with("password", password);
        browser.post("/login", &form.fields, &[]).await.status
    };
    for at in 0..4 {
        let status = attempt(&browsers[at % 2], "wrong").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "UE-13 {at}");
    }
    for browser in &browsers {
        assert_eq!(
            attempt(browser, PASSWORD).await,
            StatusCode::TOO_MANY_REQUESTS,
            "UE-13"
        );
    }
}

/// So many mails of one kind to one address in an hour, whether or not it has an account, at whatever node; other kinds, other
/// addresses and tries at the account are counted apart.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_gets_so_many_mails_of_a_kind_in_an_hour() {
    const KINDS: [Mail; 4] = [Mail::Register, Mail::Reset, Mail::Verify, Mail::Invite];
    let server = Server::start().await;
    let alice = server.person("alice");
    let most = server.config.rate_limits.mails_per_address;
    // Two connections, as of two nodes.
    let mut nodes = [server.database.connect(), server.database.connect()];
    let mut post = |at: usize, kind, to: &str, now: Timestamp| {
        throttle::mail(&mut nodes[at % 2], kind, &Email::parse(to).unwrap(), most, now).unwrap()
    };
    let began = server.clock.now();
    for to in [alice.email.as_str(), "nobody@people.example"] {
        for kind in KINDS {
            for at in 0..5 {
                assert_eq!(post(at, kind, to, began), Posting::Send, "{kind:?} {to} {at}");
            }
            let until = began + Duration::from_hours(1);
            for (at, spelled) in [to.to_owned(), to.to_uppercase(), format!(" {to} ")]
                .iter()
                .enumerate()
            {
                let later = began + Duration::from_mins(59);
                assert_eq!(
                    post(at, kind, spelled, later),
                    Posting::Withhold { until },
                    "{kind:?}"
                );
            }
        }
    }
    for kind in KINDS {
        let later = began + Duration::from_hours(1);
        assert_eq!(post(0, kind, &alice.email, later), Posting::Send, "{kind:?}");
    }
    let browser = server.browser();
    let page = browser.get("/login").await;
    browser.log_in(&page, &alice.email, PASSWORD).await;
}

/// Only what is limited speaks of limits.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_limited_says_nothing_of_limits() {
    let server = Server::start_with(TWO).await;
    let browser = server.browser();
    for path in [
        "/health",
        "/login",
        "/nowhere",
        "/.well-known/oauth-authorization-server",
    ] {
        let answer = browser.get(path).await;
        for header in ["ratelimit", "ratelimit-policy", "retry-after"] {
            assert!(answer.header(header).is_none(), "{path} {header}");
        }
    }
}

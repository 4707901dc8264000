//! A person's session in a browser: its cookie, its beginning, its end.

use std::time::Duration;

use consentry::platform::secret::{Kind, Secret};
use reqwest::{Method, StatusCode};

use super::{signed_in_as, try_sign_in};
use crate::support::{
    Registration, Server,
    client::asked,
    forge::forged,
    server::{PASSWORD, http_client},
};

const SESSION: &str = "consentry_session";
const BROWSER: &str = "consentry_browser";
const KNOWN_DEVICE: &str = "consentry_known_device";

/// CS-14, CWE-384: a session id is never carried over a sign-in.
#[tokio::test(flavor = "multi_thread")]
async fn each_sign_in_begins_a_new_session_and_ends_the_one_before() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let bob = server.person("bob");
    let browser = server.browser();
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    let first = browser.copy();
    for person in [&alice, &bob] {
        let before = browser.copy();
        try_sign_in(&browser, &person.email, PASSWORD).await;
        assert_ne!(browser.cookie(SESSION), before.cookie(SESSION), "CS-14");
        assert_eq!(
            signed_in_as(&browser).await.as_ref(),
            Some(&person.email),
            "CS-14"
        );
        assert_eq!(signed_in_as(&before).await, None, "CS-14");
    }
    assert_eq!(signed_in_as(&first).await, None, "CS-14");
    // Another browser's session is another session.
    let other = server.browser();
    try_sign_in(&other, &bob.email, PASSWORD).await;
    assert_eq!(signed_in_as(&browser).await, Some(bob.email), "CS-14");
}

/// CS-15: a cookie that somebody planted is never the one that gets authenticated.
#[tokio::test(flavor = "multi_thread")]
async fn a_planted_session_is_never_the_one_that_gets_authenticated() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let mallory = server.person("mallory");
    let now = server.clock.now();
    let attacker = server.browser();
    try_sign_in(&attacker, &mallory.email, PASSWORD).await;
    let never_issued = Secret::generate(Kind::BrowserSession, now)
        .reveal("cst")
        .to_string();
    let wrong_kind = Secret::generate(Kind::BrowserBinding, now)
        .reveal("cst")
        .to_string();
    for (case, planted) in [
        ("never issued", never_issued),
        ("of another kind", wrong_kind),
        ("the attacker's own", attacker.cookie(SESSION).unwrap()),
        ("the attacker's browser", attacker.cookie(BROWSER).unwrap()),
        ("junk", "1".to_owned()),
        ("empty", String::new()),
    ] {
        let victim = server.browser();
        victim.set_cookie(SESSION, &planted);
        victim.set_cookie(BROWSER, &attacker.cookie(BROWSER).unwrap());
        let planting = victim.copy();
        let answer = try_sign_in(&victim, &alice.email, PASSWORD).await;
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "CS-15 {case}: {}",
            answer.body
        );
        assert_ne!(victim.cookie(SESSION).as_ref(), Some(&planted), "CS-15 {case}");
        assert_eq!(
            signed_in_as(&victim).await.as_ref(),
            Some(&alice.email),
            "CS-15 {case}"
        );
        assert_ne!(
            signed_in_as(&planting).await.as_ref(),
            Some(&alice.email),
            "CS-15 {case}"
        );
        assert_ne!(
            signed_in_as(&attacker).await.as_ref(),
            Some(&alice.email),
            "CS-15 {case}"
        );
    }
    // Nor is one that only knows the id of a session.
    let real = server.browser();
    try_sign_in(&real, &alice.email, PASSWORD).await;
    let cookie = real.cookie(SESSION).unwrap();
    let other = Secret::generate(Kind::BrowserSession, now)
        .reveal("cst")
        .to_string();
    for (cookie, person) in [
        (forged(&cookie, &cookie), Some(alice.email)),
        (forged(&cookie, &other), None),
        (cookie[..cookie.len() - 1].to_owned(), None),
    ] {
        let browser = server.browser();
        browser.set_cookie(SESSION, &cookie);
        assert_eq!(signed_in_as(&browser).await, person, "CS-15 {cookie}");
    }
}

/// CS-18, CWE-613: sign-out ends the session itself, not only the cookie.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_cookie_is_worth_nothing_after_sign_out() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let (browser, page) = asked(&server, &client, &alice).await;
    let thief = browser.copy();
    assert_eq!(signed_in_as(&thief).await.as_ref(), Some(&alice.email));
    let home = browser.get("/").await;
    let out = browser.submit(&home.form("/logout")).await;
    assert_eq!(
        (out.status, out.location()),
        (StatusCode::SEE_OTHER, Some("/")),
        "CS-18"
    );
    let cleared = out.header("set-cookie").unwrap();
    assert!(
        cleared.starts_with("consentry_session=;") && cleared.contains("Max-Age=0"),
        "CS-18: {cleared}"
    );
    assert_eq!(browser.cookie(SESSION), None, "CS-18");
    let before = server.rows_but(&["authorization_request"]);
    assert_eq!(signed_in_as(&thief).await, None, "CS-18");
    let answer = thief.decide(&page, "allow").await;
    assert!(answer.location().unwrap().starts_with("/login?request="), "CS-18");
    let again = thief.visit(&client.authorize_path(&[])).await;
    assert!(again.at.starts_with("/login"), "CS-18: {}", again.at);
    assert_eq!(server.rows_but(&["authorization_request"]), before, "CS-18");
    assert_eq!(
        server.count("audit_event WHERE kind = 'account.signed_out'"),
        1,
        "CS-18"
    );
}

/// CS-01, CS-04, CS-08: only the person's own form signs them out.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_can_sign_a_person_out() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let mallory = server.person("mallory");
    let browser = server.browser();
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    let attacker = server.browser();
    try_sign_in(&attacker, &mallory.email, PASSWORD).await;
    let theirs = attacker.get("/").await.form("/logout");
    let own = browser.get("/").await.form("/logout");
    let before = server.rows_but(&[]);
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE] {
        let overridden = ("x-http-method-override", "POST");
        let answer = browser
            .request(method.clone(), "/logout", &[overridden], "")
            .await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "CS-08 {method}");
        assert_eq!(answer.header("allow"), Some("POST"), "CS-08 {method}");
    }
    let planted = Secret::parse("cst", &browser.cookie(BROWSER).unwrap()).unwrap();
    for form in [
        own.clone().without("csrf_token"),
        own.clone().with("csrf_token", "x"),
        own.clone()
            .with("csrf_token", theirs.value("csrf_token").unwrap()),
        own.clone().with("csrf_token", &planted.derive("logout")),
    ] {
        assert_eq!(browser.submit(&form).await.status, StatusCode::FORBIDDEN, "CS-01");
    }
    for origin in ["null", "https://evil.test"] {
        let answer = browser.post("/logout", &own.fields, &[("origin", origin)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "CS-04 {origin}");
    }
    assert_eq!(server.rows_but(&[]), before, "CS-08");
    assert_eq!(signed_in_as(&browser).await, Some(alice.email), "CS-08");
    assert_eq!(browser.submit(&own).await.status, StatusCode::SEE_OTHER);
}

/// A sign-in page that was left open leads on when the person has signed in meanwhile; what it says is not done.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_page_left_open_leads_on_and_changes_nothing() {
    let server = Server::start().await;
    let (alice, bob) = (server.person("alice"), server.person("bob"));
    let client = server.client(Registration::web());
    let browser = server.browser();
    let plain = browser.get("/login").await;
    let asked = browser.visit(&client.authorize_path(&[])).await;
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    let session = browser.cookie(SESSION);
    let before = server.rows_but(&[]);
    for (page, leads_to) in [(&plain, "/"), (&asked, "/oauth/authorize/")] {
        for password in [PASSWORD, "wrong"] {
            let form = page
                .form("/login")
                .with("email", &alice.email)
                .with("password", password);
            let answer = browser.submit(&form).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
            assert!(answer.location().unwrap().starts_with(leads_to));
            assert_eq!(answer.header("set-cookie"), None);
            // From elsewhere it is refused as ever.
            let foreign = [("origin", "https://evil.test")];
            let answer = browser.post(&form.action, &form.fields, &foreign).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "CS-04");
        }
    }
    // Somebody else at the same browser does not go on as her.
    for page in [&plain, &asked] {
        let form = page
            .form("/login")
            .with("email", &bob.email)
            .with("password", PASSWORD);
        let answer = browser.submit(&form).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
    }
    assert_eq!(browser.cookie(SESSION), session);
    assert_eq!(signed_in_as(&browser).await, Some(alice.email));
    assert_eq!(server.rows_but(&[]), before);
}

/// The button pressed twice: the second press finds nobody signed in, and nothing to frighten anybody with.
#[tokio::test(flavor = "multi_thread")]
async fn signing_out_twice_is_signing_out() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let browser = server.browser();
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    let form = browser.get("/").await.form("/logout");
    assert_eq!(browser.submit(&form).await.location(), Some("/"));
    let before = server.rows_but(&[]);
    let twice = browser.submit(&form).await;
    assert_eq!(
        (twice.status, twice.location()),
        (StatusCode::SEE_OTHER, Some("/"))
    );
    assert_eq!(twice.header("set-cookie"), None, "CS-08");
    // A form of a foreign page comes without any cookie of ours.
    let foreign = server.browser().submit(&form).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN, "CS-08");
    assert_eq!(foreign.header("set-cookie"), None, "CS-08");
    assert_eq!(server.rows_but(&[]), before);
}

/// Sign-out leads to the start page, or to another sign-in for the same request.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_leads_nowhere_else() {
    let server = Server::start().await;
    let alice = server.person("alice");
    for (asked, lands) in [
        ("", "/"),
        ("https://evil.test", "/"),
        ("//evil.test", "/"),
        ("/\\evil.test", "/"),
        ("/login?request=//evil.test", "/"),
        ("/login?request=a@evil.test", "/"),
        ("/login?request=0199-ab&return_to=https://evil.test", "/"),
        ("/login?request=0199-ab", "/login?request=0199-ab"),
    ] {
        let browser = server.browser();
        try_sign_in(&browser, &alice.email, PASSWORD).await;
        let form = browser.get("/").await.form("/logout").with("return_to", asked);
        let answer = browser.submit(&form).await;
        assert_eq!(
            (answer.status, answer.location()),
            (StatusCode::SEE_OTHER, Some(lands)),
            "{asked}"
        );
    }
}

/// CS-21: unused for the idle time, or as old as the absolute one, a session is over.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_it_is_idle_and_when_it_is_old() {
    let server = Server::start_with("[session]\nidle_seconds = 1800\nabsolute_seconds = 7200").await;
    let alice = server.person("alice");
    let email = Some(alice.email.clone());
    let idle = server.browser();
    try_sign_in(&idle, &alice.email, PASSWORD).await;
    let used = server.browser();
    try_sign_in(&used, &alice.email, PASSWORD).await;
    let minutes = |count| server.advance(Duration::from_mins(count));
    minutes(29);
    assert_eq!(signed_in_as(&used).await, email, "CS-21 29 minutes");
    minutes(1);
    assert_eq!(signed_in_as(&idle).await, None, "CS-21 idle for 30 minutes");
    // Used every quarter of an hour until just before two hours are over.
    for _ in 0..5 {
        minutes(15);
        assert_eq!(signed_in_as(&used).await, email, "CS-21 used");
    }
    minutes(14);
    assert_eq!(signed_in_as(&used).await, email, "CS-21 119 minutes");
    minutes(1);
    assert_eq!(signed_in_as(&used).await, None, "CS-21 120 minutes");
    assert_eq!(signed_in_as(&idle).await, None, "CS-21 ended for good");
}

/// CS-13: over plain loopback http the cookies are as strict as they can be.
#[tokio::test(flavor = "multi_thread")]
async fn the_cookies_of_a_loopback_issuer_are_kept_by_plain_http_clients() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let browser = server.browser();
    let page = browser.get("/login").await;
    let form = page
        .form("/login")
        .with("email", &alice.email)
        .with("password", PASSWORD);
    let signed_in = browser.submit(&form).await;
    let known = (KNOWN_DEVICE, "; Max-Age=15552000");
    for (answer, cookies) in [
        (&page, &[(BROWSER, "")][..]),
        (&signed_in, &[(SESSION, ""), known]),
    ] {
        let lines: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
        assert_eq!(lines.len(), cookies.len(), "CS-13");
        for (line, (name, kept)) in lines.iter().zip(cookies) {
            let value = browser.cookie(name).unwrap();
            assert_eq!(
                line.to_str().unwrap(),
                format!("{name}={value}; HttpOnly; SameSite=Lax; Path=/{kept}"),
                "CS-13"
            );
        }
        assert_eq!(answer.header("strict-transport-security"), None, "CS-13");
    }
}

/// CS-13: where the issuer is https the cookies are bound to this host and to TLS, and no other is read.
#[tokio::test(flavor = "multi_thread")]
async fn the_cookies_of_an_https_issuer_are_host_bound_and_secure() {
    let issuer = "https://id.example";
    let server = Server::start_behind(Some(issuer), "").await;
    let alice = server.person("alice");
    let browser = server.browser();
    let page = browser.get("/login").await;
    let form = page
        .form("/login")
        .with("email", &alice.email)
        .with("password", PASSWORD);
    let signed_in = browser.post("/login", &form.fields, &[("origin", issuer)]).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER, "{}", signed_in.body);
    for (answer, name) in [
        (&page, "__Host-consentry_browser"),
        (&signed_in, "__Host-consentry_session"),
    ] {
        let value = browser.cookie(name).unwrap();
        assert_eq!(
            answer.header("set-cookie").unwrap(),
            format!("{name}={value}; HttpOnly; SameSite=Lax; Secure; Path=/"),
            "CS-13"
        );
        assert_eq!(
            answer.header("strict-transport-security"),
            Some("max-age=31536000"),
            "CS-12"
        );
    }
    assert_eq!(signed_in_as(&browser).await, Some(alice.email), "CS-13");
    let known = browser.cookie("__Host-consentry_known_device").unwrap();
    let line = format!(
        "__Host-consentry_known_device={known}; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=15552000"
    );
    let mut lines = signed_in.headers.get_all("set-cookie").iter();
    assert!(lines.any(|it| it.to_str().unwrap() == line), "CS-13");
    // Without the prefix a neighbouring subdomain could have planted it.
    let planted = server.browser();
    planted.set_cookie(SESSION, &browser.cookie("__Host-consentry_session").unwrap());
    assert_eq!(signed_in_as(&planted).await, None, "CS-13");
    // Nor where two came, of which one was planted.
    let session = browser.cookie("__Host-consentry_session").unwrap();
    let line = format!("__Host-consentry_session={session}; __Host-consentry_session={session}");
    let home = http_client()
        .get(server.url("/"))
        .header("cookie", line)
        .send()
        .await
        .unwrap();
    assert!(
        home.text().await.unwrap().contains("You are not signed in"),
        "CS-13"
    );
    // Where the server is reached over http although its issuer is https, its own origin is the issuer's.
    let form = browser.get("/").await.form("/logout");
    let answer = browser
        .post("/logout", &form.fields, &[("origin", &server.origin)])
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "CS-04");
}

/// CS-20: what is in the database opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_holds_no_cookie_no_password_and_no_form_token() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let (browser, page) = asked(&server, &client, &alice).await;
    let session = browser.cookie(SESSION).unwrap();
    let binding = browser.cookie(BROWSER).unwrap();
    // After the vendor, the kind and the id come the random part and the checksum.
    let parts = |cookie: &str| cookie[cookie.len() - 30..].to_owned();
    let token = page
        .form("/oauth/authorize/")
        .value("csrf_token")
        .unwrap()
        .to_owned();
    for (what, secret) in [
        ("the session's cookie", session.clone()),
        ("the session's secret", parts(&session)),
        ("the browser's cookie", binding.clone()),
        ("the browser's secret", parts(&binding)),
        ("a form's token", token),
        ("a password", PASSWORD.to_owned()),
    ] {
        assert_eq!(server.tables_with(&secret), Vec::<String>::new(), "CS-20 {what}");
    }
    // The search finds what is there.
    assert_eq!(server.tables_with(&alice.email), ["account"], "CS-20");
}

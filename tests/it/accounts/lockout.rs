//! How often an address may be tried (UE-13): ten wrong passwords in a quarter of an hour, whether or not an account has it.

use std::time::Duration;

use reqwest::{StatusCode, header::RETRY_AFTER};

use super::{signed_in_as, try_sign_in};
use crate::support::{Server, cluster::eventually, race::race, server::PASSWORD};

/// A lock tells nothing: it comes for known and unknown addresses alike, in the same words.
#[tokio::test(flavor = "multi_thread")]
async fn ten_wrong_passwords_lock_an_address_known_or_not() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let bob = server.person("bob");
    let mut told = Vec::new();
    for email in [alice.email.as_str(), "nobody@people.example"] {
        let browser = server.browser();
        for at in 1..=10 {
            let answer = try_sign_in(&browser, email, &format!("wrong {at}")).await;
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "UE-13 {email} {at}"
            );
        }
        // The eleventh, and the right one too, from any browser.
        for (browser, password) in [
            (&browser, "wrong"),
            (&browser, PASSWORD),
            (&server.browser(), PASSWORD),
        ] {
            let answer = try_sign_in(browser, email, password).await;
            assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "UE-13 {email}");
            let left: u64 = answer.header(RETRY_AFTER.as_str()).unwrap().parse().unwrap();
            assert!((600..=900).contains(&left), "UE-13 {left}");
            assert!(answer.header("set-cookie").is_none(), "UE-13");
            let (before, after) = answer.body.split_once("Try again at <time datetime=\"").unwrap();
            let (until, after) = after.split_once("\">").unwrap();
            let until = chrono::DateTime::parse_from_rfc3339(until).unwrap().to_utc();
            let wait = (until - server.clock.now()).num_seconds();
            assert!((600..=900).contains(&wait), "UE-13 {wait}");
            let (shown, after) = after.split_once(" UTC</time>").unwrap();
            assert!(
                shown.ends_with(&until.format("%H:%M").to_string()),
                "UE-13 {shown}"
            );
            let text = format!("{before}{after}");
            let token = answer.form("/login").value("csrf_token").unwrap().to_owned();
            told.push(text.replace(&token, "").replace(email, ""));
        }
        assert_eq!(signed_in_as(&browser).await, None);
    }
    assert!(told.iter().all(|text| *text == told[0]), "UE-01: {told:#?}");
    // Nobody else is locked.
    let other = server.browser();
    let answer = try_sign_in(&other, &bob.email, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "UE-13");
    // What happened to an account is in its log, once; an address without an account leaves no row.
    eventually("ten failures and one lock in the log", async || {
        let failed = server.count("audit_event WHERE kind = 'account.sign_in_failed'");
        let locked = server.count("audit_event WHERE kind = 'account.sign_in_locked'");
        ((failed, locked) == (10, 1)).then_some(())
    })
    .await;
}

/// The window ends a quarter of an hour after it began, and tries against the lock do not prolong it.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_ends_with_its_window() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let browser = server.browser();
    for _ in 0..10 {
        try_sign_in(&browser, &alice.email, "wrong").await;
    }
    server.advance(Duration::from_mins(14));
    for _ in 0..3 {
        let answer = try_sign_in(&browser, &alice.email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "UE-13");
    }
    server.advance(Duration::from_mins(1));
    let answer = try_sign_in(&browser, &alice.email, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "UE-13");
    assert_eq!(signed_in_as(&browser).await, Some(alice.email));
}

/// Who signs in has the tries before forgiven: ten wrong ones over weeks lock nobody out.
#[tokio::test(flavor = "multi_thread")]
async fn the_right_password_forgives_the_wrong_ones_before() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let browser = server.browser();
    for _ in 0..2 {
        for _ in 0..9 {
            try_sign_in(&browser, &alice.email, "wrong").await;
        }
        let answer = try_sign_in(&browser, &alice.email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
    // And those of another window do not count.
    for _ in 0..9 {
        try_sign_in(&browser, &alice.email, "wrong").await;
    }
    server.advance(Duration::from_mins(15));
    for _ in 0..9 {
        let answer = try_sign_in(&browser, &alice.email, "wrong").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

/// However an address is spelled, it is one address; and what is set in the configuration counts.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_belongs_to_the_canonical_address_and_follows_the_configuration() {
    let server = Server::start_with("[login]\nmax_failures = 3\nwindow_seconds = 60").await;
    let alice = server.person("alice");
    let browser = server.browser();
    for spelled in [
        "ALICE@people.example",
        " alice@people.example ",
        "alice@PEOPLE.example",
    ] {
        let answer = try_sign_in(&browser, spelled, "wrong").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{spelled}");
    }
    let answer = try_sign_in(&browser, &alice.email, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    server.advance(Duration::from_mins(1));
    let answer = try_sign_in(&browser, &alice.email, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

/// RL-01: an address is counted, so it does not matter from where the tries seem to come.
#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_claims_another_origin_does_not_open_a_lock() {
    let server = Server::start_with("[login]\nmax_failures = 3").await;
    let alice = server.person("alice");
    let browser = server.browser();
    let page = browser.get("/login").await;
    let form = page
        .form("/login")
        .with("email", &alice.email)
        .with("password", "wrong");
    for at in 1..=5 {
        let from = format!("203.0.113.{at}");
        let forwarded = format!("for={from}");
        let headers = [
            ("x-forwarded-for", from.as_str()),
            ("x-real-ip", &from),
            ("true-client-ip", &from),
            ("forwarded", &forwarded),
        ];
        let answer = browser.post("/login", &form.fields, &headers).await;
        let locked = answer.status == StatusCode::TOO_MANY_REQUESTS;
        assert_eq!(locked, at > 3, "RL-01 {at}: {}", answer.status);
    }
}

/// A try is counted before its password is checked, so a burst cannot slip through before the first is recorded.
#[tokio::test(flavor = "multi_thread")]
async fn of_thirty_guesses_at_once_ten_are_checked() {
    // They are to wait for the small pool, not to be turned away.
    let server = Server::start_with("[database]\nwait_ms = 20000\ndeadline_ms = 20000").await;
    let alice = server.person("alice");
    for email in [alice.email.as_str(), "nobody@people.example"] {
        let browser = server.browser();
        let page = browser.get("/login").await;
        let form = page.form("/login").with("email", email);
        let answers = race((0..30).map(|at| {
            let (browser, form) = (
                browser.copy(),
                form.clone().with("password", &format!("guess {at}")),
            );
            async move { browser.submit(&form).await.status }
        }))
        .await;
        let count = |wanted| answers.iter().filter(|status| **status == wanted).count();
        assert_eq!(
            count(StatusCode::UNPROCESSABLE_ENTITY),
            10,
            "UE-13 {email} {answers:?}"
        );
        assert_eq!(
            count(StatusCode::TOO_MANY_REQUESTS),
            20,
            "UE-13 {email} {answers:?}"
        );
        let answer = try_sign_in(&browser, email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "UE-13 {email}");
    }
}

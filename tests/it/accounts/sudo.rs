//! A fresh proof before what is sensitive.

use std::time::Duration;

use reqwest::StatusCode;

use super::{signed_in_as, try_sign_in};
use crate::support::{Server, server::PASSWORD};

const SESSION: &str = "consentry_session";

/// The pages that want it.
const SENSITIVE: &[&str] = &[
    "/account/security/two-factor",
    "/account/security/two-factor/off",
    "/account/security/recovery-codes",
    "/account/email",
];

#[tokio::test(flavor = "multi_thread")]
async fn after_ten_minutes_sensitive_pages_ask_again_and_come_back() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let browser = server.browser();
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    let forms = [
        browser
            .get("/account/email")
            .await
            .form("/account/email")
            .with("email", "new@people.example"),
        browser
            .get("/account/security")
            .await
            .form("/account/security/two-factor/begin"),
    ];
    server.advance(Duration::from_mins(10) + Duration::from_secs(1));
    let before = server.rows_but(&["session"]);
    for page in SENSITIVE {
        let asks = format!("/account/confirm?return_to={page}");
        assert_eq!(browser.get(page).await.location(), Some(asks.as_str()), "{page}");
    }
    for form in &forms {
        let answer = browser.submit(form).await;
        assert!(
            answer.location().unwrap().starts_with("/account/confirm?"),
            "{}",
            form.action
        );
    }
    assert_eq!(
        server.rows_but(&["session"]),
        before,
        "nothing is done without a proof"
    );
    let page = browser.get("/account/confirm?return_to=/account/email").await;
    let form = page.form("/account/confirm").with("password", PASSWORD);
    let stolen = browser.copy();
    let answer = browser.submit(&form).await;
    assert_eq!(answer.location(), Some("/account/email"));
    assert_eq!(browser.get("/account/email").await.status, StatusCode::OK);
    // CS-14: the cookie is another one, and the old one is worth nothing.
    assert_ne!(browser.cookie(SESSION), stolen.cookie(SESSION), "CS-14");
    assert_eq!(signed_in_as(&stolen).await, None, "CS-14");
    assert_eq!(signed_in_as(&browser).await, Some(alice.email), "CS-14");
    assert_eq!(server.count("session WHERE ended_at IS NULL"), 1, "CS-14");
}

/// UE-15: the counter is that of sign-in.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_count_where_those_of_sign_in_do() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let browser = server.browser();
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    let change = browser
        .get("/account/security/password")
        .await
        .form("/account/security/password");
    server.advance(Duration::from_mins(11));
    let page = browser.get("/account/confirm?return_to=/account/email").await;
    let form = page.form("/account/confirm");
    for at in 1..=5 {
        let answer = browser.submit(&form.clone().with("password", "wrong")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "UE-15 {at}");
    }
    let wrong = change
        .with("old_password", "wrong")
        .with("new_password", "lorry wine poem 4");
    for at in 6..=10 {
        let answer = browser.submit(&wrong).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "UE-15 {at}: {}",
            answer.body
        );
    }
    let right = browser.submit(&form.with("password", PASSWORD)).await;
    assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS, "UE-15");
    let right = browser.submit(&wrong.with("old_password", PASSWORD)).await;
    assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS, "UE-15");
    let elsewhere = try_sign_in(&server.browser(), &alice.email, PASSWORD).await;
    assert_eq!(elsewhere.status, StatusCode::TOO_MANY_REQUESTS, "UE-15");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_leads_nowhere_else() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let browser = server.browser();
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    for (to, lands) in [
        ("https://evil.test", "/account"),
        ("//evil.test", "/account"),
        ("/account/confirm", "/account"),
        ("/account/email", "/account/email"),
    ] {
        let answer = browser.get(&format!("/account/confirm?return_to={to}")).await;
        assert_eq!(answer.location(), Some(lands), "{to}");
    }
    // Whoever is not signed in signs in first.
    let stranger = server.browser();
    for page in SENSITIVE
        .iter()
        .chain(&["/account", "/account/security", "/account/sessions"])
    {
        let login = format!("/login?return_to={page}");
        assert_eq!(stranger.get(page).await.location(), Some(login.as_str()));
    }
}

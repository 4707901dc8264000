//! The account's pages: profile, password, address, sessions.

use reqwest::StatusCode;

use super::{signed_in_as, try_sign_in};
use crate::support::{Browser, Person, Server, server::PASSWORD};

const NEW: &str = "lorry wine poem 4";

async fn signed_in(server: &Server, name: &str) -> (Person, Browser) {
    let person = server.person(name);
    let browser = server.browser();
    try_sign_in(&browser, &person.email, PASSWORD).await;
    (person, browser)
}

/// CS-01, CS-02, CS-04: every form of the account is only the person's own.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_can_send_the_forms_of_an_account() {
    let server = Server::start().await;
    let (_, browser) = signed_in(&server, "alice").await;
    let (_, attacker) = signed_in(&server, "mallory").await;
    let forms = [
        ("/account", "/account"),
        ("/account/email", "/account/email"),
        ("/account/security/password", "/account/security/password"),
        ("/account/security", "/account/security/two-factor/begin"),
        (
            "/account/security/two-factor/off",
            "/account/security/two-factor/off",
        ),
        (
            "/account/security/recovery-codes",
            "/account/security/recovery-codes",
        ),
        ("/account/sessions", "/account/sessions/sign-out-everywhere"),
    ];
    for (page, action) in forms {
        let form = browser
            .get(page)
            .await
            .form(action)
            .with("name", "Eve")
            .with("email", "eve@people.example");
        let theirs = attacker
            .get(page)
            .await
            .form(action)
            .value("csrf_token")
            .unwrap()
            .to_owned();
        let before = server.rows_but(&[]);
        for token in [None, Some("x"), Some(theirs.as_str())] {
            let form = form.clone().without("csrf_token");
            let form = match token {
                Some(token) => form.with("csrf_token", token),
                None => form,
            };
            assert_eq!(
                browser.submit(&form).await.status,
                StatusCode::FORBIDDEN,
                "CS-01, CS-02 {action}"
            );
        }
        for origin in ["null", "https://evil.test"] {
            let answer = browser
                .post(&form.action, &form.fields, &[("origin", origin)])
                .await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "CS-04 {action}");
        }
        assert_eq!(server.rows_but(&[]), before, "{action}");
    }
}

/// The language that a person chooses acts on the next page; a name that cannot be taken stays in the form.
#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_kept_and_its_language_acts_at_once() {
    let server = Server::start().await;
    let (_, browser) = signed_in(&server, "alice").await;
    let page = browser.get("/account").await;
    let form = page
        .form("/account")
        .with("name", "Alice Ö.")
        .with("language", "de");
    let answer = browser.submit(&form).await;
    assert_eq!(answer.location(), Some("/account?done=saved"));
    let page = browser.get("/account?done=saved").await;
    assert_eq!(page.header("content-language"), Some("de"));
    assert!(
        page.body.contains("<html lang=\"de\">") && page.body.contains("Gespeichert."),
        "{}",
        page.body
    );
    assert_eq!(page.form("/account").value("name"), Some("Alice Ö."));
    assert_eq!(page.form("/account").value("language"), Some("de"));
    let long = "x".repeat(101);
    let answer = browser.submit(&page.form("/account").with("name", &long)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.form("/account").value("name"), Some(long.as_str()));
    let back = page.form("/account").with("language", "browser");
    browser.submit(&back).await;
    assert_eq!(
        browser.get("/account").await.header("content-language"),
        Some("en")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_every_session_but_this_one() {
    let server = Server::start().await;
    let (alice, browser) = signed_in(&server, "alice").await;
    let other = server.browser();
    try_sign_in(&other, &alice.email, PASSWORD).await;
    let program = server.token_of(&alice.email).await;
    let page = browser.get("/account/security/password").await;
    let form = page.form("/account/security/password");
    for (old, new) in [
        ("wrong", NEW),
        ("", NEW),
        (PASSWORD, "short"),
        (PASSWORD, "alice@people.example"),
    ] {
        let before = server.rows_but(&["login_throttle"]);
        let form = form.clone().with("old_password", old).with("new_password", new);
        let answer = browser.submit(&form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{old} {new}");
        assert!(!answer.body.contains(NEW), "a password is never shown again");
        assert_eq!(server.rows_but(&["login_throttle"]), before);
    }
    let stolen = browser.copy();
    let answer = browser
        .submit(&form.with("old_password", PASSWORD).with("new_password", NEW))
        .await;
    assert_eq!(
        answer.location(),
        Some("/account/security?done=password"),
        "{}",
        answer.body
    );
    assert_eq!(signed_in_as(&browser).await.as_ref(), Some(&alice.email), "CS-14");
    for gone in [&stolen, &other] {
        assert_eq!(signed_in_as(gone).await, None, "CS-14");
    }
    let told = server
        .ask(reqwest::Method::GET, "/v1/me", Some(&program), None)
        .await;
    assert_eq!(told.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        server.mail_to(&alice.email).await.subject,
        "Your password was changed"
    );
    let old = try_sign_in(&server.browser(), &alice.email, PASSWORD).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    let new = try_sign_in(&server.browser(), &alice.email, NEW).await;
    assert_eq!(new.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_end() {
    let server = Server::start().await;
    let (alice, browser) = signed_in(&server, "alice").await;
    let (_, stranger) = signed_in(&server, "bob").await;
    let other = server.browser();
    try_sign_in(&other, &alice.email, PASSWORD).await;
    let third = server.browser();
    try_sign_in(&third, &alice.email, PASSWORD).await;
    let page = browser.get("/account/sessions").await;
    assert_eq!(
        page.body.matches("class=\"card connected\"").count(),
        3,
        "AD-10 {}",
        page.body
    );
    let end = other.get("/account/sessions").await.form("/account/sessions/0");
    let token = stranger
        .get("/account/sessions")
        .await
        .form("/account/sessions/")
        .value("csrf_token")
        .unwrap()
        .to_owned();
    stranger.submit(&end.clone().with("csrf_token", &token)).await;
    assert_eq!(server.count("session WHERE ended_at IS NOT NULL"), 0, "AD-10");
    let answer = browser.submit(&page.form("/account/sessions/end-others")).await;
    assert_eq!(answer.location(), Some("/account/sessions?done=others"));
    for gone in [&other, &third] {
        assert_eq!(signed_in_as(gone).await, None, "CS-24");
    }
    try_sign_in(&other, &alice.email, PASSWORD).await;
    let page = browser.get("/account/sessions").await;
    let answer = browser.submit(&page.form("/account/sessions/0")).await;
    assert_eq!(answer.location(), Some("/account/sessions?done=ended"));
    assert_eq!(signed_in_as(&other).await, None, "CS-24");
    assert_eq!(signed_in_as(&browser).await.as_ref(), Some(&alice.email));
    let program = server.token_of(&alice.email).await;
    let answer = browser
        .submit(&page.form("/account/sessions/sign-out-everywhere"))
        .await;
    assert_eq!(answer.location(), Some("/"));
    assert_eq!(signed_in_as(&browser).await, None);
    let told = server
        .ask(reqwest::Method::GET, "/v1/me", Some(&program), None)
        .await;
    assert_eq!(told.status, StatusCode::UNAUTHORIZED);
    assert!(signed_in_as(&stranger).await.is_some());
}

/// EM-04: confirmation to the new address, notice to the old, which stays until then.
#[tokio::test(flavor = "multi_thread")]
async fn another_address_is_confirmed_before_it_counts() {
    const OTHER: &str = "alice@new.example";
    let server = Server::start().await;
    let (alice, browser) = signed_in(&server, "alice").await;
    let bob = server.person("bob");
    let page = browser.get("/account/email").await;
    for bad in ["", "nobody", &alice.email, "a@b@c.example"] {
        let answer = browser
            .submit(&page.form("/account/email").with("email", bad))
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    // An address that somebody has: the same answer, and no mail there.
    let taken = browser
        .submit(&page.form("/account/email").with("email", &bob.email))
        .await;
    let free = browser
        .submit(&page.form("/account/email").with("email", OTHER))
        .await;
    assert_eq!(taken.location(), Some("/account/email?done=asked"), "EM-04");
    assert_eq!(taken.location(), free.location(), "UE-01");
    assert!(
        server.mail().await.iter().all(|mail| mail.to != bob.email),
        "EM-04"
    );
    assert_eq!(
        server.mail_to(&alice.email).await.subject,
        "Your address is about to change",
        "EM-04"
    );
    let link = server.mail_to(OTHER).await.path().to_owned();
    let before = server.rows_but(&["session"]);
    let elsewhere = server.browser();
    let page = elsewhere.get(&link).await;
    assert_eq!(
        server.rows_but(&["session"]),
        before,
        "UE-11: opening the link changes nothing"
    );
    assert_eq!(signed_in_as(&browser).await.as_ref(), Some(&alice.email), "EM-04");
    let form = page.form("/account/email/confirm");
    let foreign = server.browser().submit(&form).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN, "CS-01");
    let answer = elsewhere.submit(&form).await;
    assert!(answer.body.contains("Your address is changed"), "{}", answer.body);
    assert_eq!(signed_in_as(&browser).await.as_deref(), Some(OTHER), "EM-04");
    assert_eq!(
        server.mail_to(&alice.email).await.subject,
        "Your address was changed",
        "EM-04"
    );
    let again = elsewhere.submit(&form).await;
    assert!(again.body.contains("does not work any more"), "EM-04: once");
    assert_eq!(signed_in_as(&elsewhere).await, None, "a link signs nobody in");
    let old = try_sign_in(&server.browser(), &alice.email, PASSWORD).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    let new = try_sign_in(&server.browser(), OTHER, PASSWORD).await;
    assert_eq!(new.status, StatusCode::SEE_OTHER);
}

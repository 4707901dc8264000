//! What a fresh proof is made of, what wants one, and what of an account's forms stands in for no other.

use std::time::Duration;

use reqwest::StatusCode;

use super::{NEW_PASSWORD, call, refusal, signed_in_as, token_to, try_sign_in};
use crate::support::{
    Browser, Person, Server,
    page::Form,
    server::PASSWORD,
    totp::{App, turn_on},
};

const CONFIRM: &str = "/account/confirm";
const DELETE: &str = "/account/data/delete";
const EMAIL: &str = "/account/email";
const PASSWORD_PAGE: &str = "/account/security/password";
const TWO_FACTOR: &str = "/account/security/two-factor";
const CODES: &str = "/account/security/recovery-codes";
const NO_PASSWORD: &str = "UPDATE account SET password_hash = NULL WHERE name = 'alice'";

async fn signed_in(server: &Server) -> (Person, Browser) {
    let person = server.person("alice");
    let browser = server.browser();
    let answer = try_sign_in(&browser, &person.email, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    (person, browser)
}

fn stale(server: &Server) {
    server.advance(Duration::from_mins(10) + Duration::from_secs(1));
}

async fn question(browser: &Browser) -> Form {
    let page = browser.get(&format!("{CONFIRM}?return_to={EMAIL}")).await;
    page.form(CONFIRM)
}

/// CS-14, UE-15: who has no password proves themselves with a code, once, and wrong ones are counted with those of sign-in.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_password_a_code_is_asked_for_and_counted() {
    let server = Server::start().await;
    let (alice, browser) = signed_in(&server).await;
    let (app, codes) = turn_on(&server, &browser).await;
    server.execute(NO_PASSWORD);
    stale(&server);
    let form = question(&browser).await;
    for code in [app.wrong(&server), String::new(), codes[0].replace('-', "0")] {
        let answer = browser.submit(&form.clone().with("code", &code)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
        assert!(browser.get(EMAIL).await.location().unwrap().starts_with(CONFIRM));
    }
    let stolen = browser.copy();
    let right = form.with("code", &app.code(&server, 0));
    let answer = browser.submit(&right).await;
    assert_eq!(answer.location(), Some(EMAIL), "{}", answer.body);
    assert_eq!(browser.get(EMAIL).await.status, StatusCode::OK);
    assert_eq!(signed_in_as(&stolen).await, None, "CS-14");
    assert_eq!(signed_in_as(&browser).await, Some(alice.email), "CS-14");
    // The same code a second time, and then too many.
    stale(&server);
    let form = question(&browser).await;
    let code = app.code(&server, 0);
    assert_eq!(
        browser.submit(&form.clone().with("code", &code)).await.location(),
        Some(EMAIL)
    );
    stale(&server);
    let form = question(&browser).await;
    for at in 1..=10 {
        let wrong = form.clone().with("code", &app.wrong(&server));
        let answer = browser.submit(&wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "UE-15 {at}");
    }
    let right = form.with("code", &app.code(&server, 0));
    let answer = browser.submit(&right).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "UE-15");
}

/// Who has neither password nor code signs in again: a form alone proves nothing.
#[tokio::test(flavor = "multi_thread")]
async fn without_password_and_code_there_is_nothing_to_prove_here() {
    let server = Server::start().await;
    let (_, browser) = signed_in(&server).await;
    server.execute(NO_PASSWORD);
    stale(&server);
    let form = question(&browser).await;
    for fields in [
        form.clone(),
        form.clone().with("code", ""),
        form.with("password", ""),
    ] {
        let answer = browser.submit(&fields).await;
        assert_eq!(
            answer.location(),
            Some("/login?return_to=/account/email"),
            "{}",
            answer.body
        );
    }
    assert!(browser.get(EMAIL).await.location().unwrap().starts_with(CONFIRM));
    // A first password too is set only after a fresh proof: whoever finds a browser open must not set one.
    let asks = format!("{CONFIRM}?return_to={PASSWORD_PAGE}");
    assert_eq!(browser.get(PASSWORD_PAGE).await.location(), Some(asks.as_str()));
    server.execute("UPDATE session SET authenticated_at = authenticated_at + interval '11 minutes'");
    let form = browser.get(PASSWORD_PAGE).await.form(PASSWORD_PAGE);
    server.advance(Duration::from_mins(11));
    stale(&server);
    let answer = browser.submit(&form.with("new_password", NEW_PASSWORD)).await;
    assert_eq!(answer.location(), Some(asks.as_str()), "{}", answer.body);
    assert_eq!(server.count("account WHERE password_hash IS NOT NULL"), 0);
}

/// What was open when the proof was fresh is sent when it is not: the page is asked for, and the act too.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_was_open_for_ten_minutes_does_nothing_either() {
    let server = Server::start().await;
    let (alice, browser) = signed_in(&server).await;
    let begin = browser.get("/account/security").await;
    browser.submit(&begin.form(&format!("{TWO_FACTOR}/begin"))).await;
    let page = browser.get(TWO_FACTOR).await;
    let (app, confirm) = (App::of(&page.body), page.form(TWO_FACTOR));
    let delete = browser.get(DELETE).await.form(DELETE).with("email", &alice.email);
    let email = browser
        .get(EMAIL)
        .await
        .form(EMAIL)
        .with("email", "new@people.example");
    stale(&server);
    let code = app.code(&server, 0);
    let before = server.rows_but(&["session"]);
    for form in [confirm.clone().with("code", &code), delete, email] {
        let answer = browser.submit(&form).await;
        let asks = format!("{CONFIRM}?return_to={}", form.action);
        assert_eq!(answer.location(), Some(asks.as_str()), "{}", answer.body);
    }
    assert_eq!(server.rows_but(&["session"]), before);
    browser
        .submit(&question(&browser).await.with("password", PASSWORD))
        .await;
    let confirm = browser.get(TWO_FACTOR).await.form(TWO_FACTOR);
    let on = browser.submit(&confirm.with("code", &app.code(&server, 0))).await;
    assert_eq!(on.status, StatusCode::OK, "{}", on.body);
    let off = format!("{TWO_FACTOR}/off");
    let forms = [
        browser.get(&off).await.form(&off),
        browser.get(CODES).await.form(CODES),
    ];
    stale(&server);
    let before = server.rows_but(&["session"]);
    for form in forms {
        let answer = browser.submit(&form).await;
        let asks = format!("{CONFIRM}?return_to={}", form.action);
        assert_eq!(answer.location(), Some(asks.as_str()), "{}", answer.body);
    }
    assert_eq!(server.rows_but(&["session"]), before);
}

/// CS-02: the token of one of the forms is none for another.
#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_one_form_of_an_account_sends_no_other() {
    let server = Server::start().await;
    let (alice, browser) = signed_in(&server).await;
    let pages = [
        ("/account", "/account"),
        (EMAIL, EMAIL),
        (PASSWORD_PAGE, PASSWORD_PAGE),
        ("/account/security", "/account/security/two-factor/begin"),
        (CODES, CODES),
        ("/account/sessions", "/account/sessions/sign-out-everywhere"),
        (DELETE, DELETE),
    ];
    let mut forms = Vec::new();
    for (page, action) in pages {
        let form = browser.get(page).await.form(action);
        forms.push(form.with("email", &alice.email).with("name", "Eve"));
    }
    let before = server.rows_but(&[]);
    for form in &forms {
        for other in forms.iter().filter(|other| other.action != form.action) {
            let token = other.value("csrf_token").unwrap();
            let answer = browser.submit(&form.clone().with("csrf_token", token)).await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "CS-02 {} with the token of {}",
                form.action,
                other.action
            );
        }
    }
    assert_eq!(server.rows_but(&[]), before, "CS-02");
}

/// RL-05: each door that takes a password or a code counts for its network, before it looks at either.
#[tokio::test(flavor = "multi_thread")]
async fn every_door_of_a_proof_counts_for_the_network() {
    let limited = "[rate_limits]\nsign_in = 4";
    for door in [CONFIRM, PASSWORD_PAGE, "/login/second-factor"] {
        let server = Server::start_with(limited).await;
        let (alice, browser) = signed_in(&server).await;
        let (right, wrong) = match door {
            CONFIRM => {
                stale(&server);
                let form = question(&browser).await;
                (
                    form.clone().with("password", PASSWORD),
                    form.with("password", "wrong"),
                )
            }
            PASSWORD_PAGE => {
                let form = browser
                    .get(door)
                    .await
                    .form(door)
                    .with("new_password", NEW_PASSWORD);
                (
                    form.clone().with("old_password", PASSWORD),
                    form.with("old_password", "wrong"),
                )
            }
            _ => {
                let (app, codes) = turn_on(&server, &browser).await;
                stale(&server);
                let half = try_sign_in(&browser, &alice.email, PASSWORD).await;
                assert_eq!(half.location(), Some(door), "{}", half.body);
                let form = browser.get(door).await.form(door);
                (
                    form.clone().with("code", &codes[0]),
                    form.with("code", &app.wrong(&server)),
                )
            }
        };
        let mut wrong_ones = 0;
        let refused = loop {
            let answer = browser.submit(&wrong).await;
            if answer.status == StatusCode::TOO_MANY_REQUESTS {
                break answer;
            }
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "RL-05 {door}");
            wrong_ones += 1;
            assert!(wrong_ones < 8, "RL-05 {door}: nobody counts");
        };
        assert!(refused.header("retry-after").is_some(), "RL-05 {door}");
        let before = server.facts();
        let answer = browser.submit(&right).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "RL-05 {door}");
        let changed = server.changed_since(&before);
        assert!(
            changed.iter().all(|table| table == "session"),
            "RL-05 {door}: {changed:?}"
        );
    }
}

/// RL-05: the mails of an address that is to change count where those do that verify one.
#[tokio::test(flavor = "multi_thread")]
async fn asking_for_another_address_counts_for_the_network() {
    let server = Server::start_with("[rate_limits]\nverify = 2").await;
    let (_, browser) = signed_in(&server).await;
    let form = browser.get(EMAIL).await.form(EMAIL);
    let mut statuses = Vec::new();
    for at in 0..3 {
        let form = form.clone().with("email", &format!("n{at}@new.example"));
        statuses.push(browser.submit(&form).await.status.as_u16());
    }
    assert_eq!(statuses, [303, 303, 429], "RL-05");
    assert_eq!(server.count("email_code"), 2, "RL-05");
}

/// EM-04, UE-09: who is told that their address is about to change sets a new password, as the mail says. What was asked for under the
/// old one is worth nothing then: neither that link nor one that resets. The same for *Sign out everywhere*, and for a reset.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_ends_all_sessions_ends_the_links_that_were_sent() {
    for way in ["password", "everywhere", "reset"] {
        let server = Server::start().await;
        let (alice, browser) = signed_in(&server).await;
        let thief = server.browser();
        try_sign_in(&thief, &alice.email, PASSWORD).await;
        let form = thief.get(EMAIL).await.form(EMAIL);
        thief.submit(&form.with("email", "mallory@new.example")).await;
        let link = server.mail_to("mallory@new.example").await.path().to_owned();
        let question = server.browser();
        let confirm = question.get(&link).await.form("/account/email/confirm");
        let body = serde_json::json!({"email": alice.email});
        call(&server, "/v1/auth/forgot-password", &body).await;
        let reset = token_to(&server, &alice.email).await;

        let with = |password: &str| serde_json::json!({"token": reset, "password": password});
        match way {
            "password" => {
                let form = browser.get(PASSWORD_PAGE).await.form(PASSWORD_PAGE);
                let form = form
                    .with("old_password", PASSWORD)
                    .with("new_password", NEW_PASSWORD);
                let answer = browser.submit(&form).await;
                assert_eq!(answer.location(), Some("/account/security?done=password"));
                let told = call(&server, "/v1/auth/reset-password", &with("the thieves word 77")).await;
                assert!(refusal(&told).ends_with(" code_not_valid"), "UE-09 {}", told.text);
            }
            "everywhere" => {
                let page = browser.get("/account/sessions").await;
                browser
                    .submit(&page.form("/account/sessions/sign-out-everywhere"))
                    .await;
            }
            _ => drop(
                call(&server, "/v1/auth/reset-password", &with(NEW_PASSWORD))
                    .await
                    .ok(),
            ),
        }
        let answer = question.submit(&confirm).await;
        assert!(
            answer.body.contains("does not work any more"),
            "EM-04 {way}: {}",
            answer.body
        );
        assert_eq!(
            server.count("account WHERE email = 'alice@people.example'"),
            1,
            "EM-04 {way}"
        );
    }
}

/// EM-04: of two accounts that ask for one address, one gets it, and the other is told that its link is over; a link of an account that
/// the operator switched off is worth nothing; and an address is not flooded.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_given_to_one_account_and_sent_so_many_links() {
    const OTHER: &str = "shared@new.example";
    let server = Server::start_with("[rate_limits]\nmails_per_address = 3").await;
    let (_, browser) = signed_in(&server).await;
    let bob = server.person("bob");
    let his = server.browser();
    try_sign_in(&his, &bob.email, PASSWORD).await;
    let mut forms = Vec::new();
    for by in [&browser, &his] {
        by.submit(&by.get(EMAIL).await.form(EMAIL).with("email", OTHER))
            .await;
        let link = server.mail_to(OTHER).await.path().to_owned();
        forms.push(by.get(&link).await.form("/account/email/confirm"));
    }
    server.execute("UPDATE account SET disabled_at = now() WHERE name = 'bob'");
    let answer = his.submit(&forms[1]).await;
    assert!(answer.body.contains("does not work any more"), "{}", answer.body);
    server.execute("UPDATE account SET disabled_at = NULL WHERE name = 'bob'");
    let answer = browser.submit(&forms[0]).await;
    assert!(answer.body.contains("Your address is changed"), "{}", answer.body);
    let answer = his.submit(&forms[1]).await;
    assert!(answer.body.contains("does not work any more"), "{}", answer.body);
    assert_eq!(server.count("account WHERE email = 'shared@new.example'"), 1);
    for _ in 0..4 {
        let form = his
            .get(EMAIL)
            .await
            .form(EMAIL)
            .with("email", "flooded@new.example");
        assert_eq!(
            his.submit(&form).await.location(),
            Some("/account/email?done=asked")
        );
    }
    let letters = server.mail().await;
    let sent = letters.iter().filter(|letter| letter.to == "flooded@new.example");
    assert_eq!(sent.count(), 3, "EM-04");
}

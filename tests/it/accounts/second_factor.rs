//! The second factor: each code works once, in whatever browser or program, and wrong ones are counted where wrong passwords are.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;

use super::{signed_in_as, try_sign_in};
use crate::support::{
    Browser, Person, Registration, Server,
    browser::Answer,
    race::race,
    server::PASSWORD,
    totp::{App, codes, turn_on},
};

const HALF: &str = "consentry_half_sign_in";
const SESSION: &str = "consentry_session";

/// Alice with the second factor on, a minute ago.
async fn alice(server: &Server) -> (Person, Browser, App, Vec<String>) {
    let alice = server.person("alice");
    let browser = server.browser();
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    let (app, codes) = turn_on(server, &browser).await;
    server.advance(Duration::from_mins(1));
    (alice, browser, app, codes)
}

/// The first step, and the page of the second.
async fn half(browser: &Browser, email: &str) -> Answer {
    let answer = try_sign_in(browser, email, PASSWORD).await;
    assert_eq!(answer.location(), Some("/login/second-factor"), "{}", answer.body);
    browser.get("/login/second-factor").await
}

async fn enter(browser: &Browser, page: &Answer, code: &str) -> Answer {
    let form = page.form("/login/second-factor").with("code", code);
    browser.submit(&form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_alone_does_not_sign_in_and_a_code_works_once() {
    let server = Server::start().await;
    let (alice, own, app, _) = alice(&server).await;
    let mail = server.mail_to(&alice.email).await;
    assert_eq!(mail.subject, "Your second factor is on");
    assert_eq!(signed_in_as(&own).await.as_ref(), Some(&alice.email));
    let browser = server.browser();
    let page = half(&browser, &alice.email).await;
    assert_eq!(signed_in_as(&browser).await, None);
    assert_eq!(browser.cookie(SESSION), None);
    let code = app.code(&server, 0);
    let answer = enter(&browser, &page, &code).await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, Some("/")),
        "{}",
        answer.body
    );
    assert_eq!(signed_in_as(&browser).await.as_ref(), Some(&alice.email));
    assert_eq!(browser.cookie(HALF), None);
    // The same code again, in another browser and in a program (RFC 6238 §5.2); the one before it, too.
    let other = server.browser();
    let page = half(&other, &alice.email).await;
    for used in [code.clone(), app.code(&server, -1)] {
        let answer = enter(&other, &page, &used).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{used}");
        let told = server.sign_in_with(&alice.email, json!({"otp": used})).await;
        assert_eq!(told.code(), "invalid_second_factor", "{}", told.body);
    }
    assert_eq!(signed_in_as(&other).await, None);
    let next = app.code(&server, 1);
    assert_eq!(enter(&other, &page, &next).await.status, StatusCode::SEE_OTHER);
    assert_eq!(signed_in_as(&other).await, Some(alice.email));
    let amr = "session WHERE amr @> '{pwd,otp,mfa}'";
    assert_eq!(server.count(amr), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_requests_that_race_with_one_code_one_signs_in() {
    let server = Server::start().await;
    let (alice, _, app, codes) = alice(&server).await;
    for proof in [
        json!({"otp": app.code(&server, 0)}),
        json!({"recoveryCode": codes[0]}),
    ] {
        let tries = (0..6).map(|_| {
            let (http, url) = (server.http.clone(), server.url("/v1/auth/session"));
            let mut body = json!({"provider": "local", "email": alice.email, "password": PASSWORD});
            body.as_object_mut()
                .unwrap()
                .extend(proof.as_object().unwrap().clone());
            async move { http.post(url).json(&body).send().await.unwrap().status() }
        });
        let answers = race(tries).await;
        let right = answers.iter().filter(|status| **status == StatusCode::OK).count();
        assert_eq!(right, 1, "{proof}: {answers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_learns_of_the_second_factor_only_with_the_right_password() {
    let server = Server::start().await;
    let (alice, _, app, _) = alice(&server).await;
    let wrong = json!({"password": "wrong", "otp": app.code(&server, 0)});
    assert_eq!(
        server.sign_in_with(&alice.email, wrong).await.code(),
        "invalid_credentials"
    );
    let told = server.sign_in_with(&alice.email, json!({})).await;
    assert_eq!(
        (told.status, told.code()),
        (StatusCode::UNAUTHORIZED, "second_factor_required")
    );
    let both = json!({"otp": "123456", "recoveryCode": "x"});
    assert_eq!(
        server.sign_in_with(&alice.email, both).await.code(),
        "malformed_body"
    );
    let told = server
        .sign_in_with(&alice.email, json!({"otp": app.wrong(&server)}))
        .await;
    assert_eq!(
        (told.status, told.code()),
        (StatusCode::UNAUTHORIZED, "invalid_second_factor")
    );
    let told = server
        .sign_in_with(&alice.email, json!({"otp": app.code(&server, 0)}))
        .await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.body);
    // All was right: the counter is clear.
    assert_eq!(
        server.count("login_throttle WHERE failures > 0 AND subject = sha256('alice@people.example')"),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_stands_in_once_and_new_ones_end_the_old() {
    let server = Server::start().await;
    let (alice, own, _, first) = alice(&server).await;
    assert_eq!(first.len(), 10);
    let browser = server.browser();
    let page = half(&browser, &alice.email).await;
    let typed = first[0].to_lowercase().replace('-', " ");
    assert_eq!(enter(&browser, &page, &typed).await.status, StatusCode::SEE_OTHER);
    let told = server
        .sign_in_with(&alice.email, json!({"recoveryCode": first[0]}))
        .await;
    assert_eq!(told.code(), "invalid_second_factor");
    let security = own.get("/account/security").await;
    assert!(
        security.body.contains("9 recovery codes are left"),
        "{}",
        security.body
    );
    let form = own
        .get("/account/security/recovery-codes")
        .await
        .form("/account/security/recovery-codes");
    let new = codes(&own.submit(&form).await.body);
    assert!(new.iter().all(|code| !first.contains(code)));
    let told = server
        .sign_in_with(&alice.email, json!({"recoveryCode": first[1]}))
        .await;
    assert_eq!(told.code(), "invalid_second_factor");
    let told = server
        .sign_in_with(&alice.email, json!({"recoveryCode": new[0]}))
        .await;
    assert_eq!(told.status, StatusCode::OK);
    // Only digests are kept (CS-20).
    for code in first.iter().chain(&new) {
        assert!(server.tables_with(code).is_empty(), "{code}");
    }
}

/// UE-15: one counter for passwords and codes, at the page and at the API.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_lock_where_wrong_passwords_do() {
    let server = Server::start().await;
    let (alice, own, app, codes) = alice(&server).await;
    let browser = server.browser();
    // A right password forgives nothing before the code: it counts as one itself.
    let page = half(&browser, &alice.email).await;
    for at in 2..=5 {
        let answer = enter(&browser, &page, &app.wrong(&server)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "UE-15 {at}");
    }
    for at in 6..=8 {
        let told = server
            .sign_in_with(&alice.email, json!({"otp": app.wrong(&server)}))
            .await;
        assert_eq!(told.status, StatusCode::UNAUTHORIZED, "UE-15 {at}");
    }
    for at in 9..=10 {
        let answer = try_sign_in(&server.browser(), &alice.email, "wrong").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "UE-15 {at}");
    }
    let right = app.code(&server, 0);
    for code in [&right, &codes[0]] {
        let answer = enter(&browser, &page, code).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "UE-15");
        assert!(answer.header("retry-after").is_some(), "UE-15");
    }
    let told = server.sign_in_with(&alice.email, json!({"otp": right})).await;
    assert_eq!(told.status, StatusCode::TOO_MANY_REQUESTS, "UE-15");
    assert_eq!(signed_in_as(&browser).await, None, "UE-15");
    // Whom somebody locks out keeps the sessions that they have.
    assert_eq!(signed_in_as(&own).await, Some(alice.email), "UE-15");
}

/// CS-15: half a sign-in is good in the browser that began it, for ten minutes, once.
#[tokio::test(flavor = "multi_thread")]
async fn half_a_sign_in_is_worth_nothing_in_another_browser() {
    let server = Server::start().await;
    let (alice, _, app, _) = alice(&server).await;
    let browser = server.browser();
    let page = half(&browser, &alice.email).await;
    let thief = server.browser();
    thief.get("/login").await;
    thief.set_cookie(HALF, &browser.cookie(HALF).unwrap());
    let before = server.rows_but(&[]);
    let form = page
        .form("/login/second-factor")
        .with("code", &app.code(&server, 0));
    let answer = thief.submit(&form).await;
    assert_eq!(answer.location(), Some("/login"), "CS-15");
    assert_eq!(
        thief.get("/login/second-factor").await.location(),
        Some("/login"),
        "CS-15"
    );
    for (case, form, status) in [
        ("CS-01", form.clone().without("csrf_token"), StatusCode::FORBIDDEN),
        (
            "CS-02",
            form.clone().with("csrf_token", "x"),
            StatusCode::FORBIDDEN,
        ),
    ] {
        assert_eq!(browser.submit(&form).await.status, status, "{case}");
    }
    let foreign = browser
        .post(&form.action, &form.fields, &[("origin", "null")])
        .await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN, "CS-04");
    assert_eq!(server.rows_but(&[]), before, "CS-15");
    let copy = browser.copy();
    let answer = browser.submit(&form).await;
    assert_eq!(answer.location(), Some("/"));
    // Pressed twice: on to where it leads, without another session.
    assert!(copy.submit(&form).await.header("set-cookie").is_none());
    assert_eq!(server.count("session WHERE amr @> '{mfa}'"), 1);
    let late = server.browser();
    let page = half(&late, &alice.email).await;
    server.advance(Duration::from_mins(10));
    let answer = enter(&late, &page, &app.code(&server, 0)).await;
    assert_eq!(answer.location(), Some("/login"), "too late");
    assert_eq!(signed_in_as(&late).await, None);
}

/// The app that sent the person here gets them back.
#[tokio::test(flavor = "multi_thread")]
async fn after_the_second_step_a_person_is_where_they_wanted_to_be() {
    let server = Server::start().await;
    let (alice, _, app, _) = alice(&server).await;
    let client = server.client(Registration::web());
    let browser = server.browser();
    let page = browser.visit(&client.authorize_path(&[])).await;
    let page = browser
        .follow(browser.log_in(&page, &alice.email, PASSWORD).await)
        .await;
    assert!(
        page.at.starts_with("/login/second-factor?request="),
        "{}",
        page.at
    );
    let consent = browser
        .follow(enter(&browser, &page, &app.code(&server, 0)).await)
        .await;
    assert_eq!(consent.status, StatusCode::OK, "{}", consent.body);
    let answer = browser.decide(&consent, "allow").await;
    assert!(answer.callback().contains_key("code"));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_off_again_after_a_fresh_proof_and_a_wrong_code_never_turns_it_on() {
    let server = Server::start().await;
    let (alice, own, _, codes) = alice(&server).await;
    // Mails that wait together leave in any order.
    server.mail().await;
    let form = own
        .get("/account/security/two-factor/off")
        .await
        .form("/account/security/two-factor/off");
    let answer = own.submit(&form).await;
    assert_eq!(answer.location(), Some("/account/security?done=off"));
    assert_eq!(
        server.mail_to(&alice.email).await.subject,
        "Your second factor is off"
    );
    assert_eq!((server.count("totp"), server.count("recovery_code")), (0, 0));
    let told = server
        .sign_in_with(&alice.email, json!({"recoveryCode": codes[0]}))
        .await;
    assert_eq!(told.status, StatusCode::OK, "there is none to ask for");
    let begin = own
        .get("/account/security")
        .await
        .form("/account/security/two-factor/begin");
    own.submit(&begin).await;
    let page = own.get("/account/security/two-factor").await;
    let app = App::of(&page.body);
    let form = page
        .form("/account/security/two-factor")
        .with("code", &app.wrong(&server));
    let answer = own.submit(&form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        App::of(&answer.body).code(&server, 0),
        app.code(&server, 0),
        "the same key"
    );
    assert_eq!(server.count("totp WHERE confirmed_at IS NOT NULL"), 0);
    server.token_of(&alice.email).await;
}

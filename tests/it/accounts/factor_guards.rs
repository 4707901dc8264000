//! What guards the second factor besides the code itself: its key, the half of a sign-in that waits for it, and what a reset leaves.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;

use super::{NEW_PASSWORD, call, refusal, signed_in_as, token_to, try_sign_in};
use crate::support::{
    Browser, Person, Server,
    browser::Answer,
    cluster::eventually,
    forge::forged,
    server::PASSWORD,
    totp::{App, turn_on},
};

const HALF: &str = "consentry_half_sign_in";
const PAGE: &str = "/account/security/two-factor";

/// The connections of the server that wait for a lock.
const WAITING: &str = "pg_stat_activity WHERE datname = current_database() AND application_name = 'consentry' \
                       AND wait_event_type = 'Lock'";

/// Somebody with the second factor on, a minute ago.
async fn with_factor(server: &Server, name: &str) -> (Person, Browser, App, Vec<String>) {
    let person = server.person(name);
    let browser = server.browser();
    try_sign_in(&browser, &person.email, PASSWORD).await;
    let (app, codes) = turn_on(server, &browser).await;
    // That it is on is told before anything else is.
    server.mail_to(&person.email).await;
    server.advance(Duration::from_mins(1));
    (person, browser, app, codes)
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

/// What the API says to the password and this.
async fn told(server: &Server, person: &Person, more: serde_json::Value) -> String {
    let told = server.sign_in_with(&person.email, more).await;
    match told.status {
        StatusCode::OK => "200".to_owned(),
        status => format!("{} {}", status.as_u16(), told.code()),
    }
}

/// UE-09: who resets the password knows the mailbox, which is not the phone.
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_of_the_password_leaves_the_second_factor_on() {
    let server = Server::start().await;
    let (alice, _, app, _) = with_factor(&server, "alice").await;
    call(
        &server,
        "/v1/auth/forgot-password",
        &json!({"email": alice.email}),
    )
    .await;
    let body = json!({"token": token_to(&server, &alice.email).await, "password": NEW_PASSWORD});
    call(&server, "/v1/auth/reset-password", &body).await.ok();
    let new = json!({"provider": "local", "email": alice.email, "password": NEW_PASSWORD});
    let asked = call(&server, "/v1/auth/session", &new).await;
    assert_eq!(refusal(&asked), "401 second_factor_required", "UE-09");
    let browser = server.browser();
    let answer = try_sign_in(&browser, &alice.email, NEW_PASSWORD).await;
    assert_eq!(answer.location(), Some("/login/second-factor"), "UE-09");
    let page = browser.get("/login/second-factor").await;
    let answer = enter(&browser, &page, &app.code(&server, 0)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(signed_in_as(&browser).await, Some(alice.email));
}

/// RFC 6238 §5.2: a code is good in its own step, the one before and the one after.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_for_a_minute_and_a_half_and_no_longer() {
    let server = Server::start().await;
    let (alice, _, app, _) = with_factor(&server, "alice").await;
    // A step that ends while this runs would move the window.
    let into = server.clock.now().timestamp().rem_euclid(30);
    server.advance(Duration::from_secs(u64::try_from(30 - into).unwrap()));
    for steps in [-3, -2, 2, 3] {
        let code = app.code(&server, steps);
        let outcome = told(&server, &alice, json!({"otp": code})).await;
        assert_eq!(outcome, "401 invalid_second_factor", "{steps}");
    }
    for steps in [-1, 0, 1] {
        let code = app.code(&server, steps);
        assert_eq!(
            told(&server, &alice, json!({"otp": code})).await,
            "200",
            "{steps}"
        );
    }
}

/// A key that was shown and never confirmed signs nobody in, and is asked of nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_not_confirmed_is_no_second_factor() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let browser = server.browser();
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    let begin = browser
        .get("/account/security")
        .await
        .form(&format!("{PAGE}/begin"));
    browser.submit(&begin).await;
    let page = browser.get(PAGE).await;
    let (app, form) = (App::of(&page.body), page.form(PAGE));
    let wrong = browser
        .submit(&form.clone().with("code", &app.wrong(&server)))
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(told(&server, &alice, json!({})).await, "200", "it is not on");
    // Begun again, it is another key: the one before is worth nothing.
    browser.submit(&begin).await;
    let second = browser.get(PAGE).await;
    let right = App::of(&second.body).code(&server, 0);
    let old = browser
        .submit(&form.clone().with("code", &app.code(&server, 0)))
        .await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    let stolen = browser.copy();
    let on = browser.submit(&form.with("code", &right)).await;
    assert_eq!(on.status, StatusCode::OK, "{}", on.body);
    assert_eq!(signed_in_as(&stolen).await, None, "CS-14");
    // The code that confirmed it is spent.
    assert_eq!(
        told(&server, &alice, json!({"otp": right})).await,
        "401 invalid_second_factor"
    );
}

/// While it is on, whoever is in the session neither sees its key nor puts another in its place.
#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_never_shown_again_and_never_replaced_while_it_is_on() {
    let server = Server::start().await;
    let (alice, browser) = (server.person("alice"), server.browser());
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    let begin = browser
        .get("/account/security")
        .await
        .form(&format!("{PAGE}/begin"));
    let (app, _) = turn_on(&server, &browser).await;
    server.advance(Duration::from_mins(1));
    let before = server.rows_but(&["session"]);
    assert_eq!(browser.get(PAGE).await.location(), Some("/account/security"));
    // The button of before, with the token of the session of now.
    let begin = begin.with("csrf_token", &token_for(&browser, "begin second factor"));
    let answer = browser.submit(&begin).await;
    assert_eq!(answer.location(), Some("/account/security"), "{}", answer.body);
    assert_eq!(server.rows_but(&["session"]), before);
    assert_eq!(
        told(&server, &alice, json!({})).await,
        "401 second_factor_required"
    );
    assert_eq!(
        told(&server, &alice, json!({"otp": app.code(&server, 0)})).await,
        "200"
    );
}

/// A token that a page of ours could have had, for this purpose.
fn token_for(browser: &Browser, purpose: &str) -> String {
    let cookie = browser.cookie("consentry_session").unwrap();
    let secret = consentry::platform::secret::Secret::parse("cst", &cookie).unwrap();
    secret.derive(purpose)
}

/// CS-20: the key is sealed, and for its account: a row that is copied to another person's is worth nothing there.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_lies_sealed_and_for_its_own_account() {
    let server = Server::start().await;
    let (alice, _, app, codes) = with_factor(&server, "alice").await;
    let (bob, ..) = with_factor(&server, "bob").await;
    let bare = format!(
        "totp WHERE account_id = '{}' AND length(sealed_secret) <= 20",
        alice.account.id
    );
    assert_eq!(server.count(&bare), 0, "CS-20");
    // A recovery code is its person's alone.
    let others = json!({"recoveryCode": codes[0]});
    assert_eq!(
        told(&server, &bob, others.clone()).await,
        "401 invalid_second_factor"
    );
    server.execute(&format!(
        "UPDATE totp SET sealed_secret = (SELECT sealed_secret FROM totp WHERE account_id = '{}')",
        alice.account.id
    ));
    let outcome = told(&server, &bob, json!({"otp": app.code(&server, 0)})).await;
    assert!(!outcome.starts_with("200"), "CS-20 {outcome}");
    assert_eq!(told(&server, &alice, others).await, "200");
}

/// CS-15: half a sign-in ends with what it stands on, and its id alone is worth nothing.
#[tokio::test(flavor = "multi_thread")]
async fn half_a_sign_in_ends_with_the_password_it_began_with_and_with_the_account() {
    for what in ["a reset", "the operator", "a forged cookie"] {
        let server = Server::start().await;
        let (alice, own, app, _) = with_factor(&server, "alice").await;
        let browser = server.browser();
        let page = half(&browser, &alice.email).await;
        match what {
            "a reset" => {
                let all = own.get("/account/sessions").await;
                own.submit(&all.form("/account/sessions/sign-out-everywhere"))
                    .await;
            }
            "the operator" => server.execute("UPDATE account SET disabled_at = now() WHERE name = 'alice'"),
            _ => {
                let other = server.browser();
                half(&other, &alice.email).await;
                let cookie = forged(&browser.cookie(HALF).unwrap(), &other.cookie(HALF).unwrap());
                browser.set_cookie(HALF, &cookie);
            }
        }
        let answer = enter(&browser, &page, &app.code(&server, 0)).await;
        assert_eq!(answer.location(), Some("/login"), "CS-15 {what}: {}", answer.body);
        assert_eq!(signed_in_as(&browser).await, None, "CS-15 {what}");
        assert_eq!(server.count("session WHERE amr @> '{mfa}'"), 0, "CS-15 {what}");
    }
}

/// CS-15: of two right codes for one half sign-in, at the same moment, one begins a session.
#[tokio::test(flavor = "multi_thread")]
async fn half_a_sign_in_begins_one_session_however_many_codes_race() {
    use diesel::connection::SimpleConnection as _;
    let server = Server::start().await;
    let (alice, _, _, codes) = with_factor(&server, "alice").await;
    let browser = server.browser();
    let page = half(&browser, &alice.email).await;
    let mut holder = server.database.connect();
    // Both have found it unused when this ends.
    holder
        .batch_execute("BEGIN; LOCK TABLE half_sign_in IN SHARE MODE")
        .unwrap();
    let tries: Vec<_> = { codes[..2].iter() }
        .map(|code| {
            let form = page.form("/login/second-factor").with("code", code);
            let browser = browser.copy();
            tokio::spawn(async move { browser.submit(&form).await })
        })
        .collect();
    eventually("both wait", async || (server.count(WAITING) == 2).then_some(())).await;
    holder.batch_execute("COMMIT").unwrap();
    let mut cookies = 0;
    for answer in tries {
        let answer = answer.await.unwrap();
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "CS-15 {}", answer.body);
        cookies += usize::from(answer.header("set-cookie").is_some());
    }
    assert_eq!(cookies, 1, "CS-15");
    assert_eq!(server.count("session WHERE amr @> '{mfa}'"), 1, "CS-15");
}

/// CWE-384, UE-15: the second step ends the session that was there, and forgets the tries when all was right.
#[tokio::test(flavor = "multi_thread")]
async fn the_second_step_takes_the_place_of_the_session_before() {
    let server = Server::start().await;
    let (alice, _, app, _) = with_factor(&server, "alice").await;
    let bob = server.person("bob");
    let browser = server.browser();
    try_sign_in(&browser, &bob.email, PASSWORD).await;
    let was = browser.copy();
    let page = half(&browser, &alice.email).await;
    enter(&browser, &page, &app.wrong(&server)).await;
    assert_eq!(signed_in_as(&was).await, Some(bob.email));
    let answer = enter(&browser, &page, &app.code(&server, 0)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(signed_in_as(&browser).await, Some(alice.email));
    assert_eq!(signed_in_as(&was).await, None, "CWE-384");
    let counted = "login_throttle WHERE failures > 0 AND subject = sha256('alice@people.example')";
    assert_eq!(server.count(counted), 0, "UE-15");
}

/// What turning it off leaves: nothing to sign in with, no cookie of before, and a mail.
#[tokio::test(flavor = "multi_thread")]
async fn turned_off_it_leaves_no_code_behind() {
    let server = Server::start().await;
    let (alice, browser, ..) = with_factor(&server, "alice").await;
    let codes = "/account/security/recovery-codes";
    let more = browser.get(codes).await.form(codes);
    let off = browser
        .get(&format!("{PAGE}/off"))
        .await
        .form(&format!("{PAGE}/off"));
    let stolen = browser.copy();
    let answer = browser.submit(&off).await;
    assert_eq!(answer.location(), Some("/account/security?done=off"));
    assert_eq!(signed_in_as(&stolen).await, None, "CS-14");
    assert_eq!(
        server.mail_to(&alice.email).await.subject,
        "Your second factor is off"
    );
    let more = more.with("csrf_token", &token_for(&browser, "recovery codes"));
    let answer = browser.submit(&more).await;
    assert_eq!(answer.location(), Some("/account/security"), "{}", answer.body);
    for table in ["totp", "recovery_code"] {
        assert_eq!(server.count(table), 0, "{table}");
    }
}

//! A request that is under way when every session of its person ends, by a reset or *Sign out everywhere*: whatever it found right before
//! that, it changes nothing after.

use std::time::Duration;

use consentry::platform::password;
use diesel::connection::SimpleConnection as _;
use reqwest::StatusCode;

use super::{NEW_PASSWORD, signed_in_as, try_sign_in};
use crate::support::{
    Browser, Person, Server,
    browser::Answer,
    cluster::eventually,
    page::Form,
    server::PASSWORD,
    totp::{App, turn_on},
};

/// The connections of the server that wait for a lock.
const WAITING: &str = "pg_stat_activity WHERE datname = current_database() AND application_name = 'consentry' \
                       AND wait_event_type = 'Lock'";

async fn signed_in(server: &Server) -> (Person, Browser) {
    let person = server.person("alice");
    let browser = server.browser();
    let answer = try_sign_in(&browser, &person.email, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    (person, browser)
}

/// Sends a form; when its request has found its session and comes to where `hold` keeps it waiting, every session has ended, and the
/// account has another password.
async fn overtaken(server: &Server, browser: &Browser, form: &Form, hold: &str) -> Answer {
    let mut reset = server.database.connect();
    let raised = format!(
        "BEGIN; {hold}; UPDATE account SET credentials_epoch = credentials_epoch + 1, password_hash = '{}'",
        password::hash(NEW_PASSWORD)
    );
    reset.batch_execute(&raised).unwrap();
    let request = tokio::spawn({
        let (browser, form) = (browser.clone(), form.clone());
        async move { browser.submit(&form).await }
    });
    eventually("the request waits", async || {
        (server.count(WAITING) > 0).then_some(())
    })
    .await;
    reset.batch_execute("COMMIT").unwrap();
    request.await.unwrap()
}

/// Whether nothing came of it: no session lives, no mail tells of a change, and the password is the new one.
async fn came_to_nothing(case: &str, server: &Server, browser: &Browser, answer: &Answer) {
    let to = answer.location().unwrap_or_default();
    assert!(
        to.starts_with("/login"),
        "{case}: {} {}",
        answer.status,
        answer.body
    );
    assert_eq!(signed_in_as(browser).await, None, "{case}");
    let alive = "session s JOIN account a ON a.id = s.account_id \
                 WHERE s.ended_at IS NULL AND s.credentials_epoch = a.credentials_epoch";
    assert_eq!(server.count(alive), 0, "{case}");
    let owner = server.browser();
    let answer = try_sign_in(&owner, "alice@people.example", NEW_PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{case}: {}", answer.body);
}

/// CS-24: who proves again who they are while all sessions end has none after that.
#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_is_overtaken_revives_no_session() {
    let server = Server::start().await;
    let (_, browser) = signed_in(&server).await;
    server.advance(Duration::from_mins(11));
    let page = browser.get("/account/confirm?return_to=/account/email").await;
    let form = page.form("/account/confirm").with("password", PASSWORD);
    // Its password is right by then: the lock keeps it between the proof and the new cookie.
    let answer = overtaken(&server, &browser, &form, "LOCK TABLE audit_event IN SHARE MODE").await;
    came_to_nothing("CS-24", &server, &browser, &answer).await;
}

/// The same with a code, for who has no password.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_overtaken_revives_no_session() {
    let server = Server::start().await;
    let (_, browser) = signed_in(&server).await;
    let (app, _) = turn_on(&server, &browser).await;
    server.execute("UPDATE account SET password_hash = NULL");
    server.advance(Duration::from_mins(11));
    let page = browser.get("/account/confirm?return_to=/account/email").await;
    let form = page.form("/account/confirm").with("code", &app.code(&server, 0));
    let answer = overtaken(&server, &browser, &form, "LOCK TABLE totp IN SHARE MODE").await;
    came_to_nothing("CS-24", &server, &browser, &answer).await;
}

/// UE-09: a password that was being set with the old one does not take the place of the one that a reset has set meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_change_that_is_overtaken_sets_nothing() {
    let server = Server::start().await;
    let (_, browser) = signed_in(&server).await;
    let page = browser.get("/account/security/password").await;
    let form = page
        .form("/account/security/password")
        .with("old_password", PASSWORD)
        .with("new_password", "lorry wine poem 4");
    let answer = overtaken(&server, &browser, &form, "SELECT 1").await;
    came_to_nothing("UE-09", &server, &browser, &answer).await;
    assert_eq!(
        server.count("audit_event WHERE kind = 'account.password_changed'"),
        0
    );
}

/// UE-09, EM-04: the same for the rest of what asks for a fresh proof.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_sensitive_is_done_by_a_session_that_has_just_ended() {
    const TWO_FACTOR: &str = "/account/security/two-factor";
    const CODES: &str = "/account/security/recovery-codes";
    for case in ["on", "off", "codes", "email", "delete"] {
        let server = Server::start().await;
        let (alice, browser) = signed_in(&server).await;
        let (form, hold) = match case {
            "on" => {
                let begin = browser.get("/account/security").await;
                browser.submit(&begin.form(&format!("{TWO_FACTOR}/begin"))).await;
                let page = browser.get(TWO_FACTOR).await;
                let code = App::of(&page.body).code(&server, 0);
                (page.form(TWO_FACTOR).with("code", &code), "totp")
            }
            "off" => {
                turn_on(&server, &browser).await;
                let off = format!("{TWO_FACTOR}/off");
                (browser.get(&off).await.form(&off), "totp")
            }
            "codes" => {
                turn_on(&server, &browser).await;
                (browser.get(CODES).await.form(CODES), "recovery_code")
            }
            "email" => {
                let form = browser.get("/account/email").await.form("/account/email");
                (form.with("email", "mallory@new.example"), "login_throttle")
            }
            _ => {
                let page = "/account/data/delete";
                let form = browser.get(page).await.form(page);
                (form.with("email", &alice.email), "membership")
            }
        };
        let kept = ["totp", "recovery_code", "email_code", "membership", "job"];
        let of = |rows: Vec<(String, String)>| -> Vec<_> {
            rows.into_iter()
                .filter(|(table, _)| kept.contains(&table.as_str()))
                .collect()
        };
        let before = of(server.digest());
        let hold = format!("LOCK TABLE {hold} IN SHARE MODE");
        let answer = overtaken(&server, &browser, &form, &hold).await;
        assert_eq!(of(server.digest()), before, "UE-09 {case}: {}", answer.body);
        let to = answer.location().unwrap_or_default();
        assert!(to.starts_with("/login"), "UE-09 {case}: {}", answer.status);
        assert_eq!(signed_in_as(&browser).await, None, "UE-09 {case}");
    }
}

//! A browser that an account was signed in in before is not locked with the account (RL-08), and its cookie is good for nothing else.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use consentry::{
    accounts::{
        account::Email,
        throttle::{self, Limits, Tries, Try},
    },
    platform::secret::Digest,
};
use reqwest::StatusCode;
use serde_json::json;

use super::{NEW_PASSWORD, call, sign_in, signed_in_as, token_to, try_sign_in};
use crate::support::{
    Browser, Server,
    browser::Answer,
    cluster::eventually,
    race::race,
    server::PASSWORD,
    totp::{App, turn_on},
};

const KNOWN_DEVICE: &str = "consentry_known_device";
const RIGHT: StatusCode = StatusCode::SEE_OTHER;
const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const LOCKED: StatusCode = StatusCode::TOO_MANY_REQUESTS;

async fn signed_in(server: &Server, email: &str) -> Browser {
    let browser = server.browser();
    assert_eq!(try_sign_in(&browser, email, PASSWORD).await.status, RIGHT);
    browser
}

/// A browser with nothing but the value of this cookie: its sessions are long over, or it was stolen.
fn with(server: &Server, cookie: &str) -> Browser {
    let browser = server.browser();
    browser.set_cookie(KNOWN_DEVICE, cookie);
    browser
}

fn only_known(server: &Server, browser: &Browser) -> Browser {
    with(server, &browser.cookie(KNOWN_DEVICE).unwrap())
}

async fn tries(browser: &Browser, email: &str, password: &str) -> StatusCode {
    try_sign_in(browser, email, password).await.status
}

/// Somebody who knows nothing but the address.
async fn lock(server: &Server, email: &str) {
    let attacker = server.browser();
    for at in 1..=server.config.login.max_failures {
        assert_eq!(tries(&attacker, email, "wrong").await, WRONG, "{at}");
    }
    assert_eq!(tries(&attacker, email, PASSWORD).await, LOCKED);
}

fn locked_facts(server: &Server) -> i64 {
    server.count("audit_event WHERE kind = 'account.sign_in_locked'")
}

#[tokio::test(flavor = "multi_thread")]
async fn rl_08_who_locks_an_account_does_not_lock_the_browser_of_its_owner() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let owner = signed_in(&server, &alice.email).await;
    let home = owner.get("/").await;
    owner.submit(&home.form("/logout")).await;
    assert_eq!(signed_in_as(&owner).await, None);
    lock(&server, &alice.email).await;
    for at in 0..2 {
        assert_eq!(tries(&owner, &alice.email, PASSWORD).await, RIGHT, "RL-08 {at}");
        assert_eq!(
            signed_in_as(&owner).await.as_ref(),
            Some(&alice.email),
            "RL-08 {at}"
        );
        // The lock is still there for everybody else, by the API too, and the owner's sign-in gave nobody another guess.
        let stranger = server.browser();
        assert_eq!(
            tries(&stranger, &alice.email, PASSWORD).await,
            LOCKED,
            "RL-08 {at}"
        );
        let told = sign_in(&server, &alice.email, PASSWORD).await;
        assert_eq!(told.status, LOCKED, "RL-08 {at}");
        let home = owner.get("/").await;
        owner.submit(&home.form("/logout")).await;
    }
    eventually("the lock is in the log, once", async || {
        (locked_facts(&server) == 1).then_some(())
    })
    .await;
}

/// The cookie comes with a whole sign-in and with nothing less; nobody can read it, and the server does not keep it.
#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_comes_with_a_sign_in_and_says_nothing() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let browser = server.browser();
    tries(&browser, &alice.email, "wrong").await;
    tries(&browser, "nobody@people.example", PASSWORD).await;
    assert_eq!(browser.cookie(KNOWN_DEVICE), None);
    tries(&browser, &alice.email, PASSWORD).await;
    let cookie = browser.cookie(KNOWN_DEVICE).unwrap();
    assert!(cookie.len() < 300, "{}", cookie.len());
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(&cookie).unwrap();
    let id = alice.account.id.to_string();
    for readable in [
        alice.email.as_bytes(),
        id.as_bytes(),
        alice.account.id.uuid().as_bytes(),
    ] {
        assert!(!sealed.windows(readable.len()).any(|part| part == readable));
    }
    assert_eq!(server.tables_with(&cookie), Vec::<String>::new());
    // It is no session, and no proof.
    let only = with(&server, &cookie);
    assert_eq!(signed_in_as(&only).await, None);
    assert_eq!(tries(&only, &alice.email, "wrong").await, WRONG);
}

/// What an answer says but for its form's token, its times and the address that was typed.
fn told(answer: &Answer, email: &str) -> (StatusCode, Vec<String>, String) {
    let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
    names.sort();
    let token = answer.form("/login").value("csrf_token").unwrap().to_owned();
    let (before, after) = answer.body.split_once("<time datetime=").unwrap();
    let (_, after) = after.split_once("</time>").unwrap();
    let text = format!("{before}{after}").replace(&token, "").replace(email, "");
    (answer.status, names, text)
}

/// What we did not seal, or sealed for another account or for other credentials, is as good as nothing, and nothing tells so.
#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_that_is_forged_or_of_another_account_opens_no_lock() {
    let server = Server::start_with("[login]\nmax_failures = 3").await;
    let (alice, bob) = (server.person("alice"), server.person("bob"));
    let own = signed_in(&server, &alice.email).await;
    let own = own.cookie(KNOWN_DEVICE).unwrap();
    let of_bob = signed_in(&server, &bob.email).await;
    let of_session = of_bob.cookie("consentry_session").unwrap();
    let of_bob = of_bob.cookie(KNOWN_DEVICE).unwrap();
    lock(&server, &alice.email).await;
    let plain = server.browser();
    let without = try_sign_in(&plain, &alice.email, PASSWORD).await;
    let mut flipped = own.clone().into_bytes();
    flipped[40] = if flipped[40] == b'A' { b'B' } else { b'A' };
    let (id, now) = (alice.account.id, server.clock.now());
    let json = json!([[id, id, alice.account.credentials_epoch, now]]).to_string();
    let planted = [
        ("another account's", of_bob.clone()),
        ("changed", String::from_utf8(flipped).unwrap()),
        ("cut", own[..own.len() - 4].to_owned()),
        ("two in one", format!("{own}{own}")),
        ("not sealed", BASE64_URL_SAFE_NO_PAD.encode(&json)),
        ("a session's", of_session),
        ("nothing", String::new()),
        ("no base64", "=%=".to_owned()),
    ];
    for (case, cookie) in &planted {
        let answer = try_sign_in(&with(&server, cookie), &alice.email, PASSWORD).await;
        assert_eq!(
            told(&answer, &alice.email),
            told(&without, &alice.email),
            "RL-08 {case}"
        );
    }
    // The good one is good.
    assert_eq!(tries(&with(&server, &own), &alice.email, PASSWORD).await, RIGHT);
    // UE-01: an address without an account answers alike, with whatever cookie, before its lock and in it.
    let unknown = "nobody@people.example";
    let known = with(&server, &own);
    for at in 1..=3 {
        assert_eq!(tries(&known, unknown, "wrong").await, WRONG, "UE-01 {at}");
    }
    let answer = try_sign_in(&known, unknown, PASSWORD).await;
    assert_eq!(told(&answer, unknown), told(&without, &alice.email), "UE-01");
    // And what it tried there cost it nothing at its own account.
    for at in 1..=3 {
        assert_eq!(tries(&known, &alice.email, "wrong").await, WRONG, "UE-01 {at}");
    }
    assert_eq!(tries(&known, &alice.email, PASSWORD).await, LOCKED, "UE-01");
}

/// Whose password was reset, or who signed out everywhere, is known nowhere: the cookie may be in other hands.
#[tokio::test(flavor = "multi_thread")]
async fn no_browser_is_known_after_a_reset_or_a_sign_out_everywhere() {
    let server = Server::start_with("[login]\nmax_failures = 3").await;
    let alice = server.person("alice");
    let owner = signed_in(&server, &alice.email).await;
    let before = only_known(&server, &owner);
    let page = owner.get("/account/sessions").await;
    owner
        .submit(&page.form("/account/sessions/sign-out-everywhere"))
        .await;
    lock(&server, &alice.email).await;
    assert_eq!(tries(&before, &alice.email, PASSWORD).await, LOCKED, "everywhere");
    server.advance(Duration::from_mins(15));
    let before = only_known(&server, &signed_in(&server, &alice.email).await);
    let body = json!({"email": alice.email});
    call(&server, "/v1/auth/forgot-password", &body).await;
    let token = token_to(&server, &alice.email).await;
    let body = json!({"token": token, "password": NEW_PASSWORD});
    let reset = call(&server, "/v1/auth/reset-password", &body).await;
    assert_eq!(reset.status, StatusCode::OK, "{}", reset.text);
    lock(&server, &alice.email).await;
    assert_eq!(tries(&before, &alice.email, NEW_PASSWORD).await, LOCKED, "reset");
}

/// Who changes the password themselves is still known where they did it, and nowhere else.
#[tokio::test(flavor = "multi_thread")]
async fn who_changes_the_password_stays_known_in_that_browser_only() {
    let server = Server::start_with("[login]\nmax_failures = 3").await;
    let alice = server.person("alice");
    let other = only_known(&server, &signed_in(&server, &alice.email).await);
    let owner = signed_in(&server, &alice.email).await;
    let before = only_known(&server, &owner);
    let form = { owner.get("/account/security/password").await }
        .form("/account/security/password")
        .with("old_password", PASSWORD)
        .with("new_password", NEW_PASSWORD);
    assert_eq!(owner.submit(&form).await.status, RIGHT);
    lock(&server, &alice.email).await;
    for stale in [&other, &before] {
        assert_eq!(tries(stale, &alice.email, NEW_PASSWORD).await, LOCKED);
    }
    let known = only_known(&server, &owner);
    assert_eq!(tries(&known, &alice.email, NEW_PASSWORD).await, RIGHT);
}

/// UE-13: who steals the cookie has as many tries as anybody, at whatever node and from however many browsers, and they lock the
/// account as all tries do.
#[tokio::test(flavor = "multi_thread")]
async fn the_tries_of_a_known_browser_are_counted_at_all_nodes_together() {
    let server = Server::start_with("[login]\nmax_failures = 4").await;
    let alice = server.person("alice");
    let owner = signed_in(&server, &alice.email).await;
    let cookie = owner.cookie(KNOWN_DEVICE).unwrap();
    let node = server.node();
    let there = Browser::at(&node.origin);
    there.set_cookie(KNOWN_DEVICE, &cookie);
    let thieves = [with(&server, &cookie), there, with(&server, &cookie)];
    let attempt = async |browser: &Browser, password| {
        let form = { browser.get("/login").await }
            .form("/login")
            .with("email", &alice.email)
            .with("password", password);
        browser.post("/login", &form.fields, &[]).await.status
    };
    let strangers = [server.browser(), Browser::at(&node.origin)];
    // With the lock of strangers and without: 4 tries each time, and not 4 of each browser.
    for locked in [true, false] {
        if locked {
            lock(&server, &alice.email).await;
        }
        for at in 0..4 {
            assert_eq!(attempt(&thieves[at % 3], "wrong").await, WRONG, "UE-13 {at}");
        }
        for browser in thieves.iter().chain(&strangers) {
            assert_eq!(attempt(browser, PASSWORD).await, LOCKED, "UE-13 {locked}");
        }
        server.advance(Duration::from_mins(15));
    }
    assert_eq!(attempt(&thieves[1], PASSWORD).await, RIGHT, "UE-13");
    eventually("one lock for each window", async || {
        (locked_facts(&server) == 2).then_some(())
    })
    .await;
}

/// A browser that locked itself is a stranger: it waits for the account's lock, and no longer.
#[tokio::test(flavor = "multi_thread")]
async fn a_known_browser_without_tries_is_a_stranger() {
    let server = Server::start_with("[login]\nmax_failures = 3").await;
    let alice = server.person("alice");
    let known = only_known(&server, &signed_in(&server, &alice.email).await);
    lock(&server, &alice.email).await;
    server.advance(Duration::from_mins(14));
    for at in 1..=3 {
        assert_eq!(tries(&known, &alice.email, "wrong").await, WRONG, "{at}");
    }
    assert_eq!(tries(&known, &alice.email, PASSWORD).await, LOCKED);
    // The account's window is over, the browser's is not: it has a stranger's tries, and they are counted.
    server.advance(Duration::from_mins(1));
    for at in 1..=3 {
        assert_eq!(tries(&known, &alice.email, "wrong").await, WRONG, "{at}");
    }
    assert_eq!(tries(&known, &alice.email, PASSWORD).await, LOCKED);
    assert_eq!(tries(&server.browser(), &alice.email, PASSWORD).await, LOCKED);
}

/// To sign in anew, in whatever copy of a browser, is no way to another counter.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_signs_in_again_stays_the_same_one() {
    let server = Server::start_with("[login]\nmax_failures = 3").await;
    let alice = server.person("alice");
    let owner = signed_in(&server, &alice.email).await;
    let first = only_known(&server, &owner);
    let again = only_known(&server, &owner);
    assert_eq!(tries(&again, &alice.email, PASSWORD).await, RIGHT);
    let second = only_known(&server, &again);
    lock(&server, &alice.email).await;
    for browser in [&first, &second, &first] {
        assert_eq!(tries(browser, &alice.email, "wrong").await, WRONG);
    }
    for browser in [&first, &second] {
        assert_eq!(tries(browser, &alice.email, PASSWORD).await, LOCKED);
    }
}

/// Own mistakes are forgiven by the right password, those of strangers are not: otherwise they could go on each time.
#[tokio::test(flavor = "multi_thread")]
async fn a_known_browser_is_forgiven_its_own_tries_only() {
    let server = Server::start_with("[login]\nmax_failures = 5").await;
    let alice = server.person("alice");
    let stranger = server.browser();
    let known = only_known(&server, &signed_in(&server, &alice.email).await);
    assert_eq!(tries(&stranger, &alice.email, "wrong").await, WRONG);
    assert_eq!(tries(&stranger, &alice.email, "wrong").await, WRONG);
    assert_eq!(tries(&known, &alice.email, "wrong").await, WRONG);
    assert_eq!(tries(&known, &alice.email, "wrong").await, WRONG);
    assert_eq!(tries(&known, &alice.email, PASSWORD).await, RIGHT);
    for left in (0..3).rev() {
        assert_eq!(tries(&stranger, &alice.email, "wrong").await, WRONG, "{left}");
    }
    assert_eq!(tries(&stranger, &alice.email, PASSWORD).await, LOCKED);
}

/// A try is counted before its password is checked, whichever count it is.
#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_guesses_at_once_with_a_stolen_cookie_ten_are_checked() {
    let server = Server::start_with("[database]\nwait_ms = 20000\ndeadline_ms = 20000").await;
    let alice = server.person("alice");
    let known = only_known(&server, &signed_in(&server, &alice.email).await);
    lock(&server, &alice.email).await;
    let page = known.get("/login").await;
    let form = page.form("/login").with("email", &alice.email);
    let answers = race((0..20).map(|at| {
        let (browser, form) = (
            known.copy(),
            form.clone().with("password", &format!("guess {at}")),
        );
        async move { browser.submit(&form).await.status }
    }))
    .await;
    let checked = answers.iter().filter(|status| **status == WRONG).count();
    assert_eq!(checked, 10, "UE-13 {answers:?}");
    let refused = answers.iter().filter(|status| **status == LOCKED).count();
    assert_eq!(refused, 10, "UE-13 {answers:?}");
}

/// The first step, and the page of the second.
async fn half(browser: &Browser, email: &str) -> Answer {
    let answer = try_sign_in(browser, email, PASSWORD).await;
    assert_eq!(answer.location(), Some("/login/second-factor"), "{}", answer.body);
    browser.get("/login/second-factor").await
}

async fn enter(browser: &Browser, page: &Answer, code: &str) -> StatusCode {
    let form = page.form("/login/second-factor").with("code", code);
    browser.submit(&form).await.status
}

/// UE-15: codes count where passwords do, in a known browser too, and half a sign-in makes none known.
#[tokio::test(flavor = "multi_thread")]
async fn the_second_factor_counts_where_the_password_of_the_browser_does() {
    let server = Server::start_with("[login]\nmax_failures = 4").await;
    let alice = server.person("alice");
    let owner = signed_in(&server, &alice.email).await;
    let (app, _): (App, _) = turn_on(&server, &owner).await;
    server.advance(Duration::from_mins(1));
    let known = only_known(&server, &owner);
    let stranger = server.browser();
    let waiting = half(&stranger, &alice.email).await;
    assert_eq!(stranger.cookie(KNOWN_DEVICE), None, "half a sign-in");
    for at in 2..=4 {
        assert_eq!(
            enter(&stranger, &waiting, &app.wrong(&server)).await,
            WRONG,
            "{at}"
        );
    }
    assert_eq!(
        enter(&stranger, &waiting, &app.code(&server, 0)).await,
        LOCKED,
        "RL-08"
    );
    // Locked for strangers. In the known browser the first right password counts, as ever, until the code is right.
    let page = half(&known, &alice.email).await;
    for at in 2..=3 {
        assert_eq!(
            enter(&known, &page, &app.wrong(&server)).await,
            WRONG,
            "RL-08 {at}"
        );
    }
    assert_eq!(enter(&known, &page, &app.code(&server, 0)).await, RIGHT, "RL-08");
    assert_eq!(signed_in_as(&known).await.as_ref(), Some(&alice.email), "RL-08");
    // Forgiven; and then bounded: one password and three codes.
    server.advance(Duration::from_mins(1));
    let thief = only_known(&server, &known);
    let page = half(&thief, &alice.email).await;
    for at in 2..=4 {
        assert_eq!(
            enter(&thief, &page, &app.wrong(&server)).await,
            WRONG,
            "UE-15 {at}"
        );
    }
    assert_eq!(enter(&thief, &page, &app.code(&server, 0)).await, LOCKED, "UE-15");
    assert_eq!(tries(&thief, &alice.email, PASSWORD).await, LOCKED, "UE-15");
    // Who completes the second step is known from then on.
    server.advance(Duration::from_mins(15));
    let fresh = server.browser();
    let page = half(&fresh, &alice.email).await;
    assert_eq!(enter(&fresh, &page, &app.code(&server, 0)).await, RIGHT);
    lock(&server, &alice.email).await;
    half(&only_known(&server, &fresh), &alice.email).await;
}

/// UE-15: also where a person who is signed in proves themselves again, with one count for all of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_of_strangers_does_not_stop_a_fresh_proof() {
    let server = Server::start_with("[login]\nmax_failures = 4").await;
    let alice = server.person("alice");
    let owner = signed_in(&server, &alice.email).await;
    server.advance(Duration::from_mins(11));
    lock(&server, &alice.email).await;
    let confirm = { owner.get("/account/confirm?return_to=/account/email").await }.form("/account/confirm");
    let right = owner.submit(&confirm.clone().with("password", PASSWORD)).await;
    assert_eq!(
        (right.status, right.location()),
        (RIGHT, Some("/account/email")),
        "RL-08"
    );
    let change = { owner.get("/account/security/password").await }
        .form("/account/security/password")
        .with("new_password", NEW_PASSWORD);
    server.advance(Duration::from_mins(15));
    lock(&server, &alice.email).await;
    let confirm = { owner.get("/account/confirm?return_to=/account/email").await }.form("/account/confirm");
    for at in 0..2 {
        let wrong = owner.submit(&confirm.clone().with("password", "wrong")).await;
        assert_eq!(wrong.status, WRONG, "UE-15 {at}");
        let wrong = owner.submit(&change.clone().with("old_password", "wrong")).await;
        assert_eq!(wrong.status, WRONG, "UE-15 {at}");
    }
    let known = only_known(&server, &owner);
    assert_eq!(tries(&known, &alice.email, PASSWORD).await, LOCKED, "UE-15");
    let right = owner.submit(&change.with("old_password", PASSWORD)).await;
    assert_eq!(right.status, LOCKED, "UE-15");
    let right = owner.submit(&confirm.with("password", PASSWORD)).await;
    assert_eq!(right.status, LOCKED, "UE-15");
}

/// Who has two accounts, or shares the browser, is known with each, up to four.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_known_with_the_last_four_accounts_that_were_signed_in_in_it() {
    let server = Server::start_with("[login]\nmax_failures = 1").await;
    let people: Vec<_> = (0..5).map(|at| server.person(&format!("person{at}"))).collect();
    let mut browser = server.browser();
    for person in &people {
        browser = match browser.cookie(KNOWN_DEVICE) {
            Some(cookie) => with(&server, &cookie),
            None => browser,
        };
        assert_eq!(tries(&browser, &person.email, PASSWORD).await, RIGHT);
    }
    assert!(browser.cookie(KNOWN_DEVICE).unwrap().len() < 800);
    for (at, person) in people.iter().enumerate() {
        lock(&server, &person.email).await;
        let known = only_known(&server, &browser);
        let wanted = if at == 0 { LOCKED } else { RIGHT };
        assert_eq!(tries(&known, &person.email, PASSWORD).await, wanted, "{at}");
    }
}

/// What was counted and not looked at is taken back wherever it was counted (503 promises that nothing was done).
#[tokio::test(flavor = "multi_thread")]
async fn a_try_that_was_not_made_is_taken_back_from_every_count() {
    let server = Server::start().await;
    let mut conn = server.database.connect();
    let (email, now) = (Email::parse("alice@people.example").unwrap(), server.clock.now());
    let tries = Tries {
        email: Some(&email),
        network: None,
        known_device: Some(Digest::of(b"a device")),
    };
    let limits = Limits {
        by_email: 1,
        by_network: 1,
        window: Duration::from_mins(15),
    };
    for at in 0..3 {
        let counted = throttle::count(&mut conn, tries, limits, now).unwrap();
        assert_eq!(counted, Try::Allowed { last: true }, "{at}");
        throttle::take_back(&mut conn, tries).unwrap();
    }
    assert_eq!(server.count("login_throttle WHERE failures > 0"), 0);
}

/// A window of the account that began after the browser's first try did not count all of its tries: what strangers tried stays.
#[tokio::test(flavor = "multi_thread")]
async fn what_strangers_tried_in_a_later_window_is_not_forgiven() {
    let server = Server::start().await;
    let mut conn = server.database.connect();
    let (email, began) = (Email::parse("alice@people.example").unwrap(), server.clock.now());
    let limits = Limits {
        by_email: 4,
        by_network: 4,
        window: Duration::from_mins(15),
    };
    let strangers = Tries::at(Some(&email));
    let known = Tries {
        known_device: Some(Digest::of(b"a device")),
        ..strangers
    };
    let mut count = |tries, minute| {
        let now = began + Duration::from_mins(minute);
        throttle::count(&mut conn, tries, limits, now).unwrap()
    };
    count(strangers, 0);
    for _ in 0..3 {
        count(known, 10);
    }
    for _ in 0..3 {
        count(strangers, 16);
    }
    assert_eq!(count(known, 17), Try::Allowed { last: true });
    throttle::forgive(&mut server.database.connect(), known).unwrap();
    assert!(matches!(count(strangers, 18), Try::Locked { .. }));
    assert_eq!(count(known, 18), Try::Allowed { last: false });
}

//! One password on many accounts (UE-14), and what a lock does to whom it is not meant for (UE-13, RL-05).

use std::time::Duration;

use reqwest::StatusCode;

use super::{signed_in_as, try_sign_in};
use crate::support::{
    Browser, Registration, Server, browser::Answer, cluster::eventually, race::race, server::PASSWORD,
};

const FEW: &str = "[login]\nmax_failures_per_address = 5\n";

fn is_locked(case: &str, answer: &Answer) {
    assert_eq!(
        answer.status,
        StatusCode::TOO_MANY_REQUESTS,
        "{case}: {}",
        answer.body
    );
    let left: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((600..=900).contains(&left), "{case} {left}");
    assert!(answer.header("set-cookie").is_none(), "{case}");
}

/// UE-14, RL-05: so many failures from one address, on whatever accounts, known or not, lock the address and nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn ue_14_one_password_tried_on_many_accounts_locks_the_address_it_comes_from() {
    let server = Server::start_with(FEW).await;
    let people: Vec<_> = (0..3).map(|at| server.person(&format!("person{at}"))).collect();
    let sprayer = Browser::from(&server, "127.0.0.2");
    for at in 0..5 {
        let unknown = format!("nobody{at}@people.example");
        // No address at all counts too: it costs as much.
        let email = match at {
            0 => "no address",
            4 => &unknown,
            _ => &people[at - 1].email,
        };
        let answer = try_sign_in(&sprayer, email, "Winter2026").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "UE-14 {at}");
    }
    let before = server.rows_but(&["login_throttle"]);
    // Another account, an account it tried, the right password, another browser there.
    let other = Browser::from(&server, "127.0.0.2");
    for (browser, email, password) in [
        (&sprayer, "fresh@people.example", "Winter2026"),
        (&sprayer, people[0].email.as_str(), PASSWORD),
        (&other, people[2].email.as_str(), PASSWORD),
        (&other, "no address", "x"),
    ] {
        is_locked("UE-14", &try_sign_in(browser, email, password).await);
        assert_eq!(signed_in_as(browser).await, None, "UE-14");
    }
    assert_eq!(server.rows_but(&["login_throttle"]), before, "UE-14");
    // Whom it tried signs in from elsewhere.
    for person in &people {
        let browser = Browser::from(&server, "127.0.0.3");
        let answer = try_sign_in(&browser, &person.email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "RL-05");
    }
    server.advance(Duration::from_mins(15));
    let answer = try_sign_in(&sprayer, &people[0].email, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "UE-14: the window is over");
}

/// UE-14: a success takes back its own try and no other, so an account of one's own is no licence to guess at others; and an office
/// where everybody signs in rightly is never locked.
#[tokio::test(flavor = "multi_thread")]
async fn ue_14_a_success_takes_back_its_own_try_and_no_other() {
    let server = Server::start_with(FEW).await;
    let own = server.person("own");
    for _ in 0..8 {
        let browser = Browser::from(&server, "127.0.0.2");
        let answer = try_sign_in(&browser, &own.email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "UE-14: an office");
    }
    let browser = Browser::from(&server, "127.0.0.2");
    for at in 0..5 {
        let guess = format!("victim{at}@people.example");
        let answer = try_sign_in(&browser, &guess, "Winter2026").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "UE-14 {at}");
        if at < 4 {
            let fresh = Browser::from(&server, "127.0.0.2");
            let answer = try_sign_in(&fresh, &own.email, PASSWORD).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "UE-14 {at}");
        }
    }
    is_locked(
        "UE-14",
        &try_sign_in(&browser, "next@people.example", "Winter2026").await,
    );
}

/// UE-14: of guesses at once as many are checked as of guesses one after another, whatever headers say where they come from.
#[tokio::test(flavor = "multi_thread")]
async fn ue_14_a_burst_of_guesses_from_one_address_is_counted_like_any_other() {
    let slow = "[database]\nwait_ms = 20000\ndeadline_ms = 20000\n";
    let server = Server::start_with(&format!("{FEW}{slow}")).await;
    let browser = Browser::from(&server, "127.0.0.2");
    let form = browser
        .get("/login")
        .await
        .form("/login")
        .with("password", "Winter2026");
    let answers = race((0..20).map(|at| {
        let (browser, form) = (
            browser.copy(),
            form.clone().with("email", &format!("victim{at}@people.example")),
        );
        async move {
            let from = format!("198.51.100.{at}");
            let headers = [
                ("x-forwarded-for", from.as_str()),
                ("x-real-ip", &from),
                ("true-client-ip", &from),
            ];
            browser.post("/login", &form.fields, &headers).await.status
        }
    }))
    .await;
    let checked = answers
        .iter()
        .filter(|status| **status == StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(checked.count(), 5, "UE-14, RL-01 {answers:?}");
    let locked = answers
        .iter()
        .filter(|status| **status == StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(locked.count(), 15, "UE-14, RL-01 {answers:?}");
}

/// UE-13, RL-08: who locks an account out does nothing to its owner who is signed in: sessions, apps and tokens go on. And one
/// address can lock few accounts, because when it is locked itself it counts against nobody.
#[tokio::test(flavor = "multi_thread")]
async fn ue_13_a_lock_does_nothing_to_who_is_signed_in_and_one_address_can_lock_few() {
    let server = Server::start_with("[login]\nmax_failures = 3\nmax_failures_per_address = 4\n").await;
    let (alice, bob) = (server.person("alice"), server.person("bob"));
    let app = server.client(Registration::web());
    let owner = server.browser();
    let answer = owner.connect(&app, &alice, &[]).await;
    let code = answer.callback().remove("code").unwrap();
    let tokens = app.exchange(&code).await.ok();
    let attacker = Browser::from(&server, "127.0.0.2");
    for _ in 0..6 {
        try_sign_in(&attacker, &alice.email, "wrong").await;
    }
    is_locked(
        "UE-13",
        &try_sign_in(&server.browser(), &alice.email, PASSWORD).await,
    );

    assert_eq!(signed_in_as(&owner).await, Some(alice.email.clone()), "UE-13");
    let apps = owner.get("/settings/integrations").await;
    assert_eq!(apps.status, StatusCode::OK, "UE-13");
    let again = owner.visit(&app.authorize_path(&[("prompt", "consent")])).await;
    assert!(
        owner
            .decide(&again, "allow")
            .await
            .callback()
            .contains_key("code"),
        "UE-13"
    );
    let _ = app.refresh(tokens.text("refresh_token")).await.ok();
    // The attacker's address is locked by now, so Bob is not.
    for _ in 0..6 {
        is_locked("UE-13", &try_sign_in(&attacker, &bob.email, "wrong").await);
    }
    let answer = try_sign_in(&server.browser(), &bob.email, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "UE-13");
    // LG-08: the lock of an account is in its log, with where it came from.
    eventually("the lock is written down", async || {
        let told = server.count(
            "audit_event e JOIN audit_personal p ON p.event_id = e.id WHERE e.kind = 'account.sign_in_locked' \
             AND p.address = '127.0.0.2' AND e.request_id IS NOT NULL AND e.target_kind = 'account'",
        );
        (told == 1).then_some(())
    })
    .await;
}

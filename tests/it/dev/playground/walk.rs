//! Issue "Pages a person trusts": each request and answer of the flow is shown, and is real.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{Method, StatusCode};

use super::{PAGE, Play, exchanges, newest, offers, shown};

/// Issue, *Pages*: a newcomer understands OAuth by clicking. Every button once, in the order that the page proposes.
#[tokio::test(flavor = "multi_thread")]
async fn the_whole_life_of_an_access_is_shown_and_is_real() {
    let play = Play::start().await;
    let client = |name: &str, member: &str| play.demo.json[name][member].as_str().unwrap().to_owned();
    let basic = |name: &str| {
        let pair = format!("{}:{}", client(name, "client_id"), client(name, "client_secret"));
        format!("Authorization: Basic {}", BASE64_STANDARD.encode(pair))
    };
    let api = play.api();
    for app in ["web", "native"] {
        let page = play
            .press_with(
                "begin",
                &[
                    ("app", app),
                    ("scope", "analytics.read"),
                    ("scope", "reviews.read"),
                    ("ask_again", "1"),
                ],
            )
            .await;
        let asked = newest(&page);
        for name in [
            "response_type",
            "client_id",
            "redirect_uri",
            "scope",
            "state",
            "code_challenge",
            "code_challenge_method",
            "prompt",
            "code_verifier",
        ] {
            assert!(
                asked.contains(&format!("<dt><code>{name}</code></dt>")),
                "{app}: {name}"
            );
        }
        assert!(asked.contains("analytics.read reviews.read"), "{app}: {asked}");

        let page = play.decide("allow").await;
        let arrived = newest(&page);
        assert_eq!(arrived.matches("tag ok\">Equal").count(), 2, "{app}: {arrived}");
        assert!(!arrived.contains("Not equal"), "{app}: {arrived}");

        let exchanged = newest(&play.press_shown("exchange").await);
        assert!(exchanged.contains("POST /oauth/token HTTP/1.1"), "{exchanged}");
        assert!(exchanged.contains("HTTP/1.1 200 OK"), "{exchanged}");
        assert!(exchanged.contains("code_verifier="), "{exchanged}");
        assert_eq!(exchanged.contains(&basic("client")), app == "web", "{exchanged}");
        let named = format!("&client_id={}", client("public_client", "client_id"));
        assert_eq!(exchanged.contains(&named), app == "native", "{exchanged}");
        let first = shown(&exchanged, "access_token");
        assert!(
            api.is_active(&first).await,
            "{app}: the token that is shown is real"
        );

        let asked = newest(&play.press_shown("introspect").await);
        assert!(asked.contains("POST /oauth/token/introspect HTTP/1.1"), "{asked}");
        assert!(asked.contains(&basic("resource_server")), "{asked}");
        assert!(asked.contains("\"active\": true"), "{asked}");

        let refreshed = newest(&play.press_shown("refresh").await);
        let (access, spent) = (
            shown(&refreshed, "access_token"),
            shown(&exchanged, "refresh_token"),
        );
        assert_ne!(access, first);
        assert!(
            refreshed.contains(&format!("refresh_token={spent}")),
            "{refreshed}"
        );
        assert!(api.is_active(&access).await);

        let page = play.press_shown("refresh-again").await;
        let reused = newest(&page);
        assert!(reused.contains(&format!("refresh_token={spent}")), "{reused}");
        assert!(reused.contains("HTTP/1.1 400 Bad Request"), "{reused}");
        assert_eq!(shown(&reused, "error"), "invalid_grant");
        assert!(!api.is_active(&access).await, "{app}: the access is over");

        let page = play.press_shown("introspect").await;
        assert!(newest(&page).contains("\"active\": false"), "{}", page.body);
        // The app's own second try shows the same.
        let page = play.press_shown("refresh").await;
        assert_eq!(shown(&newest(&page), "error"), "invalid_grant");
        assert_eq!(exchanges(&page), 8, "{app}: nothing that was said is left out");
        assert!(offers(&page, "again"), "{}", page.body);
        let page = play.press_shown("forget").await;
        assert_eq!(exchanges(&page), 0);
    }
}

/// RFC 6749 §4.1.2.1: the app is told that it may not, and connects again with the same choices.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_shown_and_one_may_ask_again() {
    let play = Play::start().await;
    play.press_with("begin", &[("scope", "posts.write"), ("ask_again", "1")])
        .await;
    let page = play.decide("deny").await;
    let arrived = newest(&page);
    assert!(arrived.contains("error=access_denied"), "{arrived}");
    assert!(!arrived.contains("code="), "{arrived}");
    assert!(!offers(&page, "exchange"), "{}", page.body);

    let before = play.authorize_parts(&page);
    let page = play.press_shown("again").await;
    let after = play.authorize_parts(&page);
    assert_eq!(before.0, after.0, "the same choices");
    assert_ne!(before.1, after.1, "another state, another verifier");
    let page = play.decide("allow").await;
    assert!(offers(&page, "exchange"), "{}", page.body);
}

/// RFC 6749 §4.1.2, RFC 7009: what ends an access, and that the next introspection says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_used_again_and_a_revocation_end_the_access() {
    let play = Play::start().await;
    for (step, status) in [("exchange-again", "400 Bad Request"), ("revoke", "200 OK")] {
        let access = shown(&newest(&play.connect().await), "access_token");
        assert!(play.api().is_active(&access).await, "{step}");
        let page = play.press_shown(step).await;
        assert!(
            newest(&page).contains(&format!("HTTP/1.1 {status}")),
            "{step}: {}",
            page.body
        );
        assert!(!play.api().is_active(&access).await, "{step}");
        let page = play.press_shown("introspect").await;
        assert!(newest(&page).contains("\"active\": false"), "{step}");
        // Not taken, so not ticked off: steps five and six.
        assert_eq!(page.body.matches("<li class=\"later\"").count(), 2, "{step}");
    }
}

/// P-4: a page is only read, however often it is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn reloading_repeats_nothing() {
    let play = Play::start().await;
    let page = play.connect().await;
    let before = play.server.facts();
    for _ in 0..3 {
        assert_eq!(play.page().await.body, page.body);
        let head = play.browser.request(Method::HEAD, PAGE, &[], "").await;
        assert_eq!(head.status, StatusCode::OK);
    }
    assert_eq!(play.server.changed_since(&before), Vec::<String>::new());
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let got = play.browser.get(&format!("{PAGE}/revoke")).await;
    assert_eq!(got.status, StatusCode::METHOD_NOT_ALLOWED);
}

/// A step that is under way is waited for: the same button pressed at the same moment does not send the code a second time, which
/// would end the access.
#[tokio::test(flavor = "multi_thread")]
async fn a_button_pressed_many_times_at_once_acts_once() {
    let play = Play::start().await;
    play.press_with("begin", &[("scope", "analytics.read")]).await;
    play.decide("allow").await;
    let token = play.token().await;
    let press = || play.post("exchange", &token, &[]);
    let (a, b, c, d) = tokio::join!(press(), press(), press(), press());
    for answer in [a, b, c, d] {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    }
    let page = play.page().await;
    assert_eq!(exchanges(&page), 3, "{}", page.body);
    assert!(play.api().is_active(&shown(&newest(&page), "access_token")).await);
}

/// RFC 6749 §4.1.2: a code is short-lived; that its time is over is explained too.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_too_old_is_explained() {
    let play = Play::start().await;
    play.press("begin").await;
    play.decide("allow").await;
    play.server.advance(Duration::from_secs(61));
    let page = play.press("exchange").await;
    assert_eq!(shown(&newest(&page), "error"), "invalid_grant");
    assert!(
        offers(&page, "again") && !offers(&page, "exchange"),
        "{}",
        page.body
    );
}

/// A server that cannot answer is shown as what it is, and the step can be taken when it can.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_the_answer_is_shown_and_the_step_can_be_repeated() {
    let play = Play::start().await;
    play.press("begin").await;
    play.decide("allow").await;
    play.server.database.set_reachable(false);
    let page = play.press("exchange").await;
    let entry = newest(&page);
    assert!(entry.contains("HTTP/1.1 503 Service Unavailable"), "{entry}");
    assert!(entry.contains("retry-after: "), "{entry}");
    assert!(offers(&page, "exchange"), "{entry}");
    play.server.database.set_reachable(true);
    let page = play.press("exchange").await;
    assert!(newest(&page).contains("HTTP/1.1 200 OK"), "{}", page.body);
}

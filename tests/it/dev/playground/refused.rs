//! What the playground does not believe, does not do, and does not tell.

use std::time::Duration;

use reqwest::StatusCode;

use super::{PAGE, Play, exchanges, newest, notice, offers, plain, shown};

/// What it is, the parameters of an answer, and a word of the lesson.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

/// RFC 9700 §4.7, RFC 9207 §2.4: an answer that the app did not ask for, or that another server gives, is not believed.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_not_asked_for_is_ignored() {
    let play = Play::start().await;
    play.page().await;
    let page = play.callback(&[("code", "made-up"), ("state", "made-up")]).await;
    assert!(
        notice(&page).unwrap().contains("nobody waits for"),
        "{}",
        page.body
    );
    assert_eq!(exchanges(&page), 0);

    play.press("begin").await;
    let (state, iss) = (play.state().await, play.server.origin.clone());
    let (state, iss) = (state.as_str(), iss.as_str());
    let cases: [Case<'_>; 8] = [
        (
            "another state",
            &[("code", "c"), ("state", "made-up"), ("iss", iss)],
            "did not make up",
        ),
        ("no state", &[("code", "c"), ("iss", iss)], "did not make up"),
        (
            "state twice",
            &[("code", "c"), ("state", state), ("state", state), ("iss", iss)],
            "did not make up",
        ),
        (
            "an error of somebody else",
            &[("error", "access_denied"), ("iss", iss)],
            "did not make up",
        ),
        (
            "another issuer",
            &[("code", "c"), ("state", state), ("iss", "https://evil.example")],
            "does not name the server",
        ),
        (
            "no issuer",
            &[("code", "c"), ("state", state)],
            "does not name the server",
        ),
        (
            "nothing",
            &[("state", state), ("iss", iss)],
            "neither a code nor an error",
        ),
        (
            "a huge code",
            &[("code", &"c".repeat(601)), ("state", state), ("iss", iss)],
            "neither a code nor an error",
        ),
    ];
    for (case, params, why) in cases {
        let page = play.callback(params).await;
        assert!(plain(&page.body).contains(why), "{case}: {}", page.body);
        assert!(!offers(&page, "exchange"), "{case}: it was believed");
        assert_eq!(play.state().await, state, "{case}: the app waits no more");
    }
    // Of the app's own answer, nothing was spoilt.
    let page = play.decide("allow").await;
    assert!(offers(&page, "exchange"), "{}", page.body);
    // Reloading the callback's address.
    let page = play
        .callback(&[("code", "c"), ("state", state), ("iss", iss)])
        .await;
    assert!(notice(&page).unwrap().contains("nobody waits for"));
    assert_eq!(
        shown(&newest(&play.press_shown("exchange").await), "token_type"),
        "Bearer"
    );
}

/// What somebody makes up is text on the page, and stays inside its quotes in a command.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_in_an_answer_stays_text() {
    const HOSTILE: &str = "</code><script>alert(1)</script>'; rm -rf ~ #\u{1b}[31m";
    let play = Play::start().await;
    for name in ["error", "code"] {
        play.press("begin").await;
        let (state, iss) = (play.state().await, play.server.origin.clone());
        let params = [
            (name, HOSTILE),
            ("state", &state),
            ("iss", &iss),
            ("error_description", HOSTILE),
        ];
        play.callback(&params).await;
        let page = play.press("exchange").await;
        assert!(!page.body.contains("<script"), "{name}: {}", page.body);
        assert!(!page.body.contains(" style="), "{name}: the policy forbids it");
        assert!(page.body.contains("&#60;script&#62;"), "{name}: {}", page.body);
        if name == "code" {
            let entry = newest(&page);
            assert!(
                entry.contains(r"&#60;/script&#62;'\''; rm -rf ~ #[31m'"),
                "{entry}"
            );
            assert_eq!(shown(&entry, "error"), "invalid_grant");
        }
        play.press("forget").await;
    }
}

/// A button that does not fit is explained, sends nothing and spoils nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_out_of_order_is_explained_and_sends_nothing() {
    const ALL: [&str; 6] = [
        "exchange",
        "exchange-again",
        "introspect",
        "refresh",
        "refresh-again",
        "revoke",
    ];
    let play = Play::start().await;
    let refuse = async |stage: &str, names: &[&str], why: &str| {
        let before = (play.server.facts(), exchanges(&play.page().await));
        for name in names {
            let page = play.press(name).await;
            let said = notice(&page).unwrap_or_else(|| panic!("{stage}: {name} is not explained"));
            assert!(said.contains(why), "{stage}: {name}: {said}");
            assert_eq!((play.server.facts(), exchanges(&page)), before, "{stage}: {name}");
        }
    };
    refuse("nothing begun", &ALL, "Begin here").await;
    refuse("nothing begun", &["again"], "Begin here").await;
    play.press("begin").await;
    refuse("waiting", &ALL[..2], "no code").await;
    refuse("waiting", &ALL[2..], "no tokens yet").await;
    play.decide("allow").await;
    refuse("a code", &ALL[1..], "Exchange the code first").await;
    let access = shown(&newest(&play.press("exchange").await), "access_token");
    refuse("tokens", &["exchange"], "exchanged already").await;
    refuse("tokens", &["refresh-again"], "Refresh first").await;
    assert!(
        play.api().is_active(&access).await,
        "pressing twice ended nothing"
    );
    // The next step that fits takes the word of the last one away.
    assert_eq!(notice(&play.press("introspect").await), None);
}

/// RFC 9700 §4.7: nobody else presses the buttons, and no form names what the page does not offer.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_from_elsewhere_is_refused() {
    let play = Play::start().await;
    play.connect().await;
    let (mine, before) = (play.token().await, play.server.facts());
    let stranger = play.server.browser();
    let theirs = stranger.get(PAGE).await.form(PAGE);
    let theirs = theirs.value("csrf_token").unwrap();
    for (case, token) in [("none", ""), ("another browser's", theirs), ("made up", "AAAA")] {
        for name in ["revoke", "forget", "begin", "again"] {
            let answer = play.post(name, token, &[]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{case}: {name}");
        }
    }
    let fields = [("csrf_token".to_owned(), mine.clone())];
    let path = format!("{PAGE}/revoke");
    let foreign = [("origin", "https://evil.example")];
    let answer = play.browser.post(&path, &fields, &foreign).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    for (name, fields, status) in [
        ("no-such-step", vec![], StatusCode::NOT_FOUND),
        ("begin", vec![("scope", "admin.all")], StatusCode::BAD_REQUEST),
        ("begin", vec![("app", "other")], StatusCode::BAD_REQUEST),
        (
            "begin",
            vec![("app", "web"), ("app", "web")],
            StatusCode::BAD_REQUEST,
        ),
    ] {
        let answer = play.post(name, &mine, &fields).await;
        assert_eq!(answer.status, status, "{name} {fields:?}");
    }
    assert_eq!(play.server.changed_since(&before), Vec::<String>::new());
    assert!(offers(&play.page().await, "revoke"), "the run is as it was");
}

/// What a browser did is its own, and is forgotten after an hour without use.
#[tokio::test(flavor = "multi_thread")]
async fn another_browser_sees_nothing_and_an_old_run_is_forgotten() {
    let play = Play::start().await;
    let access = shown(&newest(&play.connect().await), "access_token");
    let cookie = play.browser.cookie("consentry_browser").unwrap();
    for other in [None, Some("made-up".to_owned()), Some(format!("{cookie}x"))] {
        let stranger = play.server.browser();
        if let Some(value) = &other {
            stranger.set_cookie("consentry_browser", value);
        }
        let page = stranger.get(PAGE).await;
        assert_eq!(page.status, StatusCode::OK, "{other:?}");
        assert!(!page.body.contains(&access) && exchanges(&page) == 0, "{other:?}");
    }
    play.server.advance(Duration::from_mins(59));
    assert_eq!(exchanges(&play.page().await), 3);
    play.server.advance(Duration::from_hours(1));
    let page = play.page().await;
    assert_eq!(exchanges(&page), 0);
    let page = play.press("refresh").await;
    assert!(notice(&page).unwrap().contains("Begin here"), "{}", page.body);
}

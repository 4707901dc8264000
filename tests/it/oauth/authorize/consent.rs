//! The person's answer: theirs alone, to one request, once.

use std::time::Duration;

use reqwest::StatusCode;

use super::{asked_for, asks_to_sign_in, assert_answered, assert_page, assert_too_old, scopes_of};
use crate::support::{Browser, Registration, Server, browser::Answer, client::asked, page::Form, race::race};

/// An optional scope that is not ticked is in no code and no token; a ticked one that was not asked for adds nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_person_may_leave_out_what_is_optional_and_nothing_can_be_added() {
    let server = Server::start().await;
    let client = server.client(Registration::web());
    let asked = "analytics.read reviews.read";
    for (name, ticked, granted) in [
        (
            "as it stands",
            &["reviews.read"][..],
            &["analytics.read", "reviews.read"][..],
        ),
        ("unticked", &[], &["analytics.read"]),
        ("another", &["posts.write", "members.write"], &["analytics.read"]),
        (
            "both",
            &["reviews.read", "posts.write"],
            &["analytics.read", "reviews.read"],
        ),
        (
            "in one field",
            &["reviews.read posts.write"],
            &["analytics.read", "reviews.read"],
        ),
        (
            "twice",
            &["reviews.read", "reviews.read"],
            &["analytics.read", "reviews.read"],
        ),
        ("unknown", &["nothing.known", "*", ""], &["analytics.read"]),
        ("required, not ticked", &["analytics.read"], &["analytics.read"]),
    ] {
        let person = server.person(&name.replace([' ', ','], "-"));
        let (browser, page) = asked_for(&server, &client, &person, asked).await;
        let mut form = page
            .form("/oauth/authorize/")
            .without("scope")
            .with("decision", "allow");
        form.fields.extend(
            ticked
                .iter()
                .map(|scope| ("scope".to_owned(), (*scope).to_owned())),
        );
        let answer = browser.submit(&form).await;
        assert_eq!(scopes_of(&client, &answer).await, granted, "{name}");
        let stored = format!(
            "oauth_grant WHERE account_id = '{}' AND cardinality(scope) = {}",
            person.account.id,
            granted.len()
        );
        assert_eq!(server.count(&stored), 1, "{name}");
    }
}

/// Where everything is optional and nothing ticked there is nothing to allow: the person is asked again.
#[tokio::test(flavor = "multi_thread")]
async fn allowing_nothing_at_all_is_asked_again() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let (browser, page) = asked_for(&server, &client, &alice, "reviews.read").await;
    let before = server.rows_but(&[]);
    let nothing = page
        .form("/oauth/authorize/")
        .without("scope")
        .with("decision", "allow");
    let again = browser.submit(&nothing).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("Choose at least one thing"), "{}", again.body);
    assert_eq!(server.rows_but(&[]), before);
    // What was not ticked stays so: pressing the button once more allows no more than before.
    assert_eq!(again.form("/oauth/authorize/").value("scope"), None);
    assert_eq!(
        browser.decide(&again, "allow").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let ticked = again
        .form("/oauth/authorize/")
        .with("scope", "reviews.read")
        .with("decision", "allow");
    let answer = browser.submit(&ticked).await;
    assert_eq!(scopes_of(&client, &answer).await, ["reviews.read"]);
}

/// An answer that is neither yes nor no, or names a workspace that is not the person's, is no answer.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_none_changes_nothing_and_can_be_given_again() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let foreign = server.workspace("foreign");
    let client = server.client(Registration::web());
    let (browser, page) = asked(&server, &client, &alice).await;
    let before = server.rows_but(&[]);
    let form = page.form("/oauth/authorize/");
    let foreign_id = foreign.id.to_string();
    for (name, value) in [
        ("decision", ""),
        ("decision", "ALLOW"),
        ("decision", "allow deny"),
        ("workspace", "foreign"),
        ("workspace", &foreign_id),
        ("workspace", "' OR 1=1--"),
    ] {
        let form = form.clone().with("decision", "allow").with(name, value);
        let answer = browser.submit(&form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}={value}");
        assert_eq!(answer.location(), None, "{name}={value}");
        assert_eq!(server.rows_but(&[]), before, "{name}={value}");
    }
    for name in ["decision", "workspace", "csrf_token"] {
        let form = form.clone().with("decision", "allow");
        let again = form.value(name).unwrap().to_owned();
        let answer = answer_twice(&browser, form, name, &again).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name} twice");
        assert_eq!(server.rows_but(&[]), before, "{name} twice");
    }
    // By id as well as by slug.
    let id = server.workspace("acme").id.to_string();
    let form = form.with("decision", "allow").with("workspace", &id);
    assert!(browser.submit(&form).await.callback().contains_key("code"));
}

async fn answer_twice(browser: &Browser, mut form: Form, name: &str, value: &str) -> Answer {
    form.fields.push((name.to_owned(), value.to_owned()));
    browser.submit(&form).await
}

/// A person has half an hour; then the link is over, signed in or not.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_ends_after_half_an_hour() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let early = server.browser();
    let sign_in = early.visit(&client.authorize_path(&[])).await;
    let (browser, page) = asked(&server, &client, &alice).await;
    server.advance(Duration::from_mins(29));
    assert!(asks_to_sign_in(&early.get(&sign_in.at).await));
    server.advance(Duration::from_mins(2));
    let before = server.rows_but(&["session"]);
    assert_too_old("sign-in", &early.get(&sign_in.at).await);
    assert_too_old("page", &browser.get(&page.form("/oauth/authorize/").action).await);
    for decision in ["allow", "deny"] {
        assert_too_old(decision, &browser.decide(&page, decision).await);
    }
    assert_eq!(server.rows_but(&["session"]), before);
}

/// A request is answered once, whichever way.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_answer_is_told_that_the_first_one_counted() {
    let server = Server::start().await;
    let client = server.client(Registration::web());
    for (first, second) in [
        ("allow", "allow"),
        ("allow", "deny"),
        ("deny", "allow"),
        ("deny", "deny"),
    ] {
        let person = server.person(&format!("{first}-{second}"));
        let (browser, page) = asked(&server, &client, &person).await;
        let answer = browser.decide(&page, first).await;
        assert_eq!(answer.callback().contains_key("code"), first == "allow");
        let before = server.rows_but(&[]);
        assert_answered(second, &browser.decide(&page, second).await);
        assert_answered("page", &browser.get(&page.form("/oauth/authorize/").action).await);
        assert_eq!(server.rows_but(&[]), before, "{first}, {second}");
    }
}

/// RC-09: however many answers race, one of them is the answer.
#[tokio::test(flavor = "multi_thread")]
async fn of_answers_that_race_exactly_one_counts() {
    // The pool is small and the machine may be busy: they are to wait for it, not to be turned away.
    let server = Server::start_with("[database]\nwait_ms = 20000\ndeadline_ms = 20000").await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let (browser, page) = asked(&server, &client, &alice).await;
    let form = page.form("/oauth/authorize/").with("decision", "allow");
    let answers = race((0..20).map(|_| {
        let (browser, form) = (browser.clone(), form.clone());
        async move { browser.submit(&form).await }
    }))
    .await;
    let (won, lost): (Vec<Answer>, Vec<Answer>) = answers
        .into_iter()
        .partition(|answer| answer.status == StatusCode::SEE_OTHER);
    assert_eq!(won.len(), 1, "RC-09");
    for answer in &lost {
        assert_answered("RC-09", answer);
    }
    for table in ["authorization_code", "oauth_grant", "consent"] {
        assert_eq!(server.count(table), 1, "RC-09 {table}");
    }
    assert_eq!(
        scopes_of(&client, &won[0]).await,
        ["analytics.read", "posts.write"],
        "RC-09"
    );

    // The same with both answers: one of them, and what it comes to alone.
    let page = browser
        .visit(&client.authorize_path(&[("prompt", "consent")]))
        .await;
    let form = page.form("/oauth/authorize/");
    let answers = race((0..20).map(|at| {
        let decision = if at % 2 == 0 { "allow" } else { "deny" };
        let (browser, form) = (browser.clone(), form.clone().with("decision", decision));
        async move { browser.submit(&form).await }
    }))
    .await;
    let won: Vec<&Answer> = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::SEE_OTHER)
        .collect();
    assert_eq!(won.len(), 1, "RC-09");
    let codes = if won[0].callback().contains_key("code") {
        2
    } else {
        1
    };
    assert_eq!(server.count("authorization_code"), codes, "RC-09");
    assert_eq!(server.count("oauth_grant"), codes, "RC-09");
}

/// What changes while the page is open counts: the client's registration, the person's membership, their session.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_only_as_long_as_client_person_and_place_stand() {
    let server = Server::start().await;
    let web = || server.client(Registration::web());
    for (case, told, change) in [
        (
            "disabled",
            "client_disabled",
            "UPDATE client SET disabled_at = now() WHERE id = '{client}'",
        ),
        (
            "deleted",
            "request_expired",
            "UPDATE client SET deleted_at = now() WHERE id = '{client}'",
        ),
        (
            "URI gone",
            "invalid_redirect_uri",
            "UPDATE client SET redirect_uris = '{{https://rp.example/new}}' WHERE id = '{client}'",
        ),
    ] {
        let client = web();
        let person = server.person(&case.replace(' ', "-").to_lowercase());
        let (browser, page) = asked(&server, &client, &person).await;
        server.execute(
            &change
                .replace("{client}", &client.id)
                .replace("{{", "{")
                .replace("}}", "}"),
        );
        let before = server.rows_but(&[]);
        for decision in ["allow", "deny"] {
            assert_page(case, &browser.decide(&page, decision).await, told, &[]);
        }
        let path = page.form("/oauth/authorize/").action;
        assert_page(case, &browser.get(&path).await, told, &[]);
        assert_eq!(server.rows_but(&[]), before, "{case}");
    }
    for (case, change) in [
        (
            "member no more",
            "DELETE FROM membership WHERE account_id = '{person}'",
        ),
        (
            "disabled person",
            "UPDATE account SET disabled_at = now() WHERE id = '{person}'",
        ),
        (
            "new password",
            "UPDATE account SET credentials_epoch = credentials_epoch + 1 WHERE id = '{person}'",
        ),
        (
            "signed out",
            "UPDATE session SET ended_at = now() WHERE account_id = '{person}'",
        ),
    ] {
        let client = web();
        let person = server.person(&case.replace(' ', "-"));
        let (browser, page) = asked(&server, &client, &person).await;
        server.execute(&change.replace("{person}", &person.account.id.to_string()));
        let before = server.rows_but(&[]);
        let answer = browser.decide(&page, "allow").await;
        if case == "member no more" {
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{case}");
        } else {
            let page = browser.follow(answer).await;
            assert!(asks_to_sign_in(&page), "{case}: {} {}", page.at, page.body);
        }
        assert_eq!(server.rows_but(&[]), before, "{case}");
    }
    // The place itself is gone.
    let client = web();
    let person = server.person("placeless");
    let (browser, page) = asked(&server, &client, &person).await;
    server.execute("UPDATE workspace SET deleted_at = now()");
    let before = server.rows_but(&[]);
    let answer = browser.decide(&page, "allow").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "workspace gone");
    assert_eq!(server.rows_but(&[]), before, "workspace gone");
}

/// Who is not the person that is signed in signs out and comes back to the same request.
#[tokio::test(flavor = "multi_thread")]
async fn another_person_can_take_over_the_browser_and_answer() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let bob = server.person_in("bob", &[("beta", consentry::platform::config::Role::Owner)]);
    let client = server.client(Registration::web());
    let (browser, page) = asked(&server, &client, &alice).await;
    let out = browser.submit(&page.form("/logout")).await;
    let sign_in = browser.follow(out).await;
    assert!(asks_to_sign_in(&sign_in), "{}", sign_in.at);
    // The page that the other one left open is worth nothing any more.
    let before = server.rows_but(&[]);
    let answer = browser.decide(&page, "allow").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(server.rows_but(&[]), before);
    let page = browser.sign_in(&sign_in, &bob).await;
    assert!(
        page.body
            .contains("<strong><bdi>bob@people.example</bdi></strong>"),
        "{}",
        page.body
    );
    let answer = browser.decide(&page, "allow").await;
    let code = answer.callback().remove("code").unwrap();
    let tokens = client.exchange(&code).await.ok();
    assert_eq!(
        tokens.json["workspace_id"],
        server.workspace("beta").id.to_string()
    );
}

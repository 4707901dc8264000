//! How a client would like the person to be asked: `prompt`, `login_hint`, `workspace` (OpenID Connect Core §3.1.2.1).

use consentry::platform::config::Role;

use super::{STATE, asks_for_consent, asks_to_sign_in, assert_refused, both_ways};
use crate::support::{Registration, Server, client::asked};

const CB: &str = "https://rp.example/cb";

/// AZ-08: `prompt=login` and `prompt=select_account` want a new proof, whatever session there is.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_sign_in_is_asked_for_where_the_client_wants_one() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let browser = server.browser();
    browser.connect(&client, &alice, &[]).await.callback();
    for (count, prompt) in [(2, "login"), (3, "select_account"), (4, "login select_account")] {
        server.advance(std::time::Duration::from_mins(1));
        let path = client.authorize_path(&[("prompt", prompt)]);
        let page = browser.visit(&path).await;
        assert!(asks_to_sign_in(&page), "AZ-08 {prompt}: {}", page.at);
        // Nor does the session open the request's page itself.
        let request = page.at.split_once("request=").unwrap().1;
        let again = browser
            .visit(&format!("/oauth/authorize/{request}/consent"))
            .await;
        assert!(asks_to_sign_in(&again), "AZ-08 {prompt}: {}", again.at);
        let answer = browser.sign_in(&page, &alice).await;
        assert!(answer.callback().contains_key("code"), "AZ-08 {prompt}");
        // The new grant carries the new proof's time.
        assert_eq!(
            server.count("(SELECT DISTINCT authenticated_at FROM oauth_grant) AS proofs"),
            count,
            "AZ-08 {prompt}"
        );
    }
    // Without it the session is enough.
    let answer = browser.visit(&client.authorize_path(&[])).await;
    assert!(answer.callback().contains_key("code"));
}

/// `prompt=consent` asks again, and combines with the others; what is no prompt is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_is_a_list_of_known_words() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let browser = server.browser();
    browser.connect(&client, &alice, &[]).await.callback();
    let page = browser
        .visit(&client.authorize_path(&[("prompt", "consent")]))
        .await;
    assert!(asks_for_consent(&page), "{}", page.at);
    let page = browser
        .visit(&client.authorize_path(&[("prompt", "login consent")]))
        .await;
    assert!(asks_to_sign_in(&page), "{}", page.at);
    let page = browser.sign_in(&page, &alice).await;
    assert!(asks_for_consent(&page), "{}", page.at);
    for bad in [
        "junk",
        "none login",
        "login none",
        "LOGIN",
        "login  consent",
        " login",
        "create",
    ] {
        for answer in both_ways(&server, &client.authorize_path(&[("prompt", bad)])).await {
            assert_refused(bad, &answer, &server, CB, Some(STATE), "invalid_request");
        }
    }
}

/// OpenID Connect Core §3.1.2.6: with `prompt=none` no page is shown; the client is told what is missing.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_request_is_answered_without_a_page() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let nomad = server.person_in("nomad", &[]);
    let client = server.client(Registration::web());
    let silent = client.authorize_path(&[("prompt", "none")]);
    let answer = server.browser().get(&silent).await;
    assert_refused("nobody", &answer, &server, CB, Some(STATE), "login_required");

    let (browser, page) = asked(&server, &client, &alice).await;
    let answer = browser.get(&silent).await;
    assert_refused("not asked", &answer, &server, CB, Some(STATE), "consent_required");
    browser.decide(&page, "allow").await.callback();
    let answer = browser.get(&silent).await;
    assert!(answer.callback().contains_key("code"));
    let wider = client.authorize_path(&[("prompt", "none"), ("scope", "analytics.read other.read")]);
    let answer = browser.get(&wider).await;
    assert_refused("wider", &answer, &server, CB, Some(STATE), "consent_required");

    let (browser, _) = asked(&server, &client, &nomad).await;
    let answer = browser.get(&silent).await;
    assert_refused(
        "nowhere",
        &answer,
        &server,
        CB,
        Some(STATE),
        "interaction_required",
    );

    // A session that ended by itself is none.
    let (browser, _) = asked(&server, &client, &alice).await;
    server.advance(server.config.session.idle);
    let answer = browser.get(&silent).await;
    assert_refused("idle", &answer, &server, CB, Some(STATE), "login_required");
}

/// OpenID Connect Core §3.1.2.1: `login_hint` saves typing and proves nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_hint_fills_in_the_form_and_is_only_text() {
    let server = Server::start().await;
    let client = server.client(Registration::web());
    for hint in [
        "bob@people.example",
        "\"><script>alert(1)</script>{{7*7}}",
        "\u{fc}@b\u{f6}.example",
    ] {
        let page = server
            .browser()
            .visit(&client.authorize_path(&[("login_hint", hint)]))
            .await;
        assert_eq!(page.form("/login").value("email"), Some(hint), "IJ-05");
        assert!(!page.body.contains("<script"), "IJ-05: {}", page.body);
    }
    let long = "x".repeat(321);
    let page = server
        .browser()
        .visit(&client.authorize_path(&[("login_hint", &long)]))
        .await;
    assert_eq!(page.form("/login").value("email"), Some(""));
}

/// The `workspace` hint chooses on the page, by id and by slug; a foreign or unknown one chooses nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_hint_chooses_by_id_and_by_slug() {
    let server = Server::start().await;
    let places = [
        ("acme", Role::Member),
        ("beta", Role::Viewer),
        ("gamma", Role::Owner),
    ];
    let alice = server.person_in("alice", &places);
    let foreign = server.workspace("foreign");
    let client = server.client(Registration::web());
    let browser = server.browser();
    let page = browser.visit(&client.authorize_path(&[])).await;
    let first = browser.sign_in(&page, &alice).await;
    let unhinted = first
        .form("/oauth/authorize/")
        .value("workspace")
        .unwrap()
        .to_owned();
    for slug in ["acme", "beta", "gamma"] {
        let id = server.workspace(slug).id.to_string();
        for hint in [slug, id.as_str()] {
            let page = browser
                .visit(&client.authorize_path(&[("workspace", hint)]))
                .await;
            let form = page.form("/oauth/authorize/");
            assert_eq!(form.value("workspace"), Some(slug), "{hint}");
        }
    }
    let foreign_id = foreign.id.to_string();
    for hint in ["foreign", &foreign_id, "ACME", "' OR 1=1--", &"x".repeat(321)] {
        let page = browser
            .visit(&client.authorize_path(&[("workspace", hint)]))
            .await;
        let form = page.form("/oauth/authorize/");
        assert_eq!(form.value("workspace"), Some(unhinted.as_str()), "{hint}");
        assert!(!page.body.contains("foreign"), "{hint}: {}", page.body);
    }
    let page = browser
        .visit(&client.authorize_path(&[("workspace", "beta")]))
        .await;
    let code = browser
        .decide(&page, "allow")
        .await
        .callback()
        .remove("code")
        .unwrap();
    let tokens = client.exchange(&code).await.ok();
    assert_eq!(
        tokens.json["workspace_id"],
        server.workspace("beta").id.to_string()
    );
}

//! When a person is not asked again, and when they always are (RFC 6749 §10.2, RFC 8252 §8.6).

use consentry::{oauth::client::registration::Kind, platform::config::Role};
use reqwest::StatusCode;

use super::{STATE, asks_for_consent, assert_refused};
use crate::support::{Person, Registered, Registration, Server, browser::Answer};

/// Allows the client once in a fresh browser, then asks again with these parameters.
async fn again(
    server: &Server,
    client: &Registered,
    person: &Person,
    params: &[(&str, &str)],
    change: impl FnOnce(),
) -> Answer {
    let browser = server.browser();
    let answer = browser.connect(client, person, params).await;
    assert!(answer.callback().contains_key("code"));
    change();
    browser.visit(&client.authorize_path(params)).await
}

/// AZ-16: only a client that proves who it is, at an address that nobody else can take, is remembered.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_confidential_client_at_an_https_address_is_remembered() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let public = Registration::web().with(|new| {
        new.kind = Kind::Public.as_str();
        new.require_pkce = true;
    });
    let local = Registration::web().with(|new| new.redirect_uris = vec!["http://127.0.0.1/cb".to_owned()]);
    let web = server.client(Registration::web());
    let native = server.client(Registration::native());
    for (case, client, uri, remembered) in [
        ("confidential, https", &web, "https://rp.example/cb", true),
        (
            "confidential, https, with a query",
            &web,
            "https://rp.example/cb2?x=1",
            true,
        ),
        (
            "public, https",
            &server.client(public),
            "https://rp.example/cb",
            false,
        ),
        (
            "confidential, loopback",
            &server.client(local),
            "http://127.0.0.1/cb",
            false,
        ),
        ("public, loopback", &native, "http://127.0.0.1:4711/cb", false),
        ("public, custom scheme", &native, "com.example.app:/cb", false),
    ] {
        let answer = again(&server, client, &alice, &[("redirect_uri", uri)], || {}).await;
        assert_eq!(
            asks_for_consent(&answer),
            !remembered,
            "AZ-16 {case}: {}",
            answer.status
        );
        if remembered {
            assert!(answer.callback().contains_key("code"), "AZ-16 {case}");
        } else {
            // Nor silently.
            let params = [("redirect_uri", uri), ("prompt", "none")];
            let browser = server.browser();
            let page = browser.visit("/login").await;
            browser.sign_in(&page, &alice).await;
            let answer = browser.get(&client.authorize_path(&params)).await;
            assert_refused(case, &answer, &server, uri, Some(STATE), "consent_required");
        }
    }
}

/// AZ-16: a consent is for one person in one workspace, as long as it stands and the person belongs there.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_allowed_is_remembered_only_where_and_for_whom_it_stands() {
    let server = Server::start().await;
    let client = server.client(Registration::web());
    let both = [("acme", Role::Member), ("beta", Role::Member)];

    // Somebody else allowed it.
    let first = server.person("first");
    let answer = again(&server, &client, &first, &[], || {}).await;
    assert!(answer.callback().contains_key("code"));
    let second = server.person("second");
    let (_, page) = crate::support::client::asked(&server, &client, &second).await;
    assert!(asks_for_consent(&page), "another person's consent");

    // Removed.
    let removed = server.person("removed");
    let revoke = || {
        server.execute(&format!(
            "UPDATE consent SET revoked_at = now() WHERE account_id = '{}'",
            removed.account.id
        ));
    };
    let answer = again(&server, &client, &removed, &[], revoke).await;
    assert!(asks_for_consent(&answer), "a revoked consent");
    assert!(
        !answer.body.contains("<details"),
        "nothing is known any more: {}",
        answer.body
    );

    // No longer a member there, but still somewhere.
    let moved = server.person_in("moved", &both);
    let leave = || {
        server.execute(&format!(
            "DELETE FROM membership WHERE account_id = '{}' AND workspace_id = '{}'",
            moved.account.id,
            server.workspace("acme").id
        ));
    };
    let answer = again(&server, &client, &moved, &[("workspace", "acme")], leave).await;
    assert!(asks_for_consent(&answer), "a workspace that was left");
    let form = answer.form("/oauth/authorize/");
    assert_eq!(form.value("workspace"), Some("beta"), "a workspace that was left");

    // In one of two workspaces: which one is clear.
    let wide = server.person_in("wide", &both);
    let answer = again(&server, &client, &wide, &[("workspace", "beta")], || {}).await;
    let code = answer.callback().remove("code").unwrap();
    let beta = server.workspace("beta").id.to_string();
    assert_eq!(client.exchange(&code).await.ok().json["workspace_id"], beta);
    let browser = server.browser();
    let page = browser.visit("/login").await;
    browser.sign_in(&page, &wide).await;
    let answer = browser.visit(&client.authorize_path(&[])).await;
    let code = answer.callback().remove("code").unwrap();
    assert_eq!(client.exchange(&code).await.ok().json["workspace_id"], beta);
    for hint in ["acme", "unknown"] {
        let page = browser
            .visit(&client.authorize_path(&[("workspace", hint)]))
            .await;
        assert!(asks_for_consent(&page), "a hint at {hint}");
    }
    // In both: which one is clear only with a hint.
    let page = browser
        .visit(&client.authorize_path(&[("workspace", "acme")]))
        .await;
    browser.decide(&page, "allow").await.callback();
    let page = browser.visit(&client.authorize_path(&[])).await;
    assert!(asks_for_consent(&page), "two consents and no hint");
    for place in ["acme", "beta"] {
        let id = server.workspace(place).id.to_string();
        for hint in [place, id.as_str()] {
            let answer = browser
                .visit(&client.authorize_path(&[("workspace", hint)]))
                .await;
            let code = answer.callback().remove("code").unwrap();
            assert_eq!(
                client.exchange(&code).await.ok().json["workspace_id"],
                id,
                "{hint}"
            );
        }
    }
}

/// AZ-15, RFC 6749 §10.2: more than before is asked for again; only what is new stands open.
#[tokio::test(flavor = "multi_thread")]
async fn a_larger_scope_is_asked_for_and_only_the_new_part_stands_open() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let browser = server.browser();
    let ask = async |scope: &str| browser.visit(&client.authorize_path(&[("scope", scope)])).await;
    let page = ask("analytics.read").await;
    let page = browser.sign_in(&page, &alice).await;
    browser.decide(&page, "allow").await.callback();

    let page = ask("analytics.read posts.write").await;
    assert!(asks_for_consent(&page), "AZ-15");
    let (open, known) = page
        .body
        .split_once("<details class=\"known\">")
        .expect("AZ-15: what is known is folded");
    assert!(open.contains("<code>posts.write</code>"), "AZ-15: {open}");
    assert!(!open.contains("<code>analytics.read</code>"), "AZ-15: {open}");
    assert!(known.contains("<code>analytics.read</code>"), "AZ-15: {known}");
    assert!(!known.contains("<code>posts.write</code>"), "AZ-15: {known}");
    assert!(known.contains("Already allowed on "), "AZ-15: {known}");

    // Denied, it changes nothing of what was allowed before.
    let denied = browser.decide(&page, "deny").await;
    assert_refused(
        "AZ-15",
        &denied,
        &server,
        "https://rp.example/cb",
        Some(STATE),
        "access_denied",
    );
    assert!(ask("analytics.read").await.callback().contains_key("code"));
    let page = ask("analytics.read posts.write").await;
    assert!(asks_for_consent(&page), "AZ-15: denied before");
    let code = browser
        .decide(&page, "allow")
        .await
        .callback()
        .remove("code")
        .unwrap();
    let tokens = client.exchange(&code).await.ok();
    assert_eq!(tokens.json["scope"], "analytics.read posts.write", "AZ-15");

    // From then on both, and each part of them; the smaller request gets no more than it asked for.
    for scope in ["posts.write", "analytics.read", "posts.write analytics.read"] {
        let code = ask(scope).await.callback().remove("code").unwrap();
        let tokens = client.exchange(&code).await.ok();
        let mut granted: Vec<&str> = tokens.text("scope").split(' ').collect();
        let mut asked: Vec<&str> = scope.split(' ').collect();
        granted.sort_unstable();
        asked.sort_unstable();
        assert_eq!(granted, asked, "AZ-15");
    }
    assert_eq!(server.count("consent"), 1, "AZ-15: one consent, which grew");
}

/// An optional scope that was left out is not remembered as allowed.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_out_is_asked_for_again() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let browser = server.browser();
    let path = client.authorize_path(&[("scope", "analytics.read reviews.read")]);
    let page = browser.visit(&path).await;
    let page = browser.sign_in(&page, &alice).await;
    let form = page
        .form("/oauth/authorize/")
        .with("decision", "allow")
        .without("scope");
    assert_eq!(browser.submit(&form).await.status, StatusCode::SEE_OTHER);
    let page = browser.visit(&path).await;
    assert!(asks_for_consent(&page));
    let (open, known) = page.body.split_once("<details class=\"known\">").unwrap();
    assert!(open.contains("<code>reviews.read</code>") && known.contains("<code>analytics.read</code>"));
}

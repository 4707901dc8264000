//! A grant stands while everything that it hangs from does; its tokens follow at once. Being alive is looked up, never
//! copied.

use std::time::Duration;

use consentry::{
    accounts::account,
    oauth::client::registration::{self, Changes},
    platform::{config::Role, password},
};

use crate::support::{Registration, Server, client::api, server::PASSWORD};

/// Being alive is looked up, never copied: a token is good while its person, their place, the client and the consent are.
/// Coming back brings it back, unless what ended was the credential itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_dies_with_everything_that_it_stands_on() {
    let server = Server::start().await;
    let workspace = server.workspace("acme").id;
    let api = api(&server);
    for (case, end, expected, undo) in [
        (
            "RT-09 account disabled",
            "UPDATE account SET disabled_at = created_at WHERE id = '{account}'",
            "400 invalid_grant",
            Some("UPDATE account SET disabled_at = NULL WHERE id = '{account}'"),
        ),
        (
            "RT-09 account deleted",
            "DELETE FROM account WHERE id = '{account}'",
            "400 invalid_grant",
            None,
        ),
        (
            "RT-09 left the workspace",
            "DELETE FROM membership WHERE account_id = '{account}'",
            "400 invalid_grant",
            None,
        ),
        (
            "RT-08 consent revoked",
            "UPDATE consent SET revoked_at = created_at WHERE account_id = '{account}'",
            "400 invalid_grant",
            None,
        ),
        (
            "RT-09 client disabled",
            "UPDATE client SET disabled_at = created_at WHERE id = '{client}'",
            "401 invalid_client",
            Some("UPDATE client SET disabled_at = NULL WHERE id = '{client}'"),
        ),
        (
            "RT-09 client deleted",
            "UPDATE client SET deleted_at = created_at WHERE id = '{client}'",
            "401 invalid_client",
            None,
        ),
        // Last: it ends everybody's.
        (
            "RT-09 workspace deleted",
            "UPDATE workspace SET deleted_at = created_at WHERE id = '{workspace}'",
            "400 invalid_grant",
            None,
        ),
    ] {
        let person = server.person_in(&case.to_lowercase().replace(' ', "-"), &[("acme", Role::Member)]);
        let web = server.client(Registration::web());
        let tokens = web.tokens(&server, &person).await;
        let statement = |text: &str| {
            text.replace("{account}", &person.account.id.to_string())
                .replace("{client}", &web.id)
                .replace("{workspace}", &workspace.to_string())
        };
        assert!(api.is_active(tokens.text("access_token")).await, "{case}");
        server.execute(&statement(end));
        let before = server.facts();
        assert_eq!(
            web.refresh(tokens.text("refresh_token")).await.error(),
            expected,
            "{case}"
        );
        assert!(!api.is_active(tokens.text("access_token")).await, "{case}");
        assert_eq!(server.changed_since(&before), [""; 0], "{case}");
        if let Some(undo) = undo {
            server.execute(&statement(undo));
            assert!(api.is_active(tokens.text("access_token")).await, "{case}, undone");
            web.refresh(tokens.text("refresh_token")).await.ok();
        }
    }
}

/// A new password is for when the old one was stolen: what the thief connected goes with it. Connecting again works.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_every_grant_of_that_person_and_of_no_other() {
    let server = Server::start().await;
    let (alice, bob) = (server.person("alice"), server.person("bob"));
    let web = server.client(Registration::web());
    let (hers, his) = (web.tokens(&server, &alice).await, web.tokens(&server, &bob).await);
    let same = password::hash(PASSWORD);
    account::set_password(&mut server.database.connect(), alice.account.id, &same).unwrap();
    assert!(!web.is_active(hers.text("access_token")).await, "RT-09");
    assert_eq!(
        web.refresh(hers.text("refresh_token")).await.error(),
        "400 invalid_grant",
        "RT-09"
    );
    web.refresh(his.text("refresh_token")).await.ok();
    let again = web.tokens(&server, &alice).await;
    assert!(web.is_active(again.text("access_token")).await);
}

/// What a client may no longer ask for, its older tokens can no longer do, and get it back with the registration.
#[tokio::test(flavor = "multi_thread")]
async fn a_scope_taken_from_the_client_leaves_its_tokens_at_once() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let tokens = web.tokens(&server, &alice).await;
    let update = |scope: &[&str]| {
        let changes = Changes {
            scope: Some(scope.iter().map(|it| (*it).to_owned()).collect()),
            ..Changes::default()
        };
        registration::update(&mut server.database.connect(), web.client_id(), &changes)
            .unwrap()
            .unwrap()
    };
    update(&["analytics.read"]);
    let told = web.introspect(tokens.text("access_token")).await.ok();
    assert_eq!(told.text("scope"), "analytics.read", "RT-08");
    let told = web.introspect(tokens.text("refresh_token")).await.ok();
    assert_eq!(told.text("scope"), "analytics.read", "RT-08");
    let next = web.refresh(tokens.text("refresh_token")).await.ok();
    assert_eq!(next.text("scope"), "analytics.read", "RT-08");
    update(&["analytics.read", "posts.write"]);
    let next = web.refresh(next.text("refresh_token")).await.ok();
    assert_eq!(
        next.text("scope"),
        "analytics.read posts.write",
        "RT-08: the grant has it still"
    );
}

/// Effective power = granted scopes ∩ what the role reaches now; a lowered role acts on tokens that exist.
#[tokio::test(flavor = "multi_thread")]
async fn a_lowered_role_narrows_new_and_old_tokens_at_once() {
    let server = Server::start().await;
    let alice = server.person_in("alice", &[("acme", Role::Admin)]);
    let web = server.client(Registration::web());
    let wide = [("scope", "analytics.read members.write posts.write")];
    let code = web.code(&server, &alice, &wide).await;
    let mut tokens = web.exchange(&code).await.ok();
    let code = web.code(&server, &alice, &[("scope", "posts.write")]).await;
    let writer = web.exchange(&code).await.ok();
    for (role, scope, writers) in [
        ("admin", "analytics.read members.write posts.write", "posts.write"),
        ("member", "analytics.read posts.write", "posts.write"),
        ("viewer", "analytics.read", ""),
        ("owner", "analytics.read members.write posts.write", "posts.write"),
    ] {
        server.execute(&format!("UPDATE membership SET role = '{role}'"));
        let old = web.introspect(tokens.text("access_token")).await.ok();
        assert_eq!(
            (old.text("scope"), old.text("role")),
            (scope, role),
            "RT-11 old token"
        );
        let empty = web.introspect(writer.text("access_token")).await.ok();
        assert_eq!(empty.text("scope"), writers, "RT-11: possibly empty");
        tokens = web.refresh(tokens.text("refresh_token")).await.ok();
        assert_eq!(tokens.text("scope"), scope, "RT-11 new token as {role}");
        let new = web.introspect(tokens.text("access_token")).await.ok();
        assert_eq!(new.text("scope"), scope, "RT-11 new token as {role}");
    }
}

/// What retention and the list of connected apps go by: use is noted to the hour, so that most refreshes write nothing there.
#[tokio::test(flavor = "multi_thread")]
async fn the_use_of_a_grant_is_noted_to_the_hour() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let app = server.client(Registration::web());
    let noted = || server.count("oauth_grant WHERE last_used_at > created_at");
    let first = app.tokens(&server, &alice).await;
    server.advance(Duration::from_mins(59));
    let second = app.refresh(first.text("refresh_token")).await.ok();
    assert_eq!(noted(), 0, "within the hour");
    server.advance(Duration::from_mins(2));
    app.refresh(second.text("refresh_token")).await.ok();
    assert_eq!(noted(), 1, "after it");
}

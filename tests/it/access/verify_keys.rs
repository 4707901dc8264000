//! Forward-auth with API keys: in either header, with who they act for; and not once anything that they hang from is gone.

use std::time::Duration;

use consentry::{api_keys::owner::Owner, platform::config::Role};
use reqwest::StatusCode;

use super::verify::{Ask, RULES, identity, is_closed};
use crate::support::{Server, key::KeyWish};

/// K1, K2, O7: a key in either header is one credential, with its owner, their role, the plan and its id, and no end if it has none.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_passes_in_either_header_as_whom_it_acts_for() {
    let server = Server::start_with(RULES).await;
    let alice = server.person("alice");
    let key = server.api_key(&alice, "analytics.read posts.write");
    let ask = Ask::about("POST", "/v1/posts");
    for ask in [
        ask.clone().with("x-api-key", &key.secret),
        ask.clone().bearer(&key.secret),
    ] {
        let told = ask.at(&server).await.ok();
        assert_eq!(
            identity(&told.headers),
            [
                ("x-auth-credential", "api_key"),
                ("x-auth-key", key.id.to_string().as_str()),
                ("x-auth-plan", "standard"),
                ("x-auth-role", "member"),
                ("x-auth-scope", "analytics.read posts.write"),
                ("x-auth-subject", alice.account.id.to_string().as_str()),
                ("x-auth-workspace", key.workspace.to_string().as_str()),
            ]
        );
    }
    for (role, expected) in [(Role::Viewer, "403 permission_denied"), (Role::Admin, "200")] {
        let account = server.service_account(role.as_str(), role);
        let wish = KeyWish {
            scope: "analytics.read",
            lifetime: Some(Duration::from_mins(5)),
            ..KeyWish::default()
        };
        let key = server.api_key_with(Owner::ServiceAccount(account), &wish);
        let told = Ask::about("GET", "/v1/admin")
            .with("x-api-key", &key.secret)
            .at(&server)
            .await;
        assert_eq!(told.outcome(), expected, "{role:?}");
        let told = Ask::open().with("x-api-key", &key.secret).at(&server).await.ok();
        assert_eq!(told.headers["x-auth-subject"], account.to_string().as_str());
        assert_eq!(told.headers["x-auth-role"], role.as_str());
        assert!(told.headers.contains_key("x-auth-expires"));
    }
}

/// AK-12, AK-01, XT-02: what is refused although the key is good, and with which code.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_refused_where_it_may_not_be_used() {
    let server = Server::start_with(&format!("trusted_proxies = [\"127.0.0.1\"]\n{RULES}")).await;
    let alice = server.person("alice");
    server.workspace("globex");
    let session = server.session(&alice).await;
    let key = server.api_key(&alice, "analytics.read").secret;
    let elsewhere = server.api_key(&alice, "other.read").secret;
    let near = KeyWish {
        scope: "analytics.read",
        networks: vec!["10.0.0.0/8".parse().unwrap()],
        ..KeyWish::default()
    };
    let near = server
        .api_key_with(Owner::Account(alice.account.id), &near)
        .secret;
    let page = KeyWish {
        scope: "analytics.read",
        origins: vec!["https://app.example".to_owned()],
        ..KeyWish::default()
    };
    let page = server
        .api_key_with(Owner::Account(alice.account.id), &page)
        .secret;
    let (rest, last) = key.split_at(key.len() - 1);
    let typo = format!("{rest}{}", if last == "x" { "y" } else { "x" });
    let with = |secret: &str| Ask::open().with("x-api-key", secret);
    for (case, ask, expected) in [
        ("the frame is right", with(&key), "200"),
        ("AK-01 a typo", with(&typo), "401 invalid_token"),
        (
            "AK-12 with a session",
            with(&key).bearer(&session.token),
            "400 bad_request",
        ),
        ("AK-12 with itself", with(&key).bearer(&key), "400 bad_request"),
        (
            "AK-12 twice",
            with(&key).with("x-api-key", &key),
            "400 bad_request",
        ),
        (
            "AK-12 a session as a key",
            with(&session.token),
            "401 invalid_token",
        ),
        (
            "AK-12 in the query",
            Ask::about("GET", &format!("/v1/open/x?access_token={key}")),
            "400 bad_forwarded_request",
        ),
        (
            "AK-12 in a cookie",
            Ask::open().with("cookie", &format!("x-api-key={key}")),
            "401 unauthorized",
        ),
        ("XT-02 of another API", with(&elsewhere), "401 invalid_token"),
        (
            "another workspace",
            with(&key).with("x-workspace-id", "globex"),
            "403 workspace_forbidden",
        ),
        (
            "its own workspace",
            with(&key).with("x-workspace-id", "acme"),
            "200",
        ),
        (
            "scope",
            Ask::about("POST", "/v1/posts").bearer(&key),
            "403 insufficient_scope",
        ),
        ("from nowhere near", with(&near), "403 network_forbidden"),
        (
            "from afar",
            with(&near).with("x-forwarded-for", "203.0.113.1"),
            "403 network_forbidden",
        ),
        (
            "RL-01 what a caller says",
            with(&near).with("x-forwarded-for", "10.0.0.1, 203.0.113.1"),
            "403 network_forbidden",
        ),
        (
            "from near",
            with(&near).with("x-forwarded-for", "203.0.113.1, 10.0.0.1"),
            "200",
        ),
        ("of no page", with(&page), "403 origin_forbidden"),
        (
            "of another page",
            with(&page).with("origin", "https://evil.example"),
            "403 origin_forbidden",
        ),
        (
            "of two pages",
            with(&page)
                .with("origin", "https://app.example")
                .with("origin", "https://evil.example"),
            "403 origin_forbidden",
        ),
    ] {
        let told = ask.at(&server).await;
        assert_eq!(told.outcome(), expected, "{case}: {}", told.text);
        if expected != "200" {
            is_closed(case, &told);
        }
    }
}

/// The matrix, for keys: the very next request is refused, by a code that says why.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_ends_with_whatever_it_hangs_from_on_the_very_next_request() {
    let plans = "[[plans]]\nname = \"standard\"\n[[plans]]\nname = \"small\"\ncan_use_api_access = false\n";
    for (case, statement, expected) in [
        (
            "revoked",
            "UPDATE api_key SET revoked_at = created_at, revoked_because = 'person'",
            "401 key_revoked",
        ),
        (
            "role lowered",
            "UPDATE membership SET role = 'viewer'",
            "403 insufficient_scope",
        ),
        ("member removed", "DELETE FROM membership", "401 key_owner_gone"),
        (
            "account locked",
            "UPDATE account SET disabled_at = created_at",
            "401 key_owner_gone",
        ),
        (
            "plan downgraded",
            "UPDATE workspace SET plan = 'small'",
            "403 plan_required",
        ),
        (
            "workspace deleted",
            "UPDATE workspace SET deleted_at = created_at",
            "401 workspace_gone",
        ),
    ] {
        let server = Server::start_with(&format!("{plans}{RULES}")).await;
        let alice = server.person("alice");
        let key = server.api_key(&alice, "analytics.read posts.write").secret;
        let ask = Ask::about("POST", "/v1/posts").with("x-api-key", &key);
        assert_eq!(ask.at(&server).await.status, StatusCode::OK, "{case}");
        server.execute(statement);
        let told = ask.at(&server).await;
        assert_eq!(told.outcome(), expected, "{case}");
        is_closed(case, &told);
        if told.status == StatusCode::UNAUTHORIZED {
            let challenge = told.headers["www-authenticate"].to_str().unwrap();
            assert!(
                challenge.starts_with("Bearer error=\"invalid_token\", resource_metadata=\""),
                "{case}: {challenge}"
            );
        }
    }
}

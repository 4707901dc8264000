//! A refresh token for a new pair: once, by its client, never for more than was granted (RFC 6749 §6, RFC 9700 §4.14.2).

use std::time::Duration;

use consentry::platform::config::Role;

use crate::support::{
    Registration, Server,
    client::api,
    server::{AUDIENCE, OTHER_AUDIENCE},
};

const DAY: Duration = Duration::from_hours(24);

/// The scope of both resources.
const BOTH: &[(&str, &str)] = &[("scope", "analytics.read other.read posts.write")];

/// RFC 6749 §6: narrowing is for the access token alone; the refresh token keeps its scope and its audiences.
#[tokio::test(flavor = "multi_thread")]
async fn a_narrower_refresh_narrows_one_access_token_and_nothing_after_it() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let code = web.code(&server, &alice, BOTH).await;
    let mut tokens = web.exchange(&code).await.ok();
    let everything = "analytics.read other.read posts.write";
    for (case, wanted, scope, audience) in [
        (
            "RT-02 all of it",
            &[][..],
            everything,
            vec![AUDIENCE, OTHER_AUDIENCE],
        ),
        (
            "RT-02 narrower",
            &[("scope", "analytics.read")],
            "analytics.read",
            vec![AUDIENCE, OTHER_AUDIENCE],
        ),
        (
            "RT-02 back again",
            &[],
            everything,
            vec![AUDIENCE, OTHER_AUDIENCE],
        ),
        (
            "RFC 8707 §2.2 one resource",
            &[("resource", OTHER_AUDIENCE)],
            "other.read",
            vec![OTHER_AUDIENCE],
        ),
        (
            "RFC 8707 §2.2 both",
            &[("resource", OTHER_AUDIENCE), ("resource", AUDIENCE)],
            everything,
            vec![OTHER_AUDIENCE, AUDIENCE],
        ),
        (
            "one resource and one of its scopes",
            &[("resource", AUDIENCE), ("scope", "posts.write")],
            "posts.write",
            vec![AUDIENCE],
        ),
        (
            "HT-06 empty is omitted",
            &[("scope", ""), ("resource", "")],
            everything,
            vec![AUDIENCE, OTHER_AUDIENCE],
        ),
        (
            "XT-06 the workspace stays",
            &[("workspace", "elsewhere")],
            everything,
            vec![AUDIENCE, OTHER_AUDIENCE],
        ),
    ] {
        tokens = web.refresh_with(tokens.text("refresh_token"), wanted).await.ok();
        assert_eq!(tokens.text("scope"), scope, "{case}");
        assert_eq!(
            tokens.text("workspace_id"),
            server.workspace("acme").id.to_string(),
            "{case}"
        );
        let told = web.introspect(tokens.text("access_token")).await.ok();
        assert_eq!(told.text("scope"), scope, "{case}");
        let told_audience = match &told.json["aud"] {
            serde_json::Value::String(one) => vec![one.as_str()],
            many => many
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it.as_str().unwrap())
                .collect(),
        };
        assert_eq!(told_audience, audience, "{case}");
    }
}

/// A person of two workspaces gave access in one of them, and that is where it stays (XT-06).
#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_one_workspace_never_become_tokens_of_another() {
    let server = Server::start().await;
    let alice = server.person_in("alice", &[("acme", Role::Viewer), ("globex", Role::Owner)]);
    let web = server.client(Registration::web());
    let acme = server.workspace("acme").id.to_string();
    let globex = server.workspace("globex").id.to_string();
    let code = web.code(&server, &alice, &[("workspace", "acme")]).await;
    let tokens = web.exchange_with(&code, &[("workspace", "globex")]).await.ok();
    let tokens = web
        .refresh_with(
            tokens.text("refresh_token"),
            &[("workspace", "globex"), ("workspace_id", &globex)],
        )
        .await
        .ok();
    assert_eq!(tokens.text("workspace_id"), acme, "XT-06");
    let told = web.introspect(tokens.text("access_token")).await.ok();
    assert_eq!(told.text("workspace_id"), acme, "XT-06");
    assert_eq!(
        told.text("role"),
        "viewer",
        "XT-06: the role there, not the better one elsewhere"
    );
    assert_eq!(told.text("scope"), "analytics.read", "XT-06");
}

/// Everything that can refuse a refresh is known before the token is spent: a client that asked for too much keeps what it has,
/// and nobody else can spend or end it.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_refresh_neither_spends_the_token_nor_ends_the_grant() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let other = server.client(Registration::web());
    let public = server.client(Registration::native());
    let without = server.client(Registration::web().with(|new| {
        new.grant_types = vec!["authorization_code".to_owned()];
    }));
    let code = web.code(&server, &alice, BOTH).await;
    let tokens = web.exchange(&code).await.ok();
    let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
    let api_only = web
        .code(
            &server,
            &alice,
            &[("scope", "analytics.read other.read"), ("resource", AUDIENCE)],
        )
        .await;
    let api_only = web.exchange(&api_only).await.ok();
    let narrow = api_only.text("refresh_token");
    let thief = web.with_secret(other.secret.as_deref());
    let forgetful = web.with_secret(None);
    let before = server.facts();
    for (case, client, token, wanted, expected) in [
        (
            "RT-01 wider",
            &web,
            refresh,
            &[("scope", "analytics.read members.write")][..],
            "400 invalid_scope",
        ),
        (
            "RT-01 unknown",
            &web,
            refresh,
            &[("scope", "nonsense")],
            "400 invalid_scope",
        ),
        (
            "RT-01 malformed",
            &web,
            refresh,
            &[("scope", "a\"b")],
            "400 invalid_scope",
        ),
        ("RT-04 another client", &other, refresh, &[], "400 invalid_grant"),
        ("RT-04 a public one", &public, refresh, &[], "400 invalid_grant"),
        (
            "RT-04 one without the grant type",
            &without,
            refresh,
            &[],
            "400 unauthorized_client",
        ),
        ("RT-05 no secret", &forgetful, refresh, &[], "401 invalid_client"),
        (
            "RT-05 another's secret",
            &thief,
            refresh,
            &[],
            "401 invalid_client",
        ),
        ("RT-07 an access token", &web, access, &[], "400 invalid_grant"),
        ("RT-07 a spent code", &web, &code, &[], "400 invalid_grant"),
        ("junk", &web, "junk", &[], "400 invalid_grant"),
        (
            "unknown resource",
            &web,
            refresh,
            &[("resource", "https://nowhere.example")],
            "400 invalid_target",
        ),
        (
            "one known and one unknown resource",
            &web,
            refresh,
            &[("resource", AUDIENCE), ("resource", "https://nowhere.example")],
            "400 invalid_target",
        ),
        (
            "no URI",
            &web,
            refresh,
            &[("resource", "api")],
            "400 invalid_target",
        ),
        (
            "a resource that none of the wanted scopes belongs to",
            &web,
            refresh,
            &[("resource", OTHER_AUDIENCE), ("scope", "analytics.read")],
            "400 invalid_target",
        ),
        (
            "a resource that the grant does not have",
            &web,
            narrow,
            &[("resource", OTHER_AUDIENCE)],
            "400 invalid_target",
        ),
        (
            "a scope that belongs to no resource of the grant",
            &web,
            narrow,
            &[("scope", "other.read")],
            "400 invalid_target",
        ),
    ] {
        let refused = client.refresh_with(token, wanted).await;
        assert_eq!(refused.error(), expected, "{case}: {}", refused.text);
        assert_eq!(refused.headers["cache-control"], "no-store", "{case}");
        assert_eq!(server.changed_since(&before), [""; 0], "{case}");
    }
    let spent_code = "RT-07: a code presented as a refresh token is not presented as a code";
    assert!(web.is_active(access).await, "{spent_code}");
    web.refresh(refresh).await.ok();
    web.refresh(narrow).await.ok();
}

/// RFC 9700 §4.14.2: of two holders one is a thief, and which of them cannot be known; so the device loses its access,
/// and no other does.
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_used_twice_ends_its_grant_and_no_other() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let api = api(&server);
    for (case, registration) in [
        ("confidential", Registration::web()),
        ("public", Registration::native()),
    ] {
        let client = server.client(registration);
        let other_device = client.tokens(&server, &alice).await;
        let first = client.tokens(&server, &alice).await;
        let mut all = vec![first];
        // RC-04: all within one second, so that times to the second could not tell their order.
        for generation in 1..=3 {
            let next = client
                .refresh(all.last().unwrap().text("refresh_token"))
                .await
                .ok();
            all.push(next);
            let newest = format!(
                "refresh_token WHERE client_id = '{}' AND generation = {generation}",
                client.id
            );
            assert_eq!(server.count(&newest), 1, "RC-04 {case}: generation {generation}");
        }
        for tokens in &all {
            assert!(
                api.is_active(tokens.text("access_token")).await,
                "{case}: rotation ends no access token"
            );
        }
        let told = server.count("audit_event WHERE kind = 'refresh_token.reused'");
        let before = server.facts();
        let replayed = client.refresh(all[0].text("refresh_token")).await;
        assert_eq!(replayed.error(), "400 invalid_grant", "RT-16 RC-04 {case}");
        assert_eq!(server.changed_since(&before), ["oauth_grant"], "RT-16 {case}");
        assert_eq!(
            server.count("audit_event WHERE kind = 'refresh_token.reused'"),
            told + 1,
            "RT-16 {case}"
        );
        let before = server.facts();
        for tokens in all.iter().rev() {
            assert!(!api.is_active(tokens.text("access_token")).await, "RT-16 {case}");
            let dead = client.refresh(tokens.text("refresh_token")).await;
            assert_eq!(dead.error(), "400 invalid_grant", "RT-16 {case}");
        }
        assert_eq!(
            server.changed_since(&before),
            [""; 0],
            "RT-16 {case}: dead already"
        );
        assert_eq!(
            server.count("audit_event WHERE kind = 'refresh_token.reused'"),
            told + 1,
            "RT-16 {case}: told once"
        );
        client.refresh(other_device.text("refresh_token")).await.ok();
    }
}

/// Otherwise whoever finds an old token in a log could log people out: it takes the client's own credentials.
#[tokio::test(flavor = "multi_thread")]
async fn a_spent_refresh_token_presented_by_anyone_else_ends_nothing() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let other = server.client(Registration::web());
    let first = web.tokens(&server, &alice).await;
    let second = web.refresh(first.text("refresh_token")).await.ok();
    let before = server.facts();
    for (case, client, expected) in [
        ("RT-04", other.clone(), "400 invalid_grant"),
        ("RT-05", web.with_secret(None), "401 invalid_client"),
        (
            "RT-05",
            web.with_secret(other.secret.as_deref()),
            "401 invalid_client",
        ),
    ] {
        let refused = client.refresh(first.text("refresh_token")).await;
        assert_eq!(refused.error(), expected, "{case}");
        assert_eq!(server.changed_since(&before), [""; 0], "{case}");
    }
    web.refresh(second.text("refresh_token")).await.ok();
}

/// 60 days idle unless the client's registration says otherwise, counted from each use; an absolute end that no
/// rotation moves (RFC 9700 §4.14.2).
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_dies_of_idleness_and_at_the_absolute_end_of_its_grant() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let usual = server.client(Registration::web());
    let brief = server.client(Registration::web().with(|new| new.refresh_token_seconds = Some(600)));
    let hour = Duration::from_hours(1);
    let ending = server.client(Registration::web().with(|new| new.grant_seconds = Some(3 * 3600)));

    let mut tokens = usual.tokens(&server, &alice).await;
    for _ in 0..2 {
        server.advance(59 * DAY);
        tokens = usual.refresh(tokens.text("refresh_token")).await.ok();
    }
    server.advance(60 * DAY);
    let before = server.facts();
    let idle = usual.refresh(tokens.text("refresh_token")).await;
    assert_eq!(idle.error(), "400 invalid_grant", "RT-12 idle");
    assert_eq!(server.changed_since(&before), [""; 0], "RT-12 idle");

    let mut tokens = brief.tokens(&server, &alice).await;
    server.advance(Duration::from_secs(590));
    tokens = brief.refresh(tokens.text("refresh_token")).await.ok();
    server.advance(Duration::from_mins(10));
    let idle = brief.refresh(tokens.text("refresh_token")).await;
    assert_eq!(idle.error(), "400 invalid_grant", "RT-12 idle, its own");

    let mut tokens = ending.tokens(&server, &alice).await;
    let end = {
        let told = ending.introspect(tokens.text("refresh_token")).await.ok();
        told.json["exp"].as_i64().unwrap()
    };
    for left in [2, 1] {
        server.advance(hour);
        tokens = ending.refresh(tokens.text("refresh_token")).await.ok();
        let told = ending.introspect(tokens.text("refresh_token")).await.ok();
        let moved = told.json["exp"].as_i64().unwrap() - end;
        assert!(
            (-1..=1).contains(&moved),
            "RT-12 absolute: moved by {moved} s with {left} h left"
        );
    }
    let lives = tokens.json["expires_in"].as_u64().unwrap();
    assert!(
        lives <= 3600,
        "RT-12: an access token does not outlive its grant: {lives}"
    );
    server.advance(hour);
    assert!(
        !ending.is_active(tokens.text("access_token")).await,
        "RT-12 absolute"
    );
    let ended = ending.refresh(tokens.text("refresh_token")).await;
    assert_eq!(ended.error(), "400 invalid_grant", "RT-12 absolute");
}

/// RFC 6749 §1.5: only a client that may use it gets one.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_may_not_refresh_gets_no_refresh_token() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web().with(|new| {
        new.grant_types = vec!["authorization_code".to_owned()];
    }));
    let tokens = client.tokens(&server, &alice).await;
    assert!(tokens.json.get("refresh_token").is_none(), "{}", tokens.text);
    assert_eq!(server.count("refresh_token"), 0);
}

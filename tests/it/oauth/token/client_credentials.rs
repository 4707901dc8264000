//! A client in its own name: only one that belongs to a workspace, and never with a refresh token (RFC 6749 §4.4).

use consentry::{
    oauth::client::registration::{self, Changes},
    platform::id::ClientId,
};

use crate::support::{
    Registered, Registration, Server,
    client::{Reply, api},
    server::{AUDIENCE, OTHER_AUDIENCE},
};

async fn ask(client: &Registered, params: &[(&str, &str)]) -> Reply {
    client
        .token(&[&[("grant_type", "client_credentials")], params].concat())
        .await
}

/// A client that may also use the second resource.
fn service(server: &Server) -> Registered {
    server.client(Registration::service(server).with(|new| {
        new.scope.push("other.read".to_owned());
        new.scope.push("members.write".to_owned());
    }))
}

/// RFC 6749 §4.4.3, RFC 9068 §2.2: it acts as itself, so `sub` is the client, and there is no person with a role.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_acts_as_itself_in_its_workspace() {
    let server = Server::start().await;
    let service = service(&server);
    let api = api(&server);
    let acme = server.workspace("acme").id.to_string();
    for (case, params, scope, audience) in [
        ("CA-24 default", &[][..], "analytics.read", AUDIENCE),
        (
            "CA-24 empty is omitted",
            &[("scope", "")],
            "analytics.read",
            AUDIENCE,
        ),
        (
            "asked for",
            &[("scope", "posts.write analytics.read")],
            "analytics.read posts.write",
            AUDIENCE,
        ),
        (
            "no role limits it",
            &[("scope", "members.write")],
            "members.write",
            AUDIENCE,
        ),
        (
            "the other resource",
            &[("scope", "other.read")],
            "other.read",
            OTHER_AUDIENCE,
        ),
        (
            "RFC 8707 narrowed",
            &[("scope", "analytics.read other.read"), ("resource", AUDIENCE)],
            "analytics.read",
            AUDIENCE,
        ),
    ] {
        let tokens = ask(&service, params).await.ok();
        assert_eq!(tokens.text("scope"), scope, "{case}");
        assert_eq!(tokens.text("workspace_id"), acme, "{case}");
        assert_eq!(tokens.json["expires_in"], 3600, "{case}");
        assert!(tokens.json.get("refresh_token").is_none(), "CA-23 {case}");
        assert!(tokens.json.get("id_token").is_none(), "CA-23 {case}");
        let told = service.introspect(tokens.text("access_token")).await.ok();
        assert_eq!(told.text("sub"), service.id, "{case}");
        assert_eq!(told.text("client_id"), service.id, "{case}");
        assert_eq!(told.text("aud"), audience, "{case}");
        assert_eq!(told.text("workspace_id"), acme, "{case}");
        for personal in ["role", "username"] {
            assert!(told.json.get(personal).is_none(), "{case}: {}", told.text);
        }
        assert_eq!(
            api.is_active(tokens.text("access_token")).await,
            audience == AUDIENCE,
            "XT-02 {case}"
        );
    }
    assert_eq!(server.count("refresh_token"), 0);
    assert_eq!(server.count("oauth_grant"), 0);
}

/// RFC 6749 §3.3, §4.4.3, RFC 8707 §2: never more than was registered, and never all of it for want of a default.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_gets_nothing_that_is_not_registered_for_it() {
    let server = Server::start().await;
    let service = service(&server);
    let no_default = server.client(Registration::service(&server).with(|new| new.default_scope = Vec::new()));
    let web = server.client(Registration::web());
    let public = server.client(Registration::native());
    let before = server.facts();
    let default = &[("scope", "analytics.read")][..];
    for (case, client, params, expected) in [
        (
            "CA-24 excess",
            &service,
            &[("scope", "analytics.read reviews.read")][..],
            "400 invalid_scope",
        ),
        (
            "CA-24 unknown",
            &service,
            &[("scope", "nonsense")],
            "400 invalid_scope",
        ),
        (
            "CA-24 malformed",
            &service,
            &[("scope", "a\\b")],
            "400 invalid_scope",
        ),
        ("CA-24 no default", &no_default, &[], "400 invalid_scope"),
        ("CA-23", &service, &[("scope", "openid")], "400 invalid_scope"),
        (
            "CA-23",
            &service,
            &[("scope", "analytics.read offline_access")],
            "400 invalid_scope",
        ),
        (
            "resource of no scope",
            &service,
            &[("resource", OTHER_AUDIENCE)],
            "400 invalid_target",
        ),
        (
            "unknown resource",
            &service,
            &[("resource", "https://nowhere.example")],
            "400 invalid_target",
        ),
        (
            "one good and one unknown resource",
            &service,
            &[("resource", AUDIENCE), ("resource", "https://nowhere.example")],
            "400 invalid_target",
        ),
        ("no URI", &service, &[("resource", "api")], "400 invalid_target"),
        ("the operator's client", &web, default, "400 unauthorized_client"),
        ("a public client", &public, default, "400 unauthorized_client"),
        (
            "wrong secret",
            &service.with_secret(web.secret.as_deref()),
            &[],
            "401 invalid_client",
        ),
        ("no secret", &service.with_secret(None), &[], "401 invalid_client"),
    ] {
        let refused = ask(client, params).await;
        assert_eq!(refused.error(), expected, "{case}: {}", refused.text);
        assert_eq!(server.changed_since(&before), [""; 0], "{case}");
    }
}

/// A token stands on its client and the client's workspace; what the client may no longer ask for, it can no longer do.
#[tokio::test(flavor = "multi_thread")]
async fn a_clients_own_token_dies_with_the_client_and_with_its_workspace() {
    let server = Server::start().await;
    let api = api(&server);
    for (case, statement) in [
        (
            "disabled",
            "UPDATE client SET disabled_at = created_at WHERE id = '{client}'",
        ),
        (
            "deleted",
            "UPDATE client SET deleted_at = created_at WHERE id = '{client}'",
        ),
        (
            "workspace deleted",
            "UPDATE workspace SET deleted_at = created_at WHERE slug = 'acme'",
        ),
    ] {
        let service = service(&server);
        let tokens = ask(&service, &[]).await.ok();
        assert!(api.is_active(tokens.text("access_token")).await, "{case}");
        server.execute(&statement.replace("{client}", &service.id));
        assert!(!api.is_active(tokens.text("access_token")).await, "{case}");
        assert_eq!(ask(&service, &[]).await.error(), "401 invalid_client", "{case}");
    }
}

/// Effective power is computed at each use, for a client as for a person.
#[tokio::test(flavor = "multi_thread")]
async fn a_scope_taken_from_a_client_leaves_its_own_tokens_at_once() {
    let server = Server::start().await;
    let service = service(&server);
    let both = ask(&service, &[("scope", "analytics.read posts.write")])
        .await
        .ok();
    let changes = Changes {
        scope: Some(vec!["analytics.read".to_owned()]),
        ..Changes::default()
    };
    registration::update(&mut server.database.connect(), service.client_id(), &changes)
        .unwrap()
        .unwrap();
    let told = service.introspect(both.text("access_token")).await.ok();
    assert_eq!(told.text("scope"), "analytics.read");
    let refused = ask(&service, &[("scope", "posts.write")]).await;
    assert_eq!(refused.error(), "400 invalid_scope");
}

/// RFC 9700 §4.15: nobody chooses a `client_id`, but even one that equals a person's `sub` makes a token that says of itself
/// that no person is behind it.
#[tokio::test(flavor = "multi_thread")]
async fn a_clients_own_token_is_never_taken_for_a_persons() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let hers = web.tokens(&server, &alice).await;
    let impostor = server
        .client(Registration::service(&server).with(|new| new.id = ClientId::from(alice.account.id.uuid())));
    let its = ask(&impostor, &[]).await.ok();
    let api = api(&server);
    let (hers, its) = (
        api.introspect(hers.text("access_token")).await.ok(),
        api.introspect(its.text("access_token")).await.ok(),
    );
    assert_eq!(
        hers.text("sub"),
        its.text("sub"),
        "CA-25: as alike as they can be"
    );
    assert_ne!(hers.text("client_id"), hers.text("sub"), "CA-25");
    assert_eq!(
        its.text("client_id"),
        its.text("sub"),
        "CA-25: RFC 9068 §2.2 tells them apart"
    );
    assert_eq!(hers.text("role"), "member", "CA-25");
    assert!(its.json.get("role").is_none(), "CA-25: {}", its.text);
}

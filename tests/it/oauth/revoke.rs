//! A client ends one of its own tokens, and nobody else's (RFC 7009).

use reqwest::StatusCode;

use crate::support::{Registration, Server, client::api};

/// RFC 7009 §2.1: a refresh token takes its grant; an access token goes alone. Other devices stay.
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_takes_its_grant_and_an_access_token_goes_alone() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let api = api(&server);
    for (case, registration) in [
        ("confidential", Registration::web()),
        ("IN-18 public", Registration::native()),
    ] {
        let client = server.client(registration);
        let other_device = client.tokens(&server, &alice).await;
        let first = client.tokens(&server, &alice).await;
        let second = client.refresh(first.text("refresh_token")).await.ok();

        let before = server.facts();
        let revoked = client.revoke(first.text("access_token")).await;
        assert_eq!(
            (revoked.status, revoked.text.as_str()),
            (StatusCode::OK, ""),
            "IN-15 {case}"
        );
        assert_eq!(revoked.headers["cache-control"], "no-store", "HT-18 {case}");
        assert_eq!(server.changed_since(&before), ["access_token"], "IN-15 {case}");
        assert!(!api.is_active(first.text("access_token")).await, "IN-15 {case}");
        assert!(api.is_active(second.text("access_token")).await, "IN-15 {case}");
        assert!(
            client.is_active(second.text("refresh_token")).await,
            "IN-15 {case}"
        );
        let third = client.refresh(second.text("refresh_token")).await.ok();

        let before = server.facts();
        let revoked = client.revoke(third.text("refresh_token")).await;
        assert_eq!(
            (revoked.status, revoked.text.as_str()),
            (StatusCode::OK, ""),
            "IN-14 {case}"
        );
        assert_eq!(server.changed_since(&before), ["oauth_grant"], "IN-14 {case}");
        for dead in [&second, &third] {
            assert!(!api.is_active(dead.text("access_token")).await, "IN-14 {case}");
            let refused = client.refresh(dead.text("refresh_token")).await;
            assert_eq!(refused.error(), "400 invalid_grant", "IN-14 {case}");
        }
        assert!(
            !client.is_active(third.text("refresh_token")).await,
            "IN-14 {case}"
        );

        let before = server.facts();
        for again in [first.text("access_token"), third.text("refresh_token")] {
            let revoked = client.revoke(again).await;
            assert_eq!(
                (revoked.status, revoked.text.as_str()),
                (StatusCode::OK, ""),
                "{case}: again"
            );
        }
        assert_eq!(server.changed_since(&before), [""; 0], "{case}: again");
        client.refresh(other_device.text("refresh_token")).await.ok();
    }
    assert_eq!(server.count("audit_event WHERE kind = 'access_token.revoked'"), 2);
    assert_eq!(server.count("audit_event WHERE kind = 'grant.revoked'"), 2);
}

/// An older refresh token of the family is the client's own all the same: what it holds of that grant ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_spent_refresh_token_revokes_its_grant_too() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let first = web.tokens(&server, &alice).await;
    let second = web.refresh(first.text("refresh_token")).await.ok();
    web.revoke(first.text("refresh_token")).await.ok();
    assert!(!web.is_active(second.text("access_token")).await, "IN-14");
    assert_eq!(
        web.refresh(second.text("refresh_token")).await.error(),
        "400 invalid_grant",
        "IN-14"
    );
    assert_eq!(
        server.count("oauth_grant WHERE revoked_because = 'client'"),
        1,
        "no reuse, but a revocation"
    );
}

/// RFC 7009 §2.1 and §2.2: 200 for what is not the caller's to know, and nothing has changed; a hint only hints.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_ends_what_is_not_theirs_and_nobody_learns_whether_it_exists() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let other = server.client(Registration::web());
    let public = server.client(Registration::native());
    let api = api(&server);
    let tokens = web.tokens(&server, &alice).await;
    let code = web.code(&server, &alice, &[]).await;
    let secret = web.secret.clone().unwrap();
    let before = server.facts();
    let log = server.count("audit_event");
    for (case, client, token) in [
        ("IN-16 unknown", &web, "nothing"),
        ("IN-16 malformed", &web, "' OR 1=1--"),
        ("IN-16 a code", &web, &code),
        ("IN-16 a client secret", &web, &secret),
        (
            "IN-17 another client, access token",
            &other,
            tokens.text("access_token"),
        ),
        (
            "IN-17 another client, refresh token",
            &other,
            tokens.text("refresh_token"),
        ),
        ("IN-17 a public client", &public, tokens.text("refresh_token")),
        (
            "IN-17 an API that it is meant for",
            &api,
            tokens.text("access_token"),
        ),
        ("IN-17 an API, refresh token", &api, tokens.text("refresh_token")),
    ] {
        let answer = client.revoke(token).await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (StatusCode::OK, ""),
            "{case}"
        );
        assert_eq!(server.changed_since(&before), [""; 0], "{case}");
    }
    for (case, client, expected) in [
        ("IN-01 no secret", web.with_secret(None), "401 invalid_client"),
        (
            "IN-01 wrong secret",
            web.with_secret(other.secret.as_deref()),
            "401 invalid_client",
        ),
    ] {
        let refused = client.revoke(tokens.text("refresh_token")).await;
        assert_eq!(refused.error(), expected, "{case}");
    }
    let missing = web
        .post("/oauth/token/revoke", &[("token_type_hint", "access_token")])
        .await;
    assert_eq!(missing.error(), "400 invalid_request", "IN-05");
    assert_eq!(server.changed_since(&before), [""; 0]);
    assert_eq!(
        server.count("audit_event"),
        log,
        "what changes nothing is no event"
    );
    assert!(api.is_active(tokens.text("access_token")).await, "IN-17");
    web.exchange(&code).await.ok();

    for (kind, hint) in [("access_token", "refresh_token"), ("refresh_token", "nonsense")] {
        let asked = [("token", tokens.text(kind)), ("token_type_hint", hint)];
        web.post("/oauth/token/revoke", &asked).await.ok();
        assert!(!web.is_active(tokens.text(kind)).await, "IN-07 {kind} as {hint}");
    }
}

/// A client's own token, of no person and no grant, ends the same way.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_ends_a_token_of_its_own_name() {
    let server = Server::start().await;
    let service = server.client(Registration::service(&server));
    let [kept, ended] = [
        service.token(&[("grant_type", "client_credentials")]).await.ok(),
        service.token(&[("grant_type", "client_credentials")]).await.ok(),
    ];
    service.revoke(ended.text("access_token")).await.ok();
    assert!(!service.is_active(ended.text("access_token")).await);
    assert!(service.is_active(kept.text("access_token")).await);
}

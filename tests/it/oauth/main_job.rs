//! The main job from end to end: consent, code, tokens, one refresh, introspection, revocation.

use reqwest::StatusCode;

use crate::support::{Registration, Server, client::api};

/// A third-party app gets a person's consent, exchanges the code, refreshes once, is refused the second time and sees
/// that grant die, connects again, and loses access the moment it is revoked.
#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_allowed_refreshes_once_is_refused_twice_and_loses_access_at_once() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let app = server.client(Registration::web());
    let api = api(&server);

    let browser = server.browser();
    let answer = browser.connect(&app, &alice, &[]).await;
    let mut callback = answer.callback();
    assert!(
        answer
            .location()
            .unwrap()
            .starts_with("https://rp.example/cb?code=cst_ac_")
    );
    assert_eq!(callback["state"], "st&te=1 %");
    assert_eq!(callback["iss"], server.origin);

    let first = app.exchange(&callback.remove("code").unwrap()).await.ok();
    assert_eq!(first.json["token_type"], "Bearer");
    assert_eq!(first.json["expires_in"], 3600);
    assert_eq!(first.json["scope"], "analytics.read posts.write");
    assert_eq!(
        first.json["workspace_id"],
        server.workspace("acme").id.to_string()
    );
    assert_eq!(first.headers["cache-control"], "no-store");

    let told = api.introspect(first.text("access_token")).await.ok();
    assert_eq!(told.json["active"], true);
    assert_eq!(told.json["sub"], alice.account.id.to_string());
    assert_eq!(told.json["role"], "member");

    let second = app.refresh(first.text("refresh_token")).await.ok();
    assert!(api.is_active(second.text("access_token")).await);
    let again = app.refresh(first.text("refresh_token")).await;
    assert_eq!(again.error(), "400 invalid_grant");
    for dead in [&first, &second] {
        assert!(!api.is_active(dead.text("access_token")).await);
        assert_eq!(
            app.refresh(dead.text("refresh_token")).await.error(),
            "400 invalid_grant"
        );
    }

    let third = app.tokens(&server, &alice).await;
    assert!(api.is_active(third.text("access_token")).await);
    let revoked = app.revoke(third.text("refresh_token")).await;
    assert_eq!((revoked.status, revoked.text.as_str()), (StatusCode::OK, ""));
    assert!(!api.is_active(third.text("access_token")).await);
    assert_eq!(
        app.refresh(third.text("refresh_token")).await.error(),
        "400 invalid_grant"
    );
}

//! The main job in a browser that runs no scripts, under the policy as it is.

use consentry::platform::config::Role;

use super::chromium::Chromium;
use crate::support::{
    Registered, Registration, Server,
    browser::callback_params,
    client::{Reply, api},
    server::PASSWORD,
};

/// Two that must be, one that may.
pub(super) const EVERYTHING: &str = "analytics.read posts.write reviews.read";

/// An app at another origin than the server, as apps are: browsers hold `form-action` against the way back to it.
pub(super) fn elsewhere(server: &Server, app_home: &Server) -> Registered {
    let callback = app_home.url("/callback");
    server.client(Registration::web().with(|new| new.redirect_uris = vec![callback]))
}

/// The tokens for the code in the address that the app was called at.
pub(super) async fn exchanged(app: &Registered, at: &url::Url) -> Reply {
    let params = callback_params(at.as_str());
    assert_eq!(params["state"], "st&te=1 %");
    app.exchange(&params["code"]).await.ok()
}

/// Sign-in with a mistake, consent, the connected apps, taking access back, signing out: none of it needs a script.
#[tokio::test(flavor = "multi_thread")]
async fn the_whole_way_needs_no_script() {
    let (server, app_home, chromium) = tokio::join!(Server::start(), Server::start(), Chromium::start());
    let alice = server.person_in("alice", &[("acme", Role::Member), ("beta", Role::Admin)]);
    let app = elsewhere(&server, &app_home);
    let api = api(&server);
    let tab = &chromium.tab;
    tab.allow_scripts(false).await;

    tab.go(&server.url(&app.authorize_path(&[("scope", EVERYTHING)])))
        .await;
    for password in ["wrong", PASSWORD] {
        tab.fill("#email", &alice.email).await;
        tab.fill("#password", password).await;
        tab.follow("form[action^='/login'] button").await;
    }
    tab.until_at("signed in", |at| at.path().ends_with("/consent"))
        .await;
    tab.click("#scope-reviews\\.read").await;
    tab.follow("button[value=allow]").await;
    let at = tab
        .until_at("allowed", |at| at.as_str().starts_with(&app.redirect_uri))
        .await;
    let tokens = exchanged(&app, &at).await;
    assert_eq!(tokens.text("scope"), "analytics.read posts.write");
    assert!(api.is_active(tokens.text("access_token")).await);

    tab.go(&server.url("/")).await;
    tab.follow("a[href='/settings/integrations']").await;
    tab.follow("a[href$='/remove']").await;
    tab.follow("form[action$='/remove'] button").await;
    tab.until_at("removed", |at| at.path() == "/settings/integrations")
        .await;
    assert!(!api.is_active(tokens.text("access_token")).await);

    // "Don't allow" goes back to the app too.
    tab.go(&server.url(&app.authorize_path(&[]))).await;
    tab.follow("button[value=deny]").await;
    let at = tab
        .until_at("not allowed", |at| at.as_str().starts_with(&app.redirect_uri))
        .await;
    assert_eq!(callback_params(at.as_str())["error"], "access_denied");

    tab.go(&server.url("/")).await;
    tab.follow("form[action='/logout'] button").await;
    tab.go(&server.url("/settings/integrations")).await;
    tab.until_at("signed out", |at| at.path() == "/login").await;
    let complaints = tab.complaints().await;
    assert!(complaints.is_empty(), "{complaints:#?}");
}

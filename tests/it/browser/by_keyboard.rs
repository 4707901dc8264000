//! The main job without a mouse.

use serde_json::Value;

use super::{
    chromium::Chromium,
    tab::{DOWN, ENTER, Key, SPACE, TAB, Tab},
    without_script::{EVERYTHING, elsewhere, exchanged},
};
use crate::support::{Server, server::PASSWORD};
use consentry::platform::config::Role;

/// Whether this has the focus.
async fn has_focus(tab: &Tab, css: &str) -> bool {
    let script = "return !!document.activeElement?.matches(arguments[0])";
    tab.script(script, vec![css.into()]).await == Value::Bool(true)
}

/// Goes on with the tabulator until this has the focus.
async fn tab_to(tab: &Tab, css: &str) {
    for _ in 0..20 {
        if has_focus(tab, css).await {
            return;
        }
        tab.press(TAB).await;
    }
    panic!("the tabulator does not come to {css} at {}", tab.at().await);
}

async fn press_at(tab: &Tab, css: &str, key: Key) {
    tab_to(tab, css).await;
    tab.press(key).await;
}

/// WCAG 2.1.1: sign-in, a choice of workspace, a refused extra, and the way back to the app, with keys alone.
#[tokio::test(flavor = "multi_thread")]
async fn the_whole_way_needs_no_mouse() {
    let (server, app_home, chromium) = tokio::join!(Server::start(), Server::start(), Chromium::start());
    let alice = server.person_in("alice", &[("acme", Role::Member), ("beta", Role::Admin)]);
    let app = elsewhere(&server, &app_home);
    let tab = &chromium.tab;
    tab.go(&server.url(&app.authorize_path(&[("scope", EVERYTHING)])))
        .await;

    // The first stop leaps over the head of the page.
    tab.script(include_str!("focus.js"), vec!["start".into()]).await;
    tab.press(TAB).await;
    assert!(has_focus(tab, "a.skip").await, "the skip link comes first");
    tab.press(ENTER).await;
    assert!(has_focus(tab, "main").await, "it leads to the content");

    tab_to(tab, "#email").await;
    tab.type_text(&alice.email).await;
    tab_to(tab, "#password").await;
    tab.type_text(PASSWORD).await;
    tab.press(ENTER).await;
    tab.until_at("Enter signs in", |at| at.path().ends_with("/consent"))
        .await;

    press_at(tab, "#workspace", DOWN).await;
    press_at(tab, "#scope-reviews\\.read", SPACE).await;
    press_at(tab, "button[value=allow]", ENTER).await;
    let at = tab
        .until_at("Enter allows", |at| at.as_str().starts_with(&app.redirect_uri))
        .await;
    let tokens = exchanged(&app, &at).await;
    assert_eq!(
        tokens.text("scope"),
        "analytics.read posts.write",
        "the extra was refused"
    );
    assert_eq!(
        tokens.text("workspace_id"),
        server.workspace("beta").id.to_string(),
        "the second workspace was chosen"
    );
}

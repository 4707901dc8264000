//! What introspection says of API keys: what they can do now, and nothing once anything that they hang from is gone.

use std::time::Duration;

use consentry::{api_keys::owner::Owner, platform::config::Role};
use serde_json::json;

use crate::support::{
    Server,
    client::{Reply, api},
    key::KeyWish,
};

/// K1, K2, O7: a person's key, a service account's key, each with the members that are promised.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_answered_with_what_it_can_do_now() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let asker = api(&server);
    let of_alice = server.api_key(&alice, "analytics.read posts.write");
    let answer = asker.introspect(&of_alice.secret).await.ok();
    assert_eq!(answer.json["active"], true);
    assert_eq!(answer.text("credential"), "api_key");
    assert_eq!(answer.text("key_id"), of_alice.id.to_string());
    assert_eq!(answer.text("sub"), alice.account.id.to_string());
    assert_eq!(answer.text("role"), "member");
    assert_eq!(answer.text("plan"), "standard");
    assert_eq!(answer.text("scope"), "analytics.read posts.write");
    assert_eq!(answer.text("workspace_id"), of_alice.workspace.to_string());
    for absent in ["exp", "client_id", "parent", "username"] {
        assert_eq!(answer.json[absent], json!(null), "{absent}");
    }
    let viewer = server.service_account("ci", Role::Viewer);
    let wish = KeyWish {
        scope: "analytics.read posts.write",
        lifetime: Some(Duration::from_mins(1)),
        ..KeyWish::default()
    };
    let of_ci = server.api_key_with(Owner::ServiceAccount(viewer), &wish);
    let answer = asker.introspect(&of_ci.secret).await.ok();
    assert_eq!(answer.text("sub"), viewer.to_string());
    assert_eq!(answer.text("scope"), "analytics.read", "K2: a viewer only reads");
    server.advance(Duration::from_mins(1));
    let inactive = |reply: &Reply| reply.text == "{\"active\":false}";
    assert!(inactive(&asker.introspect(&of_ci.secret).await), "AK-05");
    // AK-01: a typo is no key.
    let (rest, last) = of_alice.secret.split_at(of_alice.secret.len() - 1);
    let typo = format!("{rest}{}", if last == "x" { "y" } else { "x" });
    assert!(inactive(&asker.introspect(&typo).await), "AK-01");
}

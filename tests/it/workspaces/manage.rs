//! Workspaces are made, renamed, deleted and had back.

use std::time::Duration;

use consentry::platform::config::Role;
use reqwest::Method;
use serde_json::json;

use crate::support::{Registration, Server, client::api};

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_is_made_by_whoever_then_owns_it() {
    let server = Server::start().await;
    let alice = server.session(&server.person("alice")).await;
    let reply = alice
        .post(
            "/v1/workspaces",
            &json!({"name": " Müller & Söhne ", "slug": "mueller"}),
        )
        .await;
    assert_eq!(reply.outcome(), "201");
    assert_eq!(
        (reply.text("slug"), reply.text("name"), reply.text("role")),
        ("mueller", "Müller & Söhne", "owner")
    );
    // Without a slug one is made, and a second one of the same name is another.
    let mut slugs = std::collections::BTreeSet::new();
    for name in ["Müller & Söhne", "Müller & Söhne", "東京", "東京"] {
        let reply = alice.post("/v1/workspaces", &json!({"name": name})).await;
        assert_eq!(reply.outcome(), "201", "{name}: {}", reply.text);
        let slug = reply.text("slug").to_owned();
        alice.get(&format!("/v1/workspaces/{slug}")).await.ok();
        assert!(slugs.insert(slug), "{name}");
    }
    assert!(slugs.contains("mueller-soehne"), "{slugs:?}");
    let before = server.rows_but(&["session"]);
    for (body, outcome) in [
        (json!({"name": "x", "slug": "mueller"}), "409 slug_taken"),
        (json!({"name": "x", "slug": "current"}), "422 invalid_value"),
        (json!({"name": "x", "slug": "No"}), "422 invalid_value"),
        (
            json!({"name": "x", "slug": server.workspace("acme").id.to_string()}),
            "422 invalid_value",
        ),
        (json!({"name": " "}), "422 invalid_value"),
        (json!({"name": "a\u{0}b"}), "422 invalid_value"),
        (json!({"name": "a\u{202e}b"}), "422 invalid_value"),
        (json!({"name": "x".repeat(101)}), "422 invalid_value"),
        (json!({"slug": "abc"}), "400 malformed_body"),
        (json!([]), "400 malformed_body"),
    ] {
        let reply = alice.post("/v1/workspaces", &body).await;
        assert_eq!(reply.outcome(), outcome, "{body}");
    }
    let typed = [("content-type", "text/plain")];
    let reply = alice.ask(Method::POST, "/v1/workspaces", &typed, None).await;
    assert_eq!(reply.outcome(), "415 unsupported_media_type");
    assert_eq!(server.rows_but(&["session"]), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_for_one_organisation_has_workspaces_of_its_operator_only() {
    let server = Server::start_with("mode = \"self_hosted\"").await;
    let owner = server
        .session(&server.person_in("olga", &[("acme", Role::Owner)]))
        .await;
    let closed = "403 workspaces_closed";
    let before = server.rows_but(&["session"]);
    let reply = owner.post("/v1/workspaces", &json!({"name": "x"})).await;
    assert_eq!(reply.outcome(), closed);
    for path in ["/v1/workspaces/acme", "/v1/workspaces/current"] {
        let reply = owner.patch(path, &json!({"name": "x", "slug": "other"})).await;
        assert_eq!(reply.outcome(), closed, "{path}");
    }
    let reply = owner.delete("/v1/workspaces/acme?slug=acme").await;
    assert_eq!(reply.outcome(), closed);
    assert_eq!(server.rows_but(&["session"]), before);
    // It may be called something else.
    owner
        .patch("/v1/workspaces/acme", &json!({"name": "x"}))
        .await
        .ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_is_renamed_by_its_admins() {
    let server = Server::start().await;
    server.workspace("taken");
    let admin = server
        .session(&server.person_in("anna", &[("acme", Role::Admin)]))
        .await;
    let id = server.workspace("acme").id.to_string();
    let reply = admin
        .patch(
            "/v1/workspaces/acme",
            &json!({"name": "Acme 2", "slug": "acme-2"}),
        )
        .await
        .ok();
    assert_eq!(
        (reply.text("id"), reply.text("slug"), reply.text("name")),
        (id.as_str(), "acme-2", "Acme 2")
    );
    assert_eq!(admin.get("/v1/workspaces/acme").await.outcome(), "404 not_found");
    let before = server.digest();
    admin.patch("/v1/workspaces/acme-2", &json!({})).await.ok();
    admin
        .patch("/v1/workspaces/current", &json!({"slug": "acme-2"}))
        .await
        .ok();
    for (body, outcome) in [
        (json!({"slug": "taken", "name": "y"}), "409 slug_taken"),
        (json!({"slug": "-"}), "422 invalid_value"),
        (json!({"name": ""}), "422 invalid_value"),
        (json!({"name": 1}), "400 malformed_body"),
    ] {
        let reply = admin.patch("/v1/workspaces/acme-2", &body).await;
        assert_eq!(reply.outcome(), outcome, "{body}");
    }
    assert_eq!(server.digest(), before, "what changed nothing is written down");
    let reply = admin
        .patch("/v1/workspaces/current", &json!({"name": "Acme 3"}))
        .await
        .ok();
    assert_eq!(reply.text("name"), "Acme 3");
    assert_eq!(server.count("audit_event WHERE kind = 'workspace.renamed'"), 2);
}

/// Deleting asks for the slug and for a recent proof, and can be undone for seven days; nothing in the workspace works meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_workspace_is_gone_at_once_and_can_be_had_back_for_seven_days() {
    let server = Server::start().await;
    let person = server.person_in("olga", &[("acme", Role::Owner)]);
    let admin = server
        .session(&server.person_in("anna", &[("acme", Role::Admin)]))
        .await;
    let owner = server.session(&person).await;
    let (web, api) = (server.client(Registration::web()), api(&server));
    let tokens = web.tokens(&server, &person).await;
    let before = server.rows_but(&["session"]);
    for (query, outcome) in [
        ("", "422 invalid_value"),
        ("?slug=", "422 invalid_value"),
        ("?slug=acm", "422 invalid_value"),
        ("?slug=acme&slug=acme", "400 malformed_query"),
        ("?slug=%zz", "400 malformed_query"),
    ] {
        let reply = owner.delete(&format!("/v1/workspaces/acme{query}")).await;
        assert_eq!(reply.outcome(), outcome, "{query}");
    }
    server.advance(Duration::from_mins(11));
    let reply = owner.delete("/v1/workspaces/acme?slug=acme").await;
    assert_eq!(reply.outcome(), "403 recent_proof_required");
    assert_eq!(server.rows_but(&["session"]), before);

    let owner = server.session(&person).await;
    let id = server.workspace("acme").id.to_string();
    let reply = owner.delete("/v1/workspaces/acme?slug=acme").await.ok();
    assert_eq!((reply.text("id"), reply.text("slug")), (id.as_str(), "acme"));
    for by in [&owner, &admin] {
        assert_eq!(by.get("/v1/workspaces/acme").await.outcome(), "404 not_found");
        assert_eq!(
            by.get("/v1/workspaces/current").await.outcome(),
            "400 workspace_required"
        );
        assert_eq!(by.get("/v1/workspaces").await.ok().json["items"], json!([]));
        let reply = by.get_in("acme", "/v1/auth/session").await;
        assert_eq!(reply.outcome(), "403 workspace_forbidden");
    }
    assert!(!api.is_active(tokens.text("access_token")).await);
    // The slug stays taken, and only an owner has it back.
    let stranger = server.session(&server.person_in("eve", &[])).await;
    let reply = stranger
        .post("/v1/workspaces", &json!({"name": "x", "slug": "acme"}))
        .await;
    assert_eq!(reply.outcome(), "409 slug_taken");
    for by in [&stranger, &admin] {
        let reply = by.post("/v1/workspaces/acme/restore", &json!({})).await;
        assert_eq!(reply.outcome(), "404 not_found");
    }
    let restored = owner.post("/v1/workspaces/acme/restore", &json!({})).await.ok();
    assert_eq!(
        (restored.text("id"), restored.text("role")),
        (id.as_str(), "owner")
    );
    admin.get("/v1/workspaces/acme").await.ok();
    assert!(api.is_active(tokens.text("access_token")).await);
    let again = owner.post("/v1/workspaces/acme/restore", &json!({})).await;
    assert_eq!(again.outcome(), "404 not_found");

    owner.delete("/v1/workspaces/acme?slug=acme").await.ok();
    server.advance(Duration::from_hours(7 * 24) + Duration::from_secs(1));
    let owner = server.session(&person).await;
    for named in ["acme", &id] {
        let reply = owner
            .post(&format!("/v1/workspaces/{named}/restore"), &json!({}))
            .await;
        assert_eq!(reply.outcome(), "404 not_found", "{named}");
    }
    for kind in ["deleted", "restored"] {
        let of_kind = format!("audit_event WHERE kind = 'workspace.{kind}'");
        assert_eq!(server.count(&of_kind), if kind == "deleted" { 2 } else { 1 });
    }
}

//! Members and their roles: who may change whom, the last owner, and what that takes away at once.

use consentry::platform::config::Role;
use reqwest::Method;
use serde_json::json;

use super::invite;
use crate::support::{Bearer, Person, Registration, Server, client::api, cluster::eventually, race::race};

fn path(person: &Person) -> String {
    format!("/v1/workspaces/acme/members/{}", person.account.id)
}

async fn give(by: &Bearer, to: &Person, role: &str) -> String {
    by.patch(&path(to), &json!({"role": role})).await.outcome()
}

/// AD-04, AD-05: nobody gives a role above their own, and only owners make or touch owners.
#[tokio::test(flavor = "multi_thread")]
async fn only_owners_make_owners_and_touch_them() {
    let server = Server::start().await;
    let person = |name, role| server.person_in(name, &[("acme", role)]);
    let (owner, second) = (person("olga", Role::Owner), person("oskar", Role::Owner));
    let (admin, member) = (person("anna", Role::Admin), person("mara", Role::Member));
    let by_admin = server.session(&admin).await;
    let by_owner = server.session(&owner).await;
    let before = server.rows_but(&["session"]);
    let denied = "403 permission_denied";
    assert_eq!(give(&by_admin, &admin, "owner").await, denied, "AD-04");
    assert_eq!(give(&by_admin, &member, "owner").await, denied, "AD-04");
    assert_eq!(give(&by_admin, &owner, "viewer").await, denied, "AD-05");
    assert_eq!(by_admin.delete(&path(&owner)).await.outcome(), denied, "AD-05");
    let invitation = json!({"email": "new@people.example", "role": "owner"});
    let reply = by_admin
        .post("/v1/workspaces/acme/invitations", &invitation)
        .await;
    assert_eq!(reply.outcome(), denied, "AD-04");
    let reply = by_admin.patch(&path(&member), &json!({"role": "root"})).await;
    assert_eq!(reply.outcome(), "400 malformed_body");
    assert_eq!(server.rows_but(&["session"]), before, "AD-04");
    // Nor do they send or withdraw an invitation that makes an owner.
    let id = invite(&by_owner, "acme", "new@people.example", "owner").await;
    let before = server.rows_but(&["session"]);
    let open = format!("/v1/workspaces/acme/invitations/{id}");
    let reply = by_admin.post(&format!("{open}/resend"), &json!({})).await;
    assert_eq!(reply.outcome(), denied, "AD-04");
    assert_eq!(by_admin.delete(&open).await.outcome(), denied, "AD-05");
    assert_eq!(server.rows_but(&["session"]), before, "AD-05");

    assert_eq!(give(&by_admin, &member, "admin").await, "200");
    assert_eq!(give(&by_owner, &member, "owner").await, "200");
    assert_eq!(give(&by_owner, &second, "viewer").await, "200");
    assert_eq!(server.count("audit_event WHERE kind = 'member.role_changed'"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_owner_who_can_sign_in_stays_until_there_is_another() {
    let server = Server::start().await;
    let person = |name, role| server.person_in(name, &[("acme", role)]);
    let (owner, other) = (person("olga", Role::Owner), person("oskar", Role::Owner));
    server.execute("UPDATE account SET disabled_at = now() WHERE email = 'oskar@people.example'");
    let member = person("mara", Role::Member);
    let by_owner = server.session(&owner).await;
    let before = server.rows_but(&["session"]);
    assert_eq!(give(&by_owner, &owner, "admin").await, "409 last_owner");
    assert_eq!(by_owner.delete(&path(&owner)).await.outcome(), "409 last_owner");
    assert_eq!(server.rows_but(&["session"]), before);
    // The other one, who cannot sign in, may go.
    assert_eq!(by_owner.delete(&path(&other)).await.outcome(), "204");
    assert_eq!(give(&by_owner, &member, "owner").await, "200");
    assert_eq!(by_owner.delete(&path(&owner)).await.outcome(), "204");
    assert_eq!(
        by_owner.get("/v1/workspaces/acme").await.outcome(),
        "404 not_found"
    );
    assert_eq!(server.count("audit_event WHERE kind = 'member.left'"), 1);
    assert_eq!(server.count("audit_event WHERE kind = 'member.removed'"), 1);
}

/// Two owners at two nodes demote, remove, or leave each other at the same moment: whatever comes first, an owner is left.
#[tokio::test(flavor = "multi_thread")]
async fn two_owners_who_act_at_the_same_moment_leave_one_owner() {
    let server = Server::start().await;
    let node = server.node();
    let (olga, oskar) = (
        server.person_in("olga", &[("acme", Role::Owner)]),
        server.person_in("oskar", &[("acme", Role::Owner)]),
    );
    let here = server.session(&olga).await;
    let there = server.session(&oskar).await.at(&node.origin);
    let owners = "membership WHERE role = 'owner'";
    for round in 0..24 {
        let way = [
            "demote each other",
            "remove each other",
            "both leave",
            "both step down",
        ][round % 4];
        let step = |by: Bearer, me: String, them: String| async move {
            let admin = json!({"role": "admin"});
            match way {
                "demote each other" => by.patch(&them, &admin).await,
                "remove each other" => by.delete(&them).await,
                "both leave" => by.delete(&me).await,
                _ => by.patch(&me, &admin).await,
            }
            .outcome()
        };
        let outcomes = race([
            step(here.clone(), path(&olga), path(&oskar)),
            step(there.clone(), path(&oskar), path(&olga)),
        ])
        .await;
        assert_eq!(server.count(owners), 1, "{way}: {outcomes:?}");
        let done = outcomes.iter().filter(|outcome| outcome.starts_with('2')).count();
        assert_eq!(done, 1, "{way}: {outcomes:?}");
        // As it was, for the next round.
        server.execute("DELETE FROM membership");
        for person in [&olga, &oskar] {
            let id = person.account.id;
            server.execute(&format!(
                "INSERT INTO membership SELECT id, '{id}', 'owner', now() FROM workspace"
            ));
        }
    }
}

/// What a role gave is gone with the next request: of a session, and of an app that acts for the person.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_lowered_and_a_member_who_is_removed_lose_it_on_the_next_request() {
    let server = Server::start().await;
    let owner = server
        .session(&server.person_in("olga", &[("acme", Role::Owner)]))
        .await;
    let mara = server.person_in("mara", &[("acme", Role::Admin)]);
    let session = server.session(&mara).await;
    let (web, api) = (server.client(Registration::web()), api(&server));
    let scope = [("scope", "analytics.read members.write")];
    let code = web.code(&server, &mara, &scope).await;
    let tokens = web.exchange(&code).await.ok();
    let token = tokens.text("access_token");
    let introspected = api.introspect(token).await.ok();
    assert!(introspected.text("scope").contains("members.write"));
    invite(&session, "acme", "a@people.example", "member").await;

    assert_eq!(give(&owner, &mara, "member").await, "200");
    let body = json!({"email": "b@people.example", "role": "viewer"});
    let reply = session.post("/v1/workspaces/acme/invitations", &body).await;
    assert_eq!(reply.outcome(), "403 permission_denied");
    let current = session.get("/v1/workspaces/current").await.ok().json;
    assert_eq!(current["role"], "member");
    let reduced = api.introspect(token).await.ok();
    assert_eq!(
        (reduced.json["active"].as_bool(), reduced.text("role")),
        (Some(true), "member")
    );
    assert!(
        !reduced.text("scope").contains("members.write"),
        "{}",
        reduced.text
    );
    // What she could not invite any more is withdrawn with her power.
    assert_eq!(
        server.count("invitation WHERE withdrawn_at IS NULL"),
        0,
        "an invitation outlived its power"
    );

    assert_eq!(owner.delete(&path(&mara)).await.outcome(), "204");
    for path in ["/v1/workspaces/acme", "/v1/workspaces/acme/members"] {
        assert_eq!(session.get(path).await.outcome(), "404 not_found");
    }
    let reply = session.get_in("acme", "/v1/auth/session").await;
    assert_eq!(reply.outcome(), "403 workspace_forbidden");
    let reply = session.get("/v1/workspaces/current").await;
    assert_eq!(reply.outcome(), "400 workspace_required");
    assert!(!api.is_active(token).await);
    let refreshed = web.refresh(tokens.text("refresh_token")).await;
    assert_eq!(refreshed.error(), "400 invalid_grant");
    // She is still herself.
    session.get("/v1/auth/session").await.ok();
}

/// AD-01: what the door found is asked again when the workspace is held: who lost it meanwhile does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn who_loses_their_role_while_a_request_waits_does_nothing() {
    use diesel::connection::SimpleConnection as _;
    let server = Server::start().await;
    let anna = server.person_in("anna", &[("acme", Role::Admin)]);
    let bob = server.person_in("bob", &[("acme", Role::Member)]);
    let admin = server.session(&anna).await;
    invite(&admin, "acme", "open@people.example", "viewer").await;
    let invitation =
        { admin.get("/v1/workspaces/acme/invitations").await.ok() }.json["items"][0]["id"].clone();
    let invitation = format!("/v1/workspaces/acme/invitations/{}", invitation.as_str().unwrap());
    let waiting = "pg_stat_activity WHERE datname = current_database() AND application_name = 'consentry' \
                   AND wait_event_type = 'Lock'";
    let own = format!("WHERE account_id = '{}'", anna.account.id);
    for (loses, outcome) in [
        (format!("DELETE FROM membership {own}"), "404 not_found"),
        (
            format!("UPDATE membership SET role = 'member' {own}"),
            "403 permission_denied",
        ),
    ] {
        for (method, path, body) in [
            (Method::DELETE, path(&bob), json!(null)),
            (Method::PATCH, path(&bob), json!({"role": "viewer"})),
            (
                Method::PATCH,
                "/v1/workspaces/acme".to_owned(),
                json!({"name": "Mine"}),
            ),
            (
                Method::POST,
                "/v1/workspaces/acme/invitations".to_owned(),
                json!({"email": "late@people.example", "role": "viewer"}),
            ),
            (Method::DELETE, invitation.clone(), json!(null)),
        ] {
            let mut holder = server.database.connect();
            holder
                .batch_execute(&format!(
                    "BEGIN; SELECT id FROM workspace WHERE slug = 'acme' FOR UPDATE; {loses}"
                ))
                .unwrap();
            let before = server.rows_but(&["session", "membership"]);
            let case = format!("AD-01 {method} {path} after {loses}");
            let request = tokio::spawn({
                let by = admin.clone();
                async move {
                    let body = (!body.is_null()).then_some(body);
                    by.ask(method, &path, &[], body.as_ref()).await.outcome()
                }
            });
            eventually("it waits", async || (server.count(waiting) == 1).then_some(())).await;
            holder.batch_execute("COMMIT").unwrap();
            assert_eq!(request.await.unwrap(), outcome, "{case}");
            assert_eq!(server.rows_but(&["session", "membership"]), before, "{case}");
            let bobs = format!(
                "membership WHERE role = 'member' AND account_id = '{}'",
                bob.account.id
            );
            assert_eq!(server.count(&bobs), 1, "{case}");
            server.execute(&format!("DELETE FROM membership {own}"));
            server.execute(&format!(
                "INSERT INTO membership SELECT id, '{}', 'admin', now() FROM workspace WHERE slug = 'acme'",
                anna.account.id
            ));
        }
    }
}

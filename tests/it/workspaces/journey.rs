//! The way of a person through two workspaces, by API.

use consentry::platform::config::Role;
use serde_json::{Value, json};

use super::{invite, invited};
use crate::support::{Bearer, Server};

async fn here(person: &Bearer, workspace: &str) -> Value {
    person.get_in(workspace, "/v1/workspaces/current").await.ok().json
}

/// One account, two workspaces with two roles; each request says in which it acts, by id or by slug.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_invited_to_a_second_workspace_uses_both_with_one_account() {
    let server = Server::start().await;
    let owner = server
        .session(&server.person_in("olga", &[("north", Role::Owner), ("south", Role::Owner)]))
        .await;
    let email = "nina@people.example";
    invite(&owner, "north", email, "member").await;
    let token = invited(&server, email).await;
    let newcomer = json!({"token": token, "name": "Nina", "password": "lichtungen im moor"});
    let joined = server
        .nobody()
        .post("/v1/auth/accept-invite", &newcomer)
        .await
        .ok();
    assert_eq!(joined.json["workspace"]["slug"], "north");
    assert_eq!(joined.json["role"], "member");
    let nina = server.session_of(email, "lichtungen im moor").await;
    assert_eq!(
        nina.get("/v1/auth/session").await.ok().json["user"]["emailVerified"],
        true
    );

    invite(&owner, "south", email, "admin").await;
    let token = invited(&server, email).await;
    let body = json!({"token": token});
    let refused = server.nobody().post("/v1/auth/accept-invite", &body).await;
    assert_eq!(refused.outcome(), "401 unauthorized");
    assert_eq!(refused.headers["www-authenticate"], "Bearer");
    nina.post("/v1/auth/accept-invite", &body).await.ok();
    assert_eq!(
        server.count("account WHERE email = 'nina@people.example'"),
        1,
        "one account"
    );

    let all = nina.get("/v1/workspaces").await.ok().json;
    let mine: Vec<_> = { all["items"].as_array().unwrap().iter() }
        .map(|item| (item["slug"].as_str().unwrap(), item["role"].as_str().unwrap()))
        .collect();
    assert_eq!(mine, [("north", "member"), ("south", "admin")]);
    for (item, role) in [(&all["items"][0], "member"), (&all["items"][1], "admin")] {
        for named in [&item["id"], &item["slug"]] {
            let current = here(&nina, named.as_str().unwrap()).await;
            assert_eq!((&current["id"], &current["role"]), (&item["id"], &json!(role)));
        }
    }
    // What she may in one she may not in the other.
    let third = json!({"email": "third@people.example", "role": "viewer"});
    let south = nina.post("/v1/workspaces/south/invitations", &third).await;
    assert_eq!(south.outcome(), "201");
    let north = nina.post("/v1/workspaces/north/invitations", &third).await;
    assert_eq!(north.outcome(), "403 permission_denied");
    // Who names none acts where the session began.
    assert_eq!(
        nina.get("/v1/workspaces/current").await.ok().json["slug"],
        "north"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_operator_wants_it_a_request_must_name_its_workspace() {
    let server = Server::start_with("workspace_header = \"required\"").await;
    let person = server.session(&server.person("alice")).await;
    let reply = person.get("/v1/workspaces/current").await;
    assert_eq!(reply.outcome(), "400 workspace_required");
    let reply = person
        .patch("/v1/workspaces/current", &json!({"name": "x"}))
        .await;
    assert_eq!(reply.outcome(), "400 workspace_required");
    here(&person, "acme").await;
    // What stands in the address names it too.
    person.get("/v1/workspaces/acme").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_names_another_workspace_than_the_address_is_refused() {
    let server = Server::start().await;
    let person = server.person_in("olga", &[("north", Role::Owner), ("south", Role::Owner)]);
    let owner = server.session(&person).await;
    let before = server.rows_but(&["session"]);
    for (path, header, outcome) in [
        ("/v1/workspaces/north", "north", "200"),
        ("/v1/workspaces/north", "south", "403 workspace_forbidden"),
        ("/v1/workspaces/north/members", "south", "403 workspace_forbidden"),
        ("/v1/workspaces/north", "nowhere", "403 workspace_forbidden"),
        ("/v1/workspaces/nowhere", "north", "404 not_found"),
    ] {
        let reply = owner.get_in(header, path).await;
        assert_eq!(reply.outcome(), outcome, "{path} in {header}");
    }
    let restore = "/v1/workspaces/north/restore";
    let header = [("x-workspace-id", "south")];
    let reply = owner.ask(reqwest::Method::POST, restore, &header, None).await;
    assert_eq!(reply.outcome(), "403 workspace_forbidden");
    assert_eq!(server.rows_but(&["session"]), before);
}

/// Pages follow one another without a gap, whatever their size; a cursor of one's own making is refused.
#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages() {
    let server = Server::start().await;
    let places: Vec<String> = (0..5).map(|number| format!("place-{number}")).collect();
    let places: Vec<(&str, Role)> = places.iter().map(|slug| (slug.as_str(), Role::Owner)).collect();
    let owner = server.session(&server.person_in("olga", &places)).await;
    for number in 0..4 {
        server.person_in(&format!("m{number}"), &[("place-0", Role::Member)]);
        let email = format!("i{number}@people.example");
        invite(&owner, "place-0", &email, "viewer").await;
    }
    for (path, count, key) in [
        ("/v1/workspaces", 5_usize, "id"),
        ("/v1/workspaces/place-0/members", 5, "id"),
        ("/v1/workspaces/place-0/invitations", 4, "email"),
    ] {
        let mut seen = std::collections::BTreeSet::new();
        let mut next = format!("{path}?limit=2");
        let mut pages = 0;
        loop {
            let page = owner.get(&next).await.ok().json;
            let items = page["items"].as_array().unwrap();
            assert!(!items.is_empty() && items.len() <= 2, "{path}");
            for item in items {
                assert!(
                    seen.insert(item[key].as_str().unwrap().to_owned()),
                    "{path}: twice"
                );
            }
            pages += 1;
            let Some(cursor) = page["nextCursor"].as_str() else {
                break;
            };
            next = format!("{path}?limit=2&cursor={cursor}");
        }
        assert_eq!((seen.len(), pages), (count, count.div_ceil(2)), "{path}");
        for bad in [
            "cursor=x",
            "limit=0",
            "limit=101",
            "limit=x",
            "limit=1&limit=2",
            "cursor=%ff",
        ] {
            let reply = owner.get(&format!("{path}?{bad}")).await;
            assert_eq!(reply.outcome(), "400 malformed_query", "{path}?{bad}");
        }
    }
}

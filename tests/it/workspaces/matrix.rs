//! Every operation on a workspace, by everybody: one table, made complete by the description of the API.

use std::collections::BTreeSet;

use consentry::{
    accounts::account::Email,
    platform::{
        config::{Issuer, Role},
        id::{InvitationId, WorkspaceId},
    },
    reference::openapi::document,
    workspaces::{
        invitation::{self, NewInvitation},
        membership,
        workspace::{self, Slug},
    },
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Bearer, Person, Server};

/// Who asks, in the order of the columns.
const WHO: [&str; 6] = [
    "anonymous",
    "owner elsewhere",
    "viewer",
    "member",
    "admin",
    "owner",
];

const ANON: &str = "401 unauthorized";
const GONE: &str = "404 not_found";
const DENIED: &str = "403 permission_denied";
const FORBIDDEN: &str = "403 workspace_forbidden";

/// An operation, what is sent with it, and what it comes to for each of [`WHO`].
type Row = (&'static str, &'static str, [&'static str; 6]);

const ROWS: &[Row] = &[
    (
        "GET /v1/workspaces",
        "",
        [ANON, "200", "200", "200", "200", "200"],
    ),
    (
        "POST /v1/workspaces",
        r#"{"name": "New"}"#,
        [ANON, "201", "201", "201", "201", "201"],
    ),
    (
        "GET /v1/workspaces/current",
        "",
        [ANON, FORBIDDEN, "200", "200", "200", "200"],
    ),
    (
        "PATCH /v1/workspaces/current",
        r#"{"name": "Another"}"#,
        [ANON, FORBIDDEN, DENIED, DENIED, "200", "200"],
    ),
    (
        "GET /v1/workspaces/{id}",
        "",
        [ANON, GONE, "200", "200", "200", "200"],
    ),
    (
        "PATCH /v1/workspaces/{id}",
        r#"{"name": "Another"}"#,
        [ANON, GONE, DENIED, DENIED, "200", "200"],
    ),
    (
        "DELETE /v1/workspaces/{id}",
        "",
        [ANON, GONE, DENIED, DENIED, DENIED, "200"],
    ),
    (
        "POST /v1/workspaces/{id}/restore",
        "",
        [ANON, GONE, GONE, GONE, GONE, "200"],
    ),
    (
        "GET /v1/workspaces/{id}/activity",
        "",
        [ANON, GONE, DENIED, DENIED, "200", "200"],
    ),
    (
        "GET /v1/workspaces/{id}/activity/export",
        "",
        [ANON, GONE, DENIED, DENIED, "200", "200"],
    ),
    (
        "GET /v1/workspaces/{id}/members",
        "",
        [ANON, GONE, "200", "200", "200", "200"],
    ),
    (
        "PATCH /v1/workspaces/{id}/members/{account}",
        r#"{"role": "admin"}"#,
        [ANON, GONE, DENIED, DENIED, "200", "200"],
    ),
    (
        "DELETE /v1/workspaces/{id}/members/{account}",
        "",
        [ANON, GONE, DENIED, DENIED, "204", "204"],
    ),
    (
        "GET /v1/workspaces/{id}/invitations",
        "",
        [ANON, GONE, DENIED, DENIED, "200", "200"],
    ),
    (
        "POST /v1/workspaces/{id}/invitations",
        r#"{"email": "new@people.example", "role": "member"}"#,
        [ANON, GONE, DENIED, DENIED, "201", "201"],
    ),
    (
        "POST /v1/workspaces/{id}/invitations/{invitation}/resend",
        "",
        [ANON, GONE, DENIED, DENIED, "200", "200"],
    ),
    (
        "DELETE /v1/workspaces/{id}/invitations/{invitation}",
        "",
        [ANON, GONE, DENIED, DENIED, "204", "204"],
    ),
];

/// AD-02: a route without a row fails here.
#[test]
fn every_operation_on_workspaces_has_a_row() {
    let issuer = Issuer::parse("https://id.example.com").unwrap();
    let document = serde_json::to_value(document(&issuer)).unwrap();
    let described: BTreeSet<String> = { document["paths"].as_object().unwrap().iter() }
        .filter(|(path, _)| path.starts_with("/v1/workspaces"))
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let rows: BTreeSet<String> = ROWS
        .iter()
        .map(|(operation, ..)| (*operation).to_owned())
        .collect();
    assert_eq!(rows, described);
    assert_eq!(rows.len(), ROWS.len(), "a row twice");
}

/// A workspace for one cell, with somebody of each role, somebody to act on, and somebody invited.
struct Ground {
    id: WorkspaceId,
    slug: String,
    invitation: InvitationId,
}

fn ground(server: &Server, slug: &str, people: &[(&Person, Role)]) -> Ground {
    let (mut conn, now) = (server.database.connect(), server.clock.now());
    let made = workspace::create(&mut conn, &Slug::parse(slug).unwrap(), slug, now)
        .unwrap()
        .unwrap();
    for (person, role) in people {
        membership::add(&mut conn, made.id, person.account.id, *role, now).unwrap();
    }
    let email = Email::parse(&format!("{slug}@invited.example")).unwrap();
    let new = NewInvitation {
        workspace_id: made.id,
        email: &email,
        role: Role::Member,
        invited_by: None,
    };
    let (invitation, _) = invitation::create(&mut conn, new, now).unwrap().unwrap();
    Ground {
        id: made.id,
        slug: made.slug,
        invitation: invitation.id,
    }
}

/// A digest of all that is in other workspaces than this one.
fn elsewhere(server: &Server, id: WorkspaceId) -> Vec<String> {
    use diesel::RunQueryDsl;
    let of = |table: &str, column: &str| {
        let sql = format!(
            "coalesce((SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t WHERE {column} <> '{id}' \
             AND {column} IN (SELECT id FROM workspace WHERE slug LIKE 'cell-%')), '')"
        );
        diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(&sql))
            .get_result(&mut server.database.connect())
            .unwrap()
    };
    vec![
        of("workspace", "t.id"),
        of("membership", "t.workspace_id"),
        of("invitation", "t.workspace_id"),
    ]
}

async fn ask(who: &Bearer, ground: &Ground, victim: &Person, operation: &str, body: &str) -> String {
    let (method, path) = operation.split_once(' ').unwrap();
    let mut path = path
        .replace("{id}", &ground.slug)
        .replace("{account}", &victim.account.id.to_string())
        .replace("{invitation}", &ground.invitation.to_string());
    if operation == "DELETE /v1/workspaces/{id}" {
        path = format!("{path}?slug={}", ground.slug);
    }
    let header = [("x-workspace-id", ground.slug.as_str())];
    let headers: &[(&str, &str)] = if path.ends_with("/current") { &header } else { &[] };
    let body: Option<Value> = (!body.is_empty()).then(|| serde_json::from_str(body).unwrap());
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    who.ask(method, &path, headers, body.as_ref()).await.outcome()
}

/// AD-01: each operation by each of these comes to what the table says; what is refused changes nothing, and what is done changes
/// nothing in any other workspace.
#[tokio::test(flavor = "multi_thread")]
async fn everybody_does_what_their_role_allows_in_their_workspace_and_nothing_else() {
    let server = Server::start().await;
    let people = ["victim", "elsewhere", "viewer", "member", "admin", "owner"];
    let people = people.map(|name| server.person_in(name, &[]));
    let [victim, elsewhere_owner, viewer, member, admin, owner] = &people;
    let mut who = vec![server.nobody()];
    for person in &people[1..] {
        who.push(server.session(person).await);
    }
    let theirs = ground(&server, "cell-elsewhere", &[(elsewhere_owner, Role::Owner)]);
    let mut wrong = Vec::new();
    for (at, (operation, body, expected)) in ROWS.iter().enumerate() {
        for (column, expected) in expected.iter().enumerate() {
            let ground = ground(
                &server,
                &format!("cell-{at}-{column}"),
                &[
                    (victim, Role::Member),
                    (viewer, Role::Viewer),
                    (member, Role::Member),
                    (admin, Role::Admin),
                    (owner, Role::Owner),
                ],
            );
            if operation.ends_with("/restore") {
                workspace::delete(&mut server.database.connect(), ground.id, server.clock.now()).unwrap();
            }
            let before = (server.rows_but(&["session"]), elsewhere(&server, ground.id));
            let came = ask(&who[column], &ground, victim, operation, body).await;
            let cell = format!("{operation} by {}", WHO[column]);
            if came != *expected {
                wrong.push(format!("{cell}: {came}, not {expected}"));
            }
            if !came.starts_with('2') && server.rows_but(&["session"]) != before.0 {
                wrong.push(format!("{cell}: refused, and changed something"));
            }
            if elsewhere(&server, ground.id) != before.1 {
                wrong.push(format!("{cell}: changed another workspace"));
            }
        }
    }
    assert!(wrong.is_empty(), "AD-01\n{}", wrong.join("\n"));
    // Members and invitations of another workspace are not found under one's own.
    let own = ground(&server, "cell-own", &[(owner, Role::Owner), (admin, Role::Admin)]);
    let before = server.rows_but(&["session"]);
    for path in [
        format!(
            "/v1/workspaces/{}/members/{}",
            own.slug, elsewhere_owner.account.id
        ),
        format!("/v1/workspaces/{}/invitations/{}", own.slug, theirs.invitation),
    ] {
        assert_eq!(who[5].delete(&path).await.outcome(), GONE, "AD-01 {path}");
    }
    let resend = format!(
        "/v1/workspaces/{}/invitations/{}/resend",
        own.slug, theirs.invitation
    );
    assert_eq!(who[5].post(&resend, &json!({})).await.outcome(), GONE, "AD-01");
    assert_eq!(server.rows_but(&["session"]), before, "AD-01");
}

/// AD-03: nobody sets what is not theirs to set.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_a_body_does_not_have_is_refused() {
    let server = Server::start().await;
    let owner = server
        .session(&server.person_in("olga", &[("north", Role::Owner)]))
        .await;
    let bob = server.person_in("bob", &[("north", Role::Viewer)]).account.id;
    let before = server.rows_but(&["session"]);
    for (operation, good) in [
        ("POST /v1/workspaces".to_owned(), json!({"name": "x"})),
        ("PATCH /v1/workspaces/north".to_owned(), json!({"name": "x"})),
        ("PATCH /v1/workspaces/current".to_owned(), json!({"name": "x"})),
        (
            format!("PATCH /v1/workspaces/north/members/{bob}"),
            json!({"role": "member"}),
        ),
        (
            "POST /v1/workspaces/north/invitations".to_owned(),
            json!({"email": "a@b.example", "role": "viewer"}),
        ),
        ("POST /v1/auth/accept-invite".to_owned(), json!({"token": "x"})),
    ] {
        for (name, value) in [
            ("id", json!("0199c0de-0000-7000-8000-000000000001")),
            ("isAdmin", json!(true)),
            ("workspaceId", json!("south")),
            ("accountId", json!(bob)),
            ("verified", json!(true)),
            ("deletedAt", Value::Null),
            ("createdAt", json!("2020-01-01T00:00:00Z")),
            ("invitedBy", json!(bob)),
        ] {
            let mut body = good.clone();
            body[name] = value;
            let (method, path) = operation.split_once(' ').unwrap();
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let reply = owner.ask(method, path, &[], Some(&body)).await;
            assert_eq!(
                reply.outcome(),
                "400 malformed_body",
                "AD-03 {operation} with {name}: {}",
                reply.text
            );
        }
    }
    assert_eq!(server.rows_but(&["session"]), before, "AD-03");
}

/// HT-05, HT-15: an address that names nothing is 404, whatever is in it.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_none_is_not_found() {
    let server = Server::start().await;
    let owner = server
        .session(&server.person_in("olga", &[("north", Role::Owner)]))
        .await;
    let north = server.workspace("north").id.to_string();
    for bad in [
        "x",
        "%00",
        "north%00",
        "%ff%fe",
        "%c0%af",
        "NORTH",
        "north%20",
        "north;x=1",
        "north'--",
        "..",
        "0199c0de-0000-7000-8000-000000000001",
        "00000000-0000-0000-0000-000000000000",
        &north.to_uppercase(),
        &north.replace('-', ""),
        &format!("{{{north}}}"),
        &"a".repeat(2000),
    ] {
        for path in [
            format!("/v1/workspaces/{bad}"),
            format!("/v1/workspaces/{bad}/members"),
            format!("/v1/workspaces/{bad}/invitations"),
        ] {
            let status = owner.get(&path).await.status.as_u16();
            assert!(
                status == 404 || (status == 400 && bad.contains("%f")),
                "{path}: {status}"
            );
        }
        for path in [
            format!("/v1/workspaces/north/members/{bad}"),
            format!("/v1/workspaces/north/invitations/{bad}"),
        ] {
            let status = owner.delete(&path).await.status.as_u16();
            assert!([400, 404, 405].contains(&status), "{path}: {status}");
        }
    }
    owner.get(&format!("/v1/workspaces/{north}")).await.ok();
}

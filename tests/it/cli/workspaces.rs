//! The operator's workspaces: listed, deleted, had back; who belongs to them.

use serde_json::json;

use crate::cli::Place;

#[test]
fn the_operator_deletes_a_workspace_and_has_it_back() {
    let place = Place::new("workspaces");
    let id = place.workspace("northwind");
    place.run(&["workspace", "delete", "northwind"]).fails(2, "usage");
    let deleted = place
        .run(&["workspace", "delete", "northwind", "--yes", "--json"])
        .json();
    assert_eq!(deleted["id"], json!(id));
    let listed = place.run(&["workspace", "list", "--json"]).json();
    let item = &listed[0];
    assert_eq!(item["slug"], "northwind");
    assert!(item["deleted_at"].is_string(), "{item}");
    place
        .run(&["workspace", "delete", "northwind", "--yes"])
        .fails(3, "not_found");
    let back = place.run(&["workspace", "restore", "northwind", "--json"]).json();
    assert_eq!(back["id"], json!(id));
    place
        .run(&["workspace", "restore", "northwind"])
        .fails(3, "not_found");
    let operators =
        "audit_event WHERE actor_kind = 'operator' AND kind IN ('workspace.deleted', 'workspace.restored')";
    assert_eq!(place.count(operators), 2);
}

#[test]
fn the_operator_puts_people_in_and_takes_them_out_but_not_the_last_owner() {
    let place = Place::new("members");
    for slug in ["northwind", "southwind"] {
        place.workspace(slug);
    }
    let mara = "mara@northwind.example";
    let made = [
        "user",
        "create",
        "--email",
        mara,
        "--name",
        "Mara",
        "--workspace",
        "northwind",
        "--role",
        "owner",
        "--password-stdin",
        "--json",
    ];
    place.run_with("lichtungen im moor\n", &made).json();
    let member = |verb: &str, slug: &str, more: &[&str]| {
        let mut arguments = vec!["workspace", "member", verb, slug, "--email", mara];
        arguments.extend(more);
        place.run(&arguments)
    };
    let added = member("add", "southwind", &["--role", "viewer", "--json"]).json();
    assert_eq!(added["role"], "viewer");
    member("add", "southwind", &["--role", "admin"]).fails(5, "already_member");
    let changed = member("role", "southwind", &["--role", "admin", "--json"]).json();
    assert_eq!(changed["role"], "admin");
    member("rm", "northwind", &[]).fails(5, "last_owner");
    member("role", "northwind", &["--role", "viewer"]).fails(5, "last_owner");
    assert_eq!(member("rm", "southwind", &["--json"]).json()["role"], json!(null));
    member("rm", "southwind", &[]).fails(3, "not_found");
    member("rm", "nowhere", &[]).fails(3, "not_found");
    assert_eq!(place.count("membership"), 1);
}

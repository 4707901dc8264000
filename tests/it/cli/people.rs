//! Workspaces, people, consents.

use serde_json::json;

use crate::cli::{Outcome, Place};

fn user(place: &Place, password: &str, email: &str, workspace: &str, role: &str) -> Outcome {
    place.run_with(
        password,
        &[
            "user",
            "create",
            "--email",
            email,
            "--name",
            "Mara",
            "--workspace",
            workspace,
            "--role",
            role,
            "--password-stdin",
            "--json",
        ],
    )
}

#[test]
fn workspaces_and_people_are_made_once() {
    let place = Place::new("people");
    let workspace = place.workspace("northwind");
    place
        .run(&["workspace", "create", "--slug", "northwind", "--name", "Other"])
        .fails(5, "workspace_exists");

    let mara = user(
        &place,
        "correct horse\n",
        "Mara@Northwind.example",
        "northwind",
        "owner",
    )
    .json();
    assert_eq!(mara["email"], "mara@northwind.example");
    assert_eq!(mara["workspace_id"], json!(workspace));
    assert_eq!(mara["role"], "owner");
    assert_eq!(place.count("account"), 1);
    assert_eq!(
        place.count("audit_event WHERE actor_kind = 'operator' AND kind IN ('workspace.created', 'account.created', 'member.added')"),
        3
    );

    let refused = |password: &str, email: &str, workspace: &str, role: &str, exit: i32, code: &str| {
        let outcome = user(&place, password, email, workspace, role);
        outcome.fails(exit, code);
        assert!(!outcome.stderr.contains("horse"), "{}", outcome.stderr);
    };
    refused(
        "correct horse",
        "mara@northwind.example",
        "northwind",
        "viewer",
        5,
        "account_exists",
    );
    refused(
        "correct horse",
        "tom@northwind.example",
        "nowhere",
        "viewer",
        3,
        "not_found",
    );
    refused(
        "correct horse",
        "tom@northwind.example",
        "northwind",
        "king",
        2,
        "usage",
    );
    refused("correct horse", "tom", "northwind", "viewer", 2, "usage");
    refused(
        "horse12",
        "tom@northwind.example",
        "northwind",
        "viewer",
        2,
        "usage",
    );
    refused("", "tom@northwind.example", "northwind", "viewer", 2, "usage");
    refused(
        &"horse".repeat(52),
        "tom@northwind.example",
        "northwind",
        "viewer",
        2,
        "usage",
    );
    assert_eq!(place.count("account"), 1);

    // 256 characters are not 256 bytes.
    let longest = user(
        &place,
        &"é".repeat(256),
        "tom@northwind.example",
        "northwind",
        "viewer",
    );
    assert_eq!(longest.exit, 0, "{}", longest.stderr);
}

#[test]
fn consents_that_do_not_stand_are_not_found() {
    let place = Place::new("consents");
    assert_eq!(place.run(&["consent", "list", "--json"]).json(), json!([]));
    let plain = place.run(&["consent", "list", "--user", "mara@northwind.example"]);
    assert_eq!(
        plain.stdout,
        "id\tuser\tclient_id\tclient_name\tworkspace\tscope\tcreated_at\n"
    );
    let unknown = "01938f0e-5c1b-7c3e-9d7a-0d6f4c2b1a90";
    place.run(&["consent", "revoke", unknown]).fails(3, "not_found");
    place.run(&["consent", "revoke", "garbage"]).fails(3, "not_found");
    place
        .run(&["consent", "list", "--client", unknown])
        .fails(3, "not_found");
}

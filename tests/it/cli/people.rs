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
        "correct horse battery\n",
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
        "correct horse battery",
        "mara@northwind.example",
        "northwind",
        "viewer",
        5,
        "account_exists",
    );
    refused(
        "correct horse battery",
        "tom@northwind.example",
        "nowhere",
        "viewer",
        3,
        "not_found",
    );
    refused(
        "correct horse battery",
        "tom@northwind.example",
        "northwind",
        "king",
        2,
        "usage",
    );
    refused("correct horse battery", "tom", "northwind", "viewer", 2, "usage");
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
        &"correct horse battery ".repeat(12),
        "tom@northwind.example",
        "northwind",
        "viewer",
        2,
        "usage",
    );
    // Nor is one that many would guess, or who knows the person.
    for weak in ["password1", "northwind2026"] {
        refused(weak, "tom@northwind.example", "northwind", "viewer", 2, "usage");
    }
    assert_eq!(place.count("account"), 1);

    // 256 characters are not 256 bytes.
    let longest = user(
        &place,
        &"wörtergeflecht aus mühlen ".repeat(10)[..]
            .chars()
            .take(256)
            .collect::<String>(),
        "tom@northwind.example",
        "northwind",
        "viewer",
    );
    assert_eq!(longest.exit, 0, "{}", longest.stderr);
}

#[test]
fn an_account_is_switched_off_and_on_and_gets_a_link() {
    const MARA: &str = "mara@northwind.example";
    let place = Place::new("standing");
    place.workspace("northwind");
    user(&place, "correct horse battery", MARA, "northwind", "owner").json();
    let state = || place.run(&["user", "list", "--json"]).json()[0]["state"].clone();
    assert_eq!(state(), "active");

    let link = place
        .run(&["user", "reset-link", "Mara@Northwind.example", "--json"])
        .json();
    let address = link["link"].as_str().unwrap();
    assert!(address.contains("/reset?token=cst_ec_"), "{address}");
    assert_eq!(
        place.count("email_code WHERE purpose = 'reset' AND used_at IS NULL"),
        1
    );
    place.run(&["user", "reset-link", MARA]);
    assert_eq!(
        place.count("email_code WHERE used_at IS NULL"),
        1,
        "the newest is the only one"
    );

    for _ in 0..2 {
        assert_eq!(
            place.run(&["user", "disable", MARA, "--json"]).json()["state"],
            "disabled"
        );
    }
    assert_eq!(state(), "disabled");
    assert_eq!(
        place.count("account WHERE credentials_epoch = 1"),
        1,
        "no session comes back with it"
    );
    place
        .run(&["user", "reset-link", MARA])
        .fails(5, "account_disabled");
    for _ in 0..2 {
        assert_eq!(
            place.run(&["user", "enable", MARA, "--json"]).json()["state"],
            "active"
        );
    }
    for kind in ["account.disabled", "account.enabled"] {
        let rows = format!("audit_event WHERE actor_kind = 'operator' AND kind = '{kind}'");
        assert_eq!(place.count(&rows), 1, "{kind}");
    }
    assert_eq!(
        place.count("audit_event WHERE kind = 'account.reset_link_made'"),
        2
    );
    for command in ["disable", "enable", "reset-link"] {
        place
            .run(&["user", command, "nobody@northwind.example"])
            .fails(3, "not_found");
    }
    let after = place.run(&["user", "list", "--after", MARA, "--json"]).json();
    assert_eq!(after, json!([]));
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

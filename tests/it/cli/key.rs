//! API keys at the command line.

use serde_json::{Value, json};

use crate::cli::{Outcome, Place};

fn create(place: &Place, more: &[&str]) -> Outcome {
    let usual = [
        "key",
        "create",
        "--workspace",
        "northwind",
        "--name",
        "Deploy",
        "--json",
    ];
    place.run(&[&usual[..], more].concat())
}

fn verify(place: &Place, key: &str, more: &[&str]) -> Value {
    place
        .run_with(&format!("{key}\n"), &[&["key", "verify"], more].concat())
        .json()
}

/// K3, K4, K7: a key is printed once, works, is rolled with an overlap, and ends.
#[test]
fn a_key_is_made_seen_rolled_and_ended() {
    let place = Place::new("key");
    place.workspace("northwind");
    let made = create(
        &place,
        &["--service-account", "ci", "--scope", "analytics.read posts.write"],
    )
    .json();
    let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    assert!(key.starts_with("cst_ak_"), "{key}");
    assert_eq!(made["last_four"], key[key.len() - 4..]);
    assert!(made["expires_at"].is_string(), "90 days where nothing is said");

    let answer = verify(&place, key, &[]);
    assert_eq!(answer["active"], true);
    assert_eq!(answer["key_id"], id);
    assert_eq!(answer["scope"], "analytics.read posts.write");
    assert_eq!(answer["role"], "member");

    for seen in [
        place.run(&["key", "list", "--workspace", "northwind", "--json"]),
        place.run(&["key", "show", id, "--json"]),
    ] {
        assert!(
            seen.stdout.contains(id) && !seen.stdout.contains(&key[8..]),
            "{}",
            seen.stdout
        );
    }

    let rolled = place
        .run(&["key", "roll", id, "--overlap", "1h", "--json"])
        .json();
    let newer = rolled["key"].as_str().unwrap();
    assert_ne!(newer, key);
    assert_eq!(rolled["state"], "rolling");
    for works in [key, newer] {
        assert_eq!(verify(&place, works, &[])["active"], true, "within the overlap");
    }
    place.run(&["key", "roll", id, "--overlap", "0", "--json"]).json();
    assert_eq!(verify(&place, key, &[])["code"], "key_replaced");
    assert_eq!(verify(&place, newer, &[])["code"], "key_replaced");

    place.run(&["key", "revoke", id]).fails(2, "usage");
    place.run(&["key", "revoke", id, "--yes"]);
    assert_eq!(
        verify(&place, newer, &[]),
        json!({"active": false, "code": "key_revoked"})
    );
    place.run(&["key", "roll", id]).fails(5, "key_revoked");
    let told = "audit_event WHERE actor_kind = 'operator' AND kind IN ('api_key.created', 'api_key.rotated', \
                'api_key.revoked', 'service_account.created')";
    assert_eq!(place.count(told), 5);
}

#[test]
fn a_key_that_could_not_be_meant_is_refused() {
    let place = Place::new("key-refused");
    place.workspace("northwind");
    let ci = ["--service-account", "ci", "--scope"];
    for (more, exit, code) in [
        (&["posts.raed"][..], 2, "usage"),
        (&[""], 2, "usage"),
        (
            &["posts.write", "--origin", "https://www.example.com"],
            2,
            "usage",
        ),
        (
            &["posts.write", "--origin", "https://www.example.com/"],
            2,
            "usage",
        ),
        (&["posts.write", "--expires-in", "0"], 2, "usage"),
        (&["posts.write", "--role", "owner"], 2, "usage"),
        (&["posts.write", "--network", "192.0.2.0/40"], 2, "usage"),
    ] {
        create(&place, &[&ci[..], more].concat()).fails(exit, code);
    }
    create(
        &place,
        &["--owner", "nobody@people.example", "--scope", "posts.write"],
    )
    .fails(3, "not_found");
    place.run(&["key", "show", "nothing"]).fails(3, "not_found");
    assert_eq!(place.count("api_key"), 0);
    assert_eq!(place.count("service_account"), 0);
}

/// Bound to a network, it works from there only, and from nowhere that is not said.
#[test]
fn a_key_that_is_bound_to_a_network_works_from_there() {
    let place = Place::new("key-network");
    place.workspace("northwind");
    let more = [
        "--service-account",
        "ci",
        "--scope",
        "posts.write",
        "--network",
        "192.0.2.7/24",
    ];
    let made = create(&place, &more).json();
    assert_eq!(made["networks"], json!(["192.0.2.0/24"]));
    let key = made["key"].as_str().unwrap();
    assert_eq!(verify(&place, key, &["--address", "192.0.2.200"])["active"], true);
    assert_eq!(
        verify(&place, key, &["--address", "::ffff:192.0.2.200"])["active"],
        true
    );
    for elsewhere in [&["--address", "198.51.100.1"][..], &[]] {
        assert_eq!(
            verify(&place, key, elsewhere)["code"],
            "network_forbidden",
            "{elsewhere:?}"
        );
    }
}

#[test]
fn a_plan_is_one_of_the_configuration() {
    let place = Place::new("plan");
    place.workspace("northwind");
    let plan = |more: &[&str]| place.run(&[&["workspace", "plan", "northwind", "--json"], more].concat());
    assert_eq!(plan(&[]).json()["plan"], "standard");
    plan(&["pro"]).fails(3, "not_found");
    assert_eq!(plan(&["standard"]).json()["plan"], "standard");
    assert_eq!(
        place.count("audit_event WHERE kind = 'workspace.plan_changed'"),
        1
    );
}

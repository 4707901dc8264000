//! A person's data: the copy, and the end of the account.

use std::time::Duration;

use consentry::platform::config::Role;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::{signed_in_as, try_sign_in};
use crate::support::{Registration, Server, cluster::eventually, server::PASSWORD};

const PAGE: &str = "/account/data/delete";

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_has_what_is_the_persons_and_no_secret() {
    let server = Server::start().await;
    let (alice, bob) = (server.person("alice"), server.person("bob"));
    let client = server.client(Registration::web());
    let browser = server.browser();
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    try_sign_in(&server.browser(), &bob.email, PASSWORD).await;
    browser.connect(&client, &alice, &[]).await;
    let answer = browser.get("/account/data/download").await;
    assert_eq!(answer.status, StatusCode::OK);
    let attached = answer.header("content-disposition").unwrap();
    assert!(attached.starts_with("attachment;"), "{attached}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let copy: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(copy["profile"]["email"], alice.email);
    for (part, many) in [("workspaces", 1), ("sessions", 1), ("connectedApps", 1)] {
        assert_eq!(copy[part].as_array().unwrap().len(), many, "{part}");
    }
    let kinds: Vec<_> = copy["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["kind"].as_str().unwrap())
        .collect();
    for kind in ["account.signed_in", "consent.given", "account.data_downloaded"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    assert!(
        !answer.body.contains("argon2") && !answer.body.contains("digest"),
        "{}",
        answer.body
    );
    assert!(!answer.body.contains("bob") && !answer.body.contains(&bob.account.id.to_string()));
    server.advance(Duration::from_mins(11));
    let late = browser.get("/account/data/download").await;
    assert_eq!(
        late.location(),
        Some("/account/confirm?return_to=/account/data/download")
    );
    let late = browser.get(PAGE).await;
    assert_eq!(
        late.location(),
        Some("/account/confirm?return_to=/account/data/delete")
    );
}

/// However much it is; and from where others acted is theirs.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_has_every_fact_once_the_newest_first() {
    const MANY: i64 = 2500;
    let server = Server::start().await;
    let (alice, bob) = (server.person("alice"), server.person("bob"));
    let browser = server.browser();
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    let (mine, other) = (alice.account.id, bob.account.id);
    // By herself, by another about her, by another about himself.
    server.execute(&format!(
        "INSERT INTO audit_event (id, kind, actor_kind, actor_id, target_kind, target_id, detail) \
         SELECT (lpad(to_hex(1700000000000 + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid, \
         'test.filled', 'account', CASE n % 3 WHEN 0 THEN '{mine}'::uuid ELSE '{other}'::uuid END, 'account', \
         CASE n % 3 WHEN 1 THEN '{mine}'::uuid ELSE '{other}'::uuid END, jsonb_build_object('number', n) \
         FROM generate_series(1, {MANY}) n"
    ));
    server.execute(
        "INSERT INTO audit_personal (event_id, recorded_at, address) \
         SELECT id, now(), 'from ' || (detail->>'number') FROM audit_event WHERE kind = 'test.filled'",
    );
    let copied = async || {
        let answer = browser.get("/account/data/download").await;
        let mut copy: Value = serde_json::from_str(&answer.body).unwrap();
        let Value::Array(events) = copy["events"].take() else {
            panic!("no list");
        };
        events
    };
    let events = copied().await;
    let filled = events.iter().filter(|it| it["kind"] == "test.filled");
    let told: Vec<_> = filled
        .map(|it| (it["detail"]["number"].as_i64().unwrap(), it["address"].as_str()))
        .collect();
    let addresses: Vec<_> = (0..=MANY).map(|number| format!("from {number}")).collect();
    let expected: Vec<_> = (1..=MANY)
        .rev()
        .filter(|number| number % 3 != 2)
        .map(|number| {
            let address = &addresses[usize::try_from(number).unwrap()];
            (number, (number % 3 == 0).then_some(address.as_str()))
        })
        .collect();
    assert_eq!(told, expected);
    let first = &events[0];
    assert_eq!(first["kind"], "account.data_downloaded");
    assert!(first["address"].is_string(), "{first}");

    // As many as are looked up at once, twice, with the next download's own.
    let about = format!("actor_id = '{mine}' OR target_id = '{mine}'");
    let too_many = server.count(&format!("audit_event WHERE {about}")) + 1 - 1000;
    server.execute(&format!(
        "DELETE FROM audit_event WHERE id IN (SELECT id FROM audit_event WHERE {about} ORDER BY id LIMIT {too_many})"
    ));
    assert_eq!(copied().await.len(), 1000);
}

/// XT-11: who registers with the address later is somebody new.
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_takes_everything_with_it() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let bob = server.person("bob");
    let client = server.client(Registration::web());
    let browser = server.browser();
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    browser.connect(&client, &alice, &[]).await;
    let other = server.browser();
    try_sign_in(&other, &alice.email, PASSWORD).await;
    let program = server.token_of(&alice.email).await;
    let form = browser.get(PAGE).await.form(PAGE);
    let before = server.rows_but(&["session"]);
    for typed in ["", "alice", &bob.email] {
        let answer = browser.submit(&form.clone().with("email", typed)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
    }
    for form in [
        form.clone().without("csrf_token"),
        form.clone().with("csrf_token", "x"),
    ] {
        let answer = browser.submit(&form.with("email", &alice.email)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "CS-01");
    }
    assert_eq!(server.rows_but(&["session"]), before);
    let answer = browser
        .submit(&form.with("email", &alice.email.to_uppercase()))
        .await;
    assert!(
        answer.body.contains("Your account is deleted"),
        "{} {}",
        answer.status,
        answer.body
    );
    for gone in [&browser, &other] {
        assert_eq!(signed_in_as(gone).await, None);
    }
    let told = server.ask(Method::GET, "/v1/me", Some(&program), None).await;
    assert_eq!(told.status, StatusCode::UNAUTHORIZED);
    let id = alice.account.id;
    for table in [
        "account WHERE id",
        "session WHERE account_id",
        "membership WHERE account_id",
        "consent WHERE account_id",
        "oauth_grant WHERE account_id",
    ] {
        assert_eq!(server.count(&format!("{table} = '{id}'")), 0, "{table}");
    }
    let personal =
        format!("audit_personal p JOIN audit_event e ON e.id = p.event_id WHERE e.actor_id = '{id}'");
    assert_eq!(server.count(&personal), 0);
    assert_eq!(server.count("audit_event WHERE kind = 'account.deleted'"), 1);
    assert!(
        server.tables_with(&alice.email).is_empty(),
        "{:?}",
        server.tables_with(&alice.email)
    );
    assert_ne!(server.person("alice").account.id, id, "XT-11");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_owner_of_a_workspace_is_told_which() {
    let server = Server::start().await;
    let alice = server.person_in("alice", &[("acme", Role::Owner), ("beta", Role::Owner)]);
    server.person_in("bob", &[("beta", Role::Owner), ("acme", Role::Admin)]);
    let browser = server.browser();
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    let form = browser.get(PAGE).await.form(PAGE).with("email", &alice.email);
    let before = server.rows_but(&["session"]);
    let answer = browser.submit(&form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
    assert!(
        answer.body.contains("<bdi>acme</bdi>") && !answer.body.contains("<bdi>beta</bdi>"),
        "{}",
        answer.body
    );
    assert_eq!(server.rows_but(&["session"]), before);
    server.person_in("carol", &[("acme", Role::Owner)]);
    let answer = browser.submit(&form).await;
    assert!(answer.body.contains("Your account is deleted"), "{}", answer.body);
}

/// Of two owners who delete their accounts at the same moment one is told that they are the last.
#[tokio::test(flavor = "multi_thread")]
async fn two_owners_who_delete_their_accounts_at_the_same_moment_leave_one_owner() {
    use diesel::connection::SimpleConnection as _;
    let server = Server::start().await;
    let mut forms = Vec::new();
    for name in ["alice", "bob"] {
        let person = server.person_in(name, &[("acme", Role::Owner)]);
        let browser = server.browser();
        try_sign_in(&browser, &person.email, PASSWORD).await;
        let form = browser.get(PAGE).await.form(PAGE).with("email", &person.email);
        forms.push((browser, form));
    }
    let mut holder = server.database.connect();
    // Neither account goes before both have looked who else owns the workspace.
    holder
        .batch_execute("BEGIN; LOCK TABLE account IN SHARE MODE")
        .unwrap();
    let deleting: Vec<_> = { forms.into_iter() }
        .map(|(browser, form)| tokio::spawn(async move { browser.submit(&form).await }))
        .collect();
    let waiting = "pg_stat_activity WHERE datname = current_database() AND application_name = 'consentry' \
                   AND wait_event_type = 'Lock'";
    eventually("both wait", async || (server.count(waiting) == 2).then_some(())).await;
    holder.batch_execute("COMMIT").unwrap();
    let mut statuses = Vec::new();
    for answer in deleting {
        statuses.push(answer.await.unwrap().status.as_u16());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(server.count("membership WHERE role = 'owner'"), 1);
}

//! Whoever was invited joins, and nobody else does.

use std::time::Duration;

use consentry::{
    accounts::account::{self, Email, NewAccount, Verified},
    platform::{
        config::Role,
        password,
        secret::{Kind, Secret},
    },
};
use serde_json::{Value, json};

use super::{invite, invited};
use crate::support::{Bearer, Server, client::Reply, race::race};

const ACCEPT: &str = "/v1/auth/accept-invite";
const NOT_FOUND: &str = "404 invitation_not_found";
const GOOD: &str = "lichtungen im moor";

async fn owner(server: &Server) -> Bearer {
    server
        .session(&server.person_in("olga", &[("acme", Role::Owner)]))
        .await
}

fn newcomer(token: &str) -> Value {
    json!({"token": token, "name": "Nina", "password": GOOD})
}

/// What can be told apart from one answer to another.
fn told(reply: &Reply) -> (u16, Value) {
    let mut json = reply.json.clone();
    json.as_object_mut().unwrap().remove("request_id");
    (reply.status.as_u16(), json)
}

/// EM-08: used, withdrawn, expired, replaced, of a deleted workspace, and made up: the same, and nothing of the workspace.
#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_is_over_tells_nothing_not_even_why() {
    let server = Server::start().await;
    let owner = owner(&server).await;
    let mut dead = Vec::new();
    for name in ["used", "withdrawn", "replaced", "expired"] {
        let email = format!("{name}@people.example");
        let id = invite(&owner, "acme", &email, "member").await;
        let token = invited(&server, &email).await;
        let path = format!("/v1/workspaces/acme/invitations/{id}");
        match name {
            "used" => drop(server.nobody().post(ACCEPT, &newcomer(&token)).await.ok()),
            "withdrawn" => assert_eq!(owner.delete(&path).await.outcome(), "204"),
            "replaced" => drop(owner.post(&format!("{path}/resend"), &json!({})).await.ok()),
            _ => server.advance(Duration::from_hours(7 * 24)),
        }
        dead.push((name, token));
    }
    let owner = server
        .session_of("olga@people.example", crate::support::server::PASSWORD)
        .await;
    for (name, kind) in [("made up", Kind::Invitation), ("another kind", Kind::EmailCode)] {
        let secret = Secret::generate(kind, server.clock.now());
        dead.push((name, secret.reveal("cst").to_string()));
    }
    dead.push(("no token", "x".to_owned()));
    dead.push(("nothing", String::new()));
    let before = server.rows_but(&["session"]);
    let mut answers = Vec::new();
    for (name, token) in &dead {
        for body in [newcomer(token), json!({"token": token})] {
            for by in [&server.nobody(), &owner] {
                let reply = by.post(ACCEPT, &body).await;
                assert_eq!(reply.outcome(), NOT_FOUND, "EM-08 {name}");
                assert!(!reply.text.contains("acme"), "EM-08 {name}: {}", reply.text);
                answers.push(told(&reply));
            }
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "EM-08 {answers:?}");
    assert_eq!(server.rows_but(&["session"]), before, "EM-08");
    // Of a workspace that is deleted; it works again when that is back.
    invite(&owner, "acme", "late@people.example", "member").await;
    let token = invited(&server, "late@people.example").await;
    owner.delete("/v1/workspaces/acme?slug=acme").await.ok();
    let reply = server.nobody().post(ACCEPT, &newcomer(&token)).await;
    assert_eq!(told(&reply), answers[0], "EM-08 deleted");
    owner.post("/v1/workspaces/acme/restore", &json!({})).await.ok();
    server.nobody().post(ACCEPT, &newcomer(&token)).await.ok();
}

/// EM-05: the token names nothing that its holder could edit; a changed one is none.
#[tokio::test(flavor = "multi_thread")]
async fn an_edited_token_is_none() {
    let server = Server::start().await;
    let owner = owner(&server).await;
    invite(&owner, "acme", "a@people.example", "viewer").await;
    invite(&owner, "acme", "b@people.example", "admin").await;
    let first = invited(&server, "a@people.example").await;
    let second = invited(&server, "b@people.example").await;
    let before = server.rows_but(&["session"]);
    let forged = crate::support::forge::forged(&first, &second);
    let upper = first.to_uppercase();
    let (longer, shorter) = (format!("{first}x"), &first[..first.len() - 1]);
    for token in [forged.as_str(), &upper, &longer, shorter, &format!(" {first}")] {
        let reply = server.nobody().post(ACCEPT, &newcomer(token)).await;
        assert_eq!(reply.outcome(), NOT_FOUND, "EM-05 {token}");
    }
    for extra in ["role", "email", "workspaceId"] {
        let mut body = newcomer(&first);
        body[extra] = json!("owner");
        let reply = server.nobody().post(ACCEPT, &body).await;
        assert_eq!(reply.outcome(), "400 malformed_body", "EM-05 {extra}");
    }
    assert_eq!(server.rows_but(&["session"]), before, "EM-05");
    let joined = server.nobody().post(ACCEPT, &newcomer(&first)).await.ok();
    assert_eq!(joined.text("role"), "viewer");
}

/// EM-06: only who was invited joins: not whoever else is signed in, and not whoever reads the mail of an account without being in it.
#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_for_the_person_of_its_address_alone() {
    let server = Server::start().await;
    let owner = owner(&server).await;
    let bob = server.person_in("bob", &[]);
    let eve = server.session(&server.person_in("eve", &[])).await;
    invite(&owner, "acme", &bob.email, "member").await;
    invite(&owner, "acme", "new@people.example", "member").await;
    let for_bob = invited(&server, &bob.email).await;
    let for_new = invited(&server, "new@people.example").await;
    let before = server.rows_but(&["session"]);
    let anothers = "403 invitation_for_another_address";
    for token in [&for_bob, &for_new] {
        for body in [json!({"token": token}), newcomer(token)] {
            assert_eq!(eve.post(ACCEPT, &body).await.outcome(), anothers, "EM-06");
        }
    }
    let unsigned = server.nobody().post(ACCEPT, &newcomer(&for_bob)).await;
    assert_eq!(unsigned.outcome(), "401 unauthorized", "EM-06");
    let mut stale = server.nobody();
    "x".clone_into(&mut stale.token);
    let reply = stale.post(ACCEPT, &newcomer(&for_new)).await;
    assert_eq!(reply.outcome(), "401 invalid_token");
    assert_eq!(server.rows_but(&["session"]), before, "EM-06");
    let bob = server.session(&bob).await;
    let joined = bob.post(ACCEPT, &json!({"token": for_bob})).await.ok();
    assert_eq!(joined.headers["cache-control"], "no-store");
    assert_eq!(joined.json["workspace"]["slug"], "acme");
    assert_eq!(
        bob.post(ACCEPT, &json!({"token": for_bob})).await.outcome(),
        NOT_FOUND
    );
}

/// A disabled account stays so: an invitation is no way around the operator.
#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_does_not_open_a_disabled_account() {
    let server = Server::start().await;
    let owner = owner(&server).await;
    server.person_in("bob", &[]);
    server.execute("UPDATE account SET disabled_at = now() WHERE email = 'bob@people.example'");
    for verified in ["verified_at", "NULL"] {
        server.execute(&format!(
            "UPDATE account SET verified_at = {verified} WHERE email = 'bob@people.example'"
        ));
        if verified == "verified_at" {
            invite(&owner, "acme", "bob@people.example", "member").await;
        }
        let token = invited(&server, "bob@people.example").await;
        let before = server.rows_but(&["session"]);
        let reply = server.nobody().post(ACCEPT, &newcomer(&token)).await;
        assert_eq!(reply.outcome(), "401 unauthorized");
        assert_eq!(server.rows_but(&["session"]), before);
    }
}

/// A new address needs a name and a password that may be set; what is refused leaves the invitation as it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_needs_a_name_and_a_good_password() {
    let server = Server::start().await;
    let owner = owner(&server).await;
    invite(&owner, "acme", "nina@people.example", "member").await;
    let token = invited(&server, "nina@people.example").await;
    let before = server.rows_but(&["session"]);
    for body in [
        json!({"token": token}),
        json!({"token": token, "name": "Nina"}),
        json!({"token": token, "password": GOOD}),
        json!({"token": token, "name": " ", "password": GOOD}),
        json!({"token": token, "name": "a\u{0}b", "password": GOOD}),
        json!({"token": token, "name": "Nina", "password": "short"}),
        json!({"token": token, "name": "Nina", "password": "password1"}),
        json!({"token": token, "name": "Nina", "password": "nina@people.example"}),
        json!({"token": token, "name": "Nina", "password": "x".repeat(257)}),
    ] {
        let reply = server.nobody().post(ACCEPT, &body).await;
        assert_eq!(reply.outcome(), "422 invalid_value", "{body}");
    }
    assert_eq!(server.rows_but(&["session"]), before);
    server.nobody().post(ACCEPT, &newcomer(&token)).await.ok();
    server.session_of("nina@people.example", GOOD).await;
    for (kind, times) in [
        ("account.created", 1),
        ("invitation.accepted", 1),
        ("member.added", 1),
    ] {
        let rows = format!("audit_event WHERE kind = '{kind}'");
        assert_eq!(server.count(&rows), times, "{kind}");
    }
}

/// Pre-hijacking: whoever registered somebody else's address and waits has nothing when its owner comes.
#[tokio::test(flavor = "multi_thread")]
async fn an_unverified_registration_gives_way_to_who_was_invited() {
    let server = Server::start().await;
    let owner = owner(&server).await;
    let email = Email::parse("victim@people.example").unwrap();
    let hash = password::hash("the attackers password");
    let new = NewAccount {
        email: &email,
        name: "Mallory",
        password_hash: Some(&hash),
        verified: Verified::No,
    };
    let mut conn = server.database.connect();
    let early = account::create(&mut conn, &new, server.clock.now())
        .unwrap()
        .unwrap();
    invite(&owner, "acme", email.as_str(), "member").await;
    let letter = server.mail_to(email.as_str()).await;
    assert!(
        !letter.text.contains("Mallory"),
        "the name of who registered is not the victim's"
    );
    let token = invited(&server, email.as_str()).await;
    server.nobody().post(ACCEPT, &newcomer(&token)).await.ok();
    let now = account::find(&mut conn, early.id).unwrap().unwrap();
    assert_eq!(now.name, "Nina");
    assert!(now.credentials_epoch > early.credentials_epoch);
    server.session_of(email.as_str(), GOOD).await;
    let attacker =
        json!({"provider": "local", "email": email.as_str(), "password": "the attackers password"});
    let reply = server.nobody().post("/v1/auth/session", &attacker).await;
    assert_eq!(reply.outcome(), "401 invalid_credentials");
}

/// An invitation is accepted once, however many requests race, at two nodes.
#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_accepted_once_however_many_requests_race() {
    let server = Server::start().await;
    let node = server.node();
    let owner = owner(&server).await;
    let bob = server.person_in("bob", &[]);
    let by_bob = server.session(&bob).await;
    for (email, by) in [
        ("nina@people.example", server.nobody()),
        (bob.email.as_str(), by_bob),
    ] {
        invite(&owner, "acme", email, "member").await;
        let body = if by.token.is_empty() {
            newcomer(&invited(&server, email).await)
        } else {
            json!({"token": invited(&server, email).await})
        };
        let racers = (0..6).map(|at| {
            let by = if at % 2 == 0 {
                by.clone()
            } else {
                by.at(&node.origin)
            };
            let body = body.clone();
            async move { by.post(ACCEPT, &body).await.outcome() }
        });
        let outcomes = race(racers).await;
        let done = outcomes.iter().filter(|outcome| *outcome == "200").count();
        assert_eq!(done, 1, "{email}: {outcomes:?}");
        assert!(
            outcomes
                .iter()
                .all(|outcome| ["200", NOT_FOUND, "401 unauthorized"].contains(&outcome.as_str())),
            "{email}: {outcomes:?}"
        );
    }
    assert_eq!(server.count("membership"), 3);
}

/// Who belongs to the workspace already keeps their role.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_in_already_keeps_their_role() {
    let server = Server::start().await;
    let owner = owner(&server).await;
    let bob = server.person_in("bob", &[]);
    invite(&owner, "acme", &bob.email, "viewer").await;
    let id = bob.account.id;
    server.execute(&format!(
        "INSERT INTO membership SELECT id, '{id}', 'admin', now() FROM workspace WHERE slug = 'acme'"
    ));
    let token = invited(&server, &bob.email).await;
    let joined = server
        .session(&bob)
        .await
        .post(ACCEPT, &json!({"token": token}))
        .await
        .ok();
    assert_eq!(joined.text("role"), "admin");
}

//! Invitations as those see them who send them, and the mail.

use consentry::platform::config::Role;
use reqwest::Method;
use serde_json::json;

use super::{invite, invited};
use crate::support::{Server, server::PASSWORD};

const OPEN: &str = "/v1/workspaces/acme/invitations";

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_sent_sent_again_and_withdrawn() {
    let server = Server::start().await;
    let admin = server
        .session(&server.person_in("anna", &[("acme", Role::Admin)]))
        .await;
    let email = "new@people.example";
    let id = invite(&admin, "acme", " New@People.Example ", "member").await;
    let first = invited(&server, email).await;
    let all = admin.get(OPEN).await.ok().json;
    assert_eq!(all["items"][0]["id"], id);
    assert_eq!(all["items"][0]["email"], email);
    assert_eq!(all["items"][0]["role"], "member");
    assert!(
        !all.to_string().contains(&first),
        "the secret is in the mail alone"
    );
    assert_eq!(server.tables_with(&first), Vec::<String>::new());
    let before = server.rows_but(&["session"]);
    for (body, outcome) in [
        (json!({"email": email, "role": "viewer"}), "409 already_invited"),
        (
            json!({"email": "anna@people.example", "role": "viewer"}),
            "409 already_member",
        ),
        (json!({"email": "x", "role": "viewer"}), "422 invalid_value"),
        (
            json!({"email": "a@b.example\r\nBcc: c@d.example", "role": "viewer"}),
            "422 invalid_value",
        ),
        (
            json!({"email": "a@b.example", "role": "Owner"}),
            "400 malformed_body",
        ),
        (json!({"email": "a@b.example"}), "400 malformed_body"),
    ] {
        assert_eq!(admin.post(OPEN, &body).await.outcome(), outcome, "{body}");
    }
    assert_eq!(server.rows_but(&["session"]), before);

    let again = admin.post(&format!("{OPEN}/{id}/resend"), &json!({})).await.ok();
    assert_eq!(again.text("id"), id);
    let second = invited(&server, email).await;
    assert_ne!(first, second);
    let accept = |token: &str| json!({"token": token, "name": "New", "password": "lichtungen im moor"});
    let nobody = server.nobody();
    let reply = nobody.post("/v1/auth/accept-invite", &accept(&first)).await;
    assert_eq!(reply.outcome(), "404 invitation_not_found", "the older mail");

    assert_eq!(admin.delete(&format!("{OPEN}/{id}")).await.outcome(), "204");
    let reply = nobody.post("/v1/auth/accept-invite", &accept(&second)).await;
    assert_eq!(reply.outcome(), "404 invitation_not_found", "EM-08");
    for reply in [
        admin.delete(&format!("{OPEN}/{id}")).await,
        admin.post(&format!("{OPEN}/{id}/resend"), &json!({})).await,
    ] {
        assert_eq!(reply.outcome(), "404 not_found");
    }
    assert_eq!(admin.get(OPEN).await.ok().json["items"], json!([]));
    // Then there is room for another, and for one in the place of one that has expired.
    let third = invite(&admin, "acme", email, "viewer").await;
    server.advance(std::time::Duration::from_hours(7 * 24));
    let admin = server.session_of("anna@people.example", PASSWORD).await;
    let fourth = invite(&admin, "acme", email, "viewer").await;
    assert_ne!(third, fourth);
    assert_eq!(
        server.count("invitation WHERE used_at IS NULL AND withdrawn_at IS NULL"),
        1
    );
    for (kind, times) in [("sent", 3), ("resent", 1), ("withdrawn", 1)] {
        let rows = format!("audit_event WHERE kind = 'invitation.{kind}'");
        assert_eq!(server.count(&rows), times, "{kind}");
    }
}

/// UE-06: the link is the configured issuer's, whatever the request says of where it was sent.
#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_an_invitation_leads_to_the_issuer_whatever_the_headers_say() {
    let issuer = "https://id.example";
    let server = Server::start_behind(Some(issuer), "").await;
    let admin = server
        .session(&server.person_in("anna", &[("acme", Role::Admin)]))
        .await;
    for (at, header) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-forwarded-proto", "http"),
        ("x-original-url", "https://evil.example/"),
    ]
    .iter()
    .enumerate()
    {
        let email = format!("p{at}@people.example");
        let body = json!({"email": email, "role": "viewer"});
        let reply = admin.ask(Method::POST, OPEN, &[*header], Some(&body)).await;
        assert_eq!(reply.outcome(), "201", "UE-06 {header:?}: {}", reply.text);
        let letter = server.mail_to(&email).await;
        let [link] = &letter.links[..] else {
            panic!("UE-06 {header:?}: {:?}", letter.links);
        };
        assert!(
            link.starts_with("https://id.example/invite/cst_iv_"),
            "UE-06 {header:?}: {link}"
        );
        assert!(!letter.text.contains("evil"), "UE-06 {header:?}: {}", letter.text);
    }
}

/// Who invites and where to is told, in the language of who is asked; a name that could pass for a link is not.
#[tokio::test(flavor = "multi_thread")]
async fn the_letter_says_who_invites_where_to_and_carries_nobodys_advertisement() {
    let server = Server::start().await;
    let admin = server
        .session(&server.person_in("anna", &[("acme", Role::Admin)]))
        .await;
    server.person_in("hans", &[]);
    server.execute("UPDATE account SET language = 'de' WHERE email = 'hans@people.example'");
    invite(&admin, "acme", "new@people.example", "member").await;
    let letter = server.mail_to("new@people.example").await;
    assert_eq!(letter.subject, "Join acme");
    for said in [
        "anna invites you to the workspace acme, with the role member.",
        "The link is good until",
    ] {
        assert!(letter.text.contains(said), "{}", letter.text);
    }
    invite(&admin, "acme", "hans@people.example", "viewer").await;
    let letter = server.mail_to("hans@people.example").await;
    assert_eq!(letter.subject, "Einladung zu acme");
    assert!(
        letter
            .text
            .contains("anna lädt Sie ein: in den Arbeitsbereich acme, mit der Rolle Betrachter."),
        "{}",
        letter.text
    );
    let german = [("accept-language", "de")];
    let body = json!({"email": "new2@people.example", "role": "viewer"});
    admin.ask(Method::POST, OPEN, &german, Some(&body)).await;
    let letter = server.mail_to("new2@people.example").await;
    assert_eq!(letter.subject, "Einladung zu acme", "as who invites reads");
    for (number, hostile) in [
        "win.evil.example",
        "https://evil.example",
        "call eve@evil.example",
    ]
    .into_iter()
    .enumerate()
    {
        admin
            .patch("/v1/workspaces/acme", &json!({"name": hostile}))
            .await
            .ok();
        server.execute(&format!(
            "UPDATE account SET name = '{hostile}' WHERE email = 'anna@people.example'"
        ));
        let email = format!("h{number}@people.example");
        invite(&admin, "acme", &email, "viewer").await;
        let letter = server.mail_to(&email).await;
        let all = format!("{} {}", letter.subject, letter.text);
        assert!(!all.contains("evil"), "{all}");
        assert!(
            letter
                .text
                .contains("You are invited to a workspace, with the role viewer.")
        );
        assert_eq!(letter.subject, "Join Testwind");
    }
}

/// RL: one address is not flooded, whoever invites it; and one caller sends so many.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_gets_so_many_invitations_and_whoever_sends_more_is_told() {
    let server = Server::start_with("[rate_limits]\nmails_per_address = 2\ninvite = 5").await;
    let admin = server
        .session(&server.person_in("anna", &[("acme", Role::Admin)]))
        .await;
    let id = invite(&admin, "acme", "new@people.example", "member").await;
    invited(&server, "new@people.example").await;
    let resend = format!("{OPEN}/{id}/resend");
    admin.post(&resend, &json!({})).await.ok();
    let newest = invited(&server, "new@people.example").await;
    let refused = admin.post(&resend, &json!({})).await;
    assert_eq!(refused.outcome(), "429 too_many_requests");
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(server.mail().await.len(), 2);
    // What was refused has not ended the link of the mail that arrived.
    let body = json!({"token": newest, "name": "New", "password": "lichtungen im moor"});
    server.nobody().post("/v1/auth/accept-invite", &body).await.ok();
    for at in 0..2 {
        invite(&admin, "acme", &format!("n{at}@people.example"), "viewer").await;
    }
    let body = json!({"email": "last@people.example", "role": "viewer"});
    let refused = admin.post(OPEN, &body).await;
    assert_eq!(refused.outcome(), "429 too_many_requests");
    assert!(refused.headers.contains_key("ratelimit"), "{:?}", refused.headers);
}

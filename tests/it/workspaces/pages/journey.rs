//! A person is invited to a second workspace and uses both with one account.

use consentry::platform::config::Role;
use reqwest::StatusCode;

use super::{invite, role_of, send, signed_in};
use crate::support::{Server, server::PASSWORD};

/// From the mail's link through sign-in and back, to a list with both.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_invited_to_a_second_workspace_uses_both_with_one_account() {
    let server = Server::start().await;
    let olga = server.person_in("olga", &[("beta", Role::Owner)]);
    let alice = server.person("alice");
    let link = invite(
        &server,
        &signed_in(&server, &olga).await,
        "beta",
        &alice.email,
        "admin",
    )
    .await;

    let browser = server.browser();
    let page = browser.get(&link).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for said in [
        "Join <bdi>beta</bdi>",
        "<bdi>olga</bdi> invites you.",
        "alice@people.example",
        "admin",
    ] {
        assert!(page.body.contains(said), "{said} in {}", page.body);
    }
    let login = browser.get(&format!("/login?return_to={link}")).await;
    assert!(
        page.body.contains(&format!("href=\"/login?return_to={link}\"")),
        "{}",
        page.body
    );
    let answer = browser.log_in(&login, &alice.email, PASSWORD).await;
    assert_eq!(answer.location(), Some(link.as_str()), "sign-in leads back");
    let page = browser.follow(answer).await;
    let answer = send(&browser, &page, "/invite/", &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let list = browser.follow(answer).await;
    for slug in ["acme", "beta"] {
        let settings = format!("/w/{slug}/settings");
        assert!(
            list.body.contains(&format!("href=\"{settings}\"")),
            "{}",
            list.body
        );
        let page = browser.visit(&settings).await;
        assert_eq!(page.status, StatusCode::OK, "{slug}");
        assert!(
            page.body.contains(&format!("Workspace <bdi>{slug}</bdi>")),
            "{}",
            page.body
        );
    }
    assert_eq!(role_of(&server, "beta", &alice.email), Some("admin"));
    assert_eq!(role_of(&server, "acme", &alice.email), Some("member"));
    assert_eq!(server.count("account"), 2, "one account for both");
    let start = browser.get("/").await;
    for slug in ["acme", "beta"] {
        let settings = format!("href=\"/w/{slug}/settings\"");
        assert!(start.body.contains(&settings), "{}", start.body);
    }
}

/// In the language of whoever reads it.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_an_invitation_is_in_the_language_of_its_reader() {
    use crate::support::Browser;

    let server = Server::start().await;
    let olga = server.person_in("olga", &[("beta", Role::Owner)]);
    let owner = signed_in(&server, &olga).await;
    let link = invite(&server, &owner, "beta", "new@people.example", "member").await;
    let page = Browser::in_language(&server, "de").get(&link).await;
    assert!(
        page.body.contains("Beitreten: <bdi>beta</bdi>") && page.body.contains("Konto anlegen und beitreten"),
        "{}",
        page.body
    );
}

//! Settings → Integrations: what a person allowed, and taking it back (O8).

use consentry::platform::{config::Role, secret::Secret};
use reqwest::StatusCode;

use crate::support::{Registration, Server, client::api, server::PASSWORD};

const PAGE: &str = "/settings/integrations";

/// O8: *Remove access* ends every grant of that app in that workspace with the next request, on all devices, and no other.
#[tokio::test(flavor = "multi_thread")]
async fn removing_access_ends_all_grants_of_that_app_there_and_nothing_else() {
    let server = Server::start().await;
    let both = [("acme", Role::Member), ("beta", Role::Admin)];
    let alice = server.person_in("alice", &both);
    let bob = server.person("bob");
    let app = server.client(Registration::web());
    let other = server.client(Registration::web().with(|new| "Other app".clone_into(&mut new.name)));
    let api = api(&server);
    let at = |workspace| [("workspace", workspace), ("prompt", "consent")];
    let mut tokens = Vec::new();
    for (client, person, workspace) in [
        (&app, &alice, "acme"),
        (&app, &alice, "acme"),
        (&app, &alice, "beta"),
        (&other, &alice, "acme"),
        (&app, &bob, "acme"),
    ] {
        let code = client.code(&server, person, &at(workspace)).await;
        tokens.push((client, client.exchange(&code).await.ok()));
    }

    let browser = server.browser();
    let page = browser.visit(PAGE).await;
    assert!(page.at.starts_with("/login"), "{}", page.at);
    let page = browser.sign_in(&page, &alice).await;
    assert_eq!(page.at, PAGE, "sign-in comes back");
    for shown in [
        "Acme Sync",
        "rp.example",
        "In the workspace acme",
        "In the workspace beta",
        "Write posts",
        "Other app",
        "Last used on",
    ] {
        assert!(page.body.contains(shown), "{shown} is not in {}", page.body);
    }
    let (before, _) = page.body.split_once("In the workspace acme").unwrap();
    assert!(before.contains("Other app"), "newest first");
    let remove: Vec<&str> = page
        .body
        .split("href=\"")
        .filter_map(|it| it.split('"').next())
        .filter(|it| it.ends_with("/remove"))
        .collect();
    assert_eq!(remove.len(), 3);

    let confirm = browser.get(remove[2]).await;
    assert!(
        confirm.body.contains("Remove the access of Acme Sync") && confirm.body.contains("acme"),
        "{}",
        confirm.body
    );
    let removed = browser.submit(&confirm.form(PAGE)).await;
    assert_eq!(
        (removed.status, removed.location()),
        (StatusCode::SEE_OTHER, Some(PAGE))
    );

    for (index, (client, token)) in tokens.iter().enumerate() {
        let lives = index > 1;
        assert_eq!(
            api.is_active(token.text("access_token")).await,
            lives,
            "token {index}"
        );
        let refreshed = client.refresh(token.text("refresh_token")).await;
        assert_eq!(
            refreshed.status.is_success(),
            lives,
            "token {index}: {}",
            refreshed.text
        );
    }
    let left = browser.get(PAGE).await;
    assert_eq!(left.body.matches("<section").count(), 2);
    assert_eq!(
        browser.submit(&confirm.form(PAGE)).await.status,
        StatusCode::NOT_FOUND,
        "twice"
    );
    assert_eq!(
        server.count("audit_event WHERE kind = 'consent.revoked' AND actor_kind = 'account'"),
        1
    );
}

/// CS-01, CS-04, CS-08 and AD-10: nobody else's, and only by our own form.
#[tokio::test(flavor = "multi_thread")]
async fn access_is_removed_by_its_own_person_and_our_own_form_only() {
    let server = Server::start().await;
    let (alice, bob) = (server.person("alice"), server.person("bob"));
    let app = server.client(Registration::web());
    let tokens = app.tokens(&server, &alice).await;
    let open = async |person| {
        let browser = server.browser();
        let page = browser.visit(PAGE).await;
        (browser.sign_in(&page, person).await, browser)
    };
    let (page, alices) = open(&alice).await;
    let (empty, bobs) = open(&bob).await;
    assert!(
        empty.body.contains("No apps have access to your account."),
        "{}",
        empty.body
    );
    let path = page
        .body
        .split("href=\"")
        .filter_map(|it| it.split('"').next())
        .find(|it| it.ends_with("/remove"))
        .unwrap();
    let form = alices.get(path).await.form(PAGE);

    let before = server.digest();
    assert_eq!(bobs.get(path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(bobs.submit(&form).await.status, StatusCode::FORBIDDEN, "CS-02");
    assert_eq!(
        alices.submit(&form.clone().without("csrf_token")).await.status,
        StatusCode::FORBIDDEN,
        "CS-01"
    );
    // With a token of his own for her consent: knowing its id is worth nothing.
    let id = path.split('/').nth(3).unwrap();
    let cookie = Secret::parse("cst", &bobs.cookie("consentry_session").unwrap()).unwrap();
    let forged = form
        .clone()
        .with("csrf_token", &cookie.derive(&format!("remove {id}")));
    assert_eq!(bobs.submit(&forged).await.status, StatusCode::NOT_FOUND, "AD-10");
    let foreign = alices
        .post(path, &form.fields, &[("origin", "https://evil.example")])
        .await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN, "CS-04");
    assert_eq!(
        alices.get(path).await.status,
        StatusCode::OK,
        "CS-08: looking changes nothing"
    );
    let nobody = server.browser();
    assert_eq!(
        nobody.get(path).await.location(),
        Some("/login?return_to=/settings/integrations")
    );
    for absent in ["x", "019ab3c0-0000-7000-8000-000000000000"] {
        assert_eq!(
            alices.get(&format!("{PAGE}/{absent}/remove")).await.status,
            StatusCode::NOT_FOUND,
            "{absent}"
        );
    }
    assert_eq!(server.digest(), before);
    assert!(app.is_active(tokens.text("access_token")).await);
}

/// Sign-in leads to our own pages only.
#[tokio::test(flavor = "multi_thread")]
async fn sign_in_comes_back_to_a_page_of_ours_and_nowhere_else() {
    let server = Server::start().await;
    let alice = server.person("alice");
    for (asked, leads_to) in [
        ("/settings/integrations", "/settings/integrations"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/%5Cevil.example", "/"),
        ("/settings/../evil", "/"),
        ("", "/"),
    ] {
        let browser = server.browser();
        let page = browser.get(&format!("/login?return_to={asked}")).await;
        let answer = browser.log_in(&page, &alice.email, PASSWORD).await;
        assert_eq!(answer.location(), Some(leads_to), "{asked}");
    }
}

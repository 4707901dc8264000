//! Settings → Integrations: what a person allowed, and taking it back (O8).

use std::time::Duration;

use consentry::platform::{config::Role, secret::Secret};
use reqwest::StatusCode;

use crate::support::{Browser, Person, Registration, Server, browser::Answer, client::api, server::PASSWORD};

const PAGE: &str = "/settings/integrations";

/// What the list says after access was removed.
const GONE: &str = "<bdi>Acme Sync</bdi> no longer has access to <bdi>acme</bdi>.";

/// The addresses of the buttons that remove access, as they stand on the list.
fn removals(page: &Answer) -> Vec<String> {
    let links = page.body.split("href=\"").filter_map(|it| it.split('"').next());
    links
        .filter(|it| it.ends_with("/remove"))
        .map(str::to_owned)
        .collect()
}

/// A browser of this person, and their list.
async fn open(server: &Server, person: &Person) -> (Browser, Answer) {
    let browser = server.browser();
    let page = browser.visit(PAGE).await;
    let page = browser.sign_in(&page, person).await;
    assert_eq!(page.at, PAGE, "sign-in comes back");
    (browser, page)
}

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

    let (browser, page) = open(&server, &alice).await;
    for shown in [
        "Apps that may act for <strong><bdi>alice@people.example</bdi></strong>",
        "<h2><bdi>Acme Sync</bdi> <span class=\"domain\">rp.example</span></h2>",
        "<dt>Workspace</dt><dd><bdi>acme</bdi></dd>",
        "<dt>Workspace</dt><dd><bdi>beta</bdi></dd>",
        "Write posts <span class=\"tag warn\">Can change data</span> <code>posts.write</code>",
        "<li>See analytics <code>analytics.read</code></li>",
        "Other app",
        "<dt>Connections</dt><dd>2 devices or browsers</dd>",
        "<dt>Connections</dt><dd>1 device or browser</dd>",
        "Remove access<span class=\"vh\"> of <bdi>Acme Sync</bdi> to <bdi>acme</bdi></span>",
    ] {
        assert!(page.body.contains(shown), "{shown} is not in {}", page.body);
    }
    let (before, _) = page.body.split_once("<dd><bdi>acme</bdi></dd>").unwrap();
    assert!(before.contains("Other app"), "newest first");
    let remove = removals(&page);
    assert_eq!(remove.len(), 3);

    let confirm = browser.get(&remove[2]).await;
    for shown in [
        "<h1>Remove the access of <bdi>Acme Sync</bdi> to <bdi>acme</bdi></h1>",
        "<dt>Connections</dt><dd>2 devices or browsers</dd>",
        "on any device",
        "<a class=\"btn\" href=\"/settings/integrations\">Keep access</a>",
    ] {
        assert!(confirm.body.contains(shown), "{shown} is not in {}", confirm.body);
    }
    let removed = browser.submit(&confirm.form(PAGE)).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER);
    let done = removed.location().unwrap().to_owned();

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
    let left = browser.get(&done).await;
    assert_eq!(left.body.matches("<section").count(), 2);
    assert!(left.body.contains(GONE), "{}", left.body);
    assert!(!browser.get(PAGE).await.body.contains(GONE));
    // The button pressed twice, and the way back to it: what they tell is what the first press did.
    let twice = browser.submit(&confirm.form(PAGE)).await;
    assert_eq!(twice.location(), Some(done.as_str()), "{}", twice.body);
    assert_eq!(browser.get(&remove[2]).await.location(), Some(done.as_str()));
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
    let (alices, page) = open(&server, &alice).await;
    let (bobs, empty) = open(&server, &bob).await;
    assert!(
        empty.body.contains("No apps have access to your account."),
        "{}",
        empty.body
    );
    let path = removals(&page).remove(0);
    let path = path.as_str();
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
        Some(format!("/login?return_to={path}").as_str())
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

/// The word on what was removed is true whenever it is shown, and only for whom it concerns.
#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_what_was_removed_to_its_person_and_only_while_it_is_so() {
    let server = Server::start().await;
    let (alice, bob) = (server.person("alice"), server.person("bob"));
    let app = server.client(Registration::web());
    app.tokens(&server, &alice).await;
    let (browser, page) = open(&server, &alice).await;
    let remove = removals(&page).remove(0);
    let id = remove.split('/').nth(3).unwrap();
    let done = format!("{PAGE}?removed={id}");
    let early = browser.get(&done).await;
    assert!(
        !early.body.contains("no longer"),
        "before it is so: {}",
        early.body
    );

    let form = browser.get(&remove).await.form(PAGE);
    let page = browser.submit(&form).await;
    let page = browser.follow(page).await;
    assert_eq!(page.at, done);
    assert!(page.body.contains(GONE), "{}", page.body);
    assert!(page.body.contains("No apps have access to your account."));
    let (bobs, _) = open(&server, &bob).await;
    assert!(!bobs.get(&done).await.body.contains("no longer"), "another's");
    for other in ["x", "", "%zz", "019ab3c0-0000-7000-8000-000000000000"] {
        let page = browser.get(&format!("{PAGE}?removed={other}")).await;
        assert_eq!(page.status, StatusCode::OK, "{other}");
        assert!(!page.body.contains("no longer"), "{other}: {}", page.body);
    }

    app.tokens(&server, &alice).await;
    let anew = browser.get(&done).await;
    assert!(!anew.body.contains("no longer"), "allowed anew: {}", anew.body);
    assert_eq!(removals(&anew).len(), 1);
}

/// Times are for people and exact, with their zone; what is not used, not connected or switched off says so.
#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_since_when_and_when_last_used() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let app = server.client(Registration::web());
    let began = server.clock.now();
    let tokens = app.tokens(&server, &alice).await;
    server.advance(Duration::from_hours(30));
    app.refresh(tokens.text("refresh_token")).await.ok();
    let (browser, page) = open(&server, &alice).await;
    let time = |what: &str, form: &str| {
        let start = format!("<dt>{what}</dt><dd><time datetime=\"");
        let (_, rest) = page.body.split_once(&start).unwrap();
        let (exact, rest) = rest.split_once("\">").unwrap();
        let exact = chrono::DateTime::parse_from_rfc3339(exact).unwrap().to_utc();
        let words = exact.format(&format!("{form}</time></dd>")).to_string();
        assert!(rest.starts_with(&words), "{words}: {rest}");
        exact
    };
    let near =
        |a: chrono::DateTime<chrono::Utc>, b: chrono::DateTime<chrono::Utc>| (a - b).num_seconds().abs() < 60;
    let since = time("Allowed", "%-d %B %Y, %H:%M UTC");
    assert!(near(since, began), "{since} {began}");
    let used = began + chrono::Duration::hours(30);
    // Written down to the hour only, so the day is all that is said.
    let last = time("Last used", "%-d %B %Y");
    assert!(near(last, used), "{last} {used}");

    // Its one connection ends: it is still allowed, and has to ask.
    server.execute("UPDATE oauth_grant SET revoked_at = now(), revoked_because = 'client'");
    server.execute("UPDATE client SET disabled_at = now()");
    let page = browser.get(PAGE).await;
    for shown in [
        "Nowhere at the moment",
        "<span class=\"tag bad\">Switched off</span>",
    ] {
        assert!(page.body.contains(shown), "{shown} is not in {}", page.body);
    }
    // Retention forgets grants that nobody used for as long as a refresh token may live.
    server.execute("DELETE FROM oauth_grant");
    let page = browser.get(PAGE).await;
    assert!(
        page.body
            .contains("<dt>Last used</dt><dd>Not used for a long time</dd>"),
        "{}",
        page.body
    );
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

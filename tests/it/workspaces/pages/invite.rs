//! `/invite/{token}`: who may join by a link, and what it is worth afterwards.

use std::time::Duration;

use consentry::platform::config::Role;
use reqwest::StatusCode;

use super::{invite, role_of, send, signed_in};
use crate::support::{Browser, Server, browser::Answer, race::race, server::PASSWORD};

const NEW: &str = "new@people.example";

const GOOD: &str = "lichtungen im moor";

/// A server with an owner of `beta`, and the link of an invitation to this address.
async fn invited(email: &str) -> (Server, Browser, String) {
    let server = Server::start().await;
    let olga = server.person_in("olga", &[("beta", Role::Owner)]);
    let owner = signed_in(&server, &olga).await;
    let link = invite(&server, &owner, "beta", email, "member").await;
    (server, owner, link)
}

async fn sign_up(browser: &Browser, page: &Answer) -> Answer {
    send(
        browser,
        page,
        "/invite/",
        &[("name", "Nora New"), ("password", GOOD)],
    )
    .await
}

/// The link proves the address: account, session and membership in one go. The session's cookie is a new one (CWE-384).
#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_gets_account_session_and_membership_in_one_go() {
    let (server, _, link) = invited(NEW).await;
    let browser = server.browser();
    let planted = "cst_st_planted";
    browser.set_cookie("consentry_session", planted);
    let page = browser.get(&link).await;
    assert!(
        page.body.contains("There is no account for this address yet."),
        "{}",
        page.body
    );
    let mails = server.mail().await.len();
    let answer = sign_up(&browser, &page).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_ne!(
        browser.cookie("consentry_session").unwrap(),
        planted,
        "a session of its own"
    );
    let list = browser.follow(answer).await;
    assert!(list.body.contains("<bdi>beta</bdi>"), "{}", list.body);
    assert_eq!(role_of(&server, "beta", NEW), Some("member"));
    assert_eq!(server.mail().await.len(), mails, "no second mail");
    let again = server.browser();
    let login = again.get("/login").await;
    again.log_in(&login, NEW, GOOD).await;
}

/// Session fixation: whoever planted a live session of their own does not find it signed in as somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_there_before_is_not_the_one_that_is_signed_in() {
    let (server, _, link) = invited(NEW).await;
    let mallory = server.person("mallory");
    let attacker = signed_in(&server, &mallory).await;
    let theirs = attacker.cookie("consentry_session").unwrap();
    let victim = server.browser();
    victim.set_cookie("consentry_session", &theirs);
    let page = victim.get(&link).await;
    assert!(
        page.body.contains("Sign out and use the other account"),
        "{}",
        page.body
    );
    let answer = send(&victim, &page, "/logout", &[]).await;
    assert_eq!(answer.location(), Some(link.as_str()), "sign-out leads back");
    let page = victim.follow(answer).await;
    let answer = sign_up(&victim, &page).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_ne!(victim.cookie("consentry_session").unwrap(), theirs);
    let start = attacker.get("/").await;
    assert!(start.body.contains("You are not signed in"), "{}", start.body);
}

/// UE-11: programs that scan mail follow links, more than once.
#[tokio::test(flavor = "multi_thread")]
async fn looking_at_an_invitation_uses_nothing_up() {
    let (server, _, link) = invited(NEW).await;
    let before = server.rows_but(&[]);
    let browser = server.browser();
    for method in [reqwest::Method::GET, reqwest::Method::HEAD, reqwest::Method::GET] {
        let answer = browser.request(method, &link, &[], "").await;
        assert_eq!(answer.status, StatusCode::OK, "UE-11");
        assert_eq!(
            answer.header("referrer-policy"),
            Some("same-origin"),
            "the secret in the address"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    assert_eq!(server.rows_but(&[]), before, "UE-11");
}

/// EM-06: signed in as somebody else nobody joins, neither they nor the invited person.
#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_for_another_address_is_not_accepted() {
    let (server, _, link) = invited("alice@people.example").await;
    let alice = server.person("alice");
    let bob = server.person("bob");
    let browser = signed_in(&server, &bob).await;
    let page = browser.get(&link).await;
    assert!(
        page.body
            .contains("You are signed in as <bdi>bob@people.example</bdi>.")
            && page
                .body
                .contains("<bdi>alice@people.example</bdi>, and only that account"),
        "EM-06: {}",
        page.body
    );
    assert!(
        !page.body.contains("action=\"/invite/"),
        "EM-06: there is nothing to press"
    );
    // Pressed in another tab, in which Alice was signed in before.
    let hers = signed_in(&server, &alice).await.get(&link).await.form("/invite/");
    let before = server.rows_but(&[]);
    assert_eq!(browser.submit(&hers).await.status, StatusCode::FORBIDDEN, "EM-06");
    assert_eq!(server.rows_but(&[]), before, "EM-06");
    assert_eq!(role_of(&server, "beta", &bob.email), None, "EM-06");
}

/// The holder of the link reads the mail of the address. That does not make them the account's owner.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_with_an_account_is_not_signed_up_again() {
    let (server, _, link) = invited("alice@people.example").await;
    let browser = server.browser();
    // The form of somebody new was open before the account was made.
    let page = browser.get(&link).await;
    server.person("alice");
    let before = server.rows_but(&[]);
    let answer = sign_up(&browser, &page).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
    assert!(answer.body.contains("Sign in to join"), "{}", answer.body);
    assert_eq!(browser.cookie("consentry_session"), None);
    assert_eq!(server.rows_but(&[]), before);
}

/// Whoever registered an address first, and never proved it theirs, has no way into the account of its owner.
#[tokio::test(flavor = "multi_thread")]
async fn an_unverified_account_gives_way_to_whoever_was_invited() {
    let (server, _, link) = invited("alice@people.example").await;
    server.person("alice");
    server.execute("UPDATE account SET verified_at = NULL WHERE email = 'alice@people.example'");
    let browser = server.browser();
    let page = browser.get(&link).await;
    let answer = sign_up(&browser, &page).await;
    let list = browser.follow(answer).await;
    assert!(
        list.body.contains("<bdi>beta</bdi>"),
        "the session is alive: {}",
        list.body
    );
    let squatter = server.browser();
    let login = squatter.get("/login").await;
    let answer = send(
        &squatter,
        &login,
        "/login",
        &[("email", "alice@people.example"), ("password", PASSWORD)],
    )
    .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// EM-05, EM-08: used, withdrawn, replaced, expired, of a deleted workspace, made up: the same page, with no name on it.
#[tokio::test(flavor = "multi_thread")]
async fn every_link_that_does_not_work_gives_the_same_page() {
    let (server, owner, used) = invited("used@people.example").await;
    let browser = server.browser();
    let page = browser.get(&used).await;
    assert_eq!(sign_up(&browser, &page).await.status, StatusCode::SEE_OTHER);
    let withdrawn = invite(&server, &owner, "beta", "withdrawn@people.example", "member").await;
    let path = "/w/beta/settings/invitations";
    let list = owner.get(path).await;
    let action = list
        .form(&format!("{path}/"))
        .action
        .replace("/resend", "/withdraw");
    let answer = send(&owner, &list, &action, &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let notice = owner.follow(answer).await;
    assert!(
        notice.body.contains("That invitation is not open any more"),
        "{}",
        notice.body
    );
    let replaced = invite(&server, &owner, "beta", "replaced@people.example", "member").await;
    let list = owner.get(path).await;
    let answer = send(&owner, &list, &list.form(&format!("{path}/")).action, &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let newer = server.mail_to("replaced@people.example").await.path().to_owned();
    assert_ne!(newer, replaced);
    assert_eq!(server.browser().get(&newer).await.status, StatusCode::OK);
    // A character of another role, workspace or address: there is none in the secret to change.
    let typo = format!("{}x", &newer[..newer.len() - 1]);
    let gamma = server.person_in("gabi", &[("gamma", Role::Owner)]);
    let deleted = invite(&server, &signed_in(&server, &gamma).await, "gamma", NEW, "member").await;
    server.execute("UPDATE workspace SET deleted_at = now() WHERE slug = 'gamma'");
    let over = server.browser().get("/invite/nothing").await;
    for (case, link) in [
        ("used", &used),
        ("withdrawn", &withdrawn),
        ("replaced", &replaced),
        ("edited", &typo),
        ("of a deleted workspace", &deleted),
    ] {
        let answer = server.browser().get(link).await;
        assert_eq!(
            answer.status,
            StatusCode::NOT_FOUND,
            "EM-08 {case}: {}",
            answer.body
        );
        assert_eq!(answer.body, over.body, "EM-08 {case}");
        assert!(
            !answer.body.contains("beta") && !answer.body.contains("gamma"),
            "EM-08 {case}"
        );
    }
    let page = server.browser().get(&newer).await;
    assert_eq!(page.status, StatusCode::OK);
    server.advance(Duration::from_hours(7 * 24) + Duration::from_secs(1));
    let answer = server.browser().get(&newer).await;
    assert_eq!(
        (answer.status, answer.body),
        (StatusCode::NOT_FOUND, over.body),
        "EM-08 expired"
    );
}

/// However often the button is pressed, one person has joined once.
#[tokio::test(flavor = "multi_thread")]
async fn pressing_twice_joins_once() {
    let (server, owner, link) = invited(NEW).await;
    let browser = server.browser();
    let page = browser.get(&link).await;
    let form = page
        .form("/invite/")
        .with("name", "Nora New")
        .with("password", GOOD);
    let answers = race((0..4).map(|_| {
        let (browser, form) = (browser.copy(), form.clone());
        async move { browser.submit(&form).await.status }
    }))
    .await;
    let joined = answers
        .iter()
        .filter(|status| **status == StatusCode::SEE_OTHER)
        .count();
    assert_eq!(joined, 1, "{answers:?}");
    assert_eq!(server.count("account"), 2);
    // One after the other, as a browser does it: the second leads to where the first did.
    let other = invite(&server, &owner, "beta", "next@people.example", "member").await;
    let browser = server.browser();
    let form = browser
        .get(&other)
        .await
        .form("/invite/")
        .with("name", "Nadia")
        .with("password", GOOD);
    let first = browser.submit(&form).await;
    let second = browser.submit(&form).await;
    assert_eq!(first.location(), second.location(), "{}", second.body);
    assert_eq!(second.status, StatusCode::SEE_OTHER, "{}", second.body);
    assert_eq!(server.count("account"), 3);
}

/// What was typed and is not wrong stays; the password never comes back.
#[tokio::test(flavor = "multi_thread")]
async fn a_weak_password_or_no_name_is_told_and_the_name_is_kept() {
    let (server, _, link) = invited(NEW).await;
    let browser = server.browser();
    let page = browser.get(&link).await;
    let before = server.rows_but(&[]);
    for (name, password, said) in [
        ("Nora", "x7q!Zk", "at least 8"),
        ("Nora", "password1", "guess"),
        ("Nora", "", "at least 8"),
        ("", GOOD, "Type the name"),
        ("a\u{202e}b", GOOD, "Type the name"),
    ] {
        let fields = [("name", name), ("password", password)];
        let answer = send(&browser, &page, "/invite/", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{password}");
        assert!(answer.body.contains("<title>Error: Join beta"), "{}", answer.body);
        assert!(answer.body.contains(said), "{said} in {}", answer.body);
        assert!(
            password.is_empty() || !answer.body.contains(password),
            "{password} comes back"
        );
        assert!(
            name != "Nora" || answer.body.contains("value=\"Nora\""),
            "{}",
            answer.body
        );
    }
    assert_eq!(server.rows_but(&[]), before);
}

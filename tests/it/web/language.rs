//! A page is in the language of its reader: the account's, else the one that the browser asks for. What developers read is English.

use std::collections::BTreeMap;

use consentry::{accounts::account, web::language::Language};
use reqwest::{Method, StatusCode};

use crate::support::{Browser, Registration, Server, browser::Answer, server::PASSWORD, server::Person};

const GERMAN: &str = "de-AT, de;q=0.9, en;q=0.5";

/// Words of English that no German sentence has.
const ENGLISH_WORDS: [&str; 26] = [
    "a", "access", "account", "again", "allow", "and", "are", "at", "by", "error", "for", "from", "go", "is",
    "it", "not", "of", "or", "page", "sign", "skip", "the", "to", "with", "you", "your",
];

/// What the operator and the app wrote: it stays as it is.
const OF_OTHERS: [&str; 2] = ["See analytics", "See the numbers."];

/// What a page says, without its tags, and without what stands in `code`.
fn said(html: &str) -> String {
    let (mut text, mut is_code) = (String::new(), false);
    for piece in html.split('<').skip(1) {
        let (tag, rest) = piece.split_once('>').unwrap();
        is_code = tag.starts_with("code") || is_code && tag != "/code";
        if !is_code {
            text.push_str(rest);
        }
    }
    OF_OTHERS.iter().fold(text, |text, of| text.replace(of, ""))
}

fn heading(page: &Answer) -> String {
    let rest = page.body.split("<h1>").nth(1);
    let rest = rest.unwrap_or_else(|| panic!("no heading: {}", page.body));
    said(&format!("<h1>{}", rest.split("</h1>").next().unwrap()))
}

/// The page says by tag and header what it is in, and that another reader may get another.
fn is_in(page: &Answer, tag: &str) {
    let (at, body) = (&page.at, &page.body);
    assert!(body.contains(&format!("<html lang=\"{tag}\">")), "{at}: {body}");
    assert_eq!(page.header("content-language"), Some(tag), "{at}");
    let vary = page.headers.get_all("vary");
    let varies = vary.iter().any(|it| it == "accept-language");
    assert!(varies, "{at}: {:?}", page.headers);
}

/// Nothing but the words of the two differs: the policy and all other headers are the same.
fn differs_in_words_only(english: &Answer, german: &Answer) {
    let kept = |page: &Answer| -> BTreeMap<String, Vec<String>> {
        const OF_ITS_OWN: [&str; 6] = [
            "content-language",
            "content-length",
            "date",
            "set-cookie",
            "x-correlation-id",
            "x-request-id",
        ];
        let names = page
            .headers
            .keys()
            .filter(|it| !OF_ITS_OWN.contains(&it.as_str()));
        let all = |name| page.headers.get_all(name).iter();
        names
            .map(|name| {
                let values = all(name).map(|value| value.to_str().unwrap().to_owned());
                (name.to_string(), values.collect())
            })
            .collect()
    };
    assert_eq!(kept(english), kept(german), "{}", german.at);
}

/// The page that an address leads to.
type Look = (&'static str, u16, &'static str, &'static str);

async fn look(browsers: &[Browser; 2], path: &str, (name, status, english, german): Look) {
    let [in_english, in_german] = browsers;
    let pages = [in_english.visit(path).await, in_german.visit(path).await];
    for (page, tag, expected) in [(&pages[0], "en", english), (&pages[1], "de", german)] {
        assert_eq!(page.status.as_u16(), status, "{name} {tag}: {}", page.body);
        assert_eq!(heading(page), expected, "{name}");
        is_in(page, tag);
    }
    differs_in_words_only(&pages[0], &pages[1]);
    // Apart, also where one tag ends at the next.
    let text = said(&pages[1].body.replace('<', " <")).to_lowercase();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
        assert!(!ENGLISH_WORDS.contains(&word), "{name}: `{word}` in {text}");
    }
}

fn speaks(server: &Server, person: &Person, language: Option<Language>) {
    account::set_language(&mut server.database.connect(), person.account.id, language).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_in_the_language_that_the_browser_asks_for() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let app = server.client(Registration::web());
    let known = server.client(Registration::web());
    let asking = app.authorize_path(&[("scope", "analytics.read")]);
    let browsers = [
        Browser::in_language(&server, "en-GB"),
        Browser::in_language(&server, GERMAN),
    ];
    let none = "00000000-0000-7000-8000-000000000000";

    for (path, seen) in [
        (
            "/",
            ("start", 200, "You are not signed in", "Sie sind nicht angemeldet"),
        ),
        ("/login", ("sign-in", 200, "Sign in", "Anmelden")),
        (asking.as_str(), ("sign-in to an app", 200, "Sign in", "Anmelden")),
        (
            &format!("/login?request={none}"),
            (
                "stale",
                400,
                "This link does not work any more",
                "Dieser Link gilt nicht mehr",
            ),
        ),
        (
            "/oauth/authorize?client_id=nobody",
            (
                "broken",
                400,
                "This app made a mistake",
                "Diese App hat einen Fehler gemacht",
            ),
        ),
        (
            "/nothing/here",
            ("404", 404, "Page not found", "Seite nicht gefunden"),
        ),
        (
            "/logout",
            (
                "405",
                405,
                "This page cannot be used that way",
                "Diese Seite lässt sich so nicht benutzen",
            ),
        ),
        (
            "/login?request=%zz",
            (
                "400",
                400,
                "The request cannot be understood",
                "Die Anfrage ist nicht zu verstehen",
            ),
        ),
    ] {
        look(&browsers, path, seen).await;
    }

    for browser in &browsers {
        browser.sign_in(&browser.visit("/login").await, &alice).await;
    }
    browsers[0]
        .connect(&known, &alice, &[("scope", "analytics.read")])
        .await;
    let list = browsers[0].visit("/settings/integrations").await;
    let remove = list
        .body
        .split("href=\"")
        .find(|it| it.contains("/remove\""))
        .unwrap();
    let remove = remove.split('"').next().unwrap();
    for (path, seen) in [
        ("/", ("start, signed in", 200, "Your account", "Ihr Konto")),
        (
            asking.as_str(),
            (
                "consent",
                200,
                "Acme Sync wants to use your Testwind account",
                "Acme Sync möchte Ihr Konto bei Testwind nutzen",
            ),
        ),
        (
            "/settings/integrations",
            ("connected apps", 200, "Connected apps", "Verbundene Apps"),
        ),
        (
            remove,
            (
                "remove access",
                200,
                "Remove the access of Acme Sync to acme",
                "Zugriff von Acme Sync auf acme entfernen",
            ),
        ),
    ] {
        look(&browsers, path, seen).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_refused_in_the_readers_language() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let app = server.client(Registration::web());
    let browser = Browser::in_language(&server, GERMAN);
    let page = browser.visit(&app.authorize_path(&[])).await;

    let form = page.form("/login").with("email", &alice.email);
    let wrong = browser.submit(&form.clone().with("password", "wrong")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    is_in(&wrong, "de");
    assert!(
        wrong
            .body
            .contains("<title>Fehler: Anmelden \u{2013} Testwind</title>"),
        "{}",
        wrong.body
    );
    assert!(
        wrong
            .body
            .contains("Die E-Mail-Adresse oder das Passwort ist falsch."),
        "{}",
        wrong.body
    );

    let forged = form.with("password", PASSWORD).with("csrf_token", "forged");
    let forged = browser.submit(&forged).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    is_in(&forged, "de");
    assert!(
        forged.body.contains("Dieses Formular ist zu alt"),
        "{}",
        forged.body
    );

    let consent = browser.sign_in(&page, &alice).await;
    let unsure = browser.decide(&consent, "perhaps").await;
    assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
    is_in(&unsure, "de");
    assert!(
        unsure.body.contains("Noch wurde nichts erlaubt"),
        "{}",
        unsure.body
    );
    assert_eq!(
        browser.decide(&consent, "allow").await.status,
        StatusCode::SEE_OTHER
    );
    let over = browser.decide(&consent, "allow").await;
    assert_eq!(
        (over.status, heading(&over).as_str()),
        (StatusCode::BAD_REQUEST, "Sie haben schon geantwortet")
    );
    is_in(&over, "de");

    server.database.set_reachable(false);
    let down = browser.get("/settings/integrations").await;
    server.database.set_reachable(true);
    assert_eq!(
        (down.status, heading(&down).as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "Im Moment nicht erreichbar")
    );
    is_in(&down, "de");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_account_says_counts_for_more_than_what_the_browser_asks_for() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let app = server.client(Registration::web());
    for (asked, chosen, tag) in [
        ("en", Some(Language::German), "de"),
        (GERMAN, Some(Language::English), "en"),
        (GERMAN, None, "de"),
        ("en", None, "en"),
        ("fr", Some(Language::German), "de"),
    ] {
        speaks(&server, &alice, chosen);
        let browser = Browser::in_language(&server, asked);
        let sign_in = browser.visit(&app.authorize_path(&[])).await;
        // Who comes is not known yet.
        is_in(&sign_in, if asked == GERMAN { "de" } else { "en" });
        let consent = browser.sign_in(&sign_in, &alice).await;
        assert!(consent.at.ends_with("/consent"), "{}", consent.at);
        is_in(&consent, tag);
        for path in ["/", "/settings/integrations"] {
            is_in(&browser.visit(path).await, tag);
        }
        // In one that is over too, as far as it is known whose it was.
        is_in(&browser.decide(&consent, "perhaps").await, tag);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_developers_read_is_english_for_everybody() {
    let server = Server::start().await;
    let browser = Browser::in_language(&server, GERMAN);
    for path in ["/docs/errors", "/docs/errors/invalid_grant"] {
        let page = browser.visit(path).await;
        assert_eq!(page.status, StatusCode::OK);
        is_in(&page, "en");
    }
    // A problem is for a program, whatever language its person reads.
    let program = server.browser();
    let json = [("accept", "application/json"), ("accept-language", GERMAN)];
    let answer = program.request(Method::GET, "/nothing/here", &json, "").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(
        answer
            .body
            .contains("\"detail\":\"There is nothing at this address.\""),
        "{}",
        answer.body
    );
    assert_eq!(answer.header("content-language"), None);
}

//! Every state of the consent page.

use super::*;
use crate::{
    oauth::client::registration::{Kind, TokenFormat},
    platform::{clock::Timestamp, id::ClientId},
    web::{
        language::Language,
        sample,
        words::{ENGLISH, GERMAN},
    },
};

const DAY: u64 = 86_400;

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_777_818_720, 0).unwrap()
}

fn client(name: &str, is_verified: bool) -> &'static Client {
    Box::leak(Box::new(Client {
        id: ClientId::generate(now()),
        workspace_id: None,
        name: name.to_owned(),
        uri: Some("https://acme.example".to_owned()),
        kind: Kind::Confidential,
        redirect_uris: Vec::new(),
        grant_types: Vec::new(),
        scope: Scope::default(),
        default_scope: Scope::default(),
        audiences: Vec::new(),
        require_pkce: true,
        token_format: TokenFormat::Opaque,
        access_token_seconds: None,
        refresh_token_seconds: None,
        grant_seconds: None,
        created_at: now(),
        verified_at: is_verified.then(now),
        disabled_at: None,
    }))
}

fn row(name: &'static str, title: &'static str, optional: bool, language: Language) -> Row<'static> {
    let words = language.words();
    Row {
        name,
        title,
        sentence: "Analytics.",
        changes: name.contains("write"),
        optional,
        ticked: true,
        needs: name
            .starts_with("members")
            .then(|| (words.consent.needs)((words.role)(Role::Owner))),
    }
}

fn page(name: &'static str, redirect_uri: &str, places: usize, language: Language) -> AskPage<'static> {
    let words = language.words();
    let of_client = AskPage::of(
        sample::layout(language),
        client(name, true),
        redirect_uri,
        (words.consent.duration)(Duration::from_secs(60 * DAY), None),
    );
    let choices = ["northwind", "southwind"].into_iter().take(places);
    let mut page = AskPage {
        email: Phrase::of(name),
        action: "/oauth/authorize/0193/consent".to_owned(),
        csrf_token: "token".to_owned(),
        logout_token: "token".to_owned(),
        login: "/login?request=0193".to_owned(),
        choices: choices
            .map(|slug| Choice {
                slug,
                name,
                role: (words.role)(Role::Member),
                selected: slug == "northwind",
            })
            .collect(),
        new: vec![
            row("analytics.read", "See analytics", false, language),
            row("members.write", "Manage members", false, language),
            row("reviews.read", "See reviews", true, language),
        ],
        ..of_client
    };
    if places == 0 {
        page = page.remembering(name, None, None);
        page.new = Vec::new();
    }
    page
}

fn known(mut page: AskPage<'static>, place: Option<&str>) -> AskPage<'static> {
    let language = page.layout.language;
    page.known = vec![
        row("posts.write", "Write posts", false, language),
        row("media.read", "See media", true, language),
    ];
    page.known_since = (page.words.known_since)(now(), place);
    page
}

fn samples(name: &'static str, language: Language) -> Vec<(&'static str, AskPage<'static>)> {
    const CB: &str = "https://acme.example/cb";
    let page = |name, redirect_uri, places| page(name, redirect_uri, places, language);
    let again = |mut page: AskPage<'static>| {
        page.new = Vec::new();
        page
    };
    let unverified = AskPage {
        unverified: true,
        ..page(name, CB, 1)
    };
    vec![
        ("first time, one workspace", page(name, CB, 1)),
        ("first time, several workspaces", page(name, CB, 2)),
        ("something new", known(page(name, CB, 1), None)),
        (
            "something new, several workspaces",
            known(page(name, CB, 2), Some(name)),
        ),
        ("nothing new", again(known(page(name, CB, 1), None))),
        ("unverified", unverified),
        ("app on this device", page(name, "com.acme.app:/cb", 1)),
        (
            "program on this device",
            page(name, "http://127.0.0.1:4711/cb", 1),
        ),
        ("no workspace", page(name, CB, 0)),
        (
            "no workspace named",
            page(name, CB, 2).missing(Missing::Workspace),
        ),
        (
            "no scope left",
            page(name, CB, 1)
                .keeping(Some("northwind"), &[])
                .missing(Missing::Scope),
        ),
        ("no answer", page(name, CB, 1).missing(Missing::Answer)),
        (
            "no answer, no workspace",
            page(name, CB, 0).missing(Missing::Answer),
        ),
    ]
}

#[test]
fn every_state_is_a_good_page() {
    sample::check(samples);
}

#[test]
fn how_long_access_lasts_follows_the_registration() {
    let days = |days| Duration::from_secs(days * DAY);
    let (words, german) = (ENGLISH.consent, GERMAN.consent);
    for (said, expected) in [
        (
            (words.duration)(days(60), None),
            "Access ends when you remove it, or when the app has not used it for 60 days.",
        ),
        (
            (words.duration)(days(1), Some(days(30))),
            "Access ends when you remove it, or when the app has not used it for 1 day, and in any case after 30 days.",
        ),
        (
            (words.duration_once)(Duration::from_hours(1)),
            "Access ends after 1 hour, or when you remove it.",
        ),
        (
            (german.duration)(days(1), Some(days(30))),
            "Der Zugriff endet, wenn Sie ihn entfernen oder wenn die App ihn 1 Tag lang nicht genutzt hat. Er gilt höchstens 30 Tage.",
        ),
        (
            (german.duration_once)(Duration::from_hours(1)),
            "Der Zugriff gilt 1 Stunde lang, oder bis Sie ihn entfernen.",
        ),
    ] {
        assert_eq!(said, expected);
    }
}

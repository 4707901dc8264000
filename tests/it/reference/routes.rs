//! Every route that programs call is described, and everything described has a route.

use std::{collections::BTreeSet, fs, path::Path};

use consentry::{platform::config::Issuer, reference::openapi::document};

/// What answers people with pages and forms, or what only `consentry dev` has: no API.
const PAGES: &[&str] = &[
    "/",
    "/account",
    "/account/confirm",
    "/account/data",
    "/account/data/delete",
    "/account/data/download",
    "/account/email",
    "/account/email/confirm",
    "/account/security",
    "/account/security/password",
    "/account/security/recovery-codes",
    "/account/security/two-factor",
    "/account/security/two-factor/begin",
    "/account/security/two-factor/off",
    "/account/sessions",
    "/account/sessions/end-others",
    "/account/sessions/sign-out-everywhere",
    "/account/sessions/{id}/end",
    "/docs/api",
    "/docs/errors",
    "/docs/errors/{code}",
    "/forgot",
    "/login",
    "/login/second-factor",
    "/login/with/{provider}",
    "/login/with/{provider}/callback",
    "/logout",
    "/metrics",
    "/oauth/authorize/{id}/consent",
    "/register",
    "/reset",
    "/settings/integrations/{consent}/remove",
    "/invite/{token}",
    "/w/{slug}/audit",
    "/w/{slug}/audit/export",
    "/w/{slug}/settings",
    "/w/{slug}/settings/delete",
    "/w/{slug}/settings/general",
    "/w/{slug}/settings/invitations",
    "/w/{slug}/settings/invitations/{invitation}/resend",
    "/w/{slug}/settings/invitations/{invitation}/withdraw",
    "/w/{slug}/settings/members",
    "/w/{slug}/settings/members/{account}/remove",
    "/w/{slug}/settings/members/{account}/role",
    "/w/{slug}/settings/restore",
    "/workspaces",
    "/verify",
    "/verify/resend",
];

/// Where a route's path is a name instead of a text: all of them pages and files.
const NAMED: &[&str] = &["PAGE", "CALLBACK", "stylesheet_href()", "&file.href", "path"];

/// Every `src/**/*.rs` as (path, text).
fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut directories = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else {
                found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

/// The routes of `src` as (method, path), as the calls of `web::methods` name them.
fn routes() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (file, text) in sources() {
        // `web::tests` has routes of its own, and other rooms call other things `resource`.
        if !text.contains("ServiceConfig") || file.ends_with("web/tests.rs") {
            continue;
        }
        assert!(
            !text.contains("web::resource(") || file.ends_with("web/methods.rs"),
            "{file}: `web::methods` makes the routes"
        );
        for call in ["resource(", "read_only("] {
            for (at, _) in text.match_indices(call) {
                let is_another_name =
                    text[..at].ends_with(|c: char| c.is_alphanumeric() || "_.:".contains(c));
                if !is_another_name {
                    found.extend(read(call, &text[at + call.len()..]));
                }
            }
        }
    }
    found.retain(|(_, path)| !PAGES.contains(&path.as_str()) && !path.starts_with("/dev/"));
    found
}

/// The routes of one call, from what follows its bracket.
fn read(call: &str, arguments: &str) -> Vec<(String, String)> {
    let arguments = arguments.trim_start();
    let Some(literal) = arguments.strip_prefix('"') else {
        assert!(
            NAMED.iter().any(|name| arguments.starts_with(name)),
            "{call}{}: write the path here, or add its name to NAMED if it is no API",
            &arguments[..arguments.len().min(40)]
        );
        return Vec::new();
    };
    let (path, rest) = literal.split_once('"').unwrap();
    let methods = match call {
        "read_only(" => "GET",
        _ => rest.split('"').nth(1).unwrap(),
    };
    methods
        .split(", ")
        .filter(|method| *method != "HEAD")
        .map(|method| (method.to_owned(), path.to_owned()))
        .collect()
}

/// The operations of the document as (method, path).
fn operations() -> BTreeSet<(String, String)> {
    let issuer = Issuer::parse("https://id.example.com").unwrap();
    let document = serde_json::to_value(document(&issuer)).unwrap();
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect()
}

/// The framework keeps one answer for each status: what stands beside the refusals of an endpoint with the same status would
/// take the place of theirs, and nobody would be told.
#[test]
fn an_operation_takes_its_refusals_from_one_list() {
    let mut seen = 0;
    for (file, text) in sources() {
        for (at, _) in text.match_indices("#[utoipa::path(") {
            let attribute = text[at..].split("\n)]").next().unwrap();
            let responses = attribute.split("responses(").nth(1).unwrap_or_default();
            let lists = responses.matches("Refusals").count();
            assert!(
                lists <= 1,
                "{file}: join these lists with `+` in `refusals!`: {responses}"
            );
            assert!(
                !["status = 4", "status = 5"]
                    .iter()
                    .any(|status| responses.contains(status)),
                "{file}: refusals come from codes: {responses}"
            );
            seen += 1;
        }
    }
    assert!(seen > 8, "the operations were not found");
}

#[test]
fn every_route_of_the_api_is_described_and_every_description_has_a_route() {
    let (routes, operations) = (routes(), operations());
    assert!(routes.len() > 8, "the routes were not found: {routes:?}");
    let undescribed: Vec<_> = routes.difference(&operations).collect();
    assert!(
        undescribed.is_empty(),
        "give these handlers `#[utoipa::path]` and a row in their room's `Operations`, or name a page in PAGES: {undescribed:?}"
    );
    let made_up: Vec<_> = operations.difference(&routes).collect();
    assert!(made_up.is_empty(), "nothing answers these: {made_up:?}");
}

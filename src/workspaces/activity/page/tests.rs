//! The page in every state.

use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::{
    platform::{config::Role, id::AuditEventId},
    web::{language::Language, sample},
    workspaces::{activity::line::Credential, settings::frame::tests::frame},
};

/// Every kind that the log of a workspace has had so far, with what it says besides.
const KINDS: [&str; 40] = [
    "consent.given",
    "consent.revoked",
    "authorization_code.replayed",
    "authorization_code.burnt",
    "refresh_token.reused",
    "grant.revoked",
    "access_token.revoked",
    "client.created",
    "client.updated",
    "client.secret_rolled",
    "client.deleted",
    "workspace.created",
    "workspace.renamed",
    "workspace.deleted",
    "workspace.restored",
    "member.added",
    "member.role_changed",
    "member.removed",
    "member.left",
    "invitation.sent",
    "invitation.resent",
    "invitation.withdrawn",
    "invitation.accepted",
    "some.thing_new",
    "api_key.created",
    "api_key.updated",
    "api_key.rotated",
    "api_key.revoked",
    "api_key.first_used",
    "api_key.used_from_new_address",
    "api_key.refused",
    "api_key.expiring",
    "api_key.leaked",
    "api_key.exchanged",
    "api_key.token_revoked",
    "service_account.created",
    "service_account.role_changed",
    "service_account.deleted",
    "key_policy.changed",
    "workspace.plan_changed",
];

fn line(kind: Option<&str>, name: &str, sequence: i64) -> Line {
    let at = Timestamp::from_timestamp(1_777_818_720, 0).unwrap();
    let party = |kind: &str| {
        Some(Party {
            kind: kind.to_owned(),
            id: Some(Uuid::from_u128(1)),
            name: Some(name.to_owned()),
        })
    };
    Line {
        sequence,
        id: AuditEventId::from(Uuid::from_u128(2)),
        at: Some(at),
        kind: kind.map(str::to_owned),
        actor: party("account"),
        credential: Some(Credential {
            kind: "api_key".to_owned(),
            id: None,
            last_four: Some("7Hq1".to_owned()),
        }),
        target: party("account"),
        app: party("client"),
        detail: json!({"role": "admin", "from": "member", "name": name, "fields": ["name"]}),
        address: Some("203.0.113.7".to_owned()),
        user_agent: Some(name.to_owned()),
        request_id: Some("0123456789abcdef".to_owned()),
        intact: kind.is_some(),
    }
}

fn samples(name: &'static str, language: Language) -> Vec<(&'static str, ActivityPage<'static>)> {
    let now = Timestamp::from_timestamp(1_777_818_720, 0).unwrap();
    let layout = sample::layout(language);
    let page = |role, query: &str, lines, start| {
        let asked = Asked::read(&Params::parse(query.as_bytes()).unwrap()).unwrap();
        let found = Found {
            lines,
            start,
            has_more: start == Start::Newest,
        };
        ActivityPage::of(
            layout,
            frame(name, role, Tab::Activity, language),
            name,
            asked,
            found,
            now,
        )
    };
    let all = || {
        { KINDS.iter().zip(1..) }
            .map(|(kind, sequence)| line(Some(kind), name, sequence))
            .collect::<Vec<_>>()
    };
    let hostile = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("actor", name)
        .append_pair("kind", name)
        .finish();
    vec![
        ("everything", page(Role::Admin, "", all(), Start::Newest)),
        ("filtered", page(Role::Owner, &hostile, all(), Start::Before(99))),
        (
            "nothing matches",
            page(Role::Owner, &hostile, Vec::new(), Start::Newest),
        ),
        ("nothing yet", page(Role::Owner, "", Vec::new(), Start::Newest)),
        (
            "broken",
            page(
                Role::Owner,
                "",
                vec![line(None, name, 2), line(Some("member.left"), name, 1)],
                Start::After(0),
            ),
        ),
        ("no day", {
            let mut page = page(Role::Owner, &hostile, Vec::new(), Start::Newest);
            page.alert = Some(Alert::about("from", page.words.no_day, page.words.no_day_then));
            page
        }),
        ("no admin", page(Role::Member, "", Vec::new(), Start::Newest)),
    ]
}

#[test]
fn every_page_is_accessible_and_safe() {
    sample::check(samples);
}

/// Each kind that is known has a sentence of its own in both languages, with who did it or which app.
#[test]
fn every_kind_of_fact_is_told_in_plain_words() {
    for language in Language::ALL {
        let words = language.words();
        let mut seen = std::collections::BTreeSet::new();
        for kind in KINDS {
            let said = sentence(&line(Some(kind), "Mara", 1), words, "Acme").plain();
            assert!(said.contains("Mara"), "{kind}: {said}");
            assert_eq!(said.contains(kind), kind == "some.thing_new", "{kind}: {said}");
            assert!(seen.insert(said.clone()), "{kind}: {said}");
        }
    }
}

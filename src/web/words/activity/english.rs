//! In English.

use super::{Activity, Said};
use crate::web::{phrase::Phrase, words::date};

pub(in crate::web::words) static ENGLISH: Activity = Activity {
    heading: "Activity",
    actor: "Who",
    actor_hint: "An e-mail address, an id, or \u{201c}operator\u{201d}.",
    kind: "What",
    any: "Everything",
    kinds: &[
        ("api_key", "API keys"),
        ("client", "Apps"),
        ("consent", "What people allowed apps"),
        ("grant", "Access of apps that ended"),
        ("access_token", "Access tokens that ended"),
        ("refresh_token", "Refresh tokens that came back"),
        ("authorization_code", "Codes that came back"),
        ("member", "Members"),
        ("invitation", "Invitations"),
        ("service_account", "Service accounts"),
        ("key_policy", "Rules for API keys"),
        ("workspace", "The workspace"),
    ],
    target: "About",
    target_hint: "The id of a person, an app, a key or whatever it happened to.",
    credential: "Credential",
    from: "From",
    to: "To",
    day_hint: "Days in UTC, like 2026-05-03. Both are meant whole.",
    no_day: "This is no day.",
    no_day_then: "Write it like 2026-05-03.",
    filter: "Filter",
    show: "Show",
    clear: "Clear filters",
    empty: "Nothing matches.",
    nothing_yet: "Nothing has happened here yet.",
    checked: |rows, at| {
        let rows = if rows == 1 {
            "The entry shown is as it was sealed".to_owned()
        } else {
            format!("The {rows} entries shown are as they were sealed")
        };
        Phrase::new(format!("{rows} \u{b7} checked "))
            .time(at, date::ENGLISH.time_of_day)
            .text(".")
    },
    broken: |sequence| format!("Entry {sequence} was changed outside of this product."),
    broken_then: "Keep this page, and tell the people who run the server: consentry audit verify says more.",
    removed: "This entry was taken out of the database.",
    export: "Export what matches:",
    older: "Older",
    newer: "Newer",
    details: "Details",
    details_of: |sequence| format!(" of entry {sequence}"),
    number: "Entry",
    address: "From",
    request: "Request",
    software: "With",
    event: "Event",
    ending: |last_four| format!("ending in {last_four}"),
    what: "Kind",
    operator: "The people who run the server",
    nobody: "Nobody who is known",
    somebody: "a person who is gone",
    an_app: "an app that is gone",
    something: "something that is gone",
    sentence,
};

fn sentence(kind: &str, said: &Said) -> Option<Phrase> {
    let Said { target, app, .. } = said;
    let actor = || said.actor.clone();
    Some(match kind {
        "consent.given" => actor().text(" allowed ").and(app).text(" access"),
        "consent.revoked" => actor().text(" took access away from ").and(app),
        "authorization_code.replayed" => app.clone().text(" presented a code twice: its access ended"),
        "authorization_code.burnt" => app
            .clone()
            .text(" presented a code without its proof: the code is void"),
        "refresh_token.reused" => app
            .clone()
            .text(" presented a refresh token twice: its access ended"),
        "grant.revoked" => actor().text(" ended an access of ").and(app),
        "access_token.revoked" => actor().text(" ended an access token of ").and(app),
        "client.created" => actor().text(" registered the app ").and(target),
        "client.updated" => actor().text(" changed the app ").and(target),
        "client.secret_rolled" => actor().text(" gave the app ").and(target).text(" a new secret"),
        "client.deleted" => actor().text(" deleted the app ").and(target),
        "workspace.created" => actor().text(" made the workspace"),
        "workspace.renamed" => actor().text(" changed the name or the address of the workspace"),
        "workspace.deleted" => actor().text(" deleted the workspace"),
        "workspace.restored" => actor().text(" had the workspace back"),
        "member.added" => actor()
            .text(" added ")
            .and(target)
            .text(format!(" as {}", said.role)),
        "member.role_changed" => actor()
            .text(" changed the role of ")
            .and(target)
            .text(format!(" from {} to {}", said.role_before, said.role)),
        "member.removed" => actor().text(" removed ").and(target),
        "member.left" => actor().text(" left the workspace"),
        "invitation.sent" => actor()
            .text(" invited ")
            .and(target)
            .text(format!(" as {}", said.role)),
        "invitation.resent" => actor()
            .text(" sent the invitation of ")
            .and(target)
            .text(" again"),
        "invitation.withdrawn" => actor().text(" withdrew the invitation of ").and(target),
        "invitation.accepted" => actor().text(" accepted the invitation of ").and(target),
        "api_key.created" => actor().text(" made the API key ").and(target),
        "api_key.updated" => actor().text(" changed the API key ").and(target),
        "api_key.rotated" => actor().text(" rolled the API key ").and(target),
        "api_key.revoked" => actor().text(" revoked the API key ").and(target),
        "api_key.first_used" => key(target).text(" was used for the first time"),
        "api_key.used_from_new_address" => {
            key(target).text(" was used from an address that it had not been used from before")
        }
        "api_key.refused" => key(target).text(" was refused"),
        "api_key.expiring" => key(target).text(" expires soon, and its owner was told"),
        "api_key.leaked" => key(target).text(" was found where others can read it"),
        "api_key.exchanged" => key(target).text(" was exchanged for an access token"),
        "api_key.token_revoked" => actor().text(" ended an access token of the API key ").and(target),
        "service_account.created" => actor()
            .text(" made the service account ")
            .and(target)
            .text(format!(" as {}", said.role)),
        "service_account.role_changed" => actor()
            .text(" changed the role of the service account ")
            .and(target)
            .text(format!(" from {} to {}", said.role_before, said.role)),
        "service_account.deleted" => actor().text(" deleted the service account ").and(target),
        "key_policy.changed" => actor().text(" changed what API keys may be"),
        "workspace.plan_changed" => actor().text(" gave the workspace another plan"),
        _ => return None,
    })
}

fn key(target: &Phrase) -> Phrase {
    Phrase::new("The API key ").and(target)
}

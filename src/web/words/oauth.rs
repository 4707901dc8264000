//! The pages of apps that want access: consent and broken requests.

use std::time::Duration;

use crate::{
    platform::clock::Timestamp,
    web::{
        phrase::Phrase,
        words::date::{self, lasting},
    },
};

/// Consent.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Consent {
    pub heading: fn(client: &str, product_name: &str) -> Phrase,
    pub error: fn(title: &str) -> String,
    pub on_this_device: &'static str,
    pub nowhere_heading: fn(client: &str) -> Phrase,
    pub nowhere: &'static str,
    pub back: fn(client: &str) -> Phrase,
    pub signed_in_as: &'static str,
    pub not_you: &'static str,
    pub unverified: &'static str,
    pub workspace: &'static str,
    pub will_be_able: &'static str,
    pub will_also_be_able: &'static str,
    pub known_since: fn(at: Timestamp, workspace: Option<&str>) -> Phrase,
    pub changes: &'static str,
    pub optional: &'static str,
    pub needs: fn(role: &str) -> String,
    pub duration: fn(unused: Duration, most: Option<Duration>) -> String,
    pub duration_once: fn(Duration) -> String,
    pub landing: fn(host: &str) -> Phrase,
    pub landing_app: fn(scheme: &str) -> Phrase,
    pub landing_device: &'static str,
    pub allow: &'static str,
    pub deny: &'static str,
    pub take_back: &'static str,
    pub connected_apps: &'static str,
    pub problem: &'static str,
    pub choose_workspace: &'static str,
    pub choose_scope: &'static str,
    pub choose_answer: &'static str,
}

/// The page of an authorization request that cannot be answered.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Broken {
    pub heading: &'static str,
    pub heading_disabled: &'static str,
    pub person: &'static str,
    pub person_disabled: &'static str,
    pub for_developers: &'static str,
    pub malformed: &'static str,
    pub unknown_client: &'static str,
    pub unregistered_redirect_uri: &'static str,
    pub disabled_client: &'static str,
}

/// English.
pub(super) static ENGLISH_CONSENT: Consent = Consent {
    heading: |client, product_name| {
        Phrase::of(client).text(format!(" wants to use your {product_name} account"))
    },
    error: |title| format!("Error: {title}"),
    on_this_device: "on this device",
    nowhere_heading: |client| Phrase::new("You cannot use ").name(client).text(" yet"),
    nowhere: "You belong to no workspace that this app can be used in. Ask the people who look after \
              the workspace to add you, or sign in with another account.",
    back: |client| Phrase::new("Go back to ").name(client),
    signed_in_as: "Signed in as",
    not_you: "Not you?",
    unverified: "Nobody has checked who makes this app. Allow it only if you trust whoever sent you here.",
    workspace: "In the workspace",
    will_be_able: "It will be able to",
    will_also_be_able: "It will now also be able to",
    known_since: |at, workspace| {
        let phrase = Phrase::new("Already allowed on ").time(at, date::day);
        match workspace {
            Some(workspace) => phrase.text(" in ").name(workspace),
            None => phrase,
        }
    },
    changes: "Can change data",
    optional: "Optional",
    needs: |role| format!("Works only where your role is {role} or higher."),
    duration: |unused, most| {
        let ends = format!(
            "Access ends when you remove it, or when the app has not used it for {}",
            lasting(unused)
        );
        match most {
            Some(most) => format!("{ends}, and in any case after {}.", lasting(most)),
            None => format!("{ends}."),
        }
    },
    duration_once: |time| format!("Access ends after {}, or when you remove it.", lasting(time)),
    landing: |host| Phrase::new("Afterwards you go to ").name(host).text("."),
    landing_app: |scheme| {
        Phrase::new("Afterwards the app on this device that opens ")
            .name(scheme)
            .text(" links opens.")
    },
    landing_device: "Afterwards you go back to the program on this device.",
    allow: "Allow",
    deny: "Don't allow",
    take_back: "You can remove access any time under",
    connected_apps: "Connected apps",
    problem: "Nothing was allowed yet",
    choose_workspace: "Choose the workspace that the app may use.",
    choose_scope: "Choose at least one thing that the app may do, or do not allow it.",
    choose_answer: "Choose whether to allow the app or not.",
};

/// English.
pub(super) static ENGLISH_BROKEN: Broken = Broken {
    heading: "This app made a mistake",
    heading_disabled: "This app is switched off",
    person: "The app that sent you here asked in a way that cannot be answered safely. You did nothing wrong. \
             Go back to the app and try again; if it happens again, tell its makers what stands below.",
    person_disabled: "It cannot be used here at the moment. You did nothing wrong. Ask its makers, or the people who run \
                      this product.",
    for_developers: "For the app's developers",
    malformed: "The parameters of the authorization request are not well-formed \
                application/x-www-form-urlencoded text in UTF-8.",
    unknown_client: "client_id is missing, given more than once, or not registered here.",
    unregistered_redirect_uri: "redirect_uri is missing, given more than once, or not registered for this client. \
                                It must be one of the registered URIs, character by character; only the port of a \
                                loopback address of a public client may differ.",
    disabled_client: "This client is disabled.",
};

//! The pages of apps that want access: consent, broken requests, connected apps.

/// Consent.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Consent {
    pub heading: fn(client: &str, product_name: &str) -> String,
    pub nowhere_heading: fn(client: &str) -> String,
    pub nowhere: &'static str,
    pub back: &'static str,
    pub signed_in_as: &'static str,
    pub not_you: &'static str,
    pub unverified: &'static str,
    pub workspace: &'static str,
    pub will_be_able: &'static str,
    pub known_since: fn(date: &str) -> String,
    pub changes: &'static str,
    pub optional: &'static str,
    pub needs: fn(role: &str) -> String,
    pub duration: fn(days: u64) -> String,
    pub landing: fn(host: &str) -> String,
    pub allow: &'static str,
    pub deny: &'static str,
    pub choose_workspace: &'static str,
    pub choose_scope: &'static str,
    pub choose_answer: &'static str,
}

/// The page of an authorization request that cannot be answered.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Broken {
    pub heading: &'static str,
    pub person: &'static str,
    pub person_disabled: &'static str,
    pub for_developers: &'static str,
    pub malformed: &'static str,
    pub unknown_client: &'static str,
    pub unregistered_redirect_uri: &'static str,
    pub disabled_client: &'static str,
}

/// The apps that a person allowed in.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct ConnectedApps {
    pub heading: &'static str,
    pub signed_in_as: &'static str,
    pub empty: &'static str,
    pub workspace: fn(name: &str) -> String,
    pub since: fn(date: &str) -> String,
    pub last_used: fn(date: &str) -> String,
    pub may: &'static str,
    pub remove: &'static str,
    pub remove_heading: fn(client: &str) -> String,
    pub consequence: &'static str,
    pub keep: &'static str,
}

/// English.
pub(super) static ENGLISH_CONSENT: Consent = Consent {
    heading: |client, product_name| format!("{client} wants to use your {product_name} account"),
    nowhere_heading: |client| format!("You cannot use {client} yet"),
    nowhere: "You belong to no workspace that this app can be used in. Ask an admin of the workspace to invite you, \
              or sign in with another account.",
    back: "Go back to the app",
    signed_in_as: "Signed in as",
    not_you: "Not you?",
    unverified: "Nobody has checked who makes this app. Allow it only if you trust whoever sent you here.",
    workspace: "In the workspace",
    will_be_able: "It will be able to",
    known_since: |date| format!("Already allowed on {date}"),
    changes: "Can change data",
    optional: "Optional",
    needs: |role| format!("Works only where your role is {role} or higher."),
    duration: |days| {
        format!("Access ends when you remove it, or when the app has not used it for {days} days.")
    },
    landing: |host| format!("Afterwards you go to {host}."),
    allow: "Allow",
    deny: "Don't allow",
    choose_workspace: "Choose the workspace that the app may use.",
    choose_scope: "Choose at least one thing that the app may do, or do not allow it.",
    choose_answer: "Choose whether to allow the app or not.",
};

/// English.
pub(super) static ENGLISH_BROKEN: Broken = Broken {
    heading: "This app made a mistake",
    person: "The app that sent you here asked in a way that cannot be answered safely. You did nothing wrong. \
             Go back to the app and try again; if it happens again, tell its makers what stands below.",
    person_disabled: "This app is switched off. You did nothing wrong. Ask its makers, or the people who run this product.",
    for_developers: "For the app's developers",
    malformed: "The parameters of the authorization request are not well-formed \
                application/x-www-form-urlencoded text in UTF-8.",
    unknown_client: "client_id is missing, given more than once, or not registered here.",
    unregistered_redirect_uri: "redirect_uri is missing, given more than once, or not registered for this client. \
                                It must be one of the registered URIs, character by character; only the port of a \
                                loopback address of a public client may differ.",
    disabled_client: "This client is disabled.",
};

/// English.
pub(super) static ENGLISH_CONNECTED_APPS: ConnectedApps = ConnectedApps {
    heading: "Connected apps",
    signed_in_as: "Apps that may act for",
    empty: "No apps have access to your account.",
    workspace: |name| format!("In the workspace {name}"),
    since: |date| format!("Allowed on {date}"),
    last_used: |date| format!("Last used on {date}"),
    may: "It may",
    remove: "Remove access",
    remove_heading: |client| format!("Remove the access of {client}"),
    consequence: "All its tokens for this workspace stop working at once, on every device. It can come back only if you \
                  allow it again.",
    keep: "Keep it",
};

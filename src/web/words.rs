//! Every text that a page shows, in one place for each language; templates hold none.

/// The texts of one language, page by page.
pub struct Words {
    /// What stands around every page.
    pub layout: Layout,
    /// The page that a refused person gets.
    pub error_page: ErrorPage,
    /// The page of a link whose time is over.
    pub stale: Stale,
    /// The start page.
    pub home: Home,
    /// Sign-in.
    pub login: Login,
    /// Consent.
    pub consent: Consent,
    /// The page of an authorization request that cannot be answered.
    pub broken: Broken,
    /// The apps that a person allowed in.
    pub connected_apps: ConnectedApps,
    /// Where the demo client's answers arrive.
    pub dev_callback: DevCallback,
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

/// Where the demo client's answers arrive.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct DevCallback {
    pub heading: &'static str,
    pub refused: &'static str,
    pub again: &'static str,
    pub what: &'static str,
    pub exchange: &'static str,
    pub introspect: &'static str,
}

/// The page of a link whose time is over.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Stale {
    pub heading: &'static str,
    pub why: &'static str,
    pub what_to_do: &'static str,
    pub code: &'static str,
    pub request_id: &'static str,
}

/// The start page.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Home {
    pub title: &'static str,
    pub signed_in_as: &'static str,
    pub signed_out: &'static str,
    pub sign_in: &'static str,
    pub sign_out: &'static str,
    pub connected_apps: &'static str,
}

/// Sign-in.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Login {
    pub heading: fn(product_name: &str) -> String,
    pub continue_to: fn(title: &str) -> String,
    pub email: &'static str,
    pub password: &'static str,
    pub submit: &'static str,
    pub wrong: &'static str,
    pub locked: fn(until: &str) -> String,
    pub disabled: &'static str,
}

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
    pub code: &'static str,
    pub request_id: &'static str,
}

/// What stands around every page.
pub struct Layout {
    /// The language tag (BCP 47).
    pub lang: &'static str,
    /// The link that jumps over what stands before the content.
    pub skip: &'static str,
    /// The title of a browser tab, from the page's heading and the product's name.
    pub title: fn(heading: &str, product_name: &str) -> String,
    /// The footer's word on where to find help, from the product's name.
    pub help: fn(product_name: &str) -> String,
}

/// The page that a refused person gets.
pub struct ErrorPage {
    /// The heading, from the status.
    pub title: fn(status: u16) -> &'static str,
    /// What to do with the two values below it.
    pub report: &'static str,
    /// Before the code.
    pub code: &'static str,
    /// Before the request id.
    pub request_id: &'static str,
}

/// English.
pub static ENGLISH: Words = Words {
    layout: Layout {
        lang: "en",
        skip: "Skip to content",
        title: |heading, product_name| format!("{heading} \u{2013} {product_name}"),
        help: |product_name| format!("Help: write to the people who run {product_name}."),
    },
    error_page: ErrorPage {
        title: |status| match status {
            401 => "Sign in first",
            403 => "This is not allowed",
            404 => "Page not found",
            405 => "This page cannot be used that way",
            408 => "The request took too long",
            413 => "That was too much to read",
            429 => "Too many tries",
            503 => "Not available right now",
            500.. => "Something went wrong on our side",
            _ => "The request cannot be understood",
        },
        report: "If you ask for help, give these two values. They tell us what happened.",
        code: "Code",
        request_id: "Request id",
    },
    stale: Stale {
        heading: "This link is too old",
        why: "It was already used, it was open for too long, or it was opened in another browser.",
        what_to_do: "Go back to the app that sent you here and start again.",
        code: "Code",
        request_id: "Request id",
    },
    home: Home {
        title: "Start",
        signed_in_as: "You are signed in as",
        signed_out: "You are not signed in.",
        sign_in: "Sign in",
        sign_out: "Sign out",
        connected_apps: "Connected apps",
    },
    login: Login {
        heading: |product_name| format!("Sign in to {product_name}"),
        continue_to: |title| format!("to continue to {title}"),
        email: "E-mail address",
        password: "Password",
        submit: "Sign in",
        wrong: "The e-mail address or the password is wrong. Check both and try again.",
        locked: |until| format!("There were too many tries. Try again at {until}."),
        disabled: "This account is disabled. Ask the people who run this product.",
    },
    consent: Consent {
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
    },
    broken: Broken {
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
        code: "Code",
        request_id: "Request id",
    },
    connected_apps: ConnectedApps {
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
    },
    dev_callback: DevCallback {
        heading: "The demo app got an answer",
        refused: "The answer is an error:",
        again: "Start again",
        what: "This page stands in for a third-party app. It was given a code, which is good for 60 seconds and for one use. \
               These are the two commands that come next.",
        exchange: "1. The app exchanges the code for tokens",
        introspect: "2. The API that gets the access token asks what it means",
    },
};

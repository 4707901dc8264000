//! The pages of people: start and sign-in.

use crate::{
    platform::clock::Timestamp,
    web::{
        phrase::Phrase,
        words::date::{self, Dates},
    },
};

/// The start page.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Home {
    pub heading: fn(is_signed_in: bool) -> &'static str,
    pub signed_in_as: &'static str,
    pub signed_out: &'static str,
    pub sign_in: &'static str,
    pub connected_apps: &'static str,
    pub connected_apps_hint: &'static str,
    pub workspaces: &'static str,
    pub no_workspace: &'static str,
}

/// Sign-in.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Login {
    pub heading: &'static str,
    pub error: fn(heading: &str) -> String,
    pub continue_to: fn(title: &str) -> Phrase,
    pub email: &'static str,
    pub password: &'static str,
    pub submit: &'static str,
    pub problem: &'static str,
    pub wrong: &'static str,
    pub wrong_then: &'static str,
    pub locked: fn(until: Timestamp, now: Timestamp) -> Phrase,
    pub locked_then: &'static str,
    pub disabled: &'static str,
    pub disabled_then: fn(product_name: &str) -> String,
    pub unverified: fn(email: &str) -> Phrase,
    pub unverified_then: &'static str,
}

/// The words for when a lock ends: with the day where that is another one.
fn end_of_lock(dates: &Dates, until: Timestamp, now: Timestamp) -> fn(Timestamp) -> String {
    if until.date_naive() == now.date_naive() {
        dates.time_of_day
    } else {
        dates.minute
    }
}

/// English.
pub(super) static ENGLISH_HOME: Home = Home {
    heading: |is_signed_in| {
        if is_signed_in {
            "Your account"
        } else {
            "You are not signed in"
        }
    },
    signed_in_as: "You are signed in as",
    signed_out: "Sign in to see which apps may use your account.",
    sign_in: "Sign in",
    connected_apps: "Connected apps",
    connected_apps_hint: "What you allowed which app to do, and how to take it back.",
    workspaces: "Your workspaces",
    no_workspace: "You belong to none yet.",
};

/// English.
pub(super) static ENGLISH_LOGIN: Login = Login {
    heading: "Sign in",
    error: |heading| format!("Error: {heading}"),
    continue_to: |title| Phrase::new("to continue to ").name(title),
    email: "E-mail address",
    password: "Password",
    submit: "Sign in",
    problem: "You are not signed in",
    wrong: "The e-mail address or the password is wrong.",
    wrong_then: "Check both and try again.",
    locked: |until, now| {
        Phrase::new("Too many tries. Try again at ")
            .time(until, end_of_lock(&date::ENGLISH, until, now))
            .text(".")
    },
    locked_then: "This keeps others from guessing. The password itself has not changed.",
    disabled: "This account is disabled.",
    disabled_then: |product_name| {
        format!(
            "The password is right, but the people who run {product_name} have switched the account off. Ask them."
        )
    },
    unverified: |email| {
        Phrase::new("The address ")
            .name(email)
            .text(" is not confirmed yet.")
    },
    unverified_then: "The password is right. Open the link in the mail that we sent there, then sign in.",
};

/// German.
pub(super) static GERMAN_HOME: Home = Home {
    heading: |is_signed_in| {
        if is_signed_in {
            "Ihr Konto"
        } else {
            "Sie sind nicht angemeldet"
        }
    },
    signed_in_as: "Sie sind angemeldet als",
    signed_out: "Melden Sie sich an, um zu sehen, welche Apps Ihr Konto nutzen dürfen.",
    sign_in: "Anmelden",
    connected_apps: "Verbundene Apps",
    connected_apps_hint: "Was Sie welcher App erlaubt haben, und wie Sie es zurücknehmen.",
    workspaces: "Ihre Arbeitsbereiche",
    no_workspace: "Sie gehören noch zu keinem.",
};

/// German.
pub(super) static GERMAN_LOGIN: Login = Login {
    heading: "Anmelden",
    error: |heading| format!("Fehler: {heading}"),
    continue_to: |title| Phrase::new("und weiter zu ").name(title),
    email: "E-Mail-Adresse",
    password: "Passwort",
    submit: "Anmelden",
    problem: "Sie sind nicht angemeldet",
    wrong: "Die E-Mail-Adresse oder das Passwort ist falsch.",
    wrong_then: "Prüfen Sie beides, und versuchen Sie es noch einmal.",
    locked: |until, now| {
        let same_day = until.date_naive() == now.date_naive();
        Phrase::new(if same_day {
            "Zu viele Versuche. Versuchen Sie es wieder um "
        } else {
            "Zu viele Versuche. Versuchen Sie es wieder am "
        })
        .time(until, end_of_lock(&date::GERMAN, until, now))
        .text(".")
    },
    locked_then: "So kann niemand das Passwort durch Ausprobieren finden. Es ist dasselbe wie zuvor.",
    disabled: "Dieses Konto ist gesperrt.",
    disabled_then: |product_name| {
        format!(
            "Das Passwort stimmt, aber die Betreiber von {product_name} haben das Konto gesperrt. Wenden Sie sich an sie."
        )
    },
    unverified: |email| {
        Phrase::new("Die Adresse ")
            .name(email)
            .text(" ist noch nicht bestätigt.")
    },
    unverified_then: "Das Passwort stimmt. Öffnen Sie den Link in der E-Mail an diese Adresse, und melden Sie sich dann an.",
};

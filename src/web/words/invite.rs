//! The page that the link of an invitation leads to.

use crate::{
    platform::clock::Timestamp,
    web::{phrase::Phrase, words::date},
};

/// The page that the link of an invitation leads to.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Invite {
    pub heading: fn(workspace: &str) -> Phrase,
    /// The title of a page that says what went wrong.
    pub error: fn(heading: &str) -> String,
    pub invites: fn(name: &str) -> Phrase,
    pub somebody: &'static str,
    pub workspace: &'static str,
    pub role: &'static str,
    pub for_address: &'static str,
    pub until: &'static str,
    pub minute: fn(Timestamp) -> Phrase,
    pub signed_in_as: &'static str,
    pub join: &'static str,
    pub another: fn(signed_in: &str, email: &str) -> Phrase,
    pub change_account: &'static str,
    pub known: &'static str,
    pub sign_in: &'static str,
    pub new: &'static str,
    pub name: &'static str,
    pub password: &'static str,
    pub create: &'static str,
    pub problem: &'static str,
    pub no_name: &'static str,
    pub no_name_then: &'static str,
    pub too_fast: fn(until: Timestamp) -> Phrase,
    pub too_fast_then: &'static str,
    pub over_heading: &'static str,
    pub over: &'static str,
}

/// English.
pub(super) static ENGLISH_INVITE: Invite = Invite {
    heading: |workspace| Phrase::new("Join ").name(workspace),
    error: |heading| format!("Error: {heading}"),
    invites: |name| Phrase::of(name).text(" invites you."),
    somebody: "You are invited.",
    workspace: "Workspace",
    role: "Your role",
    for_address: "For",
    until: "Good until",
    minute: |at| Phrase::default().time(at, date::ENGLISH.minute),
    signed_in_as: "You are signed in as",
    join: "Join workspace",
    another: |signed_in, email| {
        Phrase::new("You are signed in as ")
            .name(signed_in)
            .text(". This invitation is for ")
            .name(email)
            .text(", and only that account can accept it.")
    },
    change_account: "Sign out and use the other account",
    known: "There is an account for this address. After you have signed in you come back here.",
    sign_in: "Sign in to join",
    new: "There is no account for this address yet. It is made when you join; the address is confirmed by this link.",
    name: "Your name",
    password: "New password",
    create: "Create account and join",
    problem: "You have not joined yet",
    no_name: "Type the name by which others here know you.",
    no_name_then: "It may have up to 100 characters.",
    too_fast: |until| {
        Phrase::new("Too many tries from your network. Try again at ")
            .time(until, date::ENGLISH.minute)
            .text(".")
    },
    too_fast_then: "The invitation stays as it is.",
    over_heading: "This invitation does not work",
    over: "It was used already, withdrawn or replaced by a newer one, it has expired, or the link is not complete. Ask the person who \
           invited you for a new one.",
};

/// German.
pub(super) static GERMAN_INVITE: Invite = Invite {
    heading: |workspace| Phrase::new("Beitreten: ").name(workspace),
    error: |heading| format!("Fehler: {heading}"),
    invites: |name| Phrase::of(name).text(" lädt Sie ein."),
    somebody: "Sie sind eingeladen.",
    workspace: "Arbeitsbereich",
    role: "Ihre Rolle",
    for_address: "Für",
    until: "Gilt bis",
    minute: |at| Phrase::default().time(at, date::GERMAN.minute),
    signed_in_as: "Sie sind angemeldet als",
    join: "Arbeitsbereich beitreten",
    another: |signed_in, email| {
        Phrase::new("Sie sind angemeldet als ")
            .name(signed_in)
            .text(". Diese Einladung ist für ")
            .name(email)
            .text(", und nur dieses Konto kann sie annehmen.")
    },
    change_account: "Abmelden und das andere Konto nehmen",
    known: "Zu dieser Adresse gibt es ein Konto. Nach dem Anmelden kommen Sie hierher zurück.",
    sign_in: "Anmelden und beitreten",
    new: "Zu dieser Adresse gibt es noch kein Konto. Es entsteht, wenn Sie beitreten; dieser Link bestätigt die Adresse.",
    name: "Ihr Vor- und Nachname",
    password: "Neues Passwort",
    create: "Konto anlegen und beitreten",
    problem: "Sie sind noch nicht dabei",
    no_name: "Geben Sie an, wie andere Sie hier kennen.",
    no_name_then: "Bis zu 100 Zeichen sind möglich.",
    too_fast: |until| {
        Phrase::new("Zu viele Versuche aus Ihrem Netz. Versuchen Sie es wieder am ")
            .time(until, date::GERMAN.minute)
            .text(".")
    },
    too_fast_then: "Die Einladung bleibt, wie sie ist.",
    over_heading: "Diese Einladung gilt nicht",
    over: "Sie wurde schon benutzt, zurückgezogen oder durch eine neuere ersetzt, sie ist abgelaufen, oder der Link ist nicht \
           vollständig. Bitten Sie die Person, die Sie eingeladen hat, um eine neue.",
};

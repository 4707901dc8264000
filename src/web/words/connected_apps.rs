//! The apps that a person allowed in.

use crate::{
    platform::clock::Timestamp,
    web::{phrase::Phrase, words::date},
};

/// The apps that a person allowed in, and the question before one goes.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct ConnectedApps {
    pub heading: &'static str,
    pub signed_in_as: &'static str,
    pub empty: &'static str,
    pub empty_hint: &'static str,
    pub on_this_device: &'static str,
    pub workspace: &'static str,
    pub since: &'static str,
    pub last_used: &'static str,
    pub connections: &'static str,
    pub at: fn(at: Timestamp) -> Phrase,
    pub used_at: fn(at: Timestamp) -> Phrase,
    pub unused: &'static str,
    pub connected: fn(number: i64) -> String,
    pub off: &'static str,
    pub off_hint: &'static str,
    pub may: &'static str,
    pub changes: &'static str,
    pub remove: &'static str,
    pub remove_of: fn(client: &str, workspace: &str) -> Phrase,
    pub remove_heading: fn(client: &str, workspace: &str) -> Phrase,
    pub consequence: &'static str,
    pub copies: &'static str,
    pub keep: &'static str,
    pub removed: fn(client: &str, workspace: &str) -> Phrase,
}

/// English.
pub(super) static ENGLISH_CONNECTED_APPS: ConnectedApps = ConnectedApps {
    heading: "Connected apps",
    signed_in_as: "Apps that may act for",
    empty: "No apps have access to your account.",
    empty_hint: "An app appears here when you allow it to use your account.",
    on_this_device: "on your device",
    workspace: "Workspace",
    since: "Allowed",
    last_used: "Last used",
    connections: "Connections",
    at: |at| Phrase::default().time(at, date::ENGLISH.minute),
    // It is written down to the hour only.
    used_at: |at| Phrase::default().time(at, date::ENGLISH.day),
    unused: "Not used for a long time",
    connected: |number| match number {
        0 => "Nowhere at the moment; the app has to ask you again".to_owned(),
        1 => "1 device or browser".to_owned(),
        number => format!("{number} devices or browsers"),
    },
    off: "Switched off",
    off_hint: "The people who run this product have switched it off. It cannot use your account at the moment.",
    may: "It may",
    changes: "Can change data",
    remove: "Remove access",
    remove_of: |client, workspace| Phrase::new(" of ").name(client).text(" to ").name(workspace),
    remove_heading: |client, workspace| {
        Phrase::new("Remove the access of ")
            .name(client)
            .text(" to ")
            .name(workspace)
    },
    consequence: "From its next request on it gets nothing more from this workspace, on any device. It can come back only \
                  if you allow it again.",
    copies: "What it has copied already stays with its makers.",
    keep: "Keep access",
    removed: |client, workspace| {
        Phrase::of(client)
            .text(" no longer has access to ")
            .name(workspace)
            .text(".")
    },
};

/// German.
pub(super) static GERMAN_CONNECTED_APPS: ConnectedApps = ConnectedApps {
    heading: "Verbundene Apps",
    signed_in_as: "Apps, die handeln dürfen für",
    empty: "Keine App hat Zugriff auf Ihr Konto.",
    empty_hint: "Eine App erscheint hier, sobald Sie ihr erlauben, Ihr Konto zu nutzen.",
    on_this_device: "auf Ihrem Gerät",
    workspace: "Arbeitsbereich",
    since: "Erlaubt am",
    last_used: "Zuletzt genutzt",
    connections: "Verbindungen",
    at: |at| Phrase::default().time(at, date::GERMAN.minute),
    used_at: |at| Phrase::default().time(at, date::GERMAN.day),
    unused: "Seit langem nicht",
    connected: |number| match number {
        0 => "Derzeit keine; die App muss Sie wieder fragen".to_owned(),
        1 => "1 Gerät oder Browser".to_owned(),
        number => format!("{number} Geräte oder Browser"),
    },
    off: "Abgeschaltet",
    off_hint: "Die Betreiber haben die App abgeschaltet. Sie kann Ihr Konto derzeit nicht nutzen.",
    may: "Die App darf",
    changes: "Kann Daten ändern",
    remove: "Zugriff entfernen",
    remove_of: |client, workspace| Phrase::new(" von ").name(client).text(" auf ").name(workspace),
    remove_heading: |client, workspace| {
        Phrase::new("Zugriff von ")
            .name(client)
            .text(" auf ")
            .name(workspace)
            .text(" entfernen")
    },
    consequence: "Ab der nächsten Anfrage bekommt die App nichts mehr aus diesem Arbeitsbereich, auf keinem Gerät. Zurück kommt \
                  sie nur, wenn Sie es ihr wieder erlauben.",
    copies: "Was sie schon kopiert hat, bleibt bei ihren Herstellern.",
    keep: "Zugriff behalten",
    removed: |client, workspace| {
        Phrase::of(client)
            .text(" hat keinen Zugriff mehr auf ")
            .name(workspace)
            .text(".")
    },
};

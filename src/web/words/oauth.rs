//! The pages of apps that want access: consent and broken requests.

use std::time::Duration;

use crate::{
    platform::clock::Timestamp,
    web::{phrase::Phrase, words::date},
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
        let phrase = Phrase::new("Already allowed on ").time(at, date::ENGLISH.day);
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
            (date::ENGLISH.lasting)(unused)
        );
        match most {
            Some(most) => format!("{ends}, and in any case after {}.", (date::ENGLISH.lasting)(most)),
            None => format!("{ends}."),
        }
    },
    duration_once: |time| {
        let time = (date::ENGLISH.lasting)(time);
        format!("Access ends after {time}, or when you remove it.")
    },
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

/// German.
pub(super) static GERMAN_CONSENT: Consent = Consent {
    heading: |client, product_name| {
        Phrase::of(client).text(format!(" möchte Ihr Konto bei {product_name} nutzen"))
    },
    error: |title| format!("Fehler: {title}"),
    on_this_device: "auf diesem Gerät",
    nowhere_heading: |client| Phrase::new("Sie können ").name(client).text(" noch nicht nutzen"),
    nowhere: "Sie gehören zu keinem Arbeitsbereich, in dem diese App genutzt werden kann. Bitten Sie die Menschen, die den \
              Arbeitsbereich verwalten, Sie hinzuzufügen, oder melden Sie sich mit einem anderen Konto an.",
    back: |client| Phrase::new("Zurück zu ").name(client),
    signed_in_as: "Angemeldet als",
    not_you: "Nicht Sie?",
    unverified: "Niemand hat geprüft, wer diese App herstellt. Erlauben Sie den Zugriff nur, wenn Sie denen vertrauen, die Sie \
                 hierher geschickt haben.",
    workspace: "Im Arbeitsbereich",
    will_be_able: "Die App kann dann",
    will_also_be_able: "Die App kann dann auch",
    known_since: |at, workspace| {
        let phrase = Phrase::new("Schon erlaubt am ").time(at, date::GERMAN.day);
        match workspace {
            Some(workspace) => phrase.text(" in ").name(workspace),
            None => phrase,
        }
    },
    changes: "Kann Daten ändern",
    optional: "Freiwillig",
    needs: |role| format!("Das geht nur, wenn Ihre Rolle mindestens „{role}“ ist."),
    duration: |unused, most| {
        let unused = (date::GERMAN.lasting)(unused);
        let ends = format!(
            "Der Zugriff endet, wenn Sie ihn entfernen oder wenn die App ihn {unused} lang nicht genutzt hat."
        );
        match most {
            Some(most) => format!("{ends} Er gilt höchstens {}.", (date::GERMAN.lasting)(most)),
            None => ends,
        }
    },
    duration_once: |time| {
        let time = (date::GERMAN.lasting)(time);
        format!("Der Zugriff gilt {time} lang, oder bis Sie ihn entfernen.")
    },
    landing: |host| Phrase::new("Danach geht es weiter zu ").name(host).text("."),
    landing_app: |scheme| {
        Phrase::new("Danach öffnet sich die App auf diesem Gerät, die Links der Art ")
            .name(scheme)
            .text(" öffnet.")
    },
    landing_device: "Danach geht es zurück zu dem Programm auf diesem Gerät.",
    allow: "Erlauben",
    deny: "Nicht erlauben",
    take_back: "Sie können den Zugriff jederzeit entfernen unter",
    connected_apps: "Verbundene Apps",
    problem: "Noch wurde nichts erlaubt",
    choose_workspace: "Wählen Sie den Arbeitsbereich, den die App nutzen darf.",
    choose_scope: "Wählen Sie mindestens eines von dem, was die App tun darf, oder erlauben Sie es ihr nicht.",
    choose_answer: "Wählen Sie, ob Sie es der App erlauben oder nicht.",
};

/// German.
pub(super) static GERMAN_BROKEN: Broken = Broken {
    heading: "Diese App hat einen Fehler gemacht",
    heading_disabled: "Diese App ist abgeschaltet",
    person: "Die App, die Sie hierher geschickt hat, hat so gefragt, dass eine Antwort nicht sicher wäre. Sie haben nichts falsch \
             gemacht. Gehen Sie zurück zur App, und versuchen Sie es noch einmal; wenn es wieder geschieht, sagen Sie ihren \
             Herstellern, was unten steht.",
    person_disabled: "Sie kann hier derzeit nicht genutzt werden. Sie haben nichts falsch gemacht. Wenden Sie sich an ihre \
                      Hersteller oder an die Betreiber dieser Seite.",
    for_developers: "Für die Entwickler der App",
    malformed: "Die Parameter der Autorisierungsanfrage sind kein wohlgeformter Text in \
                application/x-www-form-urlencoded und UTF-8.",
    unknown_client: "client_id fehlt, steht mehr als einmal da oder ist hier nicht registriert.",
    unregistered_redirect_uri: "redirect_uri fehlt, steht mehr als einmal da oder ist für diesen Client nicht registriert. \
                                Zeichen für Zeichen muss es eine der registrierten URIs sein; nur der Port einer \
                                Loopback-Adresse eines öffentlichen Clients darf abweichen.",
    disabled_client: "Dieser Client ist abgeschaltet.",
};

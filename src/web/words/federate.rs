//! Signing in with another provider.

use crate::web::phrase::Phrase;

/// The buttons of the sign-in page, and what is said of a sign-in that came to nothing.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Federate {
    pub or: &'static str,
    pub continue_with: fn(provider: &str) -> Phrase,
    pub cancelled: fn(provider: &str) -> Phrase,
    pub cancelled_then: &'static str,
    pub failed: fn(provider: &str) -> Phrase,
    pub failed_then: &'static str,
    pub no_answer: fn(provider: &str) -> Phrase,
    pub no_answer_then: &'static str,
    pub not_linked: fn(provider: &str) -> Phrase,
    pub not_linked_then: &'static str,
    pub closed: fn(provider: &str) -> Phrase,
    pub closed_then: &'static str,
    pub disabled: &'static str,
    pub disabled_then: fn(product_name: &str) -> String,
}

/// English.
pub(super) static ENGLISH: Federate = Federate {
    or: "or",
    continue_with: |provider| Phrase::new("Continue with ").name(provider),
    cancelled: |provider| {
        Phrase::new("You stopped signing in with ")
            .name(provider)
            .text(".")
    },
    cancelled_then: "Try again, or sign in another way.",
    failed: |provider| {
        Phrase::new("Signing in with ")
            .name(provider)
            .text(" did not work.")
    },
    failed_then: "Try again. If it happens again, sign in another way.",
    no_answer: |provider| Phrase::of(provider).text(" does not answer right now."),
    no_answer_then: "Try again in a moment, or sign in another way.",
    not_linked: |provider| {
        Phrase::new("No account here is linked to this one of ")
            .name(provider)
            .text(", and it does not confirm your address.")
    },
    not_linked_then: "Sign in with your password, then link it in your account.",
    closed: |provider| {
        Phrase::new("Nobody has an account here with the address that ")
            .name(provider)
            .text(" names.")
    },
    closed_then: "New accounts are made by invitation only.",
    disabled: "This account is disabled.",
    disabled_then: |product_name| {
        format!("The people who run {product_name} have switched the account off. Ask them.")
    },
};

/// German.
pub(super) static GERMAN: Federate = Federate {
    or: "oder",
    continue_with: |provider| Phrase::new("Weiter mit ").name(provider),
    cancelled: |provider| {
        Phrase::new("Sie haben die Anmeldung mit ")
            .name(provider)
            .text(" abgebrochen.")
    },
    cancelled_then: "Versuchen Sie es noch einmal, oder melden Sie sich anders an.",
    failed: |provider| {
        Phrase::new("Die Anmeldung mit ")
            .name(provider)
            .text(" hat nicht geklappt.")
    },
    failed_then: "Versuchen Sie es noch einmal. Wenn es wieder geschieht, melden Sie sich anders an.",
    no_answer: |provider| Phrase::of(provider).text(" antwortet gerade nicht."),
    no_answer_then: "Versuchen Sie es gleich noch einmal, oder melden Sie sich anders an.",
    not_linked: |provider| {
        Phrase::new("Kein Konto ist hier mit diesem von ")
            .name(provider)
            .text(" verbunden, und Ihre Adresse wird von dort nicht bestätigt.")
    },
    not_linked_then: "Melden Sie sich mit Ihrem Passwort an, und verbinden Sie es dann in Ihrem Konto.",
    closed: |provider| {
        Phrase::new("Die Adresse, die ")
            .name(provider)
            .text(" nennt, hat hier kein Konto.")
    },
    closed_then: "Neue Konten gibt es nur auf Einladung.",
    disabled: "Dieses Konto ist gesperrt.",
    disabled_then: |product_name| {
        format!(
            "Die Leute, die {product_name} betreiben, haben das Konto abgeschaltet. Fragen Sie dort nach."
        )
    },
};

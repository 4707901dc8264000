//! What stands around the text of every mail.

use crate::web::phrase::Phrase;

/// What stands around the text of every mail.
pub struct Letter {
    /// The language tag (BCP 47).
    pub lang: &'static str,
    /// The greeting, with a name or without.
    pub greeting: fn(name: Option<&str>) -> Phrase,
    /// Before the address itself, for those whose program shows no button.
    pub or_open: &'static str,
    /// Who wrote, from the product's name.
    pub footer: fn(product_name: &str) -> String,
}

/// English.
pub static ENGLISH_LETTER: &Letter = &Letter {
    lang: "en",
    greeting: |name| match name {
        Some(name) => Phrase::new("Hello ").name(name).text(","),
        None => Phrase::new("Hello,"),
    },
    or_open: "Or open this address:",
    footer: |product_name| format!("{product_name} sent this mail by itself. Nobody reads answers to it."),
};

/// German.
pub static GERMAN_LETTER: &Letter = &Letter {
    lang: "de",
    greeting: |name| match name {
        Some(name) => Phrase::new("Guten Tag ").name(name).text(","),
        None => Phrase::new("Guten Tag,"),
    },
    or_open: "Oder diese Adresse \u{f6}ffnen:",
    footer: |product_name| {
        format!("{product_name} hat diese Mail selbsttätig verschickt. Antworten darauf liest niemand.")
    },
};

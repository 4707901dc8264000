//! The page of a link whose time is over.

use crate::web::{phrase::Phrase, stale::Because};

/// The page of a link whose time is over. `app` is who sent the person here, where that is known.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Stale {
    pub heading: fn(Because) -> &'static str,
    pub why: fn(Because, app: Option<&str>) -> Phrase,
    pub what_to_do: fn(Because, app: Option<&str>) -> Phrase,
    pub back: fn(app: &str) -> Phrase,
    pub leads_to: &'static str,
}

/// English.
pub(super) static ENGLISH_STALE: Stale = Stale {
    heading: |because| match because {
        Because::Unknown => "This link does not work any more",
        Because::TooOld => "This sign-in link is too old",
        Because::Answered => "You have already answered",
    },
    why: |because, app| match (because, app) {
        (Because::Unknown, _) => {
            Phrase::new("It was already used, it was open for too long, or it was opened in another browser.")
        }
        (Because::TooOld, Some(app)) => Phrase::new("You began to connect ").name(app).text(
            " a while ago. Such a link ends after some time, so that nobody else can finish what you began.",
        ),
        (Because::TooOld, None) => {
            Phrase::new("Such a link ends after some time, so that nobody else can finish what you began.")
        }
        (Because::Answered, _) => Phrase::new("Your first answer counted. Nothing was done twice."),
    },
    what_to_do: |because, app| match (because, app) {
        (Because::Answered, Some(app)) => Phrase::new("If ")
            .name(app)
            .text(" did not open, go back to it and start again."),
        (Because::Answered, None) => Phrase::new("If the app did not open, go back to it and start again."),
        (_, Some(app)) => Phrase::new("Go back to ").name(app).text(" and start again."),
        (_, None) => Phrase::new("Go back to the app that sent you here and start again."),
    },
    back: |app| Phrase::new("Go back to ").name(app),
    leads_to: "leads to",
};

/// German.
pub(super) static GERMAN_STALE: Stale = Stale {
    heading: |because| match because {
        Because::Unknown => "Dieser Link gilt nicht mehr",
        Because::TooOld => "Dieser Link zum Anmelden ist zu alt",
        Because::Answered => "Sie haben schon geantwortet",
    },
    why: |because, app| {
        match (because, app) {
        (Because::Unknown, _) => Phrase::new(
            "Er wurde schon benutzt, war zu lange offen oder wurde in einem anderen Browser geöffnet.",
        ),
        (Because::TooOld, Some(app)) => Phrase::new("Sie haben vor einer Weile begonnen, ").name(app).text(
            " zu verbinden. Ein solcher Link endet nach einiger Zeit, damit niemand sonst zu Ende bringt, was Sie begonnen haben.",
        ),
        (Because::TooOld, None) => Phrase::new(
            "Ein solcher Link endet nach einiger Zeit, damit niemand sonst zu Ende bringt, was Sie begonnen haben.",
        ),
        (Because::Answered, _) => {
            Phrase::new("Ihre erste Antwort hat gezählt. Nichts wurde zweimal getan.")
        }
    }
    },
    what_to_do: |because, app| match (because, app) {
        (Because::Answered, Some(app)) => Phrase::new("Wenn sich ")
            .name(app)
            .text(" nicht geöffnet hat, gehen Sie dorthin zurück, und beginnen Sie von vorn."),
        (Because::Answered, None) => Phrase::new(
            "Wenn sich die App nicht geöffnet hat, gehen Sie dorthin zurück, und beginnen Sie von vorn.",
        ),
        (_, Some(app)) => Phrase::new("Gehen Sie zurück zu ")
            .name(app)
            .text(", und beginnen Sie von vorn."),
        (_, None) => Phrase::new(
            "Gehen Sie zurück zu der App, die Sie hierher geschickt hat, und beginnen Sie von vorn.",
        ),
    },
    back: |app| Phrase::new("Zurück zu ").name(app),
    leads_to: "führt zu",
};

//! The activity log of a workspace: its page, and what each kind of fact is in plain words.

mod english;
mod german;

use crate::{platform::clock::Timestamp, web::phrase::Phrase};

pub(super) use english::ENGLISH;
pub(super) use german::GERMAN;

/// What a sentence is about.
pub struct Said {
    /// Who did it.
    pub actor: Phrase,
    /// To what or whom.
    pub target: Phrase,
    /// The app that it is about, if it is about one.
    pub app: Phrase,
    /// A role that was given.
    pub role: &'static str,
    /// The role before.
    pub role_before: &'static str,
}

/// The page.
#[expect(missing_docs, reason = "the texts themselves say what they are")]
pub struct Activity {
    pub heading: &'static str,
    pub actor: &'static str,
    pub actor_hint: &'static str,
    pub kind: &'static str,
    pub any: &'static str,
    /// What can be chosen: the first word of kinds, and what it stands for.
    pub kinds: &'static [(&'static str, &'static str)],
    pub target: &'static str,
    pub target_hint: &'static str,
    pub credential: &'static str,
    pub from: &'static str,
    pub to: &'static str,
    pub day_hint: &'static str,
    pub no_day: &'static str,
    pub no_day_then: &'static str,
    pub filter: &'static str,
    pub show: &'static str,
    pub clear: &'static str,
    pub empty: &'static str,
    pub nothing_yet: &'static str,
    pub checked: fn(rows: usize, at: Timestamp) -> Phrase,
    pub broken: fn(sequence: i64) -> String,
    pub broken_then: &'static str,
    pub removed: &'static str,
    pub export: &'static str,
    pub older: &'static str,
    pub newer: &'static str,
    pub details: &'static str,
    /// So that each of many alike can be told apart when read out.
    pub details_of: fn(sequence: i64) -> String,
    pub number: &'static str,
    pub address: &'static str,
    pub request: &'static str,
    pub software: &'static str,
    pub event: &'static str,
    pub ending: fn(last_four: &str) -> String,
    pub what: &'static str,
    pub operator: &'static str,
    pub nobody: &'static str,
    pub somebody: &'static str,
    pub an_app: &'static str,
    pub something: &'static str,
    /// A kind in plain words; none for one that is not known here.
    pub sentence: fn(kind: &str, said: &Said) -> Option<Phrase>,
}

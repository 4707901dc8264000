//! The pages of workspaces: a person's list of them, and the settings of one.

mod english;
mod german;

use std::time::Duration;

use crate::{
    platform::{clock::Timestamp, config::Role},
    web::phrase::Phrase,
};

pub(super) use english::ENGLISH_SETTINGS;
pub(super) use german::GERMAN_SETTINGS;

/// The pages of workspaces.
pub struct Settings {
    /// What stands around each page of a workspace's settings.
    pub around: Around,
    /// Its members, and the question before one goes.
    pub members: Members,
    /// Who is asked to join.
    pub invitations: Invitations,
    /// Name and address.
    pub general: General,
    /// The end of a workspace, and the way back.
    pub end: End,
    /// A person's workspaces.
    pub workspaces: Workspaces,
}

/// What stands around each page of a workspace's settings.
#[expect(missing_docs, reason = "the texts themselves say what they are")]
pub struct Around {
    /// The title of a page that says what went wrong.
    pub error: fn(heading: &str) -> String,
    pub problem: &'static str,
    pub navigation: &'static str,
    pub members: &'static str,
    pub invitations: &'static str,
    pub general: &'static str,
    pub activity: &'static str,
    pub workspace: fn(name: &str) -> Phrase,
    pub your_role: fn(role: &str) -> String,
    pub switch: &'static str,
    pub all: &'static str,
    pub more: &'static str,
    pub first: &'static str,
    pub only_admins: &'static str,
    /// A role in a list of choices, and what it is good for.
    pub role_choice: fn(Role) -> &'static str,
    pub day: fn(Timestamp) -> Phrase,
    pub minute: fn(Timestamp) -> Phrase,
}

/// The members of a workspace, and the question before one goes.
#[expect(missing_docs, reason = "the texts themselves say what they are")]
pub struct Members {
    pub heading: &'static str,
    pub you: &'static str,
    pub role: &'static str,
    pub joined: &'static str,
    pub role_of: fn(name: &str) -> Phrase,
    pub change: &'static str,
    pub change_of: fn(name: &str) -> Phrase,
    pub remove: &'static str,
    pub remove_of: fn(name: &str) -> Phrase,
    pub leave: &'static str,
    pub alone: &'static str,
    pub alone_hint: &'static str,
    pub invite: &'static str,
    pub changed: fn(name: &str, role: &str) -> Phrase,
    pub gone: &'static str,
    pub last_owner: &'static str,
    pub last_owner_then: &'static str,
    pub remove_heading: fn(name: &str, workspace: &str) -> Phrase,
    pub remove_consequence: &'static str,
    pub remove_stays: &'static str,
    pub keep: &'static str,
    pub submit_remove: &'static str,
    pub leave_heading: fn(workspace: &str) -> Phrase,
    pub leave_consequence: &'static str,
    pub leave_back: &'static str,
    pub stay: &'static str,
}

/// Who is asked to join a workspace.
#[expect(missing_docs, reason = "the texts themselves say what they are")]
pub struct Invitations {
    pub heading: &'static str,
    pub form: &'static str,
    pub email: &'static str,
    pub role: &'static str,
    pub submit: &'static str,
    pub hint: fn(good_for: Duration) -> String,
    pub open: &'static str,
    pub empty: &'static str,
    pub empty_hint: &'static str,
    pub sent: &'static str,
    pub until: &'static str,
    pub by: &'static str,
    pub nobody: &'static str,
    pub over: &'static str,
    pub resend: &'static str,
    pub withdraw: &'static str,
    pub to: fn(email: &str) -> Phrase,
    pub invited: fn(email: &str, until: Timestamp) -> Phrase,
    pub withdrawn: &'static str,
    pub no_address: &'static str,
    pub no_address_then: &'static str,
    pub member: fn(email: &str) -> Phrase,
    pub member_then: &'static str,
    pub already: fn(email: &str) -> Phrase,
    pub already_then: &'static str,
    pub too_many: fn(email: &str, until: Timestamp) -> Phrase,
    pub too_many_then: &'static str,
    pub too_fast: fn(until: Timestamp) -> Phrase,
    pub too_fast_then: &'static str,
}

/// A workspace's name and address.
#[expect(missing_docs, reason = "the texts themselves say what they are")]
pub struct General {
    pub heading: &'static str,
    pub name: &'static str,
    pub slug: &'static str,
    pub slug_hint: &'static str,
    pub slug_change: &'static str,
    pub submit: &'static str,
    pub saved: fn(name: &str) -> Phrase,
    pub bad_name: &'static str,
    pub bad_name_then: &'static str,
    pub bad_slug: &'static str,
    pub bad_slug_then: &'static str,
    pub taken: &'static str,
    pub taken_then: &'static str,
    pub delete_heading: &'static str,
    pub delete_hint: fn(undo: Duration) -> String,
    pub delete: &'static str,
    pub only_owners: &'static str,
}

/// The end of a workspace, and the way back.
#[expect(missing_docs, reason = "the texts themselves say what they are")]
pub struct End {
    pub heading: fn(name: &str) -> Phrase,
    pub consequence: &'static str,
    pub undo: fn(undo: Duration) -> String,
    pub label: &'static str,
    pub hint: &'static str,
    pub keep: &'static str,
    pub submit: &'static str,
    pub mismatch: &'static str,
    pub mismatch_then: &'static str,
    pub deleted_heading: fn(name: &str) -> Phrase,
    pub deleted: &'static str,
    pub until: fn(until: Timestamp) -> Phrase,
    pub restore: &'static str,
    pub restore_short: &'static str,
}

/// A person's workspaces.
#[expect(missing_docs, reason = "the texts themselves say what they are")]
pub struct Workspaces {
    pub heading: &'static str,
    pub empty: &'static str,
    pub empty_hint: &'static str,
    pub settings: &'static str,
    pub settings_of: fn(name: &str) -> Phrase,
    pub deleted: &'static str,
    pub create: &'static str,
    pub create_submit: &'static str,
    pub by_operator: fn(product_name: &str) -> String,
    pub account: &'static str,
}

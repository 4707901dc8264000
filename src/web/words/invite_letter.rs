//! The mail that invites somebody to a workspace.

use crate::{platform::config::Role, web::phrase::Phrase};

/// The mail that invites somebody to a workspace. Names that could pass for a link are not told: then there are other words.
pub struct InviteLetter {
    /// From the workspace's name, or the product's.
    pub subject: fn(workspace: Option<&str>, product_name: &str) -> String,
    /// The same as a heading.
    pub heading: fn(workspace: Option<&str>, product_name: &str) -> Phrase,
    /// Who invites, where to, and as what.
    pub invites: fn(by: Option<&str>, workspace: Option<&str>, role: Role) -> Phrase,
    /// The button.
    pub link: &'static str,
    /// Until when, from a point in time in words.
    pub until: fn(when: &str) -> String,
    /// For whom it tells nothing.
    pub unexpected: &'static str,
}

/// English.
pub(super) static ENGLISH: InviteLetter = InviteLetter {
    subject: |workspace, product_name| format!("Join {}", workspace.unwrap_or(product_name)),
    heading: |workspace, product_name| Phrase::new("Join ").name(workspace.unwrap_or(product_name)),
    invites: |by, workspace, role| {
        let begin = match by {
            Some(by) => Phrase::of(by).text(" invites you to "),
            None => Phrase::new("You are invited to "),
        };
        let place = match workspace {
            Some(workspace) => begin.text("the workspace ").name(workspace),
            None => begin.text("a workspace"),
        };
        place.text(format!(", with the role {}.", super::role::english(role)))
    },
    link: "See the invitation",
    until: |when| format!("The link is good until {when}, and once."),
    unexpected: "If you do not know what this is about, do nothing: without you nobody joins with your address.",
};

/// German.
pub(super) static GERMAN: InviteLetter = InviteLetter {
    subject: |workspace, product_name| format!("Einladung zu {}", workspace.unwrap_or(product_name)),
    heading: |workspace, product_name| Phrase::new("Einladung zu ").name(workspace.unwrap_or(product_name)),
    invites: |by, workspace, role| {
        let begin = match by {
            Some(by) => Phrase::of(by).text(" lädt Sie ein: "),
            None => Phrase::new("Sie sind eingeladen: "),
        };
        let place = match workspace {
            Some(workspace) => begin.text("in den Arbeitsbereich ").name(workspace),
            None => begin.text("in einen Arbeitsbereich"),
        };
        place.text(format!(", mit der Rolle {}.", super::role::german(role)))
    },
    link: "Einladung ansehen",
    until: |when| format!("Der Link gilt bis {when}, und einmal."),
    unexpected: "Wenn Sie nicht wissen, worum es geht, tun Sie nichts: Ohne Sie tritt niemand mit Ihrer Adresse bei.",
};

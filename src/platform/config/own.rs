//! Our own API, as a resource: what an API key can be allowed to do here. Only keys can have these scopes; no app can ask for them.

use super::{Config, Effect, Issuer, Resource, Role, ScopeEntry};

/// What every scope of our own API begins with; none of the operator's does.
pub const OWN: &str = "consentry.";

/// See the workspace's keys.
pub const KEYS_READ: &str = "consentry.keys.read";
/// Ask whether a key works.
pub const KEYS_VERIFY: &str = "consentry.keys.verify";
/// Revoke keys.
pub const KEYS_REVOKE: &str = "consentry.keys.revoke";
/// Read the activity log.
pub const ACTIVITY_READ: &str = "consentry.activity.read";

pub(super) fn resource(issuer: &Issuer) -> Resource {
    let entry = |name: &str, title: &str, sentence: &str, effect, minimum_role| ScopeEntry {
        name: name.to_owned(),
        title: title.to_owned(),
        sentence: sentence.to_owned(),
        effect,
        optional: false,
        minimum_role,
        browser_safe: false,
        reveals_username: false,
    };
    Resource {
        audience: issuer.as_str().to_owned(),
        name: "Consentry".to_owned(),
        scopes: vec![
            entry(
                KEYS_READ,
                "See API keys",
                "See the API keys of this workspace, never their secrets.",
                Effect::Reads,
                Role::Viewer,
            ),
            entry(
                KEYS_VERIFY,
                "Check API keys",
                "Ask whether an API key of this workspace works, and what it can do.",
                Effect::Reads,
                Role::Viewer,
            ),
            entry(
                KEYS_REVOKE,
                "Revoke API keys",
                "Revoke API keys of this workspace.",
                Effect::Changes,
                Role::Member,
            ),
            entry(
                ACTIVITY_READ,
                "Read the activity log",
                "Read what happened in this workspace, and who did it.",
                Effect::Reads,
                Role::Admin,
            ),
        ],
    }
}

impl Config {
    /// The scope of that name, of the operator's catalogue or of our own API: what an API key can have.
    #[must_use]
    pub fn key_scope(&self, name: &str) -> Option<&ScopeEntry> {
        match self.scope(name) {
            Some((_, entry)) => Some(entry),
            None => self.own.scopes.iter().find(|entry| entry.name == name),
        }
    }

    /// Everything that an API key can have, as it is listed: the operator's catalogue, then our own API.
    pub fn key_scopes(&self) -> impl Iterator<Item = (&Resource, &ScopeEntry)> {
        self.resources
            .iter()
            .chain([&self.own])
            .flat_map(|resource| resource.scopes.iter().map(move |entry| (resource, entry)))
    }
}

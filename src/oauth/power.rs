//! What a grant can do at this moment: granted scope ∩ what the client may ask for now ∩ what the person's role
//! reaches now. Computed at every use and never stored, so that a lowered role acts on the next request.

use crate::{
    platform::config::{Config, Role},
    wire::scope::Scope,
};

/// The part of `granted` that has power now. Without a role the client acts as itself, and roles do not limit it.
#[must_use]
pub fn effective(config: &Config, granted: &Scope, client_scope: &Scope, role: Option<Role>) -> Scope {
    let allowed = granted.intersection(client_scope);
    keep(&allowed, |name| {
        config
            .scope(name)
            .is_some_and(|(_, entry)| role.is_none_or(|role| role >= entry.minimum_role))
    })
}

/// The audiences that these scopes belong to, in the order of the configuration.
#[must_use]
pub fn audiences(config: &Config, scope: &Scope) -> Vec<String> {
    config
        .resources
        .iter()
        .filter(|resource| resource.scopes.iter().any(|entry| scope.contains(&entry.name)))
        .map(|resource| resource.audience.clone())
        .collect()
}

/// The part of `scope` that belongs to one of these audiences.
#[must_use]
pub fn within(config: &Config, scope: &Scope, audiences: &[String]) -> Scope {
    keep(scope, |name| {
        config
            .scope(name)
            .is_some_and(|(resource, _)| audiences.contains(&resource.audience))
    })
}

fn keep(scope: &Scope, rule: impl Fn(&str) -> bool) -> Scope {
    Scope::from_stored(
        scope
            .iter()
            .filter(|name| rule(name))
            .map(str::to_owned)
            .collect(),
    )
}

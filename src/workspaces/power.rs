//! What a credential can do at this moment: what it was given ∩ what the role of whoever it acts for reaches now ∩ what the
//! workspace's plan allows now. Computed at every use and never stored, so that a lowered role acts on the next request.

use crate::{
    platform::config::{Config, Role},
    wire::scope::Scope,
};

/// What bounds a credential's scopes besides what it was given.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    /// Of whoever it acts for; `None`: a client acts as itself, and roles do not limit it.
    pub role: Option<Role>,
    /// The workspace's plan, as it is stored.
    pub plan: Option<&'a str>,
}

/// The part of `granted` that has power now.
#[must_use]
pub fn effective(config: &Config, granted: &Scope, reach: Reach<'_>) -> Scope {
    let Some(plan) = config.plan(reach.plan) else {
        return Scope::default();
    };
    keep(granted, |name| {
        config.key_scope(name).is_some_and(|entry| {
            plan.reaches(&entry.name) && reach.role.is_none_or(|role| role >= entry.minimum_role)
        })
    })
}

/// Everything in the catalogue that has power there.
#[must_use]
pub fn all(config: &Config, reach: Reach<'_>) -> Scope {
    let entries = config.resources.iter().flat_map(|resource| &resource.scopes);
    let catalogue = Scope::from_stored(entries.map(|entry| entry.name.clone()).collect());
    effective(config, &catalogue, reach)
}

/// The part of `scope` that may stand where everybody can read the key.
#[must_use]
pub fn browser_safe(config: &Config, scope: &Scope) -> Scope {
    keep(scope, |name| {
        config.key_scope(name).is_some_and(|entry| entry.browser_safe)
    })
}

/// The audiences that these scopes belong to, in the order of the configuration.
#[must_use]
pub fn audiences(config: &Config, scope: &Scope) -> Vec<String> {
    config
        .resources
        .iter()
        .chain([&config.own])
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

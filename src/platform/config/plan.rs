//! What workspaces pay for, and so may do. The operator's billing says which plan a workspace has; here is what that means.

use super::{Config, own::OWN};

/// One plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What it is called, here, in the database and in answers. No default.
    pub name: String,
    /// Whether API keys can be made and used. Default true.
    pub can_use_api_access: bool,
    /// What credentials can do in its workspaces at most; `None`: everything in the catalogue. Default everything.
    pub scopes: Option<Vec<String>>,
    /// How many API keys a workspace may have at once. Default 1000.
    pub max_keys: u32,
}

impl Plan {
    /// What there is where the operator names no plans: everything.
    #[must_use]
    pub(super) fn standard() -> Self {
        Self {
            name: "standard".to_owned(),
            can_use_api_access: true,
            scopes: None,
            max_keys: 1000,
        }
    }

    /// Whether a scope has power in its workspaces. What is about the keys themselves goes with the keys.
    #[must_use]
    pub fn reaches(&self, scope: &str) -> bool {
        scope.starts_with(OWN) || { self.scopes.as_ref() }
            .is_none_or(|scopes| scopes.iter().any(|name| name == scope))
    }
}

impl Config {
    /// The plan of that name; without a name the first, which every workspace has that was given none.
    ///
    /// `None`: the operator took the plan away, and a workspace still has it. Nothing works there then: what it may do is not known.
    #[must_use]
    pub fn plan(&self, name: Option<&str>) -> Option<&Plan> {
        match name {
            Some(name) => self.plans.iter().find(|plan| plan.name == name),
            None => self.plans.first(),
        }
    }
}

//! Whether a key lives: one rule after the other, over the facts of this moment.

use chrono::Duration;

use crate::{
    api_keys::{
        api_key::Kind,
        facts::{KeyFacts, KnownSecret},
        owner::Owner,
    },
    platform::{
        clock::Timestamp,
        config::{Config, Plan, Role},
    },
    wire::scope::Scope,
    workspaces::power::{self, Reach},
};

/// Why a key does not work. Its code is told to whoever presented the secret itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Somebody revoked it.
    Revoked,
    /// Its time is over.
    Expired,
    /// A newer secret of the key replaced this one, and the overlap is over.
    Replaced,
    /// The workspace allows no key that lives so long.
    Policy,
    /// Whoever it belongs to does not belong to the workspace any more, is disabled, or was deleted.
    OwnerGone,
    /// The workspace was deleted.
    WorkspaceGone,
    /// The workspace's plan has no API keys.
    Plan,
}

impl Ended {
    /// The code of the refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Revoked => "key_revoked",
            Self::Expired => "key_expired",
            Self::Replaced => "key_replaced",
            Self::Policy => "key_forbidden_by_policy",
            Self::OwnerGone => "key_owner_gone",
            Self::WorkspaceGone => "workspace_gone",
            Self::Plan => "plan_required",
        }
    }
}

/// A key that lives, and what it can do now.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Whose it is.
    pub owner: Owner,
    /// Their role in the workspace.
    pub role: Role,
    /// What it can do.
    pub scope: Scope,
    /// The name of the workspace's plan.
    pub plan: String,
    /// When it ends if nothing else happens: the earliest of its own expiry, the policy's and the overlap's.
    pub expires_at: Option<Timestamp>,
}

/// Whether a key lives, presented with this secret; without one, through a token that was made with it.
///
/// # Errors
/// The first reason why it does not: what cannot be undone comes first.
pub fn standing(
    facts: &KeyFacts,
    secret: Option<&KnownSecret>,
    config: &Config,
    now: Timestamp,
) -> Result<Standing, Ended> {
    if facts.revoked_at.is_some() {
        return Err(Ended::Revoked);
    }
    if facts.workspace_deleted_at.is_some() {
        return Err(Ended::WorkspaceGone);
    }
    let is_over = |end: Option<Timestamp>| end.is_some_and(|end| end <= now);
    if is_over(facts.expires_at) {
        return Err(Ended::Expired);
    }
    let overlap = secret.and_then(|secret| secret.expires_at);
    if is_over(overlap) {
        return Err(Ended::Replaced);
    }
    let gone = facts.account_disabled_at.is_some() || facts.service_account_deleted_at.is_some();
    let (Some(owner), Some(role), false) = (facts.owner(), facts.role(), gone) else {
        return Err(Ended::OwnerGone);
    };
    let longest = longest(facts)?;
    if is_over(longest) {
        return Err(Ended::Policy);
    }
    let plan = plan(facts, config)?;
    let reach = Reach {
        role: Some(role),
        plan: facts.plan.as_deref(),
    };
    let scope = power::effective(config, &facts.allowed_scope(), reach);
    let scope = match facts.kind {
        Kind::Secret => scope,
        // A scope that is not safe in browsers any more is not safe in keys that have it already.
        Kind::Publishable => power::browser_safe(config, &scope),
    };
    Ok(Standing {
        owner,
        role,
        scope,
        plan: plan.name.clone(),
        expires_at: [facts.expires_at, overlap, longest].into_iter().flatten().min(),
    })
}

/// The end that the policy sets.
fn longest(facts: &KeyFacts) -> Result<Option<Timestamp>, Ended> {
    if facts.policy_never_allowed == Some(false) && facts.expires_at.is_none() {
        return Err(Ended::Policy);
    }
    let longest = facts.policy_longest_seconds.and_then(Duration::try_seconds);
    Ok(longest.and_then(|longest| facts.created_at.checked_add_signed(longest)))
}

fn plan<'a>(facts: &KeyFacts, config: &'a Config) -> Result<&'a Plan, Ended> {
    config
        .plan(facts.plan.as_deref())
        .filter(|plan| plan.can_use_api_access)
        .ok_or(Ended::Plan)
}

//! Facts about API keys, about whom they belong to, and about what a workspace lets them be.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::platform::id::{ApiKeyId, ServiceAccountId};

/// Something that became true of a workspace's keys.
#[expect(
    missing_docs,
    reason = "a variant says what happened; its fields are called what they are"
)]
#[derive(Clone, Debug)]
pub enum KeyEvent {
    /// A key was made.
    Created {
        key: ApiKeyId,
        name: String,
        scope: String,
        last_four: String,
    },
    /// A key was changed; the fields that changed.
    Updated {
        key: ApiKeyId,
        fields: Vec<&'static str>,
    },
    /// A key got a new secret; the older one works on for so many seconds.
    Rotated {
        key: ApiKeyId,
        overlap_seconds: u64,
        last_four: String,
    },
    /// A key was revoked, for this reason.
    Revoked { key: ApiKeyId, because: &'static str },
    /// A key was used for the first time.
    FirstUsed { key: ApiKeyId },
    /// A key was used from an address that it had not been used from.
    UsedFromNewAddress { key: ApiKeyId },
    /// A key was refused, this many times since the last such event.
    Refused {
        key: ApiKeyId,
        code: &'static str,
        times: u32,
    },
    /// A key expires in so many days, and its owner was told.
    Expiring { key: ApiKeyId, days: u32 },
    /// Somebody reported that a key was found where others can read it; what was done.
    Leaked {
        key: ApiKeyId,
        done: &'static str,
        source: &'static str,
    },
    /// A key was exchanged for an access token (RFC 8693, RFC 6749 §4.4).
    Exchanged { key: ApiKeyId, token: Uuid },
    /// An access token that was made with a key was revoked.
    TokenRevoked { key: ApiKeyId, token: Uuid },
    /// A service account was made.
    ServiceAccountCreated {
        service_account: ServiceAccountId,
        name: String,
        role: &'static str,
    },
    /// A service account got another role.
    ServiceAccountRoleChanged {
        service_account: ServiceAccountId,
        from: &'static str,
        role: &'static str,
    },
    /// A service account was deleted, and its keys with it.
    ServiceAccountDeleted { service_account: ServiceAccountId },
    /// A workspace decided anew what its keys may be; the fields that changed.
    PolicyChanged { fields: Vec<&'static str> },
    /// The operator gave the workspace another plan.
    PlanChanged { from: String, plan: String },
}

impl KeyEvent {
    /// The fact's name.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Created { .. } => "api_key.created",
            Self::Updated { .. } => "api_key.updated",
            Self::Rotated { .. } => "api_key.rotated",
            Self::Revoked { .. } => "api_key.revoked",
            Self::FirstUsed { .. } => "api_key.first_used",
            Self::UsedFromNewAddress { .. } => "api_key.used_from_new_address",
            Self::Refused { .. } => "api_key.refused",
            Self::Expiring { .. } => "api_key.expiring",
            Self::Leaked { .. } => "api_key.leaked",
            Self::Exchanged { .. } => "api_key.exchanged",
            Self::TokenRevoked { .. } => "api_key.token_revoked",
            Self::ServiceAccountCreated { .. } => "service_account.created",
            Self::ServiceAccountRoleChanged { .. } => "service_account.role_changed",
            Self::ServiceAccountDeleted { .. } => "service_account.deleted",
            Self::PolicyChanged { .. } => "key_policy.changed",
            Self::PlanChanged { .. } => "workspace.plan_changed",
        }
    }

    /// What it happened to; `None`: the workspace.
    pub(super) const fn target(&self) -> Option<(&'static str, Uuid)> {
        match self {
            Self::Created { key, .. }
            | Self::Updated { key, .. }
            | Self::Rotated { key, .. }
            | Self::Revoked { key, .. }
            | Self::FirstUsed { key }
            | Self::UsedFromNewAddress { key }
            | Self::Refused { key, .. }
            | Self::Expiring { key, .. }
            | Self::Leaked { key, .. }
            | Self::Exchanged { key, .. }
            | Self::TokenRevoked { key, .. } => Some(("api_key", key.uuid())),
            Self::ServiceAccountCreated { service_account, .. }
            | Self::ServiceAccountRoleChanged { service_account, .. }
            | Self::ServiceAccountDeleted { service_account } => {
                Some(("service_account", service_account.uuid()))
            }
            Self::PolicyChanged { .. } | Self::PlanChanged { .. } => None,
        }
    }

    /// The rest: never a secret, never personal data.
    pub(super) fn detail(&self) -> Value {
        match self {
            Self::Created {
                name,
                scope,
                last_four,
                ..
            } => json!({"name": name, "scope": scope, "last_four": last_four}),
            Self::Updated { fields, .. } | Self::PolicyChanged { fields } => json!({"fields": fields}),
            Self::Rotated {
                overlap_seconds,
                last_four,
                ..
            } => json!({"overlap_seconds": overlap_seconds, "last_four": last_four}),
            Self::Revoked { because, .. } => json!({"because": because}),
            Self::Refused { code, times, .. } => json!({"code": code, "times": times}),
            Self::Expiring { days, .. } => json!({"days": days}),
            Self::Leaked { done, source, .. } => json!({"done": done, "source": source}),
            Self::Exchanged { token, .. } | Self::TokenRevoked { token, .. } => json!({"token_id": token}),
            Self::ServiceAccountCreated { name, role, .. } => json!({"name": name, "role": role}),
            Self::ServiceAccountRoleChanged { from, role, .. } => json!({"from": from, "role": role}),
            Self::PlanChanged { from, plan } => json!({"from": from, "plan": plan}),
            Self::FirstUsed { .. } | Self::UsedFromNewAddress { .. } | Self::ServiceAccountDeleted { .. } => {
                json!({})
            }
        }
    }
}

//! Everything that a key hangs from, read in one statement from the view `key_facts`. Whether that lets it live says [`super::standing`].

use std::net::IpAddr;

use diesel::prelude::*;
use ipnet::IpNet;

use crate::{
    api_keys::{api_key::Kind, owner::Owner},
    platform::{
        clock::Timestamp,
        config::Role,
        id::{AccountId, ApiKeyId, ServiceAccountId, WorkspaceId},
        secret::{Digest, Secret},
    },
    schema::{api_key_secret, key_facts},
    wire::scope::Scope,
};

/// What is known of a key at this moment.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = key_facts, check_for_backend(diesel::pg::Pg))]
pub struct KeyFacts {
    /// Which key.
    pub id: ApiKeyId,
    /// Secret, or publishable.
    #[diesel(deserialize_as = String)]
    pub kind: Kind,
    /// Where it acts, and nowhere else.
    pub workspace_id: WorkspaceId,
    account_id: Option<AccountId>,
    service_account_id: Option<ServiceAccountId>,
    /// What people call it.
    pub name: String,
    /// What it was given.
    #[diesel(deserialize_as = Vec<String>)]
    pub scope: Scope,
    /// From which web pages it may be used; only a publishable key has any.
    pub origins: Vec<String>,
    /// From where it may be used; empty: from anywhere.
    pub networks: Vec<IpNet>,
    /// How often it may be used in a minute, if it has a limit of its own.
    pub requests_per_minute: Option<i32>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself, by its own expiry.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was first used, as far as that is written down yet.
    pub first_used_at: Option<Timestamp>,
    role: Option<String>,
    /// The person's address, if its owner is one.
    pub email: Option<String>,
    /// The workspace's plan.
    pub plan: Option<String>,
    /// When the workspace was deleted.
    pub workspace_deleted_at: Option<Timestamp>,
    /// When the person's account was disabled.
    pub account_disabled_at: Option<Timestamp>,
    /// When the service account was deleted.
    pub service_account_deleted_at: Option<Timestamp>,
    /// How long the workspace lets keys live.
    pub policy_longest_seconds: Option<i64>,
    /// Whether the workspace lets keys live without an end; `None`: it has not decided.
    pub policy_never_allowed: Option<bool>,
    policy_scope: Option<Vec<String>>,
}

impl KeyFacts {
    /// Whose it is.
    #[must_use]
    pub fn owner(&self) -> Option<Owner> {
        Owner::of(self.account_id, self.service_account_id)
    }

    /// The owner's role in the workspace, now; `None`: they have none there any more.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        self.role.as_deref().and_then(|role| role.parse().ok())
    }

    /// Whether it may be used from this address. One that is not known is none that a bound key names.
    #[must_use]
    pub fn may_come_from(&self, address: Option<IpAddr>) -> bool {
        let is_near = |address: IpAddr| {
            let address = address.to_canonical();
            self.networks.iter().any(|network| network.contains(&address))
        };
        self.networks.is_empty() || address.is_some_and(is_near)
    }

    /// What it was given, as far as the workspace's policy lets keys have it.
    #[must_use]
    pub fn allowed_scope(&self) -> Scope {
        match &self.policy_scope {
            Some(policy) => self.scope.intersection(&Scope::from_stored(policy.clone())),
            None => self.scope.clone(),
        }
    }
}

/// The secret that was presented, as its row has it.
#[derive(Clone, Debug)]
pub struct KnownSecret {
    /// Until when it works, if a newer one has replaced it.
    pub expires_at: Option<Timestamp>,
    /// Its last four characters.
    pub last_four: String,
}

/// The key behind a presented secret, whether or not it lives: one statement. `None`: there is none with this very secret.
pub fn find(conn: &mut PgConnection, presented: &Secret) -> QueryResult<Option<(KeyFacts, KnownSecret)>> {
    use api_key_secret as s;
    let found: Option<(KeyFacts, Digest, Option<Timestamp>, String)> = s::table
        .inner_join(key_facts::table.on(s::key_id.eq(key_facts::id)))
        .filter(s::id.eq(presented.id()))
        .select((KeyFacts::as_select(), s::digest, s::expires_at, s::last_four))
        .first(conn)
        .optional()?;
    Ok(found.and_then(|(facts, digest, expires_at, last_four)| {
        let is_it = digest.matches(&presented.digest()) && facts.kind.secret() == presented.kind();
        is_it.then_some((
            facts,
            KnownSecret {
                expires_at,
                last_four,
            },
        ))
    }))
}

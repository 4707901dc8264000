//! An API key and its secrets. Tables `api_key` and `api_key_secret`.

use std::{collections::BTreeMap, time::Duration};

use diesel::prelude::*;
use ipnet::IpNet;
use uuid::Uuid;

use crate::{
    api_keys::owner::Owner,
    platform::{
        clock::Timestamp,
        id::{AccountId, ApiKeyId, ServiceAccountId, WorkspaceId},
        secret::{self, Secret},
    },
    schema::{api_key as t, api_key_secret as s},
    wire::scope::Scope,
};

/// Where a key may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In a program that can keep it.
    Secret,
    /// In web pages, where everybody can read it.
    Publishable,
}

/// A stored word that this version does not know.
#[derive(Debug, thiserror::Error)]
#[error("unknown stored value")]
pub struct UnknownStored;

impl Kind {
    /// Its stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Publishable => "publishable",
        }
    }

    /// The kind of its secrets.
    #[must_use]
    pub const fn secret(self) -> secret::Kind {
        match self {
            Self::Secret => secret::Kind::ApiKey,
            Self::Publishable => secret::Kind::PublishableKey,
        }
    }
}

impl TryFrom<String> for Kind {
    type Error = UnknownStored;

    fn try_from(text: String) -> Result<Self, UnknownStored> {
        [Self::Secret, Self::Publishable]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(UnknownStored)
    }
}

/// Why a key was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// A person, or a program with the scope for it, said so.
    Person,
    /// The operator said so.
    Operator,
    /// It was found where it should not be.
    Leak,
    /// Whoever it belonged to went.
    Owner,
}

impl Because {
    /// Its stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Operator => "operator",
            Self::Leak => "leak",
            Self::Owner => "owner",
        }
    }
}

/// A row of `api_key`, as lists and pages show it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
pub struct ApiKey {
    /// Its id: can be shown; nothing can be done with it.
    pub id: ApiKeyId,
    /// Where it may stand.
    #[diesel(deserialize_as = String)]
    pub kind: Kind,
    /// Where it acts.
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
    /// Who made it.
    pub created_by: Option<AccountId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Why: the stored name of a [`Because`].
    pub revoked_because: Option<String>,
    /// When it was first used.
    pub first_used_at: Option<Timestamp>,
    /// When it was last used; some seconds behind.
    pub last_used_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whose it is.
    #[must_use]
    pub fn owner(&self) -> Option<Owner> {
        Owner::of(self.account_id, self.service_account_id)
    }
}

/// One of a key's secrets, as it can be shown.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = s, check_for_backend(diesel::pg::Pg))]
pub struct ShownSecret {
    /// Of which key.
    pub key_id: ApiKeyId,
    /// Its last four characters.
    pub last_four: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working; `None`: it is the newest.
    pub expires_at: Option<Timestamp>,
    /// When it was last used; some seconds behind.
    pub last_used_at: Option<Timestamp>,
    /// From where it was last used.
    pub last_used_address: Option<String>,
    /// By what.
    pub last_used_user_agent: Option<String>,
}

/// What a key begins with.
#[derive(Clone, Debug)]
pub struct NewKey<'a> {
    /// Where it may stand.
    pub kind: Kind,
    /// Where it acts.
    pub workspace_id: WorkspaceId,
    /// Whose it is.
    pub owner: Owner,
    /// What people call it.
    pub name: &'a str,
    /// What it can do.
    pub scope: &'a Scope,
    /// From which web pages.
    pub origins: &'a [String],
    /// From where.
    pub networks: &'a [IpNet],
    /// How often in a minute.
    pub requests_per_minute: Option<i32>,
    /// Who makes it; `None`: the operator.
    pub created_by: Option<AccountId>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// Makes a key. Its secret is shown once, by whoever asked for it.
pub fn create(
    conn: &mut PgConnection,
    vendor: &str,
    new: &NewKey<'_>,
    now: Timestamp,
) -> QueryResult<(ApiKey, Secret)> {
    let key: ApiKey = diesel::insert_into(t::table)
        .values((
            (t::id.eq(ApiKeyId::generate(now)), t::kind.eq(new.kind.as_str())),
            (
                t::workspace_id.eq(new.workspace_id),
                t::account_id.eq(new.owner.account()),
                t::service_account_id.eq(new.owner.service_account()),
            ),
            (t::name.eq(new.name), t::scope.eq(new.scope.to_stored())),
            (t::origins.eq(new.origins), t::networks.eq(new.networks)),
            t::requests_per_minute.eq(new.requests_per_minute),
            (t::created_by.eq(new.created_by), t::created_at.eq(now)),
            t::expires_at.eq(new.expires_at),
        ))
        .returning(ApiKey::as_returning())
        .get_result(conn)?;
    let secret = add_secret(conn, vendor, key.id, key.kind, now)?;
    Ok((key, secret))
}

fn add_secret(
    conn: &mut PgConnection,
    vendor: &str,
    key_id: ApiKeyId,
    kind: Kind,
    now: Timestamp,
) -> QueryResult<Secret> {
    let secret = Secret::generate(kind.secret(), now);
    diesel::insert_into(s::table)
        .values((
            s::id.eq(secret.id()),
            s::key_id.eq(key_id),
            s::digest.eq(secret.digest()),
            s::last_four.eq(secret.last_four(vendor)),
            s::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(secret)
}

/// Gives a key a new secret. The one before works on for `overlap`; any older one stops now. `None`: the key is not there, or revoked.
pub fn roll(
    conn: &mut PgConnection,
    vendor: &str,
    id: ApiKeyId,
    overlap: Duration,
    now: Timestamp,
) -> QueryResult<Option<Secret>> {
    // One roll of a key at a time: two at once would leave three secrets alive.
    let Some(key) = hold(conn, id)?.filter(|key| key.revoked_at.is_none()) else {
        return Ok(None);
    };
    diesel::update(s::table.filter(s::key_id.eq(id)).filter(s::expires_at.gt(now)))
        .set(s::expires_at.eq(now))
        .execute(conn)?;
    diesel::update(s::table.filter(s::key_id.eq(id)).filter(s::expires_at.is_null()))
        .set(s::expires_at.eq(now + overlap))
        .execute(conn)?;
    add_secret(conn, vendor, id, key.kind, now).map(Some)
}

/// Takes the row until the transaction ends.
pub fn hold(conn: &mut PgConnection, id: ApiKeyId) -> QueryResult<Option<ApiKey>> {
    t::table
        .find(id)
        .select(ApiKey::as_select())
        .for_no_key_update()
        .first(conn)
        .optional()
}

/// A key of a workspace.
pub fn find(conn: &mut PgConnection, workspace_id: WorkspaceId, id: ApiKeyId) -> QueryResult<Option<ApiKey>> {
    t::table
        .find(id)
        .filter(t::workspace_id.eq(workspace_id))
        .select(ApiKey::as_select())
        .first(conn)
        .optional()
}

/// The keys of a workspace, newest first, revoked and expired ones too; with an owner, only theirs.
pub fn list(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    owner: Option<Owner>,
    (before, limit): (Option<ApiKeyId>, i64),
) -> QueryResult<Vec<ApiKey>> {
    let mut rows = t::table
        .filter(t::workspace_id.eq(workspace_id))
        .order(t::id.desc())
        .limit(limit)
        .select(ApiKey::as_select())
        .into_boxed();
    match owner {
        Some(Owner::Account(account)) => rows = rows.filter(t::account_id.eq(account)),
        Some(Owner::ServiceAccount(account)) => rows = rows.filter(t::service_account_id.eq(account)),
        None => {}
    }
    if let Some(before) = before {
        rows = rows.filter(t::id.lt(before));
    }
    rows.load(conn)
}

/// The secrets of these keys that work, newest first.
pub fn secrets(conn: &mut PgConnection, keys: &[ApiKeyId], now: Timestamp) -> QueryResult<Vec<ShownSecret>> {
    s::table
        .filter(s::key_id.eq_any(keys))
        .filter(s::expires_at.is_null().or(s::expires_at.gt(now)))
        .order(s::id.desc())
        .select(ShownSecret::as_select())
        .load(conn)
}

/// How many keys of a workspace are neither revoked nor expired. Asked after [`hold`](crate::workspaces::workspace::hold), so that
/// two who make one at once are counted one after the other.
pub fn count(conn: &mut PgConnection, workspace_id: WorkspaceId, now: Timestamp) -> QueryResult<i64> {
    t::table
        .filter(t::workspace_id.eq(workspace_id))
        .filter(t::revoked_at.is_null())
        .filter(t::expires_at.is_null().or(t::expires_at.gt(now)))
        .count()
        .get_result(conn)
}

/// Revokes a key of a workspace, for good. `false`: it is not there, or was revoked before.
pub fn revoke(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    id: ApiKeyId,
    because: Because,
    now: Timestamp,
) -> QueryResult<bool> {
    diesel::update(t::table.find(id))
        .filter(t::workspace_id.eq(workspace_id))
        .filter(t::revoked_at.is_null())
        .set((t::revoked_at.eq(now), t::revoked_because.eq(because.as_str())))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// What keys are called, revoked ones too.
pub fn names(conn: &mut PgConnection, ids: &[Uuid]) -> QueryResult<BTreeMap<Uuid, String>> {
    let ids = ids.iter().copied().map(ApiKeyId::from);
    let rows: Vec<(ApiKeyId, String)> = t::table
        .filter(t::id.eq_any(ids))
        .select((t::id, t::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| (id.uuid(), name)).collect())
}

//! A registered client (RFC 6749 §2, names of RFC 7591 §2). Table `client`.

use std::{collections::BTreeMap, time::Duration};

use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    platform::{
        clock::Timestamp,
        config::Config,
        id::{ClientId, WorkspaceId},
    },
    schema::{client, workspace},
    wire::{grant_type::GrantType, redirect_uri, scope::Scope},
};

/// What a client can keep and what it is for (RFC 6749 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Keeps a secret, and authenticates with it.
    Confidential,
    /// Runs where nothing can be kept: PKCE stands in for a secret.
    Public,
    /// An API that asks about tokens; it never asks for any.
    ResourceServer,
}

/// The form of the access tokens of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFormat {
    /// Meaningless to its holder; an API asks us about it.
    Opaque,
    /// RFC 9068; an API may also verify it by itself.
    Jwt,
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
            Self::Confidential => "confidential",
            Self::Public => "public",
            Self::ResourceServer => "resource_server",
        }
    }

    /// How its redirect URIs compare.
    #[must_use]
    pub const fn for_redirects(self) -> redirect_uri::ClientKind {
        match self {
            Self::Public => redirect_uri::ClientKind::Public,
            Self::Confidential | Self::ResourceServer => redirect_uri::ClientKind::Confidential,
        }
    }
}

impl TryFrom<String> for Kind {
    type Error = UnknownStored;

    fn try_from(text: String) -> Result<Self, UnknownStored> {
        [Self::Confidential, Self::Public, Self::ResourceServer]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(UnknownStored)
    }
}

impl TokenFormat {
    /// Its stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opaque => "opaque",
            Self::Jwt => "jwt",
        }
    }
}

impl TryFrom<String> for TokenFormat {
    type Error = UnknownStored;

    fn try_from(text: String) -> Result<Self, UnknownStored> {
        [Self::Opaque, Self::Jwt]
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or(UnknownStored)
    }
}

/// A row of `client`.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = client, check_for_backend(diesel::pg::Pg))]
pub struct Client {
    /// Its text form is the `client_id`.
    pub id: ClientId,
    /// The workspace that made it; `None`: the operator did, for every workspace.
    pub workspace_id: Option<WorkspaceId>,
    /// `client_name`, as people see it.
    pub name: String,
    /// `client_uri`: its home page.
    pub uri: Option<String>,
    /// What it can keep.
    #[diesel(deserialize_as = String)]
    pub kind: Kind,
    /// Compared as strings.
    pub redirect_uris: Vec<String>,
    /// Stored names; ask [`Client::may_use`].
    pub grant_types: Vec<String>,
    /// What it may ask for.
    #[diesel(deserialize_as = Vec<String>)]
    pub scope: Scope,
    /// What a request without `scope` asks for; empty: such a request is refused.
    #[diesel(deserialize_as = Vec<String>)]
    pub default_scope: Scope,
    /// Of a resource server: the resources it stands for.
    pub audiences: Vec<String>,
    /// Whether an authorization request without a challenge is refused.
    pub require_pkce: bool,
    /// The form of its access tokens.
    #[diesel(deserialize_as = String)]
    pub token_format: TokenFormat,
    /// Own lifetime of its access tokens.
    pub access_token_seconds: Option<i32>,
    /// Own idle lifetime of its refresh tokens.
    pub refresh_token_seconds: Option<i32>,
    /// Absolute lifetime of its grants.
    pub grant_seconds: Option<i32>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When the operator vouched for it.
    pub verified_at: Option<Timestamp>,
    /// When it was disabled.
    pub disabled_at: Option<Timestamp>,
}

impl Client {
    /// Whether its registration has this grant type.
    #[must_use]
    pub fn may_use(&self, grant_type: GrantType) -> bool {
        self.grant_types.iter().any(|name| name == grant_type.as_str())
    }

    /// The registered redirect URI that the presented one stands for, if any (RFC 6749 §3.1.2.3, policy P-3).
    #[must_use]
    pub fn registers(&self, presented: &str) -> bool {
        let kind = self.kind.for_redirects();
        self.redirect_uris
            .iter()
            .any(|registered| redirect_uri::matches(registered, presented, kind))
    }

    /// How long its access tokens live. What the operator allows at most is a ceiling also for older registrations.
    #[must_use]
    pub fn access_token_lifetime(&self, config: &Config) -> Duration {
        seconds(self.access_token_seconds)
            .unwrap_or(config.tokens.access)
            .min(config.limits.max_access)
    }

    /// How long its refresh tokens live unused, with the same ceiling.
    #[must_use]
    pub fn refresh_token_lifetime(&self, config: &Config) -> Duration {
        seconds(self.refresh_token_seconds)
            .unwrap_or(config.tokens.refresh)
            .min(config.limits.max_refresh)
    }

    /// When a grant that begins now ends whatever happens.
    #[must_use]
    pub fn grant_ends_at(&self, now: Timestamp) -> Option<Timestamp> {
        seconds(self.grant_seconds).map(|lifetime| now + lifetime)
    }
}

fn seconds(stored: Option<i32>) -> Option<Duration> {
    stored
        .and_then(|seconds| u64::try_from(seconds).ok())
        .map(Duration::from_secs)
}

/// What a registration says. Checked before: [`crate::wire::redirect_uri`], the scope catalogue, the limits.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = client)]
pub struct NewClient {
    /// Chosen by us.
    pub id: ClientId,
    /// The workspace that makes it.
    pub workspace_id: Option<WorkspaceId>,
    /// `client_name`.
    pub name: String,
    /// `client_uri`.
    pub uri: Option<String>,
    /// [`Kind::as_str`].
    pub kind: &'static str,
    /// `redirect_uris`.
    pub redirect_uris: Vec<String>,
    /// `grant_types`.
    pub grant_types: Vec<String>,
    /// `scope`.
    pub scope: Vec<String>,
    /// Our own: used where a request names none.
    pub default_scope: Vec<String>,
    /// Of a resource server.
    pub audiences: Vec<String>,
    /// Whether PKCE is required.
    pub require_pkce: bool,
    /// [`TokenFormat::as_str`].
    pub token_format: &'static str,
    /// Own lifetime of access tokens.
    pub access_token_seconds: Option<i32>,
    /// Own idle lifetime of refresh tokens.
    pub refresh_token_seconds: Option<i32>,
    /// Absolute lifetime of grants.
    pub grant_seconds: Option<i32>,
    /// Now.
    pub created_at: Timestamp,
    /// Now where the operator makes it; a workspace's starts unverified.
    pub verified_at: Option<Timestamp>,
}

/// Registers a client.
pub fn create(conn: &mut PgConnection, new: &NewClient) -> QueryResult<Client> {
    diesel::insert_into(client::table)
        .values(new)
        .returning(Client::as_returning())
        .get_result(conn)
}

/// The client of an id, also a disabled one; not one that is deleted, or whose workspace is.
pub fn find(conn: &mut PgConnection, id: ClientId) -> QueryResult<Option<Client>> {
    client::table
        .left_join(workspace::table.on(client::workspace_id.eq(workspace::id.nullable())))
        .filter(client::id.eq(id))
        .filter(client::deleted_at.is_null())
        .filter(workspace::deleted_at.is_null())
        .select(Client::as_select())
        .first(conn)
        .optional()
}

/// All clients that are not deleted, oldest first; those of one workspace where one is named.
pub fn list(conn: &mut PgConnection, workspace_id: Option<WorkspaceId>) -> QueryResult<Vec<Client>> {
    let mut query = client::table.filter(client::deleted_at.is_null()).into_boxed();
    if let Some(workspace_id) = workspace_id {
        query = query.filter(client::workspace_id.eq(workspace_id));
    }
    query.order(client::id).select(Client::as_select()).load(conn)
}

/// What clients are called, those that are deleted too.
pub fn names(conn: &mut PgConnection, ids: &[Uuid]) -> QueryResult<BTreeMap<Uuid, String>> {
    let ids = ids.iter().copied().map(ClientId::from);
    let rows: Vec<(ClientId, String)> = client::table
        .filter(client::id.eq_any(ids))
        .select((client::id, client::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| (id.uuid(), name)).collect())
}

/// What of a registration can change; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = client)]
pub struct Changes {
    /// `client_name`.
    pub name: Option<String>,
    /// `client_uri`; `Some(None)` takes it away.
    pub uri: Option<Option<String>>,
    /// `redirect_uris`.
    pub redirect_uris: Option<Vec<String>>,
    /// `grant_types`.
    pub grant_types: Option<Vec<String>>,
    /// `scope`.
    pub scope: Option<Vec<String>>,
    /// `default_scope`.
    pub default_scope: Option<Vec<String>>,
    /// Of a resource server.
    pub audiences: Option<Vec<String>>,
    /// Whether PKCE is required.
    pub require_pkce: Option<bool>,
    /// [`TokenFormat::as_str`].
    pub token_format: Option<&'static str>,
    /// Own lifetime of access tokens; `Some(None)` takes it away.
    pub access_token_seconds: Option<Option<i32>>,
    /// Own idle lifetime of refresh tokens; `Some(None)` takes it away.
    pub refresh_token_seconds: Option<Option<i32>>,
    /// Absolute lifetime of grants; `Some(None)` takes it away.
    pub grant_seconds: Option<Option<i32>>,
    /// `Some(None)` takes the operator's word back.
    pub verified_at: Option<Option<Timestamp>>,
    /// `Some(None)` enables it again.
    pub disabled_at: Option<Option<Timestamp>>,
}

impl Changes {
    /// The names of the fields that are to change, in the order above.
    #[must_use]
    pub fn fields(&self) -> Vec<&'static str> {
        [
            ("client_name", self.name.is_some()),
            ("client_uri", self.uri.is_some()),
            ("redirect_uris", self.redirect_uris.is_some()),
            ("grant_types", self.grant_types.is_some()),
            ("scope", self.scope.is_some()),
            ("default_scope", self.default_scope.is_some()),
            ("audiences", self.audiences.is_some()),
            ("require_pkce", self.require_pkce.is_some()),
            ("token_format", self.token_format.is_some()),
            ("access_token_ttl", self.access_token_seconds.is_some()),
            ("refresh_token_ttl", self.refresh_token_seconds.is_some()),
            ("grant_ttl", self.grant_seconds.is_some()),
            ("verified", self.verified_at.is_some()),
            ("disabled", self.disabled_at.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, is_named)| is_named.then_some(name))
        .collect()
    }
}

/// Holds a client's row until the transaction ends, so that what was read of it stays true. `false`: no such client.
pub fn lock(conn: &mut PgConnection, id: ClientId) -> QueryResult<bool> {
    client::table
        .find(id)
        .filter(client::deleted_at.is_null())
        .select(client::id)
        .for_update()
        .first::<ClientId>(conn)
        .optional()
        .map(|found| found.is_some())
}

/// Changes a registration; acts on the next request. `None`: no such client.
pub fn update(conn: &mut PgConnection, id: ClientId, changes: &Changes) -> QueryResult<Option<Client>> {
    diesel::update(client::table.find(id).filter(client::deleted_at.is_null()))
        .set(changes)
        .returning(Client::as_returning())
        .get_result(conn)
        .optional()
}

/// Deletes a client: it, its grants and its tokens end with the next request. The row stays, for the log.
pub fn delete(conn: &mut PgConnection, id: ClientId, now: Timestamp) -> QueryResult<Option<Client>> {
    diesel::update(client::table.find(id).filter(client::deleted_at.is_null()))
        .set(client::deleted_at.eq(now))
        .returning(Client::as_returning())
        .get_result(conn)
        .optional()
}

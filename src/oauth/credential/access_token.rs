//! The access token (RFC 6749 §1.4), opaque or `at+jwt`. Table `access_token`.
//!
//! Both forms have a row, so both can be looked up and revoked. An opaque token is recognised by the digest of its
//! random part, a JWT by the digest of the whole: only the very token that we issued has it.

use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    api_keys::facts::KeyFacts,
    oauth::grant::StandingGrant,
    platform::{
        clock::Timestamp,
        id::{AccountId, ApiKeyId, ClientId, GrantId, WorkspaceId},
        secret::Digest,
    },
    schema::{access_token, client, key_facts, standing_client, standing_grant},
    wire::scope::Scope,
};

/// A row of `access_token`.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = access_token, check_for_backend(diesel::pg::Pg))]
pub struct AccessToken {
    /// Its `jti`.
    pub id: Uuid,
    /// Its family; `None`: the client acts as itself.
    pub grant_id: Option<GrantId>,
    /// Whom it was issued to; `None`: it was made with an API key.
    pub client_id: Option<ClientId>,
    /// The API key that it was made with.
    pub key_id: Option<ApiKeyId>,
    /// Whom it acts for.
    pub account_id: Option<AccountId>,
    /// Where it acts.
    pub workspace_id: WorkspaceId,
    /// What it was given.
    #[diesel(deserialize_as = Vec<String>)]
    pub scope: Scope,
    /// For which resources.
    pub audience: Vec<String>,
    /// `iat`, and `nbf`.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
}

/// Stores a new token under the digest that will recognise it.
pub fn create(conn: &mut PgConnection, new: &AccessToken, digest: Digest) -> QueryResult<()> {
    use access_token as t;
    diesel::insert_into(t::table)
        .values((
            (t::id.eq(new.id), t::digest.eq(digest)),
            (
                t::grant_id.eq(new.grant_id),
                t::client_id.eq(new.client_id),
                t::key_id.eq(new.key_id),
                t::account_id.eq(new.account_id),
            ),
            (
                t::workspace_id.eq(new.workspace_id),
                t::scope.eq(new.scope.to_stored()),
                t::audience.eq(&new.audience),
            ),
            (t::issued_at.eq(new.issued_at), t::expires_at.eq(new.expires_at)),
        ))
        .execute(conn)
        .map(drop)
}

/// What a live token stands on.
#[derive(Clone, Debug)]
pub enum Standing {
    /// A person's grant.
    Grant(Box<StandingGrant>),
    /// The client itself, with what it may ask for now, and its workspace's plan.
    Client(ClientId, Scope, Option<String>),
    /// An API key, alive or not.
    Key(Box<KeyFacts>),
}

/// The live token of this id and digest, and what it stands on: one statement.
pub fn find(
    conn: &mut PgConnection,
    id: Uuid,
    digest: &Digest,
    now: Timestamp,
) -> QueryResult<Option<(AccessToken, Standing)>> {
    use access_token as t;
    type OfClient = (ClientId, Vec<String>, Option<String>);
    type Row = (
        AccessToken,
        Digest,
        Option<StandingGrant>,
        Option<OfClient>,
        Option<KeyFacts>,
    );
    let found: Option<Row> = t::table
        .left_join(standing_grant::table.on(t::grant_id.eq(standing_grant::id.nullable())))
        .left_join(standing_client::table.on(t::client_id.eq(standing_client::id.nullable())))
        .left_join(key_facts::table.on(t::key_id.eq(key_facts::id.nullable())))
        .filter(t::id.eq(id))
        .filter(t::revoked_at.is_null())
        .filter(t::expires_at.gt(now))
        .select((
            AccessToken::as_select(),
            t::digest,
            Option::<StandingGrant>::as_select(),
            (standing_client::id, standing_client::scope, standing_client::plan).nullable(),
            Option::<KeyFacts>::as_select(),
        ))
        .first(conn)
        .optional()?;
    let Some((token, stored, grant, client, key)) = found else {
        return Ok(None);
    };
    if !stored.matches(digest) {
        return Ok(None);
    }
    let standing = match (token.grant_id, token.key_id) {
        (Some(_), _) => grant
            .filter(|grant| grant.expires_at.is_none_or(|end| end > now))
            .map(|grant| Standing::Grant(Box::new(grant))),
        (None, Some(_)) => key.map(|facts| Standing::Key(Box::new(facts))),
        (None, None) => client.map(|(id, scope, plan)| Standing::Client(id, scope.into(), plan)),
    };
    let Some(standing) = standing else {
        return Ok(None);
    };
    Ok(Some((token, standing)))
}

/// Ends one token of this client. `None`: it is not this client's, or had ended.
pub fn revoke(
    conn: &mut PgConnection,
    id: Uuid,
    digest: &Digest,
    client_id: ClientId,
    now: Timestamp,
) -> QueryResult<Option<WorkspaceId>> {
    use access_token as t;
    diesel::update(
        t::table
            .filter(t::id.eq(id))
            .filter(t::digest.eq(digest))
            .filter(t::client_id.eq(client_id)),
    )
    .filter(t::revoked_at.is_null())
    .set(t::revoked_at.eq(now))
    .returning(t::workspace_id)
    .get_result(conn)
    .optional()
}

/// A token that was made with an API key, as lists show it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = access_token, check_for_backend(diesel::pg::Pg))]
pub struct OfKey {
    /// Its `jti`: nothing can be done with it.
    pub id: Uuid,
    /// What it was given.
    #[diesel(deserialize_as = Vec<String>)]
    pub scope: Scope,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// The tokens of a key whose time is not over, revoked ones too, newest first.
pub fn of_key(
    conn: &mut PgConnection,
    key: ApiKeyId,
    (before, limit): (Option<Uuid>, i64),
    now: Timestamp,
) -> QueryResult<Vec<OfKey>> {
    use access_token as t;
    let mut rows = t::table
        .filter(t::key_id.eq(key))
        .filter(t::expires_at.gt(now))
        .order(t::id.desc())
        .limit(limit)
        .select(OfKey::as_select())
        .into_boxed();
    if let Some(before) = before {
        rows = rows.filter(t::id.lt(before));
    }
    rows.load(conn)
}

/// What became of a token that somebody wanted to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It ended now.
    Now,
    /// It had ended before.
    Before,
    /// The key has no such token.
    Unknown,
}

/// Ends one token of a key.
pub fn revoke_of_key(conn: &mut PgConnection, key: ApiKeyId, id: Uuid, now: Timestamp) -> QueryResult<Ended> {
    use access_token as t;
    let of_key = t::table.filter(t::id.eq(id)).filter(t::key_id.eq(key));
    let ended = diesel::update(of_key.filter(t::revoked_at.is_null()))
        .set(t::revoked_at.eq(now))
        .execute(conn)?;
    if ended == 1 {
        return Ok(Ended::Now);
    }
    let is_there: bool = diesel::select(diesel::dsl::exists(of_key)).get_result(conn)?;
    Ok(if is_there { Ended::Before } else { Ended::Unknown })
}

/// Whose token this is, whoever asks: for the operator's `token revoke`.
pub fn owner(conn: &mut PgConnection, id: Uuid, digest: &Digest) -> QueryResult<Option<ClientId>> {
    use access_token as t;
    t::table
        .inner_join(client::table.on(t::client_id.eq(client::id.nullable())))
        .filter(t::id.eq(id))
        .filter(t::digest.eq(digest))
        .select(client::id)
        .first(conn)
        .optional()
}

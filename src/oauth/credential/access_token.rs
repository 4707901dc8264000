//! The access token (RFC 6749 §1.4), opaque or `at+jwt`. Table `access_token`.
//!
//! Both forms have a row, so both can be looked up and revoked. An opaque token is recognised by the digest of its
//! random part, a JWT by the digest of the whole: only the very token that we issued has it.

use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    oauth::grant::StandingGrant,
    platform::{
        clock::Timestamp,
        id::{AccountId, ClientId, GrantId, WorkspaceId},
        secret::Digest,
    },
    schema::{access_token, client, standing_client, standing_grant},
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
    /// Whom it was issued to.
    pub client_id: ClientId,
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
    Grant(StandingGrant),
    /// The client itself, with what it may ask for now.
    Client(Scope),
}

/// The live token of this id and digest, and what it stands on: one statement.
pub fn find(
    conn: &mut PgConnection,
    id: Uuid,
    digest: &Digest,
    now: Timestamp,
) -> QueryResult<Option<(AccessToken, Standing)>> {
    use access_token as t;
    type Row = (AccessToken, Digest, Option<StandingGrant>, Option<Vec<String>>);
    let found: Option<Row> = t::table
        .left_join(standing_grant::table.on(t::grant_id.eq(standing_grant::id.nullable())))
        .left_join(standing_client::table.on(t::client_id.eq(standing_client::id)))
        .filter(t::id.eq(id))
        .filter(t::revoked_at.is_null())
        .filter(t::expires_at.gt(now))
        .select((
            AccessToken::as_select(),
            t::digest,
            Option::<StandingGrant>::as_select(),
            standing_client::scope.nullable(),
        ))
        .first(conn)
        .optional()?;
    let Some((token, stored, grant, client_scope)) = found else {
        return Ok(None);
    };
    if !stored.matches(digest) {
        return Ok(None);
    }
    let standing = match (token.grant_id, grant, client_scope) {
        (Some(_), Some(grant), _) if grant.expires_at.is_none_or(|end| end > now) => Standing::Grant(grant),
        (None, _, Some(scope)) => Standing::Client(scope.into()),
        (Some(_), _, _) | (None, _, None) => return Ok(None),
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

/// Whose token this is, whoever asks: for the operator's `token revoke`.
pub fn owner(conn: &mut PgConnection, id: Uuid, digest: &Digest) -> QueryResult<Option<ClientId>> {
    use access_token as t;
    t::table
        .inner_join(client::table.on(t::client_id.eq(client::id)))
        .filter(t::id.eq(id))
        .filter(t::digest.eq(digest))
        .select(t::client_id)
        .first(conn)
        .optional()
}

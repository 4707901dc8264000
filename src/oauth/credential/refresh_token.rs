//! The refresh token (RFC 6749 §6), which works once (RFC 9700 §4.14.2). Table `refresh_token`.
//!
//! # Decisions
//! Strict rotation: a second use, however soon and by whomever, ends the grant. A client that lost a response
//! cannot be told from a thief, and a grace period would hand the thief the same grace.

use diesel::{dsl::exists, prelude::*};

use crate::{
    oauth::grant::{self, StandingGrant},
    platform::{
        clock::Timestamp,
        id::{ClientId, GrantId, WorkspaceId},
        secret::{Digest, Kind, Secret},
    },
    schema::{refresh_token, standing_grant},
    wire::scope::Scope,
};

/// A row of `refresh_token`.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = refresh_token, check_for_backend(diesel::pg::Pg))]
pub struct RefreshToken {
    /// Its family.
    pub grant_id: GrantId,
    /// Whose it is.
    pub client_id: ClientId,
    /// Where its grant is.
    pub workspace_id: WorkspaceId,
    /// What it may give: a narrower request narrows the access token only (RFC 6749 §6).
    #[diesel(deserialize_as = Vec<String>)]
    pub scope: Scope,
    /// How many rotations came before.
    pub generation: i32,
    /// Since when.
    pub issued_at: Timestamp,
    /// Idle end: 60 days after the last use, unless the client's registration says otherwise.
    pub expires_at: Timestamp,
}

/// What presenting a refresh token came to.
#[derive(Clone, Debug)]
pub enum Spend {
    /// Its one use; it is spent now.
    First(RefreshToken),
    /// It was spent before, so somebody holds a copy.
    Again(GrantId),
    /// It is live, but was asked for more than it may give; it is not spent.
    TooWide,
    /// It is live, but was asked for audiences that its grant does not have; it is not spent.
    WrongTarget,
    /// No live token of this client has that secret.
    Unknown,
}

/// What a refresh asks for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// A narrower scope; `None`: all of it.
    pub scope: Option<Scope>,
    /// Narrower audiences (RFC 8707 §2.2); empty: all of them.
    pub resource: Vec<String>,
}

/// Stores a new token of a family.
pub fn create(conn: &mut PgConnection, new: &RefreshToken, now: Timestamp) -> QueryResult<Secret> {
    use refresh_token as t;
    let token = Secret::generate(Kind::RefreshToken, now);
    diesel::insert_into(t::table)
        .values((
            (t::id.eq(token.id()), t::digest.eq(token.digest())),
            (
                t::grant_id.eq(new.grant_id),
                t::client_id.eq(new.client_id),
                t::workspace_id.eq(new.workspace_id),
            ),
            (
                t::scope.eq(new.scope.to_stored()),
                t::generation.eq(new.generation),
            ),
            (t::issued_at.eq(new.issued_at), t::expires_at.eq(new.expires_at)),
        ))
        .execute(conn)?;
    Ok(token)
}

/// Spends the presented token, at most once however many requests race.
///
/// The `UPDATE` is the check: of two concurrent calls the second waits for the row, then matches nothing. Everything
/// that could refuse the request is one of its predicates, so a refused request never spends the token.
pub fn spend(
    conn: &mut PgConnection,
    presented: &Secret,
    client_id: ClientId,
    wanted: &Wanted,
    now: Timestamp,
) -> QueryResult<Spend> {
    use refresh_token as t;
    if presented.kind() != Kind::RefreshToken {
        return Ok(Spend::Unknown);
    }
    let own = || {
        t::id
            .eq(presented.id())
            .and(t::digest.eq(presented.digest()))
            .and(t::client_id.eq(client_id))
    };
    let standing = exists(
        standing_grant::table
            .filter(standing_grant::id.eq(t::grant_id))
            .filter(grant::not_ended(now))
            .filter(standing_grant::resource.contains(&wanted.resource)),
    );
    let scope = wanted.scope.as_ref().map(Scope::to_stored).unwrap_or_default();

    let first = diesel::update(
        t::table
            .filter(own())
            .filter(t::expires_at.gt(now))
            .filter(standing),
    )
    .filter(t::scope.contains(scope))
    .filter(t::used_at.is_null())
    .set(t::used_at.eq(now))
    .returning(RefreshToken::as_returning())
    .get_result(conn)
    .optional()?;
    if let Some(token) = first {
        return Ok(Spend::First(token));
    }

    // A statement of its own: only a new snapshot sees what the winner of a race has committed.
    let missed: Option<(RefreshToken, Option<Timestamp>, Option<Vec<String>>)> = t::table
        .left_join(standing_grant::table.on(standing_grant::id.eq(t::grant_id).and(grant::not_ended(now))))
        .filter(own())
        .select((
            RefreshToken::as_select(),
            t::used_at,
            standing_grant::resource.nullable(),
        ))
        .first(conn)
        .optional()?;
    let Some((token, used_at, resource)) = missed else {
        return Ok(Spend::Unknown);
    };
    if used_at.is_some() {
        return Ok(Spend::Again(token.grant_id));
    }
    let Some(resource) = resource.filter(|_| token.expires_at > now) else {
        return Ok(Spend::Unknown);
    };
    Ok(
        if wanted
            .scope
            .as_ref()
            .is_some_and(|scope| !scope.is_within(&token.scope))
        {
            Spend::TooWide
        } else if wanted
            .resource
            .iter()
            .any(|audience| !resource.contains(audience))
        {
            Spend::WrongTarget
        } else {
            Spend::Unknown
        },
    )
}

/// The live token behind a presented one, and its grant; it is not spent by looking.
pub fn find(
    conn: &mut PgConnection,
    presented: &Secret,
    now: Timestamp,
) -> QueryResult<Option<(RefreshToken, StandingGrant)>> {
    use refresh_token as t;
    let found: Option<(RefreshToken, Digest, StandingGrant)> = t::table
        .inner_join(standing_grant::table.on(standing_grant::id.eq(t::grant_id)))
        .filter(t::id.eq(presented.id()))
        .filter(t::used_at.is_null())
        .filter(t::expires_at.gt(now))
        .filter(grant::not_ended(now))
        .select((RefreshToken::as_select(), t::digest, StandingGrant::as_select()))
        .first(conn)
        .optional()?;
    Ok(
        found
            .and_then(|(token, digest, grant)| digest.matches(&presented.digest()).then_some((token, grant))),
    )
}

/// The family of a presented token of this client, spent or not: for revocation.
pub fn family(
    conn: &mut PgConnection,
    presented: &Secret,
    client_id: ClientId,
) -> QueryResult<Option<GrantId>> {
    use refresh_token as t;
    t::table
        .filter(t::id.eq(presented.id()))
        .filter(t::digest.eq(presented.digest()))
        .filter(t::client_id.eq(client_id))
        .select(t::grant_id)
        .first(conn)
        .optional()
}

/// Whose token this is, spent or not, whoever asks: for the operator's `token revoke`.
pub fn owner(conn: &mut PgConnection, presented: &Secret) -> QueryResult<Option<ClientId>> {
    use refresh_token as t;
    t::table
        .filter(t::id.eq(presented.id()))
        .filter(t::digest.eq(presented.digest()))
        .select(t::client_id)
        .first(conn)
        .optional()
}

//! What renews the access token of a program's session, once. Table `session_refresh_token`; a [`Secret`] of kind `sr`.
//!
//! One that is presented twice has been copied, and nobody can tell who holds the copy: its session ends (as RFC 9700 §4.14.2 says of
//! OAuth's).

use diesel::prelude::*;

use crate::{
    platform::{
        Lifetime,
        clock::Timestamp,
        id::SessionId,
        secret::{Kind, Secret},
    },
    schema::{account, session, session_refresh_token as t},
};

/// What presenting one came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spend {
    /// Its one use; it is spent now. With how many came before it.
    First(SessionId, i32),
    /// It was spent before: somebody holds a copy.
    Again(SessionId),
    /// There is no such token whose session lives.
    Unknown,
}

/// Makes the next one of a session. It lives as long as a session may rest, and no longer than the session.
pub fn issue(
    conn: &mut PgConnection,
    session_id: SessionId,
    generation: i32,
    lifetime: Lifetime,
    now: Timestamp,
) -> QueryResult<Secret> {
    let secret = Secret::generate(Kind::SessionRefresh, now);
    diesel::insert_into(t::table)
        .values((
            t::id.eq(secret.id()),
            t::digest.eq(secret.digest()),
            t::session_id.eq(session_id),
            t::generation.eq(generation),
            t::issued_at.eq(now),
            t::expires_at.eq(now + lifetime.idle),
        ))
        .execute(conn)?;
    Ok(secret)
}

/// Spends the presented token, at most once however many requests race. The `UPDATE` is the check; a session that is over burns
/// nothing.
pub fn spend(conn: &mut PgConnection, presented: &Secret, now: Timestamp) -> QueryResult<Spend> {
    if presented.kind() != Kind::SessionRefresh {
        return Ok(Spend::Unknown);
    }
    let own = t::id.eq(presented.id()).and(t::digest.eq(presented.digest()));
    let standing = session::table
        .inner_join(account::table)
        .filter(session::id.eq(t::session_id))
        .filter(session::ended_at.is_null())
        .filter(session::expires_at.gt(now))
        .filter(account::disabled_at.is_null())
        .filter(account::credentials_epoch.eq(session::credentials_epoch));
    let first: Option<(SessionId, i32)> = diesel::update(t::table)
        .filter(own)
        .filter(t::used_at.is_null())
        .filter(t::expires_at.gt(now))
        .filter(diesel::dsl::exists(standing))
        .set(t::used_at.eq(now))
        .returning((t::session_id, t::generation))
        .get_result(conn)
        .optional()?;
    if let Some((session, generation)) = first {
        return Ok(Spend::First(session, generation));
    }
    let again: Option<SessionId> = t::table
        .filter(own)
        .filter(t::used_at.is_not_null())
        .select(t::session_id)
        .first(conn)
        .optional()?;
    Ok(again.map_or(Spend::Unknown, Spend::Again))
}

//! A person's session in one browser. Table `browser_session`; the cookie is a [`Secret`] of kind `st`.

use diesel::prelude::*;

use crate::{
    accounts::account::Account,
    platform::{
        Lifetime,
        clock::Timestamp,
        id::{AccountId, BrowserSessionId},
        secret::{Digest, Kind, Secret},
    },
    schema::{account, browser_session},
};

/// A live session and its person.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its row.
    pub id: BrowserSessionId,
    /// Whose it is.
    pub account: Account,
    /// When the person last gave a proof (`auth_time`).
    pub authenticated_at: Timestamp,
}

/// Begins a session for a person who has just proved who they are. The returned secret is its cookie.
pub fn start(
    conn: &mut PgConnection,
    account: &Account,
    lifetime: Lifetime,
    now: Timestamp,
) -> QueryResult<Secret> {
    use browser_session as t;
    let cookie = Secret::generate(Kind::BrowserSession, now);
    diesel::insert_into(t::table)
        .values((
            t::id.eq(cookie.id()),
            t::digest.eq(cookie.digest()),
            t::account_id.eq(account.id),
            t::credentials_epoch.eq(account.credentials_epoch),
            t::authenticated_at.eq(now),
            t::last_seen_at.eq(now),
            t::expires_at.eq(now + lifetime.absolute),
        ))
        .execute(conn)?;
    Ok(cookie)
}

/// The live session behind a cookie, and notes to the minute that it was seen.
pub fn find(
    conn: &mut PgConnection,
    cookie: &Secret,
    lifetime: Lifetime,
    now: Timestamp,
) -> QueryResult<Option<Session>> {
    use browser_session as t;
    let found: Option<(BrowserSessionId, Digest, Timestamp, Timestamp, Account)> = t::table
        .inner_join(account::table)
        .filter(t::id.eq(cookie.id()))
        .filter(t::ended_at.is_null())
        .filter(t::expires_at.gt(now))
        .filter(t::last_seen_at.gt(now - lifetime.idle))
        .filter(account::disabled_at.is_null())
        .filter(account::credentials_epoch.eq(t::credentials_epoch))
        .select((
            t::id,
            t::digest,
            t::authenticated_at,
            t::last_seen_at,
            Account::as_select(),
        ))
        .first(conn)
        .optional()?;
    let Some((id, digest, authenticated_at, last_seen_at, account)) = found else {
        return Ok(None);
    };
    if cookie.kind() != Kind::BrowserSession || !digest.matches(&cookie.digest()) {
        return Ok(None);
    }
    if now - last_seen_at >= chrono::Duration::minutes(1) {
        diesel::update(t::table.find(id))
            .set(t::last_seen_at.eq(now))
            .execute(conn)?;
    }
    Ok(Some(Session {
        id,
        account,
        authenticated_at,
    }))
}

/// Ends the session behind a cookie; answers whose it was.
pub fn end(conn: &mut PgConnection, cookie: &Secret, now: Timestamp) -> QueryResult<Option<AccountId>> {
    use browser_session as t;
    diesel::update(
        t::table
            .filter(t::id.eq(cookie.id()))
            .filter(t::digest.eq(cookie.digest())),
    )
    .filter(t::ended_at.is_null())
    .set(t::ended_at.eq(now))
    .returning(t::account_id)
    .get_result(conn)
    .optional()
}

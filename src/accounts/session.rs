//! A person signed in, in a browser or in a program. Table `session`.
//!
//! A browser has a cookie, a [`Secret`] of kind `st`. A program has access tokens that name the session (`sid`), and refresh
//! tokens: [`crate::accounts::session_refresh_token`].

use diesel::prelude::*;

use crate::{
    accounts::account::Account,
    audit::log::Origin,
    platform::{
        Lifetime,
        clock::Timestamp,
        id::{AccountId, SessionId, WorkspaceId},
        secret::{Digest, Kind, Secret},
    },
    schema::{account, session as t},
};

/// A live session and its person.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its row.
    pub id: SessionId,
    /// Whose it is.
    pub account: Account,
    /// When the person last gave a proof (`auth_time`).
    pub authenticated_at: Timestamp,
    /// How they proved who they are (RFC 8176).
    pub amr: Vec<String>,
    /// Where a program's requests act that name no workspace.
    pub workspace_id: Option<WorkspaceId>,
    last_seen_at: Timestamp,
}

/// Where a session is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a browser's cookie.
    Browser,
    /// In a program.
    Api,
}

impl Place {
    /// As it is stored, and told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Api => "api",
        }
    }
}

/// A person who has just proved who they are.
#[derive(Clone, Copy, Debug)]
pub struct Proved<'a> {
    /// Who.
    pub account: &'a Account,
    /// How (RFC 8176 §2): `pwd`, `otp`, and so on.
    pub amr: &'a [&'a str],
    /// From where, for the list that the person sees.
    pub from: &'a Origin,
}

/// Begins a session in a browser. The returned secret is its cookie.
pub fn start(
    conn: &mut PgConnection,
    proved: Proved<'_>,
    lifetime: Lifetime,
    now: Timestamp,
) -> QueryResult<Secret> {
    let cookie = Secret::generate(Kind::BrowserSession, now);
    insert(
        conn,
        cookie.id().into(),
        Some(cookie.digest()),
        proved,
        (lifetime, now),
    )?;
    Ok(cookie)
}

/// Begins a session in a program, which acts in this workspace unless its requests name another.
pub fn start_api(
    conn: &mut PgConnection,
    proved: Proved<'_>,
    workspace_id: Option<WorkspaceId>,
    lifetime: Lifetime,
    now: Timestamp,
) -> QueryResult<SessionId> {
    let id = SessionId::generate(now);
    insert(conn, id, None, proved, (lifetime, now))?;
    diesel::update(t::table.find(id))
        .set(t::workspace_id.eq(workspace_id))
        .execute(conn)?;
    Ok(id)
}

fn insert(
    conn: &mut PgConnection,
    id: SessionId,
    digest: Option<Digest>,
    proved: Proved<'_>,
    (lifetime, now): (Lifetime, Timestamp),
) -> QueryResult<()> {
    let place = if digest.is_some() {
        Place::Browser
    } else {
        Place::Api
    };
    diesel::insert_into(t::table)
        .values((
            t::id.eq(id),
            t::digest.eq(digest),
            t::kind.eq(place.as_str()),
            t::account_id.eq(proved.account.id),
            t::credentials_epoch.eq(proved.account.credentials_epoch),
            t::amr.eq(proved.amr),
            t::address.eq(&proved.from.address),
            t::user_agent.eq(&proved.from.user_agent),
            t::started_at.eq(now),
            t::authenticated_at.eq(now),
            t::last_seen_at.eq(now),
            t::expires_at.eq(now + lifetime.absolute),
        ))
        .execute(conn)
        .map(drop)
}

/// What every live session has: not ended, not over, of a person who may sign in and whose credentials are still the same.
#[diesel::dsl::auto_type(no_type_alias)]
fn live(now: Timestamp) -> _ {
    t::ended_at
        .is_null()
        .and(t::expires_at.gt(now))
        .and(account::disabled_at.is_null())
        .and(account::verified_at.is_not_null())
        .and(account::credentials_epoch.eq(t::credentials_epoch))
}

type Row = (
    SessionId,
    Option<Digest>,
    Timestamp,
    Timestamp,
    Vec<String>,
    Option<WorkspaceId>,
    Account,
);

fn one(conn: &mut PgConnection, id: SessionId, place: Place, now: Timestamp) -> QueryResult<Option<Row>> {
    t::table
        .inner_join(account::table)
        .filter(t::id.eq(id))
        .filter(t::kind.eq(place.as_str()))
        .filter(live(now))
        .select((
            t::id,
            t::digest,
            t::authenticated_at,
            t::last_seen_at,
            t::amr,
            t::workspace_id,
            Account::as_select(),
        ))
        .first(conn)
        .optional()
}

/// The live session behind a cookie, and notes to the minute that it was seen.
pub fn find(
    conn: &mut PgConnection,
    cookie: &Secret,
    lifetime: Lifetime,
    now: Timestamp,
) -> QueryResult<Option<Session>> {
    let Some(row) = one(conn, cookie.id().into(), Place::Browser, now)? else {
        return Ok(None);
    };
    let ours = cookie.kind() == Kind::BrowserSession
        && row.1.is_some_and(|digest| digest.matches(&cookie.digest()))
        && row.3 > now - lifetime.idle;
    if !ours {
        return Ok(None);
    }
    let session = session(row);
    seen_to_the_minute(conn, &session, now)?;
    Ok(Some(session))
}

/// Holds the account of a browser's session until the transaction ends; whether that session still lives. Asked before anything is
/// written that needs one: since it was found, a password may have been checked, and a reset or *Sign out everywhere* come first. What
/// those ended must neither live again nor change anything (UE-09).
pub fn hold(conn: &mut PgConnection, session: &Session, now: Timestamp) -> QueryResult<bool> {
    account::table
        .find(session.account.id)
        .select(account::id)
        .for_no_key_update()
        .first::<AccountId>(conn)
        .optional()?;
    Ok(one(conn, session.id, Place::Browser, now)?.is_some())
}

/// A program's live session. Whoever asks has verified the token that names it.
pub fn find_api(conn: &mut PgConnection, id: SessionId, now: Timestamp) -> QueryResult<Option<Session>> {
    Ok(one(conn, id, Place::Api, now)?.map(session))
}

fn session((id, _, authenticated_at, last_seen_at, amr, workspace_id, account): Row) -> Session {
    Session {
        id,
        account,
        authenticated_at,
        amr,
        workspace_id,
        last_seen_at,
    }
}

/// Notes that it was used, if that was not noted within the last minute.
pub fn seen_to_the_minute(conn: &mut PgConnection, session: &Session, now: Timestamp) -> QueryResult<()> {
    if now - session.last_seen_at >= chrono::Duration::minutes(1) {
        seen(conn, session.id, now)?;
    }
    Ok(())
}

/// Notes that it was used.
pub fn seen(conn: &mut PgConnection, id: SessionId, now: Timestamp) -> QueryResult<()> {
    diesel::update(t::table.find(id))
        .set(t::last_seen_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// Gives a browser's session, whose person has just proved again who they are, a new cookie: the old one is worth nothing from now
/// on, so whoever copied it gains nothing (CS-14). It lives on under the account's credentials as they are now, so [`hold`] comes
/// before. `None`: it ended meanwhile.
pub fn proved_again(conn: &mut PgConnection, id: SessionId, now: Timestamp) -> QueryResult<Option<Secret>> {
    let cookie = Secret::generate(Kind::BrowserSession, now);
    let epoch = account::table
        .filter(account::id.eq(t::account_id))
        .select(account::credentials_epoch)
        .single_value()
        .assume_not_null();
    let rows = diesel::update(t::table.find(id))
        .filter(t::kind.eq(Place::Browser.as_str()))
        .filter(t::ended_at.is_null())
        .filter(t::expires_at.gt(now))
        .set((
            t::id.eq(SessionId::from(cookie.id())),
            t::digest.eq(cookie.digest()),
            t::credentials_epoch.eq(epoch),
            t::authenticated_at.eq(now),
            t::last_seen_at.eq(now),
        ))
        .execute(conn)?;
    Ok((rows == 1).then_some(cookie))
}

/// Ends the session behind a cookie; answers whose it was.
pub fn end(conn: &mut PgConnection, cookie: &Secret, now: Timestamp) -> QueryResult<Option<AccountId>> {
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

/// Ends one of a person's own sessions. `false`: they have none of that id that could still end.
pub fn end_own(
    conn: &mut PgConnection,
    id: SessionId,
    account_id: AccountId,
    now: Timestamp,
) -> QueryResult<bool> {
    diesel::update(t::table.find(id))
        .filter(t::account_id.eq(account_id))
        .filter(t::ended_at.is_null())
        .filter(t::expires_at.gt(now))
        .set(t::ended_at.eq(now))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Ends a session whose refresh token was copied; answers whose it was, if it could still end.
pub fn end_copied(conn: &mut PgConnection, id: SessionId, now: Timestamp) -> QueryResult<Option<AccountId>> {
    diesel::update(t::table.find(id))
        .filter(t::ended_at.is_null())
        .filter(t::expires_at.gt(now))
        .set(t::ended_at.eq(now))
        .returning(t::account_id)
        .get_result(conn)
        .optional()
}

/// Ends all of a person's sessions but this one; answers how many.
pub fn end_others(
    conn: &mut PgConnection,
    keep: SessionId,
    account_id: AccountId,
    now: Timestamp,
) -> QueryResult<usize> {
    diesel::update(t::table)
        .filter(t::id.ne(keep))
        .filter(t::account_id.eq(account_id))
        .filter(t::ended_at.is_null())
        .filter(t::expires_at.gt(now))
        .set(t::ended_at.eq(now))
        .execute(conn)
}

/// A session as its person sees it in a list.
#[derive(Clone, Debug, Queryable)]
pub struct Listed {
    /// Its row.
    pub id: SessionId,
    /// `browser` or `api`.
    pub kind: String,
    /// What the browser or program calls itself.
    pub user_agent: Option<String>,
    /// From where it began.
    pub address: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen_at: Timestamp,
}

/// A person's live sessions, the last used first; a hundred at most.
pub fn of(
    conn: &mut PgConnection,
    account_id: AccountId,
    idle: Lifetime,
    now: Timestamp,
) -> QueryResult<Vec<Listed>> {
    let unused_browser = t::kind
        .eq(Place::Browser.as_str())
        .and(t::last_seen_at.le(now - idle.idle));
    t::table
        .inner_join(account::table)
        .filter(t::account_id.eq(account_id))
        .filter(live(now))
        .filter(diesel::dsl::not(unused_browser))
        .order((t::last_seen_at.desc(), t::id))
        .limit(100)
        .select((
            t::id,
            t::kind,
            t::user_agent,
            t::address,
            t::started_at,
            t::last_seen_at,
        ))
        .load(conn)
}

//! The secret in a link that was sent by mail: whoever presents it reads the mail of that address. Table `email_code`; a [`Secret`] of
//! kind `ec`.
//!
//! It is spent once, by a `POST`: programs that look into mails open the links in them (UE-11). The newest of a purpose ends those
//! before it, so that no old mail opens anything.

use std::time::Duration;

use diesel::prelude::*;

use crate::{
    accounts::account::Email,
    platform::{
        clock::Timestamp,
        id::AccountId,
        secret::{Kind, Secret},
    },
    schema::{account, email_code as t},
};

/// What a code is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To prove the address of an account.
    Verify,
    /// To set a forgotten password anew.
    Reset,
    /// To give an account another address: the one that the code was sent to.
    Change,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::Change => "change",
        }
    }

    /// How long a code is good. One that opens an account has to be short: mailboxes are read by others, later.
    #[must_use]
    pub const fn lifetime(self) -> Duration {
        match self {
            Self::Verify | Self::Change => Duration::from_hours(24),
            Self::Reset => Duration::from_mins(30),
        }
    }
}

/// A code that was spent, or could be.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Spent {
    /// Whose it is.
    pub account_id: AccountId,
    /// Where it was sent.
    pub email: String,
}

/// Makes a code to be sent to this address, and ends those of the same purpose that were sent before.
pub fn issue(
    conn: &mut PgConnection,
    account_id: AccountId,
    purpose: Purpose,
    email: &Email,
    now: Timestamp,
) -> QueryResult<Secret> {
    end(conn, account_id, purpose, now)?;
    let secret = Secret::generate(Kind::EmailCode, now);
    diesel::insert_into(t::table)
        .values((
            t::id.eq(secret.id()),
            t::digest.eq(secret.digest()),
            t::account_id.eq(account_id),
            t::purpose.eq(purpose.as_str()),
            t::email.eq(email.as_str()),
            t::created_at.eq(now),
            t::expires_at.eq(now + purpose.lifetime()),
        ))
        .execute(conn)?;
    Ok(secret)
}

/// Ends the codes of a purpose that are still good.
pub fn end(
    conn: &mut PgConnection,
    account_id: AccountId,
    purpose: Purpose,
    now: Timestamp,
) -> QueryResult<()> {
    lock(conn, account_id)?;
    diesel::update(t::table)
        .filter(t::account_id.eq(account_id))
        .filter(t::purpose.eq(purpose.as_str()))
        .filter(t::used_at.is_null())
        .set(t::used_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// Locks the account before any of its codes: of two that race to issue, or to issue and to spend, the second sees what the first did,
/// and neither waits for what the other holds.
fn lock(conn: &mut PgConnection, account_id: AccountId) -> QueryResult<()> {
    account::table
        .find(account_id)
        .select(account::id)
        .for_no_key_update()
        .first::<AccountId>(conn)
        .optional()
        .map(drop)
}

/// Spends the presented code, at most once however many requests race: the `UPDATE` is the check. `None`: it is not of this purpose,
/// was spent or replaced, is too old, its account is disabled or has another address meanwhile (EM-02).
pub fn spend(
    conn: &mut PgConnection,
    presented: &Secret,
    purpose: Purpose,
    now: Timestamp,
) -> QueryResult<Option<Spent>> {
    let Some(standing_now) = look(conn, presented, purpose, now)? else {
        return Ok(None);
    };
    lock(conn, standing_now.account_id)?;
    diesel::update(t::table)
        .filter(t::id.eq(presented.id()).and(t::digest.eq(presented.digest())))
        .filter(t::purpose.eq(purpose.as_str()))
        .filter(t::used_at.is_null())
        .filter(t::expires_at.gt(now))
        .filter(diesel::dsl::exists(standing(purpose)))
        .set(t::used_at.eq(now))
        .returning((t::account_id, t::email))
        .get_result(conn)
        .optional()
}

/// Whose the presented code is, if it could be spent now. For the page that asks whether to: opening it spends nothing.
pub fn look(
    conn: &mut PgConnection,
    presented: &Secret,
    purpose: Purpose,
    now: Timestamp,
) -> QueryResult<Option<Spent>> {
    if presented.kind() != Kind::EmailCode {
        return Ok(None);
    }
    t::table
        .filter(t::id.eq(presented.id()).and(t::digest.eq(presented.digest())))
        .filter(t::purpose.eq(purpose.as_str()))
        .filter(t::used_at.is_null())
        .filter(t::expires_at.gt(now))
        .filter(diesel::dsl::exists(standing(purpose)))
        .select((t::account_id, t::email))
        .first(conn)
        .optional()
}

/// The account that a code still belongs to. A code for another address was sent there before the account has it.
#[diesel::dsl::auto_type]
fn standing(purpose: Purpose) -> _ {
    let is_change: bool = matches!(purpose, Purpose::Change);
    account::table
        .filter(account::id.eq(t::account_id))
        .filter(account::disabled_at.is_null())
        .filter(
            account::email
                .eq(t::email)
                .or(is_change.into_sql::<diesel::sql_types::Bool>()),
        )
}

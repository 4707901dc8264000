//! What an account is proved with, and whether its address is.

use diesel::prelude::*;

use super::{Account, Name};
use crate::{
    accounts::registration::{self, Registration},
    platform::{clock::Timestamp, id::AccountId},
    schema::account,
};

/// Gives an account a new password. Sessions and grants that began under the old one end.
pub fn set_password(conn: &mut PgConnection, id: AccountId, password_hash: &str) -> QueryResult<()> {
    diesel::update(account::table.find(id))
        .set((
            account::password_hash.eq(password_hash),
            account::credentials_epoch.eq(account::credentials_epoch + 1),
        ))
        .execute(conn)
        .map(drop)
}

/// The same password, hashed anew: nothing ends. Only in place of the hash that it was checked against: a password that was set
/// meanwhile stays.
pub fn replace_hash(conn: &mut PgConnection, id: AccountId, checked: &str, anew: &str) -> QueryResult<()> {
    diesel::update(account::table.find(id))
        .filter(account::password_hash.eq(checked))
        .set(account::password_hash.eq(anew))
        .execute(conn)
        .map(drop)
}

/// A password set by whoever reads the account's mail: as [`set_password`], and the address is theirs. Whether that is news.
pub fn reset_password(
    conn: &mut PgConnection,
    id: AccountId,
    password_hash: &str,
    now: Timestamp,
) -> QueryResult<bool> {
    set_password(conn, id, password_hash)?;
    let is_new = diesel::update(account::table.find(id))
        .filter(account::verified_at.is_null())
        .set(account::verified_at.eq(now))
        .execute(conn)?
        == 1;
    registration::end(conn, id)?;
    Ok(is_new)
}

/// The address is its person's, and this is what they registered with: their name and their password from now on. `false`: the address
/// was verified meanwhile, and nothing is changed.
pub fn verify(
    conn: &mut PgConnection,
    id: AccountId,
    registered: &Registration,
    now: Timestamp,
) -> QueryResult<bool> {
    let is_new = diesel::update(account::table.find(id))
        .filter(account::verified_at.is_null())
        .set((
            account::name.eq(&registered.name),
            account::password_hash.eq(&registered.password_hash),
            account::credentials_epoch.eq(account::credentials_epoch + 1),
            account::verified_at.eq(now),
        ))
        .execute(conn)?
        == 1;
    registration::end(conn, id)?;
    Ok(is_new)
}

/// Name and password of the newest registration, in place of those of one that nobody verified: who knows it is told at sign-in that
/// the address is not verified. Which one counts in the end says [`verify`].
pub fn register_again(
    conn: &mut PgConnection,
    id: AccountId,
    name: &Name,
    password_hash: &str,
) -> QueryResult<Option<Account>> {
    diesel::update(account::table.find(id))
        .filter(account::verified_at.is_null())
        .set((
            account::name.eq(name.as_str()),
            account::password_hash.eq(password_hash),
            account::credentials_epoch.eq(account::credentials_epoch + 1),
        ))
        .returning(Account::as_returning())
        .get_result(conn)
        .optional()
}

/// Switches an account off: nobody is signed in to it from now on, nor when it is on again. Whether that is news.
pub fn disable(conn: &mut PgConnection, id: AccountId, now: Timestamp) -> QueryResult<bool> {
    diesel::update(account::table.find(id))
        .filter(account::disabled_at.is_null())
        .set((
            account::disabled_at.eq(now),
            account::credentials_epoch.eq(account::credentials_epoch + 1),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Switches an account on again. Whether that is news.
pub fn enable(conn: &mut PgConnection, id: AccountId) -> QueryResult<bool> {
    diesel::update(account::table.find(id))
        .filter(account::disabled_at.is_not_null())
        .set(account::disabled_at.eq(None::<Timestamp>))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Accounts in the order of their addresses, from behind this one.
pub fn list(conn: &mut PgConnection, after: Option<&str>, most: i64) -> QueryResult<Vec<Account>> {
    account::table
        .filter(account::email.gt(after.unwrap_or_default()))
        .order(account::email)
        .limit(most)
        .select(Account::as_select())
        .load(conn)
}

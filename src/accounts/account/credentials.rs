//! What an account is proved with, and whether its address is.

use diesel::prelude::*;

use super::{Account, Name};
use crate::{
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
    verify(conn, id, now)
}

/// The address is its person's. Whether that is news.
pub fn verify(conn: &mut PgConnection, id: AccountId, now: Timestamp) -> QueryResult<bool> {
    diesel::update(account::table.find(id))
        .filter(account::verified_at.is_null())
        .set(account::verified_at.eq(now))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Name and password of the newest registration, in place of those of one that nobody verified.
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

//! What a provider's word does to an account.

use diesel::prelude::*;

use super::{Account, Email};
use crate::{
    accounts::registration,
    platform::{clock::Timestamp, id::AccountId},
    schema::account,
};

/// The account of an address, held until the transaction ends: it stays verified or not, enabled or not, while somebody
/// decides about it.
pub fn hold(conn: &mut PgConnection, email: &Email) -> QueryResult<Option<Account>> {
    account::table
        .filter(account::email.eq(email.as_str()))
        .select(Account::as_select())
        .for_update()
        .first(conn)
        .optional()
}

/// An unverified registration gives way to the person whose address it is: whoever registered has no password there any
/// more, and nothing that began under it lives. `None`: it was verified meanwhile.
pub fn claim(
    conn: &mut PgConnection,
    id: AccountId,
    name: Option<&str>,
    now: Timestamp,
) -> QueryResult<Option<Account>> {
    let name = name.map(|name| account::name.eq(name));
    registration::end(conn, id)?;
    diesel::update(account::table.find(id))
        .filter(account::verified_at.is_null())
        .set((
            name,
            account::password_hash.eq(None::<String>),
            account::credentials_epoch.eq(account::credentials_epoch + 1),
            account::verified_at.eq(now),
        ))
        .returning(Account::as_returning())
        .get_result(conn)
        .optional()
}

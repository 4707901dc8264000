//! Who an account is at another provider. Table `identity`.
//!
//! Issuer and subject are the key, and all that decides: an address at a provider may become somebody else's.

use diesel::prelude::*;

use crate::{
    accounts::{
        account::{Account, Email},
        id_token::Identity,
    },
    platform::{clock::Timestamp, id::AccountId},
    schema::{account, identity},
};

/// The account that this person is.
pub fn account_of(conn: &mut PgConnection, person: &Identity) -> QueryResult<Option<Account>> {
    identity::table
        .find((&person.issuer, &person.subject))
        .inner_join(account::table)
        .select(Account::as_select())
        .first(conn)
        .optional()
}

/// Makes this person that account. `false`: they are one already.
pub fn link(
    conn: &mut PgConnection,
    person: &Identity,
    account_id: AccountId,
    now: Timestamp,
) -> QueryResult<bool> {
    diesel::insert_into(identity::table)
        .values((
            identity::issuer.eq(&person.issuer),
            identity::subject.eq(&person.subject),
            identity::account_id.eq(account_id),
            identity::provider.eq(&person.provider),
            identity::email.eq(person.email.as_ref().map(Email::as_str)),
            identity::created_at.eq(now),
            identity::last_used_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Notes that the person came this way, and what the provider said of them.
pub fn used(conn: &mut PgConnection, person: &Identity, now: Timestamp) -> QueryResult<()> {
    diesel::update(identity::table.find((&person.issuer, &person.subject)))
        .set((
            identity::provider.eq(&person.provider),
            identity::email.eq(person.email.as_ref().map(Email::as_str)),
            identity::last_used_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// One way in that an account has: for its list.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = identity, check_for_backend(diesel::pg::Pg))]
pub struct Linked {
    /// The provider's `iss`.
    pub issuer: String,
    /// Who the person is there.
    pub subject: String,
    /// What we called the provider at the last sign-in.
    pub provider: String,
    /// The address that it named then.
    pub email: Option<String>,
    /// When it was linked.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Timestamp,
}

/// All that an account has, the oldest first.
pub fn of_account(conn: &mut PgConnection, account_id: AccountId) -> QueryResult<Vec<Linked>> {
    identity::table
        .filter(identity::account_id.eq(account_id))
        .order((identity::created_at, identity::issuer))
        .select(Linked::as_select())
        .load(conn)
}

/// Takes one from an account. `false`: it does not have it.
pub fn unlink(
    conn: &mut PgConnection,
    account_id: AccountId,
    issuer: &str,
    subject: &str,
) -> QueryResult<bool> {
    diesel::delete(identity::table.find((issuer, subject)))
        .filter(identity::account_id.eq(account_id))
        .execute(conn)
        .map(|rows| rows == 1)
}

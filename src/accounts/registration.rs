//! What somebody typed to register an address that nobody has verified yet. Table `registration`.
//!
//! # Decisions
//! * Anybody can register anybody's address. So a registration is only a claim: the mail to the address proves who owns it, and the
//!   *password* says which of the claims is that person's. Whoever reads the mail and clicks puts nothing in force that they did not
//!   type themselves, whether the stranger registered before them, after them, or alone (account pre-hijacking: Sudhodanan and
//!   Paverd, USENIX Security 2022).
//! * Refused: *the newest counts*. A stranger who registers again has the newest, and the mail to it is the only one that works.
//!   Refused too: a mail that verifies the registration that it was sent for. The stranger's mail looks like one's own.
//! * A later registration takes nothing from an earlier one: no stranger can undo what a person typed, but by sending more of them
//!   than are kept; and then the person sets a new password, by a mail to the same address.

use diesel::prelude::*;

use crate::{
    accounts::account::Name,
    platform::{
        clock::Timestamp,
        id::{AccountId, RegistrationId},
    },
    schema::registration as t,
};

/// How many of an address are kept: each costs a password check where somebody names a password.
const MOST: i64 = 5;

/// A row of `registration`.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
pub struct Registration {
    /// Which.
    pub id: RegistrationId,
    /// As the person wants to be called.
    pub name: String,
    /// Of the password that they chose.
    pub password_hash: String,
}

/// Keeps what somebody typed, and of an address only the newest.
pub fn add(
    conn: &mut PgConnection,
    account_id: AccountId,
    name: &Name,
    password_hash: &str,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(t::table)
        .values((
            t::id.eq(RegistrationId::generate(now)),
            t::account_id.eq(account_id),
            t::name.eq(name.as_str()),
            t::password_hash.eq(password_hash),
            t::created_at.eq(now),
        ))
        .execute(conn)?;
    let too_many: Vec<RegistrationId> = t::table
        .filter(t::account_id.eq(account_id))
        .order((t::created_at.desc(), t::id.desc()))
        .offset(MOST)
        .select(t::id)
        .load(conn)?;
    diesel::delete(t::table.filter(t::id.eq_any(too_many)))
        .execute(conn)
        .map(drop)
}

/// Those that wait for the address to be verified, the newest first.
pub fn waiting(conn: &mut PgConnection, account_id: AccountId) -> QueryResult<Vec<Registration>> {
    t::table
        .filter(t::account_id.eq(account_id))
        .order((t::created_at.desc(), t::id.desc()))
        .select(Registration::as_select())
        .load(conn)
}

/// The address is verified: none of them waits any more, and no hash of a password is kept that is not in force.
pub fn end(conn: &mut PgConnection, account_id: AccountId) -> QueryResult<()> {
    diesel::delete(t::table.filter(t::account_id.eq(account_id)))
        .execute(conn)
        .map(drop)
}

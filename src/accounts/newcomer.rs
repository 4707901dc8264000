//! What happens when an address has turned out to be somebody's: a room above hangs it in.

use diesel::{PgConnection, QueryResult};

use crate::{
    accounts::account::Account,
    platform::{clock::Timestamp, config::Config},
};

/// To be called in the transaction in which an account becomes one that can sign in.
#[derive(Clone, Copy)]
pub struct Newcomers(pub fn(&mut PgConnection, &Config, &Account, Timestamp) -> QueryResult<()>);

/// Where somebody arrives: the operator's rules, and what is done for those who are new.
#[derive(Clone, Copy)]
pub struct House<'a> {
    /// The rules.
    pub config: &'a Config,
    /// What is done.
    pub newcomers: Newcomers,
}

impl House<'_> {
    /// Somebody's address has turned out to be theirs.
    pub fn welcome(&self, conn: &mut PgConnection, account: &Account, now: Timestamp) -> QueryResult<()> {
        (self.newcomers.0)(conn, self.config, account, now)
    }
}

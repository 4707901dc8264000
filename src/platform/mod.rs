//! What any server needs: configuration, time, ids, secrets, the database.

pub mod clock;
pub mod config;
pub mod db;
pub mod id;
pub mod mail;
pub mod migrations;
#[cfg(test)]
pub(crate) mod near_miss;
pub mod outbound;
pub mod password;
pub mod seal;
pub mod secret;
pub mod serving_role;
pub mod strict_json;
pub mod telemetry;

use std::{sync::Arc, time::Duration};

use self::{clock::Clock, config::Config, db::Db, password::Passwords, seal::Seal};

/// What every handler gets: one value in the state of the server.
pub struct Platform {
    /// Checked at start, never changed.
    pub config: Config,
    /// Where `now` comes from.
    pub clock: Clock,
    /// The database.
    pub db: Db,
    /// The pool that checks passwords.
    pub passwords: Passwords,
    /// Seals what must be read back.
    pub seal: Arc<Seal>,
}

impl Platform {
    /// How long a person stays signed in in a browser.
    #[must_use]
    pub fn session_lifetime(&self) -> Lifetime {
        Lifetime {
            idle: self.config.session.idle,
            absolute: self.config.session.absolute,
        }
    }

    /// How long a program stays signed in for a person.
    #[must_use]
    pub fn api_session_lifetime(&self) -> Lifetime {
        Lifetime {
            idle: self.config.api_session.idle,
            absolute: self.config.api_session.absolute,
        }
    }
}

/// How long something lives that is kept alive by use.
#[derive(Clone, Copy, Debug)]
pub struct Lifetime {
    /// Without use.
    pub idle: Duration,
    /// In all.
    pub absolute: Duration,
}

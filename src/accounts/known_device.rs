//! The browsers that an account was signed in in before, as each shows with a cookie of its own.
//!
//! Whoever knows an e-mail address can try wrong passwords until it is locked. Its owner's browser must not be locked with it (RL-08),
//! so its tries are told from those of strangers: see [`throttle::count`](crate::accounts::throttle::count).
//!
//! # Decisions
//! * The cookie proves nothing but that somebody signed in here completely. It chooses where tries are counted, and nothing else: who
//!   steals it has as many tries as anybody, and still needs every proof.
//! * It is sealed, not stored: the server keeps no list of a person's browsers, and nobody can read from a cookie whose browser it is
//!   in. What cannot be opened, or is too old, or of credentials that have changed since, is as good as no cookie, and nothing says so.
//! * It names several accounts: who has two, or shares the browser, is known with each of them.

use std::time::Duration;

use actix_web::cookie::Cookie;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use diesel::{PgConnection, QueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    accounts::account::{self, Account, Email},
    platform::{
        Platform,
        clock::Timestamp,
        id::{AccountId, uuid_at},
        seal::Seal,
        secret::Digest,
    },
    web::cookie::{self, KNOWN_DEVICE},
};

/// For so long after a sign-in the browser is known.
const LIFE: Duration = Duration::from_hours(180 * 24);

/// So many accounts are known in one browser, the last ones: a cookie goes with every request.
const MOST: usize = 4;

const PLACE: &str = "known device";

/// That an account was signed in in this browser. Written as an array, to be short.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct SignIn(AccountId, Device, i32, Timestamp);

/// One browser for one account: what its tries are counted by. It is of no use outside the seal.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Device(Uuid);

/// Which accounts were signed in in this browser, the last one first.
#[derive(Clone, Debug, Default)]
pub struct KnownDevice(Vec<SignIn>);

impl KnownDevice {
    /// What a cookie says, if we wrote it and it is not too old.
    #[must_use]
    pub fn open(seal: &Seal, cookie: Option<&str>, now: Timestamp) -> Self {
        let opened = cookie
            .and_then(|cookie| BASE64_URL_SAFE_NO_PAD.decode(cookie).ok())
            .and_then(|sealed| seal.open(PLACE, &sealed).ok())
            .and_then(|plain| serde_json::from_slice::<Vec<SignIn>>(&plain).ok());
        let mut known = opened.unwrap_or_default();
        known.retain(|SignIn(.., at)| *at + LIFE > now);
        Self(known)
    }

    /// What the tries of this browser at the account of this address are counted by. `None`: it is not known with that account, or
    /// its credentials have changed since. The question is asked only of a browser that has a good cookie, so strangers cannot see
    /// from the time it takes whether an account has the address.
    pub fn subject(&self, conn: &mut PgConnection, email: &Email) -> QueryResult<Option<Digest>> {
        for SignIn(id, device, epoch, _) in &self.0 {
            let account = account::find(conn, *id)?;
            if account.is_some_and(|it| it.email == email.as_str() && it.credentials_epoch == *epoch) {
                return Ok(Some(device.subject(*id)));
            }
        }
        Ok(None)
    }

    /// The cookie for a browser in which this account has just been signed in, completely: with the second factor, where it is on.
    ///
    /// # Panics
    /// If the operating system gives no randomness for the seal.
    #[must_use]
    pub fn cookie(self, platform: &Platform, account: &Account, now: Timestamp) -> Cookie<'static> {
        let Self(mut known) = self.with(account, now);
        known.truncate(MOST);
        let plain = serde_json::to_vec(&known).expect("ids, numbers and times can be written as JSON");
        let sealed = platform.seal.seal(PLACE, &plain);
        cookie::set(
            platform.config.issuer.is_https(),
            KNOWN_DEVICE,
            &BASE64_URL_SAFE_NO_PAD.encode(sealed),
            Some(LIFE),
        )
    }

    /// A browser that is known with the account stays the same one: to sign in must not be a way to more tries.
    fn with(self, account: &Account, now: Timestamp) -> Self {
        let epoch = account.credentials_epoch;
        let same = |it: &&SignIn| it.0 == account.id && it.2 == epoch;
        let device = { self.0.iter().find(same) }.map_or_else(|| Device(uuid_at(now)), |it| it.1);
        let others = self.0.into_iter().filter(|it| it.0 != account.id);
        Self(
            std::iter::once(SignIn(account.id, device, epoch, now))
                .chain(others)
                .collect(),
        )
    }
}

impl Device {
    /// No e-mail address has this digest: it would have an `@`.
    fn subject(self, account: AccountId) -> Digest {
        Digest::of(format!("device {} of {account}", self.0).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_timestamp(1_777_818_720, 0).unwrap()
    }

    fn account(credentials_epoch: i32) -> Account {
        Account {
            id: AccountId::generate(now()),
            email: "nia@new.example".to_owned(),
            name: "Nia".to_owned(),
            credentials_epoch,
            disabled_at: None,
            language: None,
            verified_at: None,
        }
    }

    #[test]
    fn a_browser_stays_the_same_one_until_the_credentials_change() {
        let nia = account(1);
        let first = KnownDevice::default().with(&nia, now());
        let again = first.clone().with(&account(1), now()).with(&nia, now());
        assert_eq!(again.0.len(), 2);
        assert_eq!(first.0[0].1.0, again.0[0].1.0);
        let raised = Account {
            credentials_epoch: 2,
            ..nia
        };
        let anew = again.with(&raised, now());
        assert_eq!(anew.0.len(), 2);
        assert_ne!(first.0[0].1.0, anew.0[0].1.0);
    }

    #[test]
    fn only_what_we_sealed_as_such_is_read_and_not_for_ever() {
        let seal = Seal::new([&[1; 32]]);
        let known = KnownDevice::default().with(&account(1), now());
        let plain = serde_json::to_vec(&known.0).unwrap();
        let read = |sealed: Vec<u8>, at| {
            let cookie = BASE64_URL_SAFE_NO_PAD.encode(sealed);
            KnownDevice::open(&seal, Some(&cookie), at).0.len()
        };
        assert_eq!(read(seal.seal(PLACE, &plain), now()), 1);
        assert_eq!(read(seal.seal(PLACE, &plain), now() + LIFE), 0);
        assert_eq!(read(seal.seal("federation/x", &plain), now()), 0);
        assert_eq!(read(Seal::new([&[2; 32]]).seal(PLACE, &plain), now()), 0);
        assert_eq!(read(plain, now()), 0);
        assert!(KnownDevice::open(&seal, None, now()).0.is_empty());
    }
}

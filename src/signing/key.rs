//! A signing key and its life. Owns the table `signing_key`.
//!
//! Whatever makes or ends a key holds one advisory lock until its transaction ends, so that each sees what the one
//! before it did. These functions open a transaction, or a savepoint in the caller's, which must be `READ COMMITTED`
//! (as [`Db::write`](crate::platform::db::Db::write) makes it).
//!
//! Each caller has its own `now`, and one that waited for the lock, or whose clock is behind, has an older one than the
//! caller before it. So what was done *at once* is not known by its time alone: a key whose private part is destroyed
//! is gone, and a key that is to sign soon signs already when no other can.

use std::time::Duration;

use chrono::{SubsecRound, TimeDelta};
use diesel::prelude::*;
use zeroize::Zeroizing;

use crate::{
    platform::{
        clock::Timestamp,
        seal::{Seal, Unopenable},
    },
    schema::signing_key as t,
    signing::{key_pair::KeyPair, life::preference},
};

pub use crate::signing::{
    key_pair::Algorithm,
    life::{Retirement, Rotated, Rotation, State},
};

/// How long a gone key stays listed, without its private part.
const LISTED_WHEN_GONE: TimeDelta = TimeDelta::days(7);

/// A signing key without its private part.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
pub struct SigningKey {
    /// The RFC 7638 thumbprint of the public JWK.
    pub kid: String,
    /// How it signs.
    pub algorithm: Algorithm,
    /// As published.
    pub public_jwk: serde_json::Value,
    /// Published from then on.
    pub announced_at: Timestamp,
    /// Signs from then on.
    pub active_at: Timestamp,
    /// Signs no more from then on.
    pub retiring_at: Option<Timestamp>,
    /// Published no more from then on.
    pub gone_at: Option<Timestamp>,
}

impl SigningKey {
    /// Its state at this instant.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> State {
        State::of(self.active_at, self.retiring_at, self.gone_at, now)
    }
}

/// A key with its private part, still sealed.
#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
pub struct SealedKey {
    /// The key.
    #[diesel(embed)]
    pub key: SigningKey,
    /// Empty once it is destroyed.
    sealed_private: Vec<u8>,
}

impl SealedKey {
    /// The private key, PKCS#8 in DER.
    pub fn open(&self, seal: &Seal) -> Result<Zeroizing<Vec<u8>>, Unopenable> {
        seal.open(&place(&self.key.kid), &self.sealed_private)
    }
}

/// What the private part of this key is sealed to: another row's does not open.
fn place(kid: &str) -> String {
    format!("signing_key/{kid}")
}

/// Every key that is kept, oldest first.
pub fn list(conn: &mut PgConnection) -> QueryResult<Vec<SigningKey>> {
    t::table
        .order((t::announced_at, t::kid))
        .select(SigningKey::as_select())
        .load(conn)
}

/// The keys that verifiers must know, oldest first: announced, active and retiring.
pub fn published(conn: &mut PgConnection, now: Timestamp) -> QueryResult<Vec<SigningKey>> {
    t::table
        .filter(stands(now))
        .order((t::announced_at, t::kid))
        .select(SigningKey::as_select())
        .load(conn)
}

/// The key that signs: of several active ones the newest; while none is active, the announced one.
pub fn active(conn: &mut PgConnection, now: Timestamp) -> QueryResult<Option<SealedKey>> {
    Ok(Usable::at(conn, now)?.signing)
}

/// Not gone.
#[diesel::dsl::auto_type(type_case = "PascalCase")]
fn stands(now: Timestamp) -> _ {
    let destroyed: Vec<u8> = Vec::new();
    let kept = t::sealed_private.ne(destroyed);
    kept.and(t::gone_at.is_null().or(t::gone_at.gt(now)))
}

/// Active or announced.
#[diesel::dsl::auto_type(no_type_alias)]
fn usable(now: Timestamp) -> _ {
    let standing: Stands = stands(now);
    standing.and(t::retiring_at.is_null().or(t::retiring_at.gt(now)))
}

/// The keys whose time to sign has not ended.
struct Usable {
    signing: Option<SealedKey>,
    announced: Option<SigningKey>,
}

impl Usable {
    /// One statement.
    fn at(conn: &mut PgConnection, now: Timestamp) -> QueryResult<Self> {
        let mut keys = t::table
            .filter(usable(now))
            .select(SealedKey::as_select())
            .load(conn)?;
        keys.sort_by_key(|sealed| preference(sealed.key.active_at, now));
        let signing = keys.pop();
        let mut others = keys.into_iter().map(|sealed| sealed.key);
        let announced = others.find(|key| key.active_at > now);
        Ok(Self { signing, announced })
    }
}

/// Makes a first key, which signs at once, unless one signs already; answers with its kid if it made one. Of two nodes
/// that start together one makes it.
pub fn ensure(
    conn: &mut PgConnection,
    seal: &Seal,
    algorithm: Algorithm,
    now: Timestamp,
) -> QueryResult<Option<String>> {
    // Without the lock first: the usual start of a node waits for nobody.
    if active(conn, now)?.is_some() {
        return Ok(None);
    }
    alone(conn, |conn| {
        Ok(match active(conn, now)? {
            Some(_) => None,
            None => Some(make(conn, seal, algorithm, now, now)?),
        })
    })
}

/// Announces a new key. It signs after `announce`, which must be longer than verifiers keep our key set; the old one
/// then stays published for `longest_token`, the longest life of a token that it may have signed. Of two at once the
/// second is refused.
pub fn rotate(
    conn: &mut PgConnection,
    seal: &Seal,
    algorithm: Algorithm,
    announce: Duration,
    longest_token: Duration,
    now: Timestamp,
) -> QueryResult<Rotation> {
    alone(conn, |conn| {
        let Usable { signing, announced } = Usable::at(conn, now)?;
        if let Some(announced) = announced {
            return Ok(Rotation::AlreadyAnnounced {
                kid: announced.kid,
                active_at: announced.active_at,
            });
        }
        let Some(old) = signing else {
            return Ok(Rotation::NoActiveKey);
        };
        let active_at = after(now, announce);
        let gone_at = after(active_at, longest_token);
        // All that could sign, not only the one that does, or another would come back when it goes.
        diesel::update(t::table.filter(usable(now)))
            .set((t::retiring_at.eq(active_at), t::gone_at.eq(gone_at)))
            .execute(conn)?;
        let new_kid = make(conn, seal, algorithm, now, active_at)?;
        Ok(Rotation::Begun(Rotated {
            new_kid,
            old_kid: old.key.kid,
            active_at,
            gone_at,
        }))
    })
}

/// Ends a key at once, because its private part may be known to others: it signs no more, is published no more, and
/// its private part is destroyed. What it signed dies with it, as soon as verifiers fetch our key set again.
///
/// If it was the key that signed, the announced one takes over now; without one a new key of this algorithm is made,
/// which verifiers do not know before they fetch the set again. If it was the announced one, the rotation is called off: the
/// key that it should have followed signs on.
pub fn retire(
    conn: &mut PgConnection,
    seal: &Seal,
    algorithm: Algorithm,
    kid: &str,
    now: Timestamp,
) -> QueryResult<Retirement> {
    alone(conn, |conn| {
        let found = t::table
            .find(kid)
            .select(SealedKey::as_select())
            .first(conn)
            .optional()?;
        let Some(SealedKey { key, sealed_private }) = found else {
            return Ok(Retirement::Unknown);
        };
        if let Some(gone_at) = key.gone_at
            && (gone_at <= now || sealed_private.is_empty())
        {
            return Ok(Retirement::AlreadyGone { gone_at });
        }
        let before = Usable::at(conn, now)?;
        diesel::update(t::table.find(kid))
            .set((
                t::retiring_at.eq(key.retiring_at.filter(|at| *at <= now).unwrap_or(now)),
                t::gone_at.eq(now),
                t::sealed_private.eq(Vec::new()),
            ))
            .execute(conn)?;
        if before.announced.is_some_and(|announced| announced.kid == kid) {
            // Nothing follows any more: the planned end of what signs would leave us without a key.
            diesel::update(t::table.filter(usable(now)))
                .set((
                    t::retiring_at.eq(None::<Timestamp>),
                    t::gone_at.eq(None::<Timestamp>),
                ))
                .execute(conn)?;
        }
        let successor = match before.signing {
            Some(signing) if signing.key.kid != kid => None,
            _ => Some(succeed(conn, seal, algorithm, now)?),
        };
        Ok(Retirement::Retired { successor })
    })
}

/// What is left to sign does so from now on; if nothing is, a new key.
fn succeed(
    conn: &mut PgConnection,
    seal: &Seal,
    algorithm: Algorithm,
    now: Timestamp,
) -> QueryResult<String> {
    let Some(SealedKey { key, .. }) = active(conn, now)? else {
        return make(conn, seal, algorithm, now, now);
    };
    diesel::update(t::table.find(&key.kid).filter(t::active_at.gt(now)))
        .set(t::active_at.eq(now))
        .execute(conn)?;
    Ok(key.kid)
}

/// Destroys the private part of every key that is gone, and after a week the rest of it. Answers how many private
/// parts it destroyed.
pub fn destroy_gone(conn: &mut PgConnection, now: Timestamp) -> QueryResult<usize> {
    let destroyed = diesel::update(t::table.filter(t::gone_at.le(now).and(t::sealed_private.ne(Vec::new()))))
        .set(t::sealed_private.eq(Vec::new()))
        .execute(conn)?;
    diesel::delete(t::table.filter(t::gone_at.le(now - LISTED_WHEN_GONE))).execute(conn)?;
    Ok(destroyed)
}

fn make(
    conn: &mut PgConnection,
    seal: &Seal,
    algorithm: Algorithm,
    now: Timestamp,
    active_at: Timestamp,
) -> QueryResult<String> {
    let pair = KeyPair::generate(algorithm);
    diesel::insert_into(t::table)
        .values((
            t::kid.eq(&pair.kid),
            t::algorithm.eq(algorithm),
            t::public_jwk.eq(&pair.public_jwk),
            t::sealed_private.eq(seal.seal(&place(&pair.kid), &pair.private_pkcs8)),
            t::announced_at.eq(now),
            t::active_at.eq(active_at),
        ))
        .execute(conn)?;
    Ok(pair.kid)
}

/// Runs `work` while nobody else makes or ends a key; the lock falls with the transaction.
fn alone<T>(
    conn: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> QueryResult<T>,
) -> QueryResult<T> {
    conn.transaction(|conn| {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('consentry.signing_key', 0))")
            .execute(conn)?;
        work(conn)
    })
}

/// `at + by`, to the microsecond, within the calendar.
fn after(at: Timestamp, by: Duration) -> Timestamp {
    TimeDelta::from_std(by)
        .ok()
        .and_then(|by| at.checked_add_signed(by))
        .unwrap_or(Timestamp::MAX_UTC)
        .trunc_subsecs(6)
}

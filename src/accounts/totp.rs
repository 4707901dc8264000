//! The second factor: codes of an app that change every half minute (RFC 6238). Table `totp`.
//!
//! # Decisions
//! * SHA-1, six digits, thirty seconds: what every app knows. HMAC-SHA-1 is as sound as it was; only collisions of SHA-1 are found.
//! * A code is good in its own step, the one before and the one after (§5.2): a minute and a half in all.
//! * Each code works once: the step of the last one is kept, and the `UPDATE` that moves it on is the check.

use std::fmt::Write as _;

use aws_lc_rs::{constant_time, hmac};
use diesel::prelude::*;
use zeroize::Zeroizing;

use crate::{
    platform::{clock::Timestamp, db::Internal, id::AccountId, seal::Seal, secret},
    schema::totp as t,
};

/// How long a code is shown, in seconds (§5.2).
const STEP: i64 = 30;

/// A hundred and sixty bits (RFC 4226 §4, R6).
const SECRET: usize = 20;

/// RFC 4648 §6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What a person's app and this server share.
pub struct Shared(Zeroizing<Vec<u8>>);

#[cfg(test)]
impl Shared {
    pub(crate) fn sample() -> Self {
        Self(Zeroizing::new(b"12345678901234567890".to_vec()))
    }
}

impl Shared {
    /// As a person types it into an app: groups of four.
    #[must_use]
    pub fn typed(&self) -> String {
        let text = base32(&self.0);
        let groups: Vec<_> = text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        groups.join(" ")
    }

    /// As an app reads it from a picture (the key URI format, which all of them know).
    #[must_use]
    pub fn uri(&self, product_name: &str, email: &str) -> Zeroizing<String> {
        let (product, email) = (percent(product_name), percent(email));
        Zeroizing::new(format!(
            "otpauth://totp/{product}:{email}?secret={}&issuer={product}",
            *base32(&self.0)
        ))
    }
}

fn base32(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len().div_ceil(5) * 8));
    for chunk in bytes.chunks(5) {
        let mut five = [0; 8];
        five[3..3 + chunk.len()].copy_from_slice(chunk);
        let number = u64::from_be_bytes(five);
        let digits = (chunk.len() * 8).div_ceil(5);
        for at in 0..digits {
            let digit = number >> (35 - 5 * at) & 31;
            text.push(char::from(BASE32[usize::try_from(digit).unwrap_or(0)]));
        }
    }
    text
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// The code of a step (RFC 4226 §5.3).
fn code(shared: &[u8], step: i64) -> Zeroizing<String> {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, shared);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[tag.len() - 1] & 15);
    let mut four = [0; 4];
    four.copy_from_slice(&tag[offset..offset + 4]);
    let number = u32::from_be_bytes(four) & 0x7fff_ffff;
    Zeroizing::new(format!("{:06}", number % 1_000_000))
}

/// The steps, oldest first, whose code this is.
fn steps(shared: &[u8], presented: &str, now: Timestamp) -> Vec<i64> {
    // Apps show groups of three.
    let typed: String = presented.chars().filter(|c| !c.is_whitespace()).collect();
    let current = now.timestamp().div_euclid(STEP);
    (current - 1..=current + 1)
        .filter(|step| {
            constant_time::verify_slices_are_equal(code(shared, *step).as_bytes(), typed.as_bytes()).is_ok()
        })
        .collect()
}

fn place(account: AccountId) -> String {
    format!("totp.sealed_secret:{account}")
}

fn open(seal: &Seal, account: AccountId, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Internal> {
    seal.open(&place(account), sealed)
        .map_err(|error| Internal::Fault(error.to_string()))
}

/// Begins to set it up: nobody is asked for it until [`confirm`]. `false`: the person has one.
pub fn begin(conn: &mut PgConnection, seal: &Seal, account: AccountId, now: Timestamp) -> QueryResult<bool> {
    let sealed = seal.seal(&place(account), &*secret::random::<SECRET>());
    diesel::delete(t::table.find(account).filter(t::confirmed_at.is_null())).execute(conn)?;
    diesel::insert_into(t::table)
        .values((
            t::account_id.eq(account),
            t::sealed_secret.eq(&sealed),
            t::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .map(|rows| rows == 1)
}

/// What the person's app has to be told, while it is being set up.
pub fn awaited(conn: &mut PgConnection, seal: &Seal, account: AccountId) -> Result<Option<Shared>, Internal> {
    let sealed: Option<Vec<u8>> = t::table
        .find(account)
        .filter(t::confirmed_at.is_null())
        .select(t::sealed_secret)
        .first(conn)
        .optional()?;
    sealed
        .map(|sealed| open(seal, account, &sealed).map(Shared))
        .transpose()
}

/// Switches it on, if the person's app shows the right code. That code is spent.
pub fn confirm(
    conn: &mut PgConnection,
    seal: &Seal,
    account: AccountId,
    presented: &str,
    now: Timestamp,
) -> Result<bool, Internal> {
    let Some(Shared(shared)) = awaited(conn, seal, account)? else {
        return Ok(false);
    };
    let Some(step) = steps(&shared, presented, now).pop() else {
        return Ok(false);
    };
    let rows = diesel::update(t::table.find(account).filter(t::confirmed_at.is_null()))
        .set((t::confirmed_at.eq(now), t::last_step.eq(step)))
        .execute(conn)?;
    Ok(rows == 1)
}

/// Since when a person has it on.
pub fn on_since(conn: &mut PgConnection, account: AccountId) -> QueryResult<Option<Timestamp>> {
    let since: Option<Option<Timestamp>> = t::table
        .find(account)
        .select(t::confirmed_at)
        .first(conn)
        .optional()?;
    Ok(since.flatten())
}

/// Spends a code, at most once however many requests race.
pub fn spend(
    conn: &mut PgConnection,
    seal: &Seal,
    account: AccountId,
    presented: &str,
    now: Timestamp,
) -> Result<bool, Internal> {
    let sealed: Option<Vec<u8>> = t::table
        .find(account)
        .filter(t::confirmed_at.is_not_null())
        .select(t::sealed_secret)
        .first(conn)
        .optional()?;
    let Some(sealed) = sealed else {
        return Ok(false);
    };
    let shared = open(seal, account, &sealed)?;
    for step in steps(&shared, presented, now) {
        let unused = t::table
            .find(account)
            .filter(t::confirmed_at.is_not_null())
            .filter(t::last_step.is_null().or(t::last_step.lt(step)));
        if diesel::update(unused).set(t::last_step.eq(step)).execute(conn)? == 1 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Switches it off. `false`: it was not on.
pub fn remove(conn: &mut PgConnection, account: AccountId) -> QueryResult<bool> {
    let was_on = on_since(conn, account)?.is_some();
    diesel::delete(t::table.find(account)).execute(conn)?;
    Ok(was_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238, appendix B: the last six of its eight digits.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(*code(b"12345678901234567890", seconds / STEP), expected);
        }
    }

    #[test]
    fn a_code_is_good_in_its_step_and_the_two_beside_it() {
        let shared = b"12345678901234567890";
        let shown = code(shared, 1000);
        for (seconds, good) in [
            (30 * 1000 - 31, false),
            (30 * 1000 - 30, true),
            (30 * 1000, true),
            (30 * 1000 + 59, true),
            (30 * 1000 + 60, false),
        ] {
            assert_eq!(steps(shared, &shown, at(seconds)) == [1000], good, "{seconds}");
        }
        let spaced = format!(" {} {}", &shown[..3], &shown[3..]);
        assert_eq!(steps(shared, &spaced, at(30_000)), [1000]);
        for other in ["", &shown[1..], &format!("{}0", *shown), "\u{661}23456"] {
            assert!(steps(shared, other, at(30_000)).is_empty(), "{other}");
        }
    }

    /// RFC 4648 §10, without padding.
    #[test]
    fn a_secret_is_told_in_base32() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(*base32(bytes.as_bytes()), text);
        }
        let shared = Shared::sample();
        assert_eq!(shared.typed(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            *shared.uri("Acme & Co", "mara@a.example"),
            "otpauth://totp/Acme%20%26%20Co:mara%40a.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme%20%26%20Co"
        );
    }
}

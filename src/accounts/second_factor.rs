//! The door of the second factor: who needs one, and whether what was presented is it.
//!
//! # Decisions
//! * Wrong codes count where wrong passwords do ([`throttle`](crate::accounts::throttle)): whoever knows the password has ten guesses
//!   in a window, at whatever page and at the API, not ten at each.
//! * A recovery code is a one-time password too (`otp`, RFC 8176 §2): what it proves is the same.
//! * A third kind of proof is a variant of [`Presented`], and a way to have it on in [`is_on`].

use diesel::PgConnection;

use crate::{
    accounts::{recovery_code, totp},
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    platform::{clock::Timestamp, db::Internal, id::AccountId, seal::Seal},
};

/// `amr` of a code that works once (RFC 8176 §2).
pub const ONE_TIME: &str = "otp";

/// `amr` of somebody who proved two things (RFC 8176 §2).
pub const SEVERAL: &str = "mfa";

/// What a person shows besides their first factor.
#[derive(Clone, Copy)]
pub enum Presented<'a> {
    /// A code of their app.
    Code(&'a str),
    /// One of the codes on paper.
    RecoveryCode(&'a str),
}

impl<'a> Presented<'a> {
    /// As a person types it into the one field for both: six digits are a code.
    #[must_use]
    pub fn typed(text: &'a str) -> Self {
        let is_digits = text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace());
        if is_digits && text.chars().filter(char::is_ascii_digit).count() == 6 {
            Self::Code(text)
        } else {
            Self::RecoveryCode(text)
        }
    }
}

/// Whether a person has a second factor.
pub fn is_on(conn: &mut PgConnection, account: AccountId) -> Result<bool, Internal> {
    Ok(totp::on_since(conn, account)?.is_some())
}

/// Whether somebody who proved themselves like this (RFC 8176) still owes a second factor. Another provider's word is one
/// factor, unless it says that it asked for several.
pub fn is_needed(conn: &mut PgConnection, account: AccountId, amr: &[&str]) -> Result<bool, Internal> {
    if amr.contains(&SEVERAL) {
        return Ok(false);
    }
    is_on(conn, account)
}

/// Whether what was presented is this person's; it is spent then. Both outcomes that an audit asks for are written down.
pub fn prove(
    conn: &mut PgConnection,
    seal: &Seal,
    account: AccountId,
    presented: Presented<'_>,
    (origin, now): (&Origin, Timestamp),
) -> Result<bool, Internal> {
    let right = match presented {
        Presented::Code(code) => totp::spend(conn, seal, account, code, now)?,
        Presented::RecoveryCode(code) => {
            let right = is_on(conn, account)? && recovery_code::spend(conn, account, code, now)?;
            if right {
                let left = recovery_code::left(conn, account)?;
                let event = Event::RecoveryCodeUsed { account, left };
                log::append(conn, Actor::Account(account), origin, &event, now)?;
            }
            right
        }
    };
    if !right {
        metrics::counter!("sign_in_total", "outcome" => "wrong_second_factor").increment(1);
        let event = Event::SecondFactorFailed { account };
        log::append(conn, Actor::Nobody, origin, &event, now)?;
    }
    Ok(right)
}

/// How somebody proved who they are, after the second factor too.
#[must_use]
pub fn with<'a>(first: &[&'a str]) -> Vec<&'a str> {
    let mut all = first.to_vec();
    for more in [ONE_TIME, SEVERAL] {
        if !all.contains(&more) {
            all.push(more);
        }
    }
    all
}

//! A person in a browser whose first factor was right, and whose second is awaited. Table `half_sign_in`.
//!
//! Its secret is a cookie, and it is good only together with that browser's own: whoever copies one of the two has nothing.

use std::time::Duration;

use diesel::prelude::*;

use crate::{
    accounts::account::Account,
    platform::{
        clock::Timestamp,
        id::AccountId,
        secret::{Digest, Kind, Secret},
    },
    schema::{account, half_sign_in as t},
};

/// How long the second factor is awaited.
pub const LIFETIME: Duration = Duration::from_mins(10);

/// What is known after the first factor.
#[derive(Clone, Copy, Debug)]
pub struct FirstFactor<'a> {
    /// Who.
    pub account: &'a Account,
    /// How (RFC 8176).
    pub amr: &'a [&'a str],
    /// The digest of the browser's cookie.
    pub browser: Digest,
    /// Where the person goes on once they are signed in: a path of ours.
    pub return_to: &'a str,
}

/// A sign-in that can still be finished.
#[derive(Clone, Debug)]
pub struct HalfSignIn {
    /// Whose.
    pub account: Account,
    /// How they proved who they are so far.
    pub amr: Vec<String>,
    /// Where they go on.
    pub return_to: String,
}

/// Begins one. The returned secret is its cookie.
pub fn begin(conn: &mut PgConnection, first: FirstFactor<'_>, now: Timestamp) -> QueryResult<Secret> {
    let cookie = Secret::generate(Kind::HalfSignIn, now);
    diesel::insert_into(t::table)
        .values((
            t::id.eq(cookie.id()),
            t::digest.eq(cookie.digest()),
            t::browser.eq(first.browser),
            t::account_id.eq(first.account.id),
            t::credentials_epoch.eq(first.account.credentials_epoch),
            t::amr.eq(first.amr),
            t::return_to.eq(first.return_to),
            t::expires_at.eq(now + LIFETIME),
        ))
        .execute(conn)?;
    Ok(cookie)
}

/// The one behind a cookie, if this browser began it and it is not over.
pub fn find(
    conn: &mut PgConnection,
    cookie: &Secret,
    browser: &Secret,
    now: Timestamp,
) -> QueryResult<Option<HalfSignIn>> {
    let row: Option<(Digest, Digest, Vec<String>, String, Account)> = t::table
        .inner_join(account::table)
        .filter(t::id.eq(cookie.id()))
        .filter(t::used_at.is_null())
        .filter(t::expires_at.gt(now))
        .filter(account::disabled_at.is_null())
        .filter(account::verified_at.is_not_null())
        .filter(account::credentials_epoch.eq(t::credentials_epoch))
        .select((t::digest, t::browser, t::amr, t::return_to, Account::as_select()))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(digest, begun_in, amr, return_to, account)| {
        let ours = cookie.kind() == Kind::HalfSignIn
            && digest.matches(&cookie.digest())
            && begun_in.matches(&browser.digest());
        ours.then_some(HalfSignIn {
            account,
            amr,
            return_to,
        })
    }))
}

/// Ends it, because its second factor was right. `false`: another request did.
pub fn finish(
    conn: &mut PgConnection,
    cookie: &Secret,
    account: AccountId,
    now: Timestamp,
) -> QueryResult<bool> {
    diesel::update(t::table.find(cookie.id()))
        .filter(t::digest.eq(cookie.digest()))
        .filter(t::account_id.eq(account))
        .filter(t::used_at.is_null())
        .set(t::used_at.eq(now))
        .execute(conn)
        .map(|rows| rows == 1)
}

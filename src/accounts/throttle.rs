//! How often an address was tried. Table `login_throttle`.

use std::time::Duration;

use diesel::{
    dsl::case_when,
    prelude::*,
    sql_types::{Integer, Timestamptz},
};

use crate::{
    accounts::account::Email,
    platform::{clock::Timestamp, secret::Digest},
    schema::login_throttle,
};

diesel::define_sql_function! {
    /// The smaller of two numbers.
    fn least(a: Integer, b: Integer) -> Integer;
}

/// Beyond this nothing is counted: the column must not overflow.
const CEILING: i32 = 1_000_000;

/// What counting a try came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Try {
    /// Go on. `last`: if this one is wrong too, the next will be refused.
    Allowed {
        /// Whether it is the last one of its window.
        last: bool,
    },
    /// Refused until then, right or wrong.
    Locked {
        /// The end of the window.
        until: Timestamp,
    },
}

/// Counts a try before its password is checked: of any number that race, `allowed` in each `window` go on.
pub fn count(
    conn: &mut PgConnection,
    email: &Email,
    allowed: u32,
    window: Duration,
    now: Timestamp,
) -> QueryResult<Try> {
    use login_throttle as t;
    let window = chrono::Duration::from_std(window).unwrap_or(chrono::Duration::MAX);
    let over = t::window_started_at.le(now - window);
    let (failures, window_started_at): (i32, Timestamp) = diesel::insert_into(t::table)
        .values((
            t::subject.eq(email.digest()),
            t::failures.eq(1),
            t::window_started_at.eq(now),
        ))
        .on_conflict(t::subject)
        .do_update()
        .set((
            t::failures
                .eq(case_when(over, 1.into_sql::<Integer>()).otherwise(least(t::failures + 1, CEILING))),
            t::window_started_at
                .eq(case_when(over, now.into_sql::<Timestamptz>()).otherwise(t::window_started_at)),
        ))
        .returning((t::failures, t::window_started_at))
        .get_result(conn)?;
    let allowed = i32::try_from(allowed).unwrap_or(CEILING);
    Ok(if failures > allowed {
        Try::Locked {
            until: window_started_at + window,
        }
    } else {
        Try::Allowed {
            last: failures == allowed,
        }
    })
}

/// Forgets the tries of an address: its password was right.
pub fn forgive(conn: &mut PgConnection, email: &Email) -> QueryResult<()> {
    let subject: Digest = email.digest();
    diesel::delete(login_throttle::table.find(subject))
        .execute(conn)
        .map(drop)
}

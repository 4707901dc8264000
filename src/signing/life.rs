//! The life of a signing key: its state, read from its times, and what beginning or ending one comes to.

use std::cmp::Reverse;

use chrono::TimeDelta;

use crate::platform::clock::Timestamp;

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Published, so that verifiers know it before it signs.
    Announced,
    /// Signs.
    Active,
    /// Signs no more; published while tokens that it signed may live.
    Retiring,
    /// Not published: what it signed no longer verifies.
    Gone,
}

impl State {
    /// The state at this instant of a key with these times. The last time that has come decides.
    #[must_use]
    pub fn of(
        active_at: Timestamp,
        retiring_at: Option<Timestamp>,
        gone_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let come = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        if come(gone_at) {
            Self::Gone
        } else if come(retiring_at) {
            Self::Retiring
        } else if active_at <= now {
            Self::Active
        } else {
            Self::Announced
        }
    }

    /// The word for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Gone => "gone",
        }
    }
}

/// Of the usable keys (announced or active) the one with the highest preference signs: the newest whose time has come,
/// else the one whose time comes soonest. That one is published already, and without it nothing would sign.
pub(super) fn preference(active_at: Timestamp, now: Timestamp) -> (bool, Reverse<TimeDelta>) {
    (active_at <= now, Reverse((active_at - now).abs()))
}

/// What [`rotate`](super::key::rotate) came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// A new key is announced, and the old one's end is fixed.
    Begun(Rotated),
    /// Refused: a rotation is under way.
    AlreadyAnnounced {
        /// The key that it announced.
        kid: String,
        /// When that key begins to sign.
        active_at: Timestamp,
    },
    /// Refused: no key signs, so there is none to follow. [`ensure`](super::key::ensure) makes the first.
    NoActiveKey,
}

/// A rotation that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// The key that was made.
    pub new_kid: String,
    /// The key that signs until then.
    pub old_kid: String,
    /// When the new key takes over from the old one.
    pub active_at: Timestamp,
    /// When the old key is published no more.
    pub gone_at: Timestamp,
}

/// What [`retire`](super::key::retire) came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retirement {
    /// It is gone.
    Retired {
        /// The key that signs in its place, if it was the one that signed.
        successor: Option<String>,
    },
    /// Refused: it was gone before.
    AlreadyGone {
        /// Since when.
        gone_at: Timestamp,
    },
    /// Refused: no such key.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn the_state_of_a_key_is_read_from_its_times() {
        for (now, state) in [
            (0, State::Announced),
            (9, State::Announced),
            (10, State::Active),
            (19, State::Active),
            (20, State::Retiring),
            (29, State::Retiring),
            (30, State::Gone),
            (99, State::Gone),
        ] {
            let of = State::of(at(10), Some(at(20)), Some(at(30)), at(now));
            assert_eq!(of, state, "after {now} s");
        }
    }

    #[test]
    fn a_key_without_an_end_signs_on() {
        assert_eq!(State::of(at(10), None, None, at(1_000_000)), State::Active);
    }

    #[test]
    fn a_key_that_was_ended_before_it_signed_never_signs() {
        let of = |now| State::of(at(10), Some(at(5)), Some(at(5)), at(now));
        assert_eq!(
            (of(4), of(5), of(10)),
            (State::Announced, State::Gone, State::Gone)
        );
    }

    #[test]
    fn the_newest_key_whose_time_has_come_signs_else_the_one_whose_time_comes_soonest() {
        for (times, signs) in [
            (&[1, 9, 11][..], 9),
            (&[10, 1], 10),
            (&[11, 90], 11),
            (&[90, 11, 0], 0),
        ] {
            let chosen = times
                .iter()
                .max_by_key(|active_at| preference(at(**active_at), at(10)));
            assert_eq!(chosen, Some(&signs), "of {times:?}");
        }
    }
}

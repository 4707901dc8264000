//! The one file that reads the system clock.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, SubsecRound, Utc};

/// An instant, to the microsecond: what Postgres keeps, so that a value read back equals the one written.
pub type Timestamp = DateTime<Utc>;

/// The furthest that a clock can be moved, in microseconds: a hundred years, so that dates stay ones that every part can
/// write, however often somebody moves it.
const FURTHEST_AHEAD: i64 = 100 * 365 * 24 * 3600 * 1_000_000;

/// Where `now` comes from. A request asks once, in its handler, and passes the value down.
#[derive(Clone, Default)]
pub struct Clock {
    ahead_micros: Arc<AtomicI64>,
}

impl Clock {
    /// The system clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// Now, plus whatever [`Clock::advance`] added.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let ahead = chrono::Duration::microseconds(self.ahead_micros.load(Ordering::SeqCst));
        (Utc::now() + ahead).trunc_subsecs(6)
    }

    /// How long this process has run, plus whatever [`Clock::advance`] added. Unlike [`Clock::now`] it never goes backwards, whoever
    /// sets the machine's clock; and it means nothing to any other process.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        let ahead = self.ahead_micros.load(Ordering::SeqCst);
        BEGAN.elapsed() + Duration::from_micros(ahead.unsigned_abs())
    }

    /// Moves this clock, and all its clones, forward: for tests and `dev --test-clock`. Never backwards.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        let add = |ahead: i64| Some(ahead.saturating_add(by).min(FURTHEST_AHEAD));
        // The closure always answers, so there is nothing to fail.
        let _ = self
            .ahead_micros
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, add);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sum_of_advances_leaves_the_calendar() {
        let clock = Clock::system();
        for by in [
            Duration::MAX,
            Duration::from_secs(u64::MAX),
            Duration::from_hours(1),
        ] {
            clock.advance(by);
            let _ = clock.now();
        }
        let centuries = (clock.now() - Clock::system().now()).num_days() / 36_525;
        assert!((0..=1).contains(&centuries), "{centuries}");
        clock.advance(Duration::from_secs(1));
        assert!(clock.now() > Clock::system().now());
    }
}

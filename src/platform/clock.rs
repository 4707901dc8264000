//! The one file that reads the system clock.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, SubsecRound, Utc};

/// An instant, to the microsecond: what Postgres keeps, so that a value read back equals the one written.
pub type Timestamp = DateTime<Utc>;

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

    /// Moves this clock, and all its clones, forward: for tests and `dev --test-clock`. Never backwards.
    pub fn advance(&self, by: Duration) {
        // A hundred years at most, so that no sum of advances leaves the calendar.
        let by = by.min(Duration::from_hours(24 * 36_525));
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.ahead_micros.fetch_add(micros, Ordering::SeqCst);
    }
}

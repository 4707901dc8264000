//! When a job that failed is tried again.

use std::time::Duration;

use rand::{TryRng, rngs::SysRng};

/// How often a job is tried before it is given up. With 40 s at first and doubling that takes about a day: long enough for
/// somebody to mend a mail server, too short for a mail to arrive when nobody expects it any more.
pub const ATTEMPTS: i32 = 12;

/// After the first failure.
const FIRST: Duration = Duration::from_secs(40);

/// How long to wait after this attempt (from 1) failed; up to a quarter more than doubling says, by chance, so that what
/// failed together is not tried again together.
#[must_use]
pub fn after(attempt: i32) -> Duration {
    // Without chance, what failed together comes back together: no reason not to come back.
    delay(attempt, SysRng.try_next_u32().unwrap_or(0))
}

fn delay(attempt: i32, chance: u32) -> Duration {
    let doublings = attempt.clamp(1, ATTEMPTS) - 1;
    let delay = FIRST * 2_u32.pow(doublings.unsigned_abs());
    delay + delay.mul_f64(f64::from(chance) / f64::from(u32::MAX) / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_attempts_together_take_about_a_day() {
        for chance in [0, u32::MAX / 2, u32::MAX] {
            let all: Duration = (1..ATTEMPTS).map(|attempt| delay(attempt, chance)).sum();
            let hours = all.as_secs() / 3600;
            assert!((20..=30).contains(&hours), "{hours}");
        }
    }

    #[test]
    fn chance_only_ever_adds_and_never_reaches_the_next_step() {
        for attempt in 1..ATTEMPTS {
            assert!(delay(attempt, u32::MAX) > delay(attempt, 0));
            assert!(delay(attempt, u32::MAX) < delay(attempt + 1, 0));
        }
    }
}

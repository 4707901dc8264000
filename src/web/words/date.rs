//! Points in time, for people. Where the time of day matters the zone is said: a server does not know where a reader is.

use std::time::Duration;

use crate::platform::clock::Timestamp;

/// "3 May 2026".
#[must_use]
pub fn day(at: Timestamp) -> String {
    at.format("%-d %B %Y").to_string()
}

/// "14:32 UTC".
#[must_use]
pub fn time_of_day(at: Timestamp) -> String {
    at.format("%H:%M UTC").to_string()
}

/// "3 May 2026, 14:32 UTC".
#[must_use]
pub fn minute(at: Timestamp) -> String {
    format!("{}, {}", day(at), time_of_day(at))
}

/// For programs: RFC 3339, to the second.
#[must_use]
pub fn exact(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// "60 days", "1 hour", "10 minutes": in the largest unit that says it exactly, down to minutes.
#[must_use]
pub fn lasting(time: Duration) -> String {
    let minutes = (time.as_secs() / 60).max(1);
    let (number, unit) = if minutes.is_multiple_of(1440) {
        (minutes / 1440, "day")
    } else if minutes.is_multiple_of(60) {
        (minutes / 60, "hour")
    } else {
        (minutes, "minute")
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_in_the_unit_that_fits() {
        for (seconds, said) in [
            (60 * 86_400, "60 days"),
            (86_400, "1 day"),
            (36 * 3600, "36 hours"),
            (3600, "1 hour"),
            (600, "10 minutes"),
            (90, "1 minute"),
            (0, "1 minute"),
        ] {
            assert_eq!(lasting(Duration::from_secs(seconds)), said);
        }
    }

    #[test]
    fn a_point_in_time_names_its_zone() {
        let at = Timestamp::from_timestamp(1_777_818_725, 0).unwrap();
        assert_eq!(minute(at), "3 May 2026, 14:32 UTC");
        assert_eq!(exact(at), "2026-05-03T14:32:05Z");
    }
}

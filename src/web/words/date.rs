//! Points in time, for people. Where the time of day matters the zone is said: a server does not know where a reader is.

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

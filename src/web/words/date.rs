//! Points in time, for people. Where the time of day matters the zone is said: a server does not know where a reader is.

use std::time::Duration;

use chrono::Datelike as _;

use crate::platform::clock::Timestamp;

/// How one language says times: for [`crate::web::phrase::Phrase::time`], and for sentences.
#[derive(Debug)]
pub struct Dates {
    /// "3 May 2026".
    pub day: fn(Timestamp) -> String,
    /// "14:32 UTC".
    pub time_of_day: fn(Timestamp) -> String,
    /// "3 May 2026, 14:32 UTC".
    pub minute: fn(Timestamp) -> String,
    /// "60 days", "1 hour", "10 minutes": in the largest unit that says it exactly, down to minutes.
    pub lasting: fn(Duration) -> String,
}

/// English.
pub static ENGLISH: Dates = Dates {
    day: english_day,
    time_of_day,
    minute: |at| format!("{}, {}", english_day(at), time_of_day(at)),
    lasting: |time| {
        let (number, unit) = unit(time);
        let unit = match unit {
            Unit::Day => "day",
            Unit::Hour => "hour",
            Unit::Minute => "minute",
        };
        format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
    },
};

/// German. What lasts is said in the nominative and accusative: "60 Tage", as in "60 Tage lang".
pub static GERMAN: Dates = Dates {
    day: german_day,
    time_of_day,
    minute: |at| format!("{}, {}", german_day(at), time_of_day(at)),
    lasting: |time| {
        let (number, unit) = unit(time);
        let (one, several) = match unit {
            Unit::Day => ("Tag", "Tage"),
            Unit::Hour => ("Stunde", "Stunden"),
            Unit::Minute => ("Minute", "Minuten"),
        };
        format!("{number} {}", if number == 1 { one } else { several })
    },
};

/// For programs: RFC 3339, to the second.
#[must_use]
pub fn exact(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn english_day(at: Timestamp) -> String {
    at.format("%-d %B %Y").to_string()
}

fn german_day(at: Timestamp) -> String {
    let month = match at.month() {
        1 => "Januar",
        2 => "Februar",
        3 => "M\u{e4}rz",
        4 => "April",
        5 => "Mai",
        6 => "Juni",
        7 => "Juli",
        8 => "August",
        9 => "September",
        10 => "Oktober",
        11 => "November",
        _ => "Dezember",
    };
    format!("{}. {month} {}", at.day(), at.year())
}

fn time_of_day(at: Timestamp) -> String {
    at.format("%H:%M UTC").to_string()
}

enum Unit {
    Day,
    Hour,
    Minute,
}

fn unit(time: Duration) -> (u64, Unit) {
    let minutes = (time.as_secs() / 60).max(1);
    if minutes.is_multiple_of(1440) {
        (minutes / 1440, Unit::Day)
    } else if minutes.is_multiple_of(60) {
        (minutes / 60, Unit::Hour)
    } else {
        (minutes, Unit::Minute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_in_the_unit_that_fits() {
        for (seconds, english, german) in [
            (60 * 86_400, "60 days", "60 Tage"),
            (86_400, "1 day", "1 Tag"),
            (36 * 3600, "36 hours", "36 Stunden"),
            (3600, "1 hour", "1 Stunde"),
            (600, "10 minutes", "10 Minuten"),
            (90, "1 minute", "1 Minute"),
            (0, "1 minute", "1 Minute"),
        ] {
            assert_eq!((ENGLISH.lasting)(Duration::from_secs(seconds)), english);
            assert_eq!((GERMAN.lasting)(Duration::from_secs(seconds)), german);
        }
    }

    #[test]
    fn a_point_in_time_names_its_zone() {
        let at = Timestamp::from_timestamp(1_777_818_725, 0).unwrap();
        assert_eq!((ENGLISH.minute)(at), "3 May 2026, 14:32 UTC");
        assert_eq!((GERMAN.minute)(at), "3. Mai 2026, 14:32 UTC");
        assert_eq!((GERMAN.time_of_day)(at), "14:32 UTC");
        assert_eq!(exact(at), "2026-05-03T14:32:05Z");
    }

    #[test]
    fn each_month_has_its_german_name() {
        let months: Vec<String> = (0..12)
            .map(|month| {
                let middle = Timestamp::from_timestamp(1_768_435_200 + month * 2_629_800, 0).unwrap();
                (GERMAN.day)(middle)
                    .split(' ')
                    .nth(1)
                    .unwrap()
                    .chars()
                    .take(3)
                    .collect()
            })
            .collect();
        assert_eq!(
            months.join(" "),
            "Jan Feb M\u{e4}r Apr Mai Jun Jul Aug Sep Okt Nov Dez"
        );
    }
}

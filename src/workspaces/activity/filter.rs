//! Which rows of the log a request asks for: the same parameters for the page, the API and the export.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use uuid::Uuid;

use crate::{
    accounts::account::Email,
    audit::reading::Filter,
    platform::clock::Timestamp,
    web::{params::Params, problem::Problem, words::errors},
};

/// The parameters that a filter is made of.
pub(in crate::workspaces) const NAMES: [&str; 6] = ["actor", "kind", "target", "credential", "from", "to"];

/// A filter as it was asked for, word by word: for the form that shows it again, and for links.
#[derive(Clone, Debug, Default)]
pub(in crate::workspaces) struct Asked {
    values: [String; 6],
}

/// What a filter means.
pub(in crate::workspaces) struct Meant {
    pub filter: Filter,
    /// Made true by the person of this address.
    pub email: Option<Email>,
}

/// The parameter that means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::workspaces) struct Meaningless(pub &'static str);

impl Asked {
    /// Reads a query.
    pub(in crate::workspaces) fn read(query: &Params) -> Result<Self, Problem> {
        let mut values = <[String; 6]>::default();
        for (value, name) in values.iter_mut().zip(NAMES) {
            let given = query.one(name);
            let given = given.map_err(|twice| Problem::new(&errors::MALFORMED_QUERY, format!("{twice}.")))?;
            given.unwrap_or_default().trim().clone_into(value);
        }
        Ok(Self { values })
    }

    /// What a parameter says; empty where nothing does.
    pub(in crate::workspaces) fn value(&self, name: &str) -> &str {
        let at = NAMES.iter().position(|known| *known == name);
        at.map_or("", |at| self.values[at].as_str())
    }

    /// Whether it asks for everything.
    pub(in crate::workspaces) fn is_empty(&self) -> bool {
        self.values.iter().all(String::is_empty)
    }

    /// As the query of an address, with more after it.
    pub(in crate::workspaces) fn query(&self, more: &[(&str, &str)]) -> String {
        let own = NAMES.iter().zip(&self.values);
        let own = own
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (*name, value.as_str()));
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(own)
            .extend_pairs(more)
            .finish()
    }

    /// What it means.
    pub(in crate::workspaces) fn meant(&self) -> Result<Meant, Meaningless> {
        let mut filter = Filter::default();
        let mut email = None;
        match self.value("actor") {
            "" => {}
            word @ ("operator" | "nobody") => filter.actor_kind = Some(word.to_owned()),
            word if word.contains('@') => email = Some(Email::parse(word).ok_or(Meaningless("actor"))?),
            word => filter.actor = Some(Uuid::try_parse(word).map_err(|_| Meaningless("actor"))?),
        }
        let id = |name| match self.value(name) {
            "" => Ok(None),
            word => Uuid::try_parse(word).map(Some).map_err(|_| Meaningless(name)),
        };
        filter.target = id("target")?;
        filter.credential = id("credential")?;
        filter.kind = match self.value("kind") {
            "" => None,
            word if is_kind(word) => Some(word.to_owned()),
            _ => return Err(Meaningless("kind")),
        };
        let time = |name, end| match self.value(name) {
            "" => Ok(None),
            word => time(word, end).map(Some).ok_or(Meaningless(name)),
        };
        filter.from = time("from", Edge::Begins)?;
        filter.to = time("to", Edge::Ends)?;
        Ok(Meant { filter, email })
    }
}

impl From<Meaningless> for Problem {
    fn from(Meaningless(name): Meaningless) -> Self {
        let must = match name {
            "actor" => "an id, the e-mail address of a person, `operator` or `nobody`",
            "kind" => "a kind like `member.removed`, or its first word",
            "from" | "to" => "a day like 2026-05-03, or a time like 2026-05-03T14:32:00Z",
            _ => "an id",
        };
        Self::new(&errors::MALFORMED_QUERY, format!("`{name}`: it must be {must}."))
    }
}

fn is_kind(word: &str) -> bool {
    word.len() <= 80
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || b"._".contains(&byte))
}

#[derive(Clone, Copy)]
enum Edge {
    Begins,
    Ends,
}

/// A day in UTC, which is meant whole, or an instant.
fn time(word: &str, edge: Edge) -> Option<Timestamp> {
    if let Ok(day) = NaiveDate::parse_from_str(word, "%Y-%m-%d") {
        let day = match edge {
            Edge::Begins => day,
            Edge::Ends => day.checked_add_days(Days::new(1))?,
        };
        return within_reach(day.and_time(NaiveTime::MIN).and_utc());
    }
    within_reach(DateTime::parse_from_rfc3339(word).ok()?.with_timezone(&Utc))
}

/// An id can only be of a time that it has bits for.
fn within_reach(at: Timestamp) -> Option<Timestamp> {
    use chrono::Datelike as _;
    (1970..=9999).contains(&at.year()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(query: &str) -> Result<Filter, Meaningless> {
        let asked = Asked::read(&Params::parse(query.as_bytes()).unwrap()).unwrap();
        asked.meant().map(|meant| meant.filter)
    }

    #[test]
    fn a_day_is_meant_whole() {
        let filter = meant("from=2026-05-03&to=2026-05-03").unwrap();
        let (from, to) = (filter.from.unwrap(), filter.to.unwrap());
        assert_eq!(to - from, chrono::Duration::days(1));
        assert_eq!(from.to_rfc3339(), "2026-05-03T00:00:00+00:00");
        let instant = meant("to=2026-05-03T14:32:00Z").unwrap().to.unwrap();
        assert_eq!(instant.to_rfc3339(), "2026-05-03T14:32:00+00:00");
    }

    /// IJ-01, IJ-02.
    #[test]
    fn what_means_nothing_is_named() {
        for (query, name) in [
            ("actor='+OR+1=1--", "actor"),
            ("actor=%25_", "actor"),
            ("kind=member.%25", "kind"),
            ("kind=(select+pg_sleep(5))", "kind"),
            ("target=x", "target"),
            ("credential=1", "credential"),
            ("from=yesterday", "from"),
            ("to=-99999-01-01", "to"),
            ("to=0000-01-01", "to"),
        ] {
            assert_eq!(meant(query).unwrap_err().0, name, "{query}");
        }
        assert_eq!(meant("actor=+&kind="), Ok(Filter::default()));
    }

    #[test]
    fn a_filter_is_asked_for_again_word_by_word() {
        let asked = Asked::read(&Params::parse(b"actor=a%26b&to=2026-05-03").unwrap()).unwrap();
        assert_eq!(
            asked.query(&[("before", "7")]),
            "actor=a%26b&to=2026-05-03&before=7"
        );
        assert!(!asked.is_empty() && Asked::default().is_empty());
    }
}

//! The language of a page: what its reader's browser asks for (`Accept-Language`, RFC 9110 §12.5.4), unless the account says otherwise.
//!
//! Whoever knows the session asks it (`accounts::current::language`): what a person chose counts for more than what their browser
//! was installed with.

use std::{
    convert::Infallible,
    future::{Ready, ready},
};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{ACCEPT_LANGUAGE, HeaderMap},
};

use crate::web::words::{ENGLISH, GERMAN, Words};

/// A language that pages are written in.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub enum Language {
    /// English, also for whoever asks for none of ours.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// All of them. Of two that are asked for alike, the earlier.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// Its tag (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The language of exactly this tag.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// Every text of it.
    #[must_use]
    pub fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }

    /// The language that a request asks for; where it asks for none of ours, the first that it does not refuse.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(ACCEPT_LANGUAGE);
        let ranges: Vec<Range> = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .filter_map(Range::parse)
            .collect();
        // Of several that are wished for alike, the last of these: the first of `ALL`.
        let all = Self::ALL.into_iter().rev();
        all.max_by_key(|language| Wish::of(*language, &ranges))
            .unwrap_or_default()
    }
}

/// One language range and its weight.
struct Range<'a> {
    range: &'a str,
    thousandths: u16,
}

impl<'a> Range<'a> {
    /// `None` for what is neither `*` nor looks like a tag, and for a weight that is none.
    fn parse(part: &'a str) -> Option<Self> {
        let (range, weight) = match part.split_once(';') {
            Some((range, weight)) => (range.trim(), Some(weight.trim())),
            None => (part.trim(), None),
        };
        let is_subtag =
            |it: &str| (1..=8).contains(&it.len()) && it.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if range != "*" && !range.split('-').all(is_subtag) {
            return None;
        }
        let thousandths = match weight {
            Some(weight) => thousandths(weight.strip_prefix("q=").or_else(|| weight.strip_prefix("Q="))?)?,
            None => 1000,
        };
        Some(Self { range, thousandths })
    }

    /// Whether it asks for the language, of whatever country (RFC 4647 §3.4: a range is cut from its end until it fits).
    fn asks_for(&self, language: Language) -> bool {
        let primary = self.range.split('-').next().unwrap_or_default();
        primary.eq_ignore_ascii_case(language.tag())
    }
}

/// A `qvalue` (RFC 9110 §12.4.2).
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    match (whole, fraction) {
        ("0", fraction) => Some(fraction),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

/// How much a language is wished for, least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wish {
    /// With a weight of zero.
    Refused,
    /// Nothing was said.
    Unsaid,
    /// With this weight; of two that weigh the same, the one that is named earlier.
    Asked(u16, std::cmp::Reverse<usize>),
}

impl Wish {
    fn of(language: Language, ranges: &[Range]) -> Self {
        let asked = || (0..).zip(ranges).filter(|(_, it)| it.asks_for(language));
        let exactly = asked().find(|(_, it)| it.range.eq_ignore_ascii_case(language.tag()));
        // `*` is for what no other range names.
        let named = asked().max_by_key(|(at, it)| (it.thousandths, std::cmp::Reverse(*at)));
        let best = named.or_else(|| (0..).zip(ranges).find(|(_, it)| it.range == "*"));
        match (exactly, best) {
            (Some((_, Range { thousandths: 0, .. })), _) => Self::Refused,
            // Who refuses one country's German says nothing of the others'.
            (_, Some((_, it))) if it.thousandths == 0 && it.range != "*" => Self::Unsaid,
            (_, Some((_, Range { thousandths: 0, .. }))) => Self::Refused,
            (_, Some((at, it))) => Self::Asked(it.thousandths, std::cmp::Reverse(at)),
            (_, None) => Self::Unsaid,
        }
    }
}

impl FromRequest for Language {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(req.headers())))
    }
}

impl diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg> for Language {
    fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
        let tag = std::str::from_utf8(bytes.as_bytes())?;
        Self::parse(tag).ok_or_else(|| format!("not a language of ours: {tag}").into())
    }
}

impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg> for Language {
    fn to_sql<'b>(
        &'b self,
        out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
    ) -> diesel::serialize::Result {
        <str as diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg>>::to_sql(self.tag(), out)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_browser_gets_the_language_that_it_asks_for_most() {
        for (lines, tag) in [
            (&[] as &[&str], "en"),
            (&[""], "en"),
            (&["de"], "de"),
            (&["DE"], "de"),
            (&["de-AT"], "de"),
            (&["de-Latn-CH-1996"], "de"),
            (&["den"], "en"),
            (&["fr, de;q=0.5"], "de"),
            (&["fr"], "en"),
            (&["en-GB,en;q=0.9,de;q=0.8"], "en"),
            (&["de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7"], "de"),
            (&["en;q=0.8,de;q=0.9"], "de"),
            (&["en;q=0.899,de;q=0.9"], "de"),
            (&["en;q=0.9 , de ; q=0.901"], "de"),
            (&["de, en"], "de"),
            (&["en, de"], "en"),
            (&["de;q=0.5, en;q=0.5"], "de"),
            (&["en", "de;q=0.9"], "en"),
            (&["fr", "de;q=0.9", "en;q=0.8"], "de"),
            (&["de-CH;q=0.2, en;q=0.5, de;q=0.9"], "de"),
            // A weight of zero refuses.
            (&["de;q=0"], "en"),
            (&["en;q=0"], "de"),
            (&["de;q=0.000, fr"], "en"),
            (&["de-AT, de;q=0"], "en"),
            (&["en, de-CH;q=0"], "en"),
            (&["en;q=0, de-CH;q=0"], "de"),
            (&["en;q=0, de;q=0"], "en"),
            // All that is not named.
            (&["*"], "en"),
            (&["*, de;q=0.5"], "en"),
            (&["de, *;q=0.5"], "de"),
            (&["en;q=0.3, *"], "de"),
            (&["en;q=0, *"], "de"),
            (&["de;q=0.1, *;q=0"], "de"),
            // What cannot be read is not there.
            (&["de;q=2, en;q=0.1"], "en"),
            (&["de;q=1.001, en;q=0.1"], "en"),
            (&["de;q=0.9999, en;q=0.1"], "en"),
            (&["de;q=-1, en;q=0.1"], "en"),
            (&["de;q=, en;q=0.1"], "en"),
            (&["de;level=1, en;q=0.1"], "en"),
            (&["d e, en;q=0.1"], "en"),
            (&["de_DE, en;q=0.1"], "en"),
            (&["-de, en;q=0.1"], "en"),
            (&[",;,;q=1,*-de, de;q=0.1"], "de"),
            (&["\u{e4}", "de"], "de"),
        ] {
            let mut req = TestRequest::default();
            for line in lines {
                req = req.append_header((ACCEPT_LANGUAGE, *line));
            }
            let chosen = Language::of(req.to_http_request().headers());
            assert_eq!(chosen.tag(), tag, "{lines:?}");
        }
    }

    #[test]
    fn a_language_has_one_tag() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.tag()), Some(language));
        }
        for other in ["", "DE", "de-DE", "fr"] {
            assert_eq!(Language::parse(other), None, "{other}");
        }
    }
}

//! A sentence with things in it that are not ours: names that others chose, and points in time.

use askama::{Template, filters::HtmlSafe};

use crate::{platform::clock::Timestamp, web::words::date};

/// A sentence of ours. In a page each name has a `bdi` around it, so that one that is written from right to left stays within
/// itself (IJ-05); each time has its exact value for programs.
///
/// Names come without the characters that turn the direction of writing: one that is opened and not closed reaches beyond the
/// `bdi`, and could turn round the domain that stands behind the name of an app.
///
/// [`Phrase::plain`] is for where no tag can be, such as a title.
#[derive(Clone, Debug, Default, PartialEq, Eq, Template)]
#[template(
    source = "{% for piece in pieces %}{% match piece %}{% when Piece::Text(text) %}{{ text }}\
              {% when Piece::Name(name) %}<bdi>{{ name }}</bdi>\
              {% when Piece::Time(exact, text) %}<time datetime=\"{{ exact }}\">{{ text }}</time>{% endmatch %}{% endfor %}",
    ext = "html"
)]
pub struct Phrase {
    pieces: Vec<Piece>,
}

/// Askama has escaped its pieces.
impl HtmlSafe for Phrase {}

impl From<&str> for Phrase {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Name(String),
    Time(String, String),
}

impl Phrase {
    /// Begins with words of ours.
    pub fn new(text: impl Into<String>) -> Self {
        Self::default().text(text)
    }

    /// Begins with a name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self::default().name(name)
    }

    /// Words of ours.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.pieces.push(Piece::Text(text.into()));
        self
    }

    /// A name that somebody else chose.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.pieces.push(Piece::Name(plain(name)));
        self
    }

    /// A time, in the words of the page's language: one of [`date::Dates`].
    #[must_use]
    pub fn time(mut self, at: Timestamp, words: fn(Timestamp) -> String) -> Self {
        self.pieces.push(Piece::Time(date::exact(at), words(at)));
        self
    }

    /// Another sentence, or part of one.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.pieces.extend(other.pieces.iter().cloned());
        self
    }

    /// As text alone.
    #[must_use]
    pub fn plain(&self) -> String {
        let texts = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) | Piece::Name(text) | Piece::Time(_, text) => text.as_str(),
        });
        texts.collect()
    }
}

/// A name where no tag can be: without the characters that turn the direction of what follows (UAX #9, table 4).
#[must_use]
pub fn plain(name: &str) -> String {
    let turns = |c: &char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    name.chars().filter(|c| !turns(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_escaped_once_and_keeps_to_itself() {
        let phrase = Phrase::of("<b>\u{202e}&").text(" & you");
        assert_eq!(phrase.to_string(), "<bdi>&#60;b&#62;&#38;</bdi> &#38; you");
        assert_eq!(phrase.plain(), "<b>& & you");
    }

    #[test]
    fn a_time_is_told_to_people_and_to_programs() {
        let at = Timestamp::from_timestamp(1_777_818_720, 0).unwrap();
        let phrase = Phrase::new("since ").time(at, date::ENGLISH.day);
        assert_eq!(
            phrase.to_string(),
            "since <time datetime=\"2026-05-03T14:32:00Z\">3 May 2026</time>"
        );
        assert_eq!(phrase.plain(), "since 3 May 2026");
    }
}

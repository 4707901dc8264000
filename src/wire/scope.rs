//! Scopes (RFC 6749 §3.3): what a credential may do, as a set of tokens.

use std::{borrow::Borrow, collections::BTreeSet, fmt, str::FromStr};

use serde::{Serialize, Serializer};

/// Longest scope-token, in bytes.
const MAX_TOKEN_BYTES: usize = 100;
/// Most tokens in one parameter, repetitions counted.
const MAX_TOKENS: usize = 100;
/// Longest `scope` parameter, in bytes.
const MAX_BYTES: usize = 4096;

/// One scope-token: characters %x21, %x23-5B, %x5D-7E (RFC 6749 §3.3), at most 100 of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeToken(String);

/// A set of scope-tokens (RFC 6749 §3.3). Order and repetition carry no meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope(BTreeSet<ScopeToken>);

/// Why a text is no `scope`; the client is told `invalid_scope`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadScope {
    /// Two spaces in a row, or one at either end.
    #[error("scope tokens are separated by exactly one space, with none before or after")]
    Spacing,
    /// A character that no scope-token may have.
    #[error("a scope token has printable ASCII characters only, without space, double quote or backslash")]
    Character,
    /// A token of more than 100 bytes.
    #[error("a scope token has at most 100 characters")]
    TokenTooLong,
    /// More than 100 tokens.
    #[error("scope holds at most 100 tokens")]
    TooMany,
    /// More than 4096 bytes.
    #[error("scope has at most 4096 characters")]
    TooLong,
}

impl ScopeToken {
    /// Reads one token.
    pub fn parse(text: &str) -> Result<Self, BadScope> {
        check_token(text).map(|()| Self(text.to_owned()))
    }

    /// The token's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Vec<String>> for Scope {
    fn from(tokens: Vec<String>) -> Self {
        Self::from_stored(tokens)
    }
}

impl Scope {
    /// Reads a `scope` parameter: tokens with one space between them. The empty text is the empty scope.
    pub fn parse(text: &str) -> Result<Self, BadScope> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        if text.len() > MAX_BYTES {
            return Err(BadScope::TooLong);
        }
        if text.split(' ').count() > MAX_TOKENS {
            return Err(BadScope::TooMany);
        }
        text.split(' ')
            .map(ScopeToken::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The scope of a stored `text[]`. Malformed elements are dropped: what cannot be named cannot be granted.
    #[must_use]
    pub fn from_stored(tokens: Vec<String>) -> Self {
        Self(
            tokens
                .into_iter()
                .filter(|token| check_token(token).is_ok())
                .map(ScopeToken)
                .collect(),
        )
    }

    /// The tokens to store as `text[]`, sorted.
    #[must_use]
    pub fn to_stored(&self) -> Vec<String> {
        self.iter().map(str::to_owned).collect()
    }

    /// Whether every token of `self` is in `granted`: a refresh may narrow, never widen (RFC 6749 §6).
    #[must_use]
    pub fn is_within(&self, granted: &Self) -> bool {
        self.0.is_subset(&granted.0)
    }

    /// The tokens that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }

    /// The tokens of `self` that are not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0).cloned().collect())
    }

    /// The tokens that are in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// Whether this token is in the set.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.0.contains(token)
    }

    /// Whether there is no token at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tokens, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(ScopeToken::as_str)
    }
}

fn check_token(text: &str) -> Result<(), BadScope> {
    if text.is_empty() {
        return Err(BadScope::Spacing);
    }
    if text.len() > MAX_TOKEN_BYTES {
        return Err(BadScope::TokenTooLong);
    }
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
    {
        return Err(BadScope::Character);
    }
    Ok(())
}

/// Lets [`Scope::contains`] look a token up by its text: the order of a token is the order of its text.
impl Borrow<str> for ScopeToken {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ScopeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, token) in self.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { " " })?;
            f.write_str(token)?;
        }
        Ok(())
    }
}

impl FromStr for Scope {
    type Err = BadScope;

    fn from_str(text: &str) -> Result<Self, BadScope> {
        Self::parse(text)
    }
}

impl FromIterator<ScopeToken> for Scope {
    fn from_iter<I: IntoIterator<Item = ScopeToken>>(tokens: I) -> Self {
        Self(tokens.into_iter().collect())
    }
}

/// The form of token responses and introspection: one text, tokens separated by spaces (RFC 6749 §5.1, RFC 7662 §2.2).
impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(text: &str) -> Scope {
        text.parse().unwrap()
    }

    #[test]
    fn order_and_repetition_carry_no_meaning() {
        assert_eq!(scope("b a b"), scope("a b"));
        assert_eq!(scope("b a b").to_string(), "a b");
        assert_eq!(serde_json::to_value(scope("b a")).unwrap(), "a b");
        assert!(scope("").is_empty() && scope("").to_string().is_empty());
    }

    #[test]
    fn only_the_characters_and_spaces_of_the_grammar_are_accepted() {
        let all: String = ('\u{0}'..='\u{7f}')
            .filter(|c| ScopeToken::parse(&c.to_string()).is_ok())
            .collect();
        let grammar: String = ['!'].into_iter().chain('#'..='[').chain(']'..='~').collect();
        assert_eq!(all, grammar);
        for text in [" a", "a ", "a  b", " "] {
            assert_eq!(Scope::parse(text), Err(BadScope::Spacing), "{text:?}");
        }
        for text in ["a\tb", "a\nb", "a\u{a0}b", "\"a\"", "a\\b", "é", "a\u{0}"] {
            assert_eq!(Scope::parse(text), Err(BadScope::Character), "{text:?}");
        }
    }

    #[test]
    fn size_is_bounded() {
        assert!(Scope::parse(&"a".repeat(100)).is_ok() && Scope::parse(&vec!["a"; 100].join(" ")).is_ok());
        assert_eq!(Scope::parse(&"a".repeat(101)), Err(BadScope::TokenTooLong));
        assert_eq!(Scope::parse(&vec!["a"; 101].join(" ")), Err(BadScope::TooMany));
        assert_eq!(
            Scope::parse(&vec!["a".repeat(99); 42].join(" ")),
            Err(BadScope::TooLong)
        );
    }

    #[test]
    fn sets_narrow_widen_and_survive_storage() {
        let (small, large) = (scope("posts.write"), scope("analytics.read posts.write"));
        assert!(small.is_within(&large) && !large.is_within(&small) && Scope::default().is_within(&small));
        assert_eq!(large.difference(&small), scope("analytics.read"));
        assert_eq!(large.intersection(&scope("posts.write x")), small);
        assert_eq!(small.union(&scope("analytics.read")), large);
        assert!(large.contains("posts.write") && !large.contains("posts") && !large.contains(""));
        assert_eq!(Scope::from_stored(large.to_stored()), large);
        assert_eq!(
            Scope::from_stored(vec!["a b".into(), "ok".into(), String::new()]),
            scope("ok")
        );
    }
}

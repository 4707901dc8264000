//! The `resource` parameter (RFC 8707 §2): the API that a token is meant for.

use std::fmt;

use serde::{Serialize, Serializer};

use super::uri;

/// Longest resource URI, in bytes.
const MAX_BYTES: usize = 500;

/// An absolute URI without fragment. Compared as text: `https://api.example` and `https://api.example/` are two.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceUri(String);

/// Why a text is no `resource`; the client is told `invalid_target`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadResource {
    /// More than 500 bytes.
    #[error("resource has at most 500 characters")]
    TooLong,
    /// A relative reference, or a web address without a host.
    #[error("resource is not an absolute URI")]
    NotAbsolute,
    /// A character that no URI may have.
    #[error("resource has a character that a URI cannot have")]
    Character,
    /// A `#`.
    #[error("resource must not include a fragment")]
    Fragment,
}

impl ResourceUri {
    /// Reads one `resource` value.
    pub fn parse(text: &str) -> Result<Self, BadResource> {
        if text.len() > MAX_BYTES {
            return Err(BadResource::TooLong);
        }
        let (scheme, rest) = uri::split_scheme(text).ok_or(BadResource::NotAbsolute)?;
        if text.contains('#') {
            return Err(BadResource::Fragment);
        }
        if !uri::has_only_uri_characters(text) {
            return Err(BadResource::Character);
        }
        let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
        let has_host = uri::split_authority(rest).is_some_and(|(authority, _)| !authority.host.is_empty());
        if rest.is_empty() || (is_web && !has_host) {
            return Err(BadResource::NotAbsolute);
        }
        Ok(Self(text.to_owned()))
    }

    /// The URI as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourceUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for ResourceUri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_8707_are_resources_kept_as_written() {
        for text in [
            "https://api.example.com/",
            "https://cal.example.com/",
            "https://rs.example.com/x?y=1",
            "urn:example:api",
        ] {
            assert_eq!(ResourceUri::parse(text).unwrap().as_str(), text);
        }
        let [bare, slash] =
            ["https://api.example", "https://api.example/"].map(|text| ResourceUri::parse(text).unwrap());
        assert_ne!(bare, slash, "compared as text");
    }

    #[test]
    fn what_is_not_an_absolute_uri_without_fragment_is_refused() {
        for (text, expected) in [
            ("", BadResource::NotAbsolute),
            ("api", BadResource::NotAbsolute),
            ("/api", BadResource::NotAbsolute),
            ("//api.example/", BadResource::NotAbsolute),
            ("https:api.example", BadResource::NotAbsolute),
            ("https:///api", BadResource::NotAbsolute),
            ("urn:", BadResource::NotAbsolute),
            ("https://api.example/#", BadResource::Fragment),
            ("https://api.example/a b", BadResource::Character),
            ("https://api.example\\a", BadResource::Character),
            ("https://api.example/%2", BadResource::Character),
            ("https://api.example/é", BadResource::Character),
        ] {
            assert_eq!(ResourceUri::parse(text), Err(expected), "{text:?}");
        }
        assert_eq!(
            ResourceUri::parse(&format!("urn:{}", "a".repeat(497))),
            Err(BadResource::TooLong)
        );
    }
}

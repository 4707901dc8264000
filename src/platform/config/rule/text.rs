//! Texts of a certain form.

use tracing_subscriber::{EnvFilter, filter::LevelFilter};
use url::Url;

use crate::platform::config::own::OWN;

use super::super::Issuer;
use super::{Rule, quoted};

/// An issuer; see [`Issuer`].
pub(in super::super) struct Origin;

/// What credentials begin with.
pub(in super::super) struct Prefix;

/// Words for people, of at most so many characters.
pub(in super::super) struct Label(pub(in super::super) usize);

/// An absolute URI without fragment (RFC 8707 §2).
pub(in super::super) struct AbsoluteUri;

/// A scope-token (RFC 6749 §3.3).
pub(in super::super) struct ScopeToken;

/// An env-filter of `tracing`.
pub(in super::super) struct Filter;

/// One of these names.
pub(in super::super) struct OneOf<T: 'static>(pub(in super::super) &'static [(&'static str, T)]);

impl Rule for Origin {
    type Value = Issuer;

    fn kind(&self) -> String {
        "an https origin like https://id.example.com (http only on a loopback host)".into()
    }

    fn read(&self, text: &str) -> Result<Issuer, String> {
        Issuer::parse(text)
    }
}

impl Rule for Prefix {
    type Value = String;

    fn kind(&self) -> String {
        "2 to 12 lower-case ASCII letters and digits, a letter first".into()
    }

    fn read(&self, text: &str) -> Result<String, String> {
        let allowed = text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let begins_with_letter = text.starts_with(|first: char| first.is_ascii_lowercase());
        if (2..=12).contains(&text.len()) && allowed && begins_with_letter {
            Ok(text.to_owned())
        } else {
            Err(format!("is {}, which cannot begin a credential", quoted(text)))
        }
    }
}

impl Rule for Label {
    type Value = String;

    fn kind(&self) -> String {
        format!("1 to {} characters on one line", self.0)
    }

    fn read(&self, text: &str) -> Result<String, String> {
        if text.trim().is_empty() {
            return Err("is empty".into());
        }
        if text.contains(char::is_control) || text.chars().count() > self.0 {
            return Err(format!("is {}, too long or not on one line", quoted(text)));
        }
        Ok(text.trim().to_owned())
    }
}

impl Rule for AbsoluteUri {
    type Value = String;

    fn kind(&self) -> String {
        "an absolute URI without fragment, like https://api.example.com".into()
    }

    fn read(&self, text: &str) -> Result<String, String> {
        // `Url` would quietly drop blanks and line ends; the audience is compared as it is written.
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) || Url::parse(text).is_err() {
            return Err(format!("is {}, not an absolute URI", quoted(text)));
        }
        if text.contains('#') {
            return Err(format!("is {}, which has a fragment (RFC 8707 §2)", quoted(text)));
        }
        Ok(text.to_owned())
    }
}

impl Rule for ScopeToken {
    type Value = String;

    fn kind(&self) -> String {
        "printable ASCII without blank, quote or backslash, like posts.write".into()
    }

    fn read(&self, text: &str) -> Result<String, String> {
        let allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
        if text.starts_with(OWN) {
            return Err(format!(
                "is {}, which begins like a scope of this server's own API",
                quoted(text)
            ));
        }
        if !text.is_empty() && text.bytes().all(allowed) {
            Ok(text.to_owned())
        } else {
            Err(format!("is {}, not a scope-token (RFC 6749 §3.3)", quoted(text)))
        }
    }
}

impl Rule for Filter {
    type Value = String;

    fn kind(&self) -> String {
        "off, error, warn, info, debug or trace, or such a level per module, like info,consentry::oauth=debug"
            .into()
    }

    fn read(&self, text: &str) -> Result<String, String> {
        if text.is_empty() {
            return Err("is empty".into());
        }
        EnvFilter::builder()
            .parse(text)
            .map_err(|error| format!("is {}: {error}", quoted(text)))?;
        // The filter takes a bare word that is no level for a module, so `inof` would silence everything else.
        let bare = |part: &&str| !part.contains(['=', '[', ']', '}']);
        match text
            .split(',')
            .filter(bare)
            .find(|part| part.trim().parse::<LevelFilter>().is_err())
        {
            Some(word) => Err(format!("names the level {}, which does not exist", quoted(word))),
            None => Ok(text.to_owned()),
        }
    }
}

impl<T: Copy + Sync> Rule for OneOf<T> {
    type Value = T;

    fn kind(&self) -> String {
        let names: Vec<_> = self.0.iter().map(|(name, _)| *name).collect();
        format!("one of {}", names.join(", "))
    }

    fn read(&self, text: &str) -> Result<T, String> {
        let found = self.0.iter().find(|(name, _)| *name == text);
        found
            .map(|(_, value)| *value)
            .ok_or_else(|| format!("is {}", quoted(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorts<R: Rule>(rule: &R, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(rule.read(text).is_ok(), "{text} was refused");
        }
        for text in bad {
            assert!(rule.read(text).is_err(), "{text} was let in");
        }
    }

    #[test]
    fn a_prefix_is_2_to_12_lower_case_letters_and_digits() {
        sorts(
            &Prefix,
            &["cs", "cst", "a23456789012"],
            &["", "c", "a234567890123", "Cst", "1ab", "c_t", "çé"],
        );
    }

    #[test]
    fn an_audience_is_an_absolute_uri_without_fragment() {
        let bad = [
            "",
            "api.example.com",
            "/v1",
            "https://api.example.com#",
            "https://a.example/ b",
        ];
        sorts(
            &AbsoluteUri,
            &["https://api.example.com/v1", "urn:example:api"],
            &bad,
        );
    }

    #[test]
    fn a_scope_token_is_as_rfc_6749_section_3_3_says() {
        sorts(
            &ScopeToken,
            &["posts.write", "https://a/b", "!#[]~"],
            &["", "a b", "a\"", "a\\", "é", "a\n"],
        );
    }

    #[test]
    fn a_log_level_that_does_not_exist_is_refused() {
        let good = [
            "info",
            "off",
            "warn,consentry=debug",
            "info,consentry::oauth=trace",
            "info,a[b{c=d}]=debug",
        ];
        sorts(
            &Filter,
            &good,
            &["", "inof", "info,consentry=lots", "warn,consentry"],
        );
    }
}

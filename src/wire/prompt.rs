//! The `prompt` parameter (OpenID Connect Core §3.1.2.1): what the client wants the person to be asked.

use std::{collections::BTreeSet, fmt};

const NONE: &str = "none";
const LOGIN: &str = "login";
const CONSENT: &str = "consent";
const SELECT_ACCOUNT: &str = "select_account";
const VALUES: [&str; 4] = [NONE, LOGIN, CONSENT, SELECT_ACCOUNT];

/// A set of `prompt` values; the default asks for nothing in particular.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prompt(BTreeSet<&'static str>);

/// Why a text is no `prompt`; the client is told `invalid_request`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPrompt {
    /// A value that OpenID Connect Core does not define, or spaces other than one between two values.
    #[error("prompt holds none, login, consent or select_account, separated by single spaces")]
    Unknown,
    /// `none` forbids every page, so nothing can be asked beside it.
    #[error("prompt=none cannot be combined with another value")]
    NoneWithOthers,
}

impl Prompt {
    /// Reads a space-delimited list; the empty text asks for nothing in particular.
    pub fn parse(text: &str) -> Result<Self, BadPrompt> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let values = text
            .split(' ')
            .map(|word| {
                VALUES
                    .into_iter()
                    .find(|value| *value == word)
                    .ok_or(BadPrompt::Unknown)
            })
            .collect::<Result<BTreeSet<_>, _>>()?;
        if values.contains(NONE) && values.len() > 1 {
            return Err(BadPrompt::NoneWithOthers);
        }
        Ok(Self(values))
    }

    /// No page may be shown: answer at once or with `login_required`, `consent_required`, `interaction_required`.
    #[must_use]
    pub fn none(&self) -> bool {
        self.0.contains(NONE)
    }

    /// The person signs in anew, whatever session there is.
    #[must_use]
    pub fn login(&self) -> bool {
        self.0.contains(LOGIN)
    }

    /// The consent page is shown, whatever was allowed before.
    #[must_use]
    pub fn consent(&self) -> bool {
        self.0.contains(CONSENT)
    }

    /// The person chooses among accounts.
    #[must_use]
    pub fn select_account(&self) -> bool {
        self.0.contains(SELECT_ACCOUNT)
    }

    /// The text to store; [`Prompt::parse`] reads it back.
    #[must_use]
    pub fn to_stored(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, value) in self.0.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { " " })?;
            f.write_str(value)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(prompt: &Prompt) -> [bool; 4] {
        [
            prompt.none(),
            prompt.login(),
            prompt.consent(),
            prompt.select_account(),
        ]
    }

    #[test]
    fn each_value_says_only_what_it_says_and_survives_storage() {
        for (text, expected) in [
            ("", [false; 4]),
            ("none", [true, false, false, false]),
            ("login", [false, true, false, false]),
            ("consent", [false, false, true, false]),
            ("select_account", [false, false, false, true]),
            ("login consent", [false, true, true, false]),
            ("select_account login login", [false, true, false, true]),
        ] {
            let prompt = Prompt::parse(text).unwrap();
            assert_eq!(facts(&prompt), expected, "{text:?}");
            assert_eq!(Prompt::parse(&prompt.to_stored()), Ok(prompt), "{text:?}");
        }
        assert_eq!(facts(&Prompt::default()), [false; 4]);
    }

    #[test]
    fn none_stands_alone_and_unknown_values_are_refused() {
        for text in ["none login", "consent none"] {
            assert_eq!(Prompt::parse(text), Err(BadPrompt::NoneWithOthers), "{text:?}");
        }
        for text in [
            "create",
            "LOGIN",
            "login  consent",
            " login",
            "login ",
            "login,consent",
            "login\tconsent",
        ] {
            assert_eq!(Prompt::parse(text), Err(BadPrompt::Unknown), "{text:?}");
        }
    }
}

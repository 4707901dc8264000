//! `application/x-www-form-urlencoded`, read strictly, for bodies and query strings (RFC 6749 §3.1, §3.2, Appendix B).
//!
//! A parser that repairs what it reads lets two readers of one request disagree about it. So what is not
//! well-formed is refused, and a parameter given twice has no value at all.

use std::{collections::BTreeSet, fmt};

/// Largest body or query string, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// Most parameters in one request.
const MAX_PAIRS: usize = 200;
/// Longest parameter name, in bytes after decoding.
const MAX_NAME_BYTES: usize = 100;
/// Longest parameter name that an error message repeats.
const MAX_SHOWN_NAME_BYTES: usize = 40;

/// The parameters of one request. Without `Debug`: passwords, codes and secrets travel here.
#[derive(Default)]
pub struct Params(Vec<(String, String)>);

/// A parameter in an error message: by name where the name is short and harmless, never with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown(Option<String>);

/// A parameter was given more than once (RFC 6749 §3.1, §3.2).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is given more than once")]
pub struct Repeated(Shown);

/// Why bytes are no `application/x-www-form-urlencoded` text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadParams {
    /// More than 64 kB.
    #[error("the parameters are larger than 64 kB")]
    TooLarge,
    /// More than 200 parameters.
    #[error("there are more than 200 parameters")]
    TooMany,
    /// A name of more than 100 bytes.
    #[error("a parameter name has more than 100 bytes")]
    NameTooLong,
    /// A `%` that is not followed by two hex digits.
    #[error("{0} has a % that is not followed by two hex digits")]
    Percent(Shown),
    /// Bytes that are not UTF-8.
    #[error("{0} is not UTF-8")]
    Utf8(Shown),
    /// A NUL character, which no field of ours may hold (the database refuses it too).
    #[error("{0} has a NUL character")]
    Nul(Shown),
}

impl Params {
    /// Reads a body, or a query string without its `?`.
    pub fn parse(raw: &[u8]) -> Result<Self, BadParams> {
        if raw.len() > MAX_BYTES {
            return Err(BadParams::TooLarge);
        }
        let mut pairs = Vec::new();
        for pair in raw.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            if pairs.len() == MAX_PAIRS {
                return Err(BadParams::TooMany);
            }
            let cut = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let name = decode(&pair[..cut])?;
            if name.len() > MAX_NAME_BYTES {
                return Err(BadParams::NameTooLong);
            }
            let value = decode_for(pair.get(cut + 1..).unwrap_or_default(), &Shown::name(&name))?;
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// The value of a parameter that may be given once. An empty value counts as omitted (RFC 6749 §3.1), but
    /// still as given when it comes to repetition.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut values = self.values(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(Repeated(Shown::name(name)));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// The values of a parameter that may repeat, in order, without empty ones.
    #[must_use]
    pub fn many(&self, name: &str) -> Vec<&str> {
        self.values(name).filter(|value| !value.is_empty()).collect()
    }

    /// The names of what is given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Refuses any parameter given twice, known or not, save those named (RFC 6749 §3.2; `resource` may repeat,
    /// RFC 8707 §2).
    pub fn refuse_repeats(&self, except: &[&str]) -> Result<(), Repeated> {
        let mut seen = BTreeSet::new();
        for (name, _) in &self.0 {
            if !seen.insert(name) && !except.contains(&name.as_str()) {
                return Err(Repeated(Shown::name(name)));
            }
        }
        Ok(())
    }

    fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Repeated {
    /// The parameter's name, where it is fit to be shown.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.0.as_deref()
    }
}

impl Shown {
    fn name(name: &str) -> Self {
        let fit =
            (1..=MAX_SHOWN_NAME_BYTES).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic());
        Self(fit.then(|| name.to_owned()))
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(name) => write!(f, "parameter '{name}'"),
            None => f.write_str("a parameter"),
        }
    }
}

/// Decodes one name or value that stands alone, as in HTTP Basic (RFC 6749 §2.3.1).
pub fn decode(raw: &[u8]) -> Result<String, BadParams> {
    decode_for(raw, &Shown(None))
}

/// Decodes one name or value: `+` is a space, `%` needs two hex digits, the whole is UTF-8 without NUL.
fn decode_for(raw: &[u8], whose: &Shown) -> Result<String, BadParams> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match (rest.next().and_then(hex), rest.next().and_then(hex)) {
                (Some(high), Some(low)) => high << 4 | low,
                (None, _) | (_, None) => return Err(BadParams::Percent(whose.clone())),
            },
            byte => byte,
        });
    }
    if bytes.contains(&0) {
        return Err(BadParams::Nul(whose.clone()));
    }
    // Refuses overlong forms and surrogates too.
    String::from_utf8(bytes).map_err(|_| BadParams::Utf8(whose.clone()))
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(raw: &[u8]) -> BadParams {
        Params::parse(raw).err().expect("malformed")
    }

    #[test]
    fn the_example_of_rfc_6749_appendix_b_is_read() {
        let params = Params::parse(b"x=+%25%26%2B%C2%A3%E2%82%AC").unwrap();
        assert_eq!(params.one("x"), Ok(Some(" %&+\u{a3}\u{20ac}")));
    }

    #[test]
    fn ht_05_what_is_not_well_formed_is_refused_without_its_value() {
        for raw in ["%", "%4", "%zz", "%4g", "a%", "%+1", "%%41", "%-1"] {
            let error = fault(format!("code={raw}").as_bytes());
            assert_eq!(
                error.to_string(),
                "parameter 'code' has a % that is not followed by two hex digits",
                "{raw}"
            );
        }
        for raw in ["%ff%fe", "%c0%af", "%ed%a0%80", "%f4%90%80%80", "%e2%82"] {
            assert_eq!(
                fault(format!("a={raw}").as_bytes()).to_string(),
                "parameter 'a' is not UTF-8",
                "{raw}"
            );
            assert_eq!(
                fault(format!("{raw}=a").as_bytes()).to_string(),
                "a parameter is not UTF-8",
                "{raw}"
            );
        }
        assert!(matches!(fault(b"a=%00"), BadParams::Nul(_)) && matches!(fault(b"a\0=b"), BadParams::Nul(_)));
        assert!(matches!(fault(b"a=\xff"), BadParams::Utf8(_)));
    }

    #[test]
    fn ht_03_a_parameter_given_twice_is_refused_even_if_one_is_empty() {
        let params = Params::parse(b"a=1&a=&b=2&r=1&r=2&%72=3").unwrap();
        assert_eq!(
            params.one("a").unwrap_err().to_string(),
            "parameter 'a' is given more than once"
        );
        assert_eq!(params.one("b"), Ok(Some("2")));
        assert_eq!(params.many("r"), ["1", "2", "3"]);
        assert_eq!(params.refuse_repeats(&["r"]).unwrap_err().name(), Some("a"));
        assert_eq!(params.refuse_repeats(&["a", "r"]), Ok(()));
        let hostile = Params::parse(b"%0d%0a=1&%0d%0a=2")
            .unwrap()
            .refuse_repeats(&[])
            .unwrap_err();
        assert_eq!(hostile.to_string(), "a parameter is given more than once");
    }

    #[test]
    fn ht_06_an_empty_value_is_an_omitted_one() {
        let params = Params::parse(b"&scope=&state&&x==&").unwrap();
        assert_eq!(
            [params.one("scope"), params.one("state"), params.one("none")],
            [Ok(None), Ok(None), Ok(None)]
        );
        assert_eq!(params.one("x"), Ok(Some("=")));
        assert!(params.many("scope").is_empty());
    }

    #[test]
    fn ht_07_size_is_bounded() {
        assert!(Params::parse(&vec![b'a'; MAX_BYTES + 1]).is_err_and(|e| e == BadParams::TooLarge));
        assert!(Params::parse("a=1&".repeat(200).as_bytes()).is_ok());
        assert_eq!(fault("a=1&".repeat(201).as_bytes()), BadParams::TooMany);
        assert_eq!(fault("a".repeat(101).as_bytes()), BadParams::NameTooLong);
    }
}

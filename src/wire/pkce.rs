//! Proof Key for Code Exchange (RFC 7636), S256 only.
//!
//! `plain` would send the verifier itself through the browser, where an attacker who reads the authorization
//! request reads the proof too (RFC 9700 §2.1.1). An absent method means `plain` (RFC 7636 §4.3), so it is
//! refused as well.

use std::fmt;

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// The only `code_challenge_method`.
pub const METHOD: &str = "S256";

/// Base64url without padding of a SHA-256 digest: 43 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeChallenge(String);

/// Why a `code_challenge` is not accepted; the client is told `invalid_request`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadChallenge {
    /// No method was sent, which means `plain`.
    #[error("code_challenge_method is missing, which means plain; only S256 is accepted")]
    MethodMissing,
    /// `plain` was asked for.
    #[error("code_challenge_method plain is not accepted; use S256")]
    Plain,
    /// A method that RFC 7636 does not define.
    #[error("code_challenge_method is not known; use S256")]
    MethodUnknown,
    /// Not the unpadded base64url form of 32 bytes.
    #[error("code_challenge is not the 43 base64url characters of a SHA-256 digest, without padding")]
    Malformed,
}

/// What the client kept to itself until now: 43 to 128 unreserved characters (RFC 7636 §4.1).
#[derive(Clone)]
pub struct CodeVerifier(Zeroizing<String>);

/// The text is no `code_verifier`; the client is told `invalid_grant`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("code_verifier is not 43 to 128 characters of A-Z a-z 0-9 - . _ ~")]
pub struct BadVerifier;

impl CodeChallenge {
    /// Reads a challenge with the method sent beside it (RFC 7636 §4.3).
    pub fn parse(challenge: &str, method: Option<&str>) -> Result<Self, BadChallenge> {
        match method {
            Some(METHOD) => {}
            None => return Err(BadChallenge::MethodMissing),
            Some("plain") => return Err(BadChallenge::Plain),
            Some(_) => return Err(BadChallenge::MethodUnknown),
        }
        // This engine refuses padding and non-zero unused bits, so one digest has one spelling.
        match URL_SAFE_NO_PAD.decode(challenge) {
            Ok(bytes) if bytes.len() == digest::SHA256_OUTPUT_LEN => Ok(Self(challenge.to_owned())),
            Ok(_) | Err(_) => Err(BadChallenge::Malformed),
        }
    }

    /// The challenge as sent. To read a stored one back: `CodeChallenge::parse(stored, Some(METHOD))`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CodeVerifier {
    /// Reads a presented verifier.
    pub fn parse(text: &str) -> Result<Self, BadVerifier> {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if (43..=128).contains(&text.len()) && text.bytes().all(unreserved) {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(BadVerifier)
        }
    }

    /// The S256 challenge of this verifier (RFC 7636 §4.2): equal to the stored one, or the code is not this client's.
    /// A challenge is no secret, it came through the browser; so an ordinary comparison will do.
    #[must_use]
    pub fn challenge(&self) -> CodeChallenge {
        CodeChallenge(URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.0.as_bytes())))
    }
}

/// Never shows the verifier.
impl fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeVerifier(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_rfc_7636_appendix_b_verifies_and_its_neighbours_do_not() {
        let challenge = CodeChallenge::parse(CHALLENGE, Some("S256")).unwrap();
        assert!((CodeVerifier::parse(VERIFIER).unwrap().challenge() == challenge));
        for wrong in [
            CHALLENGE.to_owned(),
            VERIFIER.to_lowercase(),
            format!("{VERIFIER}a"),
        ] {
            assert!(
                !(CodeVerifier::parse(&wrong).unwrap().challenge() == challenge),
                "{wrong}"
            );
        }
    }

    #[test]
    fn pk_03_pk_04_only_s256_is_a_method() {
        for (method, expected) in [
            (None, BadChallenge::MethodMissing),
            (Some("plain"), BadChallenge::Plain),
            (Some("s256"), BadChallenge::MethodUnknown),
            (Some("S512"), BadChallenge::MethodUnknown),
            (Some(""), BadChallenge::MethodUnknown),
        ] {
            assert_eq!(
                CodeChallenge::parse(CHALLENGE, method),
                Err(expected),
                "{method:?}"
            );
        }
    }

    #[test]
    fn pk_05_a_challenge_is_43_canonical_base64url_characters() {
        let (stem, tail) = (&CHALLENGE[..42], &CHALLENGE[1..]);
        let lengths = [
            String::new(),
            stem.to_owned(),
            format!("{CHALLENGE}A"),
            format!("{CHALLENGE}="),
        ];
        let unused_bits = [format!("{stem}N")];
        let foreign = ["+", "/", "=", " ", "\n", "."].map(|character| format!("{character}{tail}"));
        for bad in lengths.iter().chain(&unused_bits).chain(&foreign) {
            assert_eq!(
                CodeChallenge::parse(bad, Some("S256")),
                Err(BadChallenge::Malformed),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters_and_is_never_shown() {
        for good in ["~".repeat(43), "._-~".repeat(32)] {
            assert!(CodeVerifier::parse(&good).is_ok(), "{good}");
        }
        for bad in [
            "a".repeat(42),
            "a".repeat(129),
            "+".repeat(43),
            "é".repeat(43),
            format!("{VERIFIER}="),
        ] {
            assert_eq!(CodeVerifier::parse(&bad).unwrap_err(), BadVerifier, "{bad}");
        }
        assert!(!format!("{:?}", CodeVerifier::parse(VERIFIER)).contains(&VERIFIER[..8]));
    }
}

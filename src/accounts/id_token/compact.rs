//! The compact form of a JWS (RFC 7515 §7.1) and its header, read strictly: what is verified has one spelling.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, crypto};
use serde_json::{Map, Value};

use super::Refused;
use crate::{
    accounts::provider::Algorithm,
    platform::{config::ProviderKind, secret::Digest, strict_json},
};

/// Longer than any ID token; Microsoft's with many groups have some 8 kB.
const LONGEST: usize = 16 * 1024;

/// Longer than any key id.
const LONGEST_KID: usize = 255;

/// A token of the right form. Its claims are unverified.
pub(super) struct Compact<'a> {
    pub(super) kid: String,
    pub(super) algorithm: Algorithm,
    /// Header and payload as they were signed.
    signed: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> Compact<'a> {
    pub(super) fn read(token: &'a str, kind: ProviderKind) -> Result<Self, Refused> {
        if token.len() > LONGEST {
            return Err(Refused("it is longer than 16 kB"));
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refused("it has not three parts"))?;
        let (header, payload) = signed.split_once('.').ok_or(Refused("it has not three parts"))?;
        if payload.contains('.') {
            return Err(Refused("it has not three parts"));
        }
        let header = decoded(header).and_then(|bytes| strict_json::object(&bytes));
        let header = header.ok_or(Refused("its header cannot be read in one way only"))?;
        let algorithm = text(&header, "alg")
            .and_then(|name| Algorithm::allowed(name, kind))
            .ok_or(Refused("its alg is not one that this provider signs with"))?;
        for brings_a_key in ["jwk", "jku", "x5c", "x5u"] {
            if header.contains_key(brings_a_key) {
                return Err(Refused("its header brings a key of its own"));
            }
        }
        // An extension that must be understood, and is not (RFC 7515 §4.1.11).
        if header.contains_key("crit") {
            return Err(Refused("its header has crit"));
        }
        // Other tokens of the same issuer say that they are something else (RFC 8725 §3.11).
        if let Some(typ) = header.get("typ")
            && !typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("JWT"))
        {
            return Err(Refused("its typ is not JWT"));
        }
        let key_id = text(&header, "kid")
            .filter(|id| (1..=LONGEST_KID).contains(&id.len()))
            .ok_or(Refused("it has no kid that could be one"))?;
        Ok(Self {
            kid: key_id.to_owned(),
            algorithm,
            signed,
            payload,
            signature,
        })
    }

    /// The payload, if the key made the signature.
    pub(super) fn verified(&self, key: &DecodingKey) -> Result<Vec<u8>, Refused> {
        // Decoded here already: whatever else can be wrong with a signature, it is written in one way only.
        let is_canonical = decoded(self.signature).is_some_and(|bytes| !bytes.is_empty());
        let fits = is_canonical
            && crypto::verify(
                self.signature,
                self.signed.as_bytes(),
                key,
                self.algorithm.primitive(),
            )
            .unwrap_or(false);
        if !fits {
            return Err(Refused("its signature does not fit"));
        }
        decoded(self.payload).ok_or(Refused("its payload is not base64url"))
    }

    /// What stands for this token among those that were used. Not of the signature: of one ECDSA signature anybody can make a
    /// second one that fits too.
    pub(super) fn digest(&self) -> Digest {
        Digest::of(self.signed.as_bytes())
    }
}

/// base64url without padding, in its one spelling: no line ends, and the bits that mean nothing are zero (RFC 4648 §3.5).
fn decoded(part: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(part).ok()
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    members.get(name)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Result<(), Refused> {
        let token = format!("{}.e30.AA", BASE64_URL_SAFE_NO_PAD.encode(header));
        Compact::read(&token, ProviderKind::Google).map(drop)
    }

    #[test]
    fn a_header_is_read_in_one_way_or_not_at_all() {
        assert_eq!(read(r#"{"alg":"RS256","kid":"a"}"#), Ok(()));
        assert_eq!(read(r#"{"alg":"RS256","kid":"a","typ":"jwt","x5t":"b"}"#), Ok(()));
        for header in [
            "",
            "null",
            "[]",
            r#"{"kid":"a"}"#,
            r#"{"alg":"RS256"}"#,
            r#"{"alg":"RS256","kid":""}"#,
            r#"{"alg":"RS256","kid":["a"]}"#,
            r#"{"alg":["RS256"],"kid":"a"}"#,
            r#"{"alg":"ES256","kid":"a"}"#,
            r#"{"alg":"none","kid":"a"}"#,
            r#"{"alg":"RS256","alg":"RS256","kid":"a"}"#,
            r#"{"alg":"RS256","kid":"a","crit":["b64"],"b64":false}"#,
            r#"{"alg":"RS256","kid":"a","typ":"at+jwt"}"#,
            r#"{"alg":"RS256","kid":"a","typ":null}"#,
            r#"{"alg":"RS256","kid":"a","jwk":null}"#,
            r#"{"alg":"RS256","kid":"a","x5c":[]}"#,
            r#"{"alg":"RS256","kid":"a"} "#.trim_end().strip_suffix('}').unwrap_or_default(),
        ] {
            assert!(read(header).is_err(), "{header}");
        }
        assert!(read(&format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "a".repeat(256))).is_err());
    }

    #[test]
    fn there_are_three_parts_of_canonical_base64url() {
        let header = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","kid":"ab"}"#);
        let is_read = |token: &str| Compact::read(token, ProviderKind::Google).is_ok();
        assert!(is_read(&format!("{header}.e30.AA")));
        for token in [
            String::new(),
            "..".to_owned(),
            header.clone(),
            format!("{header}.e30"),
            format!("{header}.e30.AA.AA"),
            format!("{header}=.e30.AA"),
            format!(" {header}.e30.AA"),
            format!("{header}\n.e30.AA"),
            format!("{header}.{}.AA", "e".repeat(LONGEST)),
        ] {
            assert!(!is_read(&token), "{token:.60}");
        }
    }
}

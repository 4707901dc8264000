//! Signing a JWT with the key that is active now (RFC 7515 §3.1, RFC 7519), and the one claim that is read unverified.

use std::sync::{Arc, Mutex, PoisonError};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use diesel::PgConnection;
use jsonwebtoken::{EncodingKey, Header};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    platform::{clock::Timestamp, db::Internal, seal::Seal},
    signing::key::{self, Algorithm, SealedKey},
};

/// The key that signs, and its neighbour around a change-over.
const KEPT: usize = 2;

/// The largest payload that is looked into, in bytes.
const LARGEST_PAYLOAD: usize = 8 * 1024;

/// Signs. Cloning it is cheap and shares the opened keys.
#[derive(Clone)]
pub struct Signer {
    seal: Arc<Seal>,
    /// Newest first, [`KEPT`] at most.
    opened: Arc<Mutex<Vec<Opened>>>,
}

struct Opened {
    kid: String,
    private: Arc<EncodingKey>,
}

impl Signer {
    /// A signer that opens private keys with this seal.
    #[must_use]
    pub fn new(seal: Arc<Seal>) -> Self {
        Self {
            seal,
            opened: Arc::default(),
        }
    }

    /// Signs `claims` with the key that is active now. `typ` is the media type of the JWT, as `at+jwt` (RFC 9068 §2.1).
    ///
    /// # Errors
    /// [`Internal::Fault`] if no key is active, or none of the sealing keys opens its private part.
    pub fn sign(
        &self,
        conn: &mut PgConnection,
        now: Timestamp,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, Internal> {
        let active = key::active(conn, now)?
            .ok_or_else(|| Internal::Fault("no signing key is active: make one first".to_owned()))?;
        let private = self.opened(&active)?;
        compact(typ, active.key.algorithm, &active.key.kid, &private, claims)
    }

    fn opened(&self, active: &SealedKey) -> Result<Arc<EncodingKey>, Internal> {
        let kid = &active.key.kid;
        let kept = |opened: &[Opened]| {
            let found = opened.iter().find(|key| key.kid == *kid);
            found.map(|key| Arc::clone(&key.private))
        };
        if let Some(private) = kept(&self.opened.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(private);
        }
        let pkcs8 = active.open(&self.seal).map_err(|unopenable| {
            Internal::Fault(format!("the private part of signing key {kid}: {unopenable}"))
        })?;
        let private = Arc::new(encoding_key(active.key.algorithm, &pkcs8));
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if kept(&opened).is_none() {
            let kid = kid.clone();
            opened.insert(
                0,
                Opened {
                    kid,
                    private: Arc::clone(&private),
                },
            );
            // What falls out is wiped from memory when its last user is done.
            opened.truncate(KEPT);
        }
        Ok(private)
    }
}

fn encoding_key(algorithm: Algorithm, pkcs8: &[u8]) -> EncodingKey {
    match algorithm {
        Algorithm::Es256 => EncodingKey::from_ec_der(pkcs8),
        Algorithm::EdDsa => EncodingKey::from_ed_der(pkcs8),
    }
}

/// The compact serialization: header, claims and signature.
fn compact(
    typ: &str,
    algorithm: Algorithm,
    kid: &str,
    private: &EncodingKey,
    claims: &impl Serialize,
) -> Result<String, Internal> {
    let mut header = Header::new(match algorithm {
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
    });
    header.typ = Some(typ.to_owned());
    header.kid = Some(kid.to_owned());
    jsonwebtoken::encode(&header, claims, private)
        .map_err(|error| Internal::Fault(format!("signing with key {kid}: {error}")))
}

/// The `jti` of what looks like a JWT of ours: three parts of strict base64url, an object in the middle, in it a
/// `jti` that is a UUID in the one spelling that we print.
///
/// **Nothing is verified**: anybody can write such a token. The id is good for one thing, to find the row whose digest
/// is then compared with the whole token presented.
#[must_use]
pub fn unverified_jti(token: &str) -> Option<Uuid> {
    #[derive(Deserialize)]
    struct Claims {
        jti: String,
    }
    let mut parts = token.split('.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !is_base64url(header) || !is_base64url(signature) {
        return None;
    }
    // Before decoding, so that a large one costs nothing.
    if payload.len() > (LARGEST_PAYLOAD * 4).div_ceil(3) {
        return None;
    }
    let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?;
    // serde would take an array for a struct too.
    if payload.first() != Some(&b'{') {
        return None;
    }
    let jti = serde_json::from_slice::<Claims>(&payload).ok()?.jti;
    let id = Uuid::try_parse(&jti).ok()?;
    (*id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == *jti).then_some(id)
}

fn is_base64url(part: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !part.is_empty() && part.bytes().all(known)
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation, jwk::Jwk};
    use serde_json::{Value, json};

    use super::*;
    use crate::signing::key_pair::KeyPair;

    const ID: &str = "01938a5e-7c00-7000-8000-0123456789ab";

    fn signed(algorithm: Algorithm, claims: &Value) -> (String, Value) {
        let pair = KeyPair::generate(algorithm);
        let private = encoding_key(algorithm, &pair.private_pkcs8);
        let token = compact("at+jwt", algorithm, &pair.kid, &private, claims).unwrap();
        (token, pair.public_jwk)
    }

    #[test]
    fn what_we_sign_verifies_with_the_published_key_and_no_other() {
        for algorithm in Algorithm::ALL {
            let (token, published) = signed(algorithm, &json!({"sub": "alice", "exp": 4_000_000_000_u64}));
            let header = jsonwebtoken::decode_header(&token).unwrap();
            assert_eq!(header.typ.as_deref(), Some("at+jwt"));
            assert_eq!(header.kid.as_deref(), published["kid"].as_str());
            assert_eq!(format!("{:?}", header.alg), algorithm.as_str());

            let verify = |jwk: &Value| {
                let jwk: Jwk = serde_json::from_value(jwk.clone()).unwrap();
                let public = DecodingKey::from_jwk(&jwk).unwrap();
                jsonwebtoken::decode::<Value>(&token, &public, &Validation::new(header.alg))
            };
            assert_eq!(verify(&published).unwrap().claims["sub"], "alice");
            assert!(verify(&KeyPair::generate(algorithm).public_jwk).is_err());
        }
    }

    #[test]
    fn the_jti_of_a_token_of_ours_is_read() {
        let (token, _) = signed(Algorithm::EdDsa, &json!({"jti": ID, "scope": "a"}));
        assert_eq!(unverified_jti(&token), Some(ID.parse().unwrap()));
    }

    #[test]
    fn junk_has_no_jti() {
        let encode = |payload: &str| BASE64_URL_SAFE_NO_PAD.encode(payload);
        let good = encode(&format!(r#"{{"jti":"{ID}"}}"#));
        assert!(
            unverified_jti(&format!("e30.{good}.c2ln")).is_some(),
            "the frame below is right"
        );
        for payload in [
            String::new(),
            "{}".to_owned(),
            "null".to_owned(),
            "\"jti\"".to_owned(),
            r#"{"jti":7}"#.to_owned(),
            r#"{"jti":"alice"}"#.to_owned(),
            format!(r#"["{ID}"]"#),
            format!(r#"{{"jti":"{ID}"}} x"#),
            format!(r#"{{"jti":"{ID}","jti":"{ID}"}}"#),
            format!(r#"{{"jti":"{}"}}"#, ID.to_uppercase()),
            format!(r#"{{"jti":"{}"}}"#, ID.replace('-', "")),
            format!(r#"{{"jti":"{{{ID}}}"}}"#),
            format!(r#"{{"jti":"{ID}","pad":"{}"}}"#, "x".repeat(LARGEST_PAYLOAD)),
        ] {
            assert_eq!(
                unverified_jti(&format!("e30.{}.c2ln", encode(&payload))),
                None,
                "{payload}"
            );
        }
        for token in [
            String::new(),
            "..".to_owned(),
            good.clone(),
            format!("e30.{good}"),
            format!("e30.{good}."),
            format!(".{good}.c2ln"),
            format!("e30.{good}.c2ln.c2ln"),
            format!("e30.{good}=.c2ln"),
            format!("e30.{good}.c2ln="),
            format!("e 0.{good}.c2ln"),
            format!("e30. {good}.c2ln"),
            format!("e30.{good}.c2ln\n"),
            format!("é.{good}.c2ln"),
            "cst_at_0".to_owned(),
        ] {
            assert_eq!(unverified_jti(&token), None, "{token}");
        }
    }
}

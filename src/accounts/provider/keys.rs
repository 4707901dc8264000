//! A provider's keys (RFC 7517), as far as they are strong enough and of a kind that we verify with (RFC 8725 §3.5).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde_json::Value;

use super::Fault;
use crate::platform::config::ProviderKind;

/// How an ID token is signed. Nothing else is verified: no shared secret, and not *none* (RFC 8725 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA with PKCS #1 v1.5 and SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

/// More than any provider has.
const MOST_KEYS: usize = 100;

/// Moduli of RSA keys, in bits: shorter ones can be factored, longer ones cost us more than they protect.
const MODULUS: std::ops::RangeInclusive<usize> = 2048..=8192;

impl Algorithm {
    /// By its name (RFC 7518 §3.1, RFC 8037 §3.1), which is compared as it is: *rs256* is none. Google and Microsoft sign in
    /// one way only.
    #[must_use]
    pub fn allowed(name: &str, kind: ProviderKind) -> Option<Self> {
        match (name, kind) {
            ("RS256", _) => Some(Self::Rs256),
            ("ES256", ProviderKind::Oidc) => Some(Self::Es256),
            ("EdDSA", ProviderKind::Oidc) => Some(Self::EdDsa),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// What **jsonwebtoken** calls it.
    #[must_use]
    pub const fn primitive(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        }
    }
}

/// The keys that can be used.
#[derive(Default)]
pub(super) struct Keys(Vec<Key>);

struct Key {
    kid: String,
    algorithm: Algorithm,
    public: DecodingKey,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: String,
    r#use: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    n: Option<String>,
    e: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Keys {
    /// Reads a key set. A key that we cannot or must not use is passed over (RFC 7517 §5).
    pub(super) fn read(text: &[u8]) -> Result<Self, Fault> {
        let set: Set =
            serde_json::from_slice(text).map_err(|_| Fault::Malformed("its key set cannot be read"))?;
        if set.keys.len() > MOST_KEYS {
            return Err(Fault::Malformed("its key set has more than 100 keys"));
        }
        Ok(Self(set.keys.into_iter().filter_map(usable).collect()))
    }

    /// The key of that id, if it is one for this algorithm.
    pub(super) fn find(&self, kid: &str, algorithm: Algorithm) -> Option<&DecodingKey> {
        let key = { self.0.iter() }.find(|key| key.kid == kid && key.algorithm == algorithm)?;
        Some(&key.public)
    }
}

fn usable(key: Value) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(key).ok()?;
    let is_for_signatures = jwk.r#use.as_deref().is_none_or(|purpose| purpose == "sig")
        && jwk
            .key_ops
            .as_ref()
            .is_none_or(|ops| ops.iter().any(|op| op == "verify"));
    if !is_for_signatures {
        return None;
    }
    let (algorithm, public) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", None) => (Algorithm::Rs256, rsa(jwk.n.as_deref()?, jwk.e.as_deref()?)?),
        ("EC", Some("P-256")) => {
            let (x, y) = (jwk.x.as_deref()?, jwk.y.as_deref()?);
            let is_point = decoded(x)?.len() == 32 && decoded(y)?.len() == 32;
            let public = DecodingKey::from_ec_components(x, y).ok().filter(|_| is_point)?;
            (Algorithm::Es256, public)
        }
        ("OKP", Some("Ed25519")) => {
            let x = jwk.x.as_deref()?;
            let is_point = decoded(x)?.len() == 32;
            let public = DecodingKey::from_ed_components(x).ok().filter(|_| is_point)?;
            (Algorithm::EdDsa, public)
        }
        _ => return None,
    };
    // A key that says its algorithm is for no other (RFC 8725 §3.1).
    if jwk.alg.as_deref().is_some_and(|name| name != algorithm.name()) {
        return None;
    }
    Some(Key {
        kid: jwk.kid,
        algorithm,
        public,
    })
}

/// An RSA key of sufficient length, whose exponent makes a signature more than the padded digest itself: odd, 3 or more.
fn rsa(n: &str, e: &str) -> Option<DecodingKey> {
    let (n, e) = (decoded(n)?, decoded(e)?);
    let (n, e) = (without_zeros(&n), without_zeros(&e));
    let bits = n.len() * 8 - usize::try_from(n.first()?.leading_zeros()).ok()?;
    let exponent = { e.iter() }.fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let good = MODULUS.contains(&bits) && (1..=4).contains(&e.len()) && exponent >= 3 && exponent % 2 == 1;
    good.then(|| DecodingKey::from_rsa_raw_components(n, e))
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    &number[start..]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn finds(jwk: &Value, algorithm: Algorithm) -> bool {
        let set = json!({ "keys": [jwk] }).to_string();
        Keys::read(set.as_bytes()).unwrap().find("k", algorithm).is_some()
    }

    fn of_bytes(bytes: &[u8]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    fn rsa_key(bytes: usize, e: &[u8]) -> Value {
        json!({ "kty": "RSA", "kid": "k", "n": of_bytes(&vec![0xff; bytes]), "e": of_bytes(e) })
    }

    /// `ID-20`, `RFC 8725 §3.5`
    #[test]
    fn a_weak_rsa_key_is_no_key() {
        assert!(finds(&rsa_key(256, &[1, 0, 1]), Algorithm::Rs256));
        assert!(
            finds(&rsa_key(256, &[0, 3]), Algorithm::Rs256),
            "a leading zero is no strength"
        );
        let padded = [vec![0; 128], vec![0xff; 128]].concat();
        let padded = json!({ "kty": "RSA", "kid": "k", "n": of_bytes(&padded), "e": "AQAB" });
        for weak in [
            rsa_key(128, &[1, 0, 1]),
            rsa_key(255, &[1, 0, 1]),
            padded,
            rsa_key(1025, &[1, 0, 1]),
            rsa_key(256, &[1]),
            rsa_key(256, &[]),
            rsa_key(256, &[0]),
            rsa_key(256, &[1, 0, 0]),
            rsa_key(256, &[1, 0, 0, 0, 1]),
        ] {
            assert!(!finds(&weak, Algorithm::Rs256), "{weak}");
        }
    }

    #[test]
    fn a_key_is_for_one_algorithm_and_for_signatures() {
        let p256 = json!({ "kty": "EC", "crv": "P-256", "kid": "k", "x": of_bytes(&[1; 32]), "y": of_bytes(&[2; 32]) });
        assert!(finds(&p256, Algorithm::Es256) && !finds(&p256, Algorithm::Rs256));
        let ed = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "k", "x": of_bytes(&[1; 32]) });
        assert!(finds(&ed, Algorithm::EdDsa) && !finds(&ed, Algorithm::Es256));
        let with = |key: &Value, member: &str, value: Value| {
            let mut key = key.clone();
            key[member] = value;
            key
        };
        for (member, value) in [
            ("use", json!("enc")),
            ("key_ops", json!(["sign"])),
            ("alg", json!("ES384")),
            ("crv", json!("P-384")),
            ("crv", json!("secp256k1")),
            ("kty", json!("oct")),
            ("kid", json!(7)),
            ("kid", Value::Null),
            ("x", json!(of_bytes(&[1; 31]))),
            ("x", json!("AQ==")),
        ] {
            assert!(
                !finds(&with(&p256, member, value.clone()), Algorithm::Es256),
                "{member}: {value}"
            );
        }
        for (member, value) in [
            ("use", json!("sig")),
            ("key_ops", json!(["verify"])),
            ("alg", json!("ES256")),
        ] {
            assert!(
                finds(&with(&p256, member, value.clone()), Algorithm::Es256),
                "{member}: {value}"
            );
        }
        let shared = json!({ "kty": "oct", "kid": "k", "k": "c2VjcmV0" });
        assert!(!finds(&shared, Algorithm::Rs256));
    }

    #[test]
    fn only_the_listed_algorithms_have_a_name_here() {
        for kind in [ProviderKind::Google, ProviderKind::Microsoft, ProviderKind::Oidc] {
            assert_eq!(Algorithm::allowed("RS256", kind), Some(Algorithm::Rs256));
            for name in [
                "none", "None", "nOnE", "", "HS256", "rs256", "RS1", "PS256", "ES384", "ES256K",
            ] {
                assert_eq!(Algorithm::allowed(name, kind), None, "{name}");
            }
        }
        assert_eq!(Algorithm::allowed("ES256", ProviderKind::Google), None);
        assert_eq!(
            Algorithm::allowed("EdDSA", ProviderKind::Oidc),
            Some(Algorithm::EdDsa)
        );
    }
}

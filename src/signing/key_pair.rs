//! A fresh key pair, its public JWK (RFC 7517, RFC 8037) and that JWK's thumbprint (RFC 7638).

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::platform::secret::Digest;

/// The operator chooses it, so it is a value of the configuration.
pub use crate::platform::config::SigningAlgorithm as Algorithm;

impl Algorithm {
    /// All that we sign with.
    pub const ALL: [Self; 2] = [Self::Es256, Self::EdDsa];

    /// The registered name: the `alg` of a JWT.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads the registered name, which is case-sensitive.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }
}

impl diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg> for Algorithm {
    fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
        let name = std::str::from_utf8(bytes.as_bytes())?;
        Self::parse(name).ok_or_else(|| format!("not a signing algorithm: {name}").into())
    }
}

impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg> for Algorithm {
    fn to_sql<'b>(
        &'b self,
        out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
    ) -> diesel::serialize::Result {
        <str as diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg>>::to_sql(self.as_str(), out)
    }
}

/// The public half: the members that a thumbprint is taken of, as base64url.
enum PublicKey {
    /// A point on P-256.
    Ec { x: String, y: String },
    /// An Ed25519 key.
    Okp { x: String },
}

impl PublicKey {
    /// From an uncompressed point, `04 ‖ x ‖ y` (SEC 1 §2.3.3).
    fn p256(point: &[u8]) -> Self {
        let (x, y) = point[1..].split_at(32);
        Self::Ec {
            x: BASE64_URL_SAFE_NO_PAD.encode(x),
            y: BASE64_URL_SAFE_NO_PAD.encode(y),
        }
    }

    fn ed25519(public: &[u8]) -> Self {
        Self::Okp {
            x: BASE64_URL_SAFE_NO_PAD.encode(public),
        }
    }

    /// RFC 7638 §3: SHA-256 of the required members in lexical order, without white space.
    fn thumbprint(&self) -> String {
        // base64url needs no escaping in JSON.
        let required = match self {
            Self::Ec { x, y } => format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Self::Okp { x } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#),
        };
        BASE64_URL_SAFE_NO_PAD.encode(Digest::of(required.as_bytes()).as_bytes())
    }

    /// As it stands in the JWKS: public members only, by construction.
    fn jwk(&self, algorithm: Algorithm) -> Value {
        let (kid, alg) = (self.thumbprint(), algorithm.as_str());
        match self {
            Self::Ec { x, y } => {
                json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": alg, "kid": kid})
            }
            Self::Okp { x } => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": x, "use": "sig", "alg": alg, "kid": kid})
            }
        }
    }
}

/// A new key pair in clear: for the moment between making and sealing it. It has no `Debug`.
pub struct KeyPair {
    /// The JWK thumbprint, which names the key.
    pub kid: String,
    /// The public JWK.
    pub public_jwk: Value,
    /// The private key, PKCS#8 in DER.
    pub private_pkcs8: Zeroizing<Vec<u8>>,
}

impl KeyPair {
    /// A new pair from the operating system's randomness.
    ///
    /// # Panics
    /// If the operating system gives no randomness: nothing that we could do then would be safe.
    #[must_use]
    pub fn generate(algorithm: Algorithm) -> Self {
        const RANDOM: &str = "a key pair is made unless the operating system's random source failed";
        const ENCODED: &str = "a key that was just made has a PKCS#8 form";
        let (public, pkcs8) = match algorithm {
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect(RANDOM);
                let point = PublicKey::p256(pair.public_key().as_ref());
                (point, pair.to_pkcs8v1().expect(ENCODED))
            }
            Algorithm::EdDsa => {
                let pair = Ed25519KeyPair::generate().expect(RANDOM);
                let public = PublicKey::ed25519(pair.public_key().as_ref());
                (public, pair.to_pkcs8().expect(ENCODED))
            }
        };
        Self {
            kid: public.thumbprint(),
            public_jwk: public.jwk(algorithm),
            private_pkcs8: Zeroizing::new(pkcs8.as_ref().to_vec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037 appendices A.2 and A.3.
    #[test]
    fn the_thumbprint_of_an_ed25519_key_is_the_rfcs() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned();
        assert_eq!(
            PublicKey::Okp { x }.thumbprint(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }

    /// The key of RFC 9449 §4.1 (figure 2) and its `jkt` of §6.1.
    #[test]
    fn the_thumbprint_of_a_p256_key_is_the_rfcs() {
        let key = PublicKey::Ec {
            x: "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs".to_owned(),
            y: "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA".to_owned(),
        };
        assert_eq!(key.thumbprint(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    /// RFC 7517 §4 and §5: what is published has no private member, and says what it is for.
    #[test]
    fn a_public_jwk_has_public_members_only_and_names_itself() {
        for algorithm in Algorithm::ALL {
            let pair = KeyPair::generate(algorithm);
            let members: Vec<_> = pair
                .public_jwk
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            let expected: &[_] = match algorithm {
                Algorithm::Es256 => &["alg", "crv", "kid", "kty", "use", "x", "y"],
                Algorithm::EdDsa => &["alg", "crv", "kid", "kty", "use", "x"],
            };
            assert_eq!(members, expected);
            assert_eq!(pair.public_jwk["kid"], pair.kid);
            assert_eq!(pair.public_jwk["alg"], algorithm.as_str());
            assert_eq!(pair.public_jwk["use"], "sig");
        }
    }

    #[test]
    fn an_algorithm_has_one_spelling() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::parse(algorithm.as_str()), Some(algorithm));
        }
        for foreign in ["es256", "EDDSA", "none", "HS256", "ES256 ", ""] {
            assert_eq!(Algorithm::parse(foreign), None, "{foreign}");
        }
    }
}

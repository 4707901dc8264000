//! Verifies a JWT that we signed (RFC 7515 §5.2, RFC 8725): a key of ours that is not gone, its own algorithm, the expected `typ`.

use diesel::{PgConnection, QueryResult};
use jsonwebtoken::{DecodingKey, Validation, jwk::Jwk};
use serde::de::DeserializeOwned;

use crate::{
    platform::clock::Timestamp,
    signing::key::{self, Algorithm},
};

/// The `typ` that a token says it has; nothing is verified.
#[must_use]
pub fn typ(token: &str) -> Option<String> {
    jsonwebtoken::decode_header(token).ok()?.typ
}

/// The claims of `token`, if we signed it as a `typ`. No claim is looked at: `exp` too is for the caller to compare with its own `now`.
pub fn verify<T: DeserializeOwned + Clone>(
    conn: &mut PgConnection,
    typ: &str,
    token: &str,
    now: Timestamp,
) -> QueryResult<Option<T>> {
    let Ok(header) = jsonwebtoken::decode_header(token) else {
        return Ok(None);
    };
    // A token of another kind is none of this kind, whoever signed it (RFC 8725 §3.11).
    let (Some(kid), true) = (header.kid, header.typ.as_deref() == Some(typ)) else {
        return Ok(None);
    };
    let published = key::published(conn, now)?;
    let Some(signed_with) = published.into_iter().find(|known| known.kid == kid) else {
        return Ok(None);
    };
    // The key says the algorithm, never the token (RFC 8725 §3.1).
    let algorithm = match signed_with.algorithm {
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
    };
    let public = serde_json::from_value::<Jwk>(signed_with.public_jwk)
        .ok()
        .and_then(|jwk| DecodingKey::from_jwk(&jwk).ok());
    let Some(public) = public else {
        return Ok(None);
    };
    let mut rules = Validation::new(algorithm);
    rules.required_spec_claims.clear();
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules.validate_aud = false;
    Ok(jsonwebtoken::decode::<T>(token, &public, &rules)
        .ok()
        .map(|verified| verified.claims))
}

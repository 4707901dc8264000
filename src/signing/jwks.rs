//! `GET /.well-known/jwks.json`: the keys that verify what we sign (RFC 7517 §5, §8.5.2).

use std::time::Duration;

use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, ServiceConfig},
};
use serde_json::{Value, json};
use utoipa::{OpenApi, ToSchema};

use crate::{
    platform::Platform,
    signing::key,
    web::{methods::read_only, problem::Problem},
};

/// The longest that anybody may keep our key set: so long a key that was retired in an emergency is still believed.
const LONGEST_MAX_AGE: Duration = Duration::from_mins(5);

/// How long the set may be kept: half the time that a new key is announced before it signs, so that whoever fetched the
/// set just before it knows the new key well before it signs.
#[must_use]
pub fn max_age(announce: Duration) -> Duration {
    (announce / 2).min(LONGEST_MAX_AGE)
}

/// What of this file `/openapi.json` describes.
#[derive(OpenApi)]
#[openapi(paths(jwks))]
pub struct Operations;

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    config.service(read_only("/.well-known/jwks.json", jwks));
}

/// Public keys (RFC 7517 §5).
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the keys are stored as they are published; this says what they are"
)]
struct KeySet {
    /// The newest is not always the one that signs: go by `kid`.
    keys: Vec<PublicKey>,
}

/// A public key (RFC 7517 §4).
#[derive(ToSchema)]
#[schema(as = PublicKey)]
#[expect(
    dead_code,
    reason = "the keys are stored as they are published; this says what they are"
)]
struct PublicKey {
    /// The family of the key.
    kty: String,
    /// What it is for: `sig`.
    #[schema(rename = "use")]
    purpose: String,
    /// The algorithm that it signs with.
    alg: String,
    /// Its name in the header of what it signed.
    kid: String,
    /// Its curve.
    crv: String,
    /// Its first coordinate.
    x: String,
    /// Its second coordinate, where the family has one.
    #[schema(nullable = false)]
    y: Option<String>,
}

/// Hands out the keys that verify what this server signs.
///
/// RFC 7517. Keep it for as long as `Cache-Control` says, and fetch it again when a `kid` is not in it.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = "Metadata",
    operation_id = "getKeys",
    responses((status = 200, description = "The keys.", body = KeySet, content_type = "application/jwk-set+json")),
)]
pub(crate) async fn jwks(platform: Data<Platform>) -> Result<HttpResponse, Problem> {
    let now = platform.clock.now();
    let published = platform
        .db
        .read(move |conn| Ok(key::published(conn, now)?))
        .await?;
    let keys: Vec<Value> = published.into_iter().map(|key| key.public_jwk).collect();
    Ok(key_set(&keys, platform.config.signing.announce))
}

fn key_set(keys: &[Value], announce: Duration) -> HttpResponse {
    let keep = if keys.is_empty() {
        // Before the first key is made: who kept this would refuse the first tokens.
        "no-store".to_owned()
    } else {
        format!("public, max-age={}", max_age(announce).as_secs())
    };
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, keep))
        .insert_header((header::CONTENT_TYPE, "application/jwk-set+json"))
        .body(json!({ "keys": keys }).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_set_is_kept_half_an_announcement_and_five_minutes_at_most() {
        for (announce, max_age) in [(0, 0), (60, 30), (600, 300), (86_400, 300)] {
            let announce = Duration::from_secs(announce);
            let response = key_set(&[json!({})], announce);
            assert_eq!(
                response.headers().get(header::CACHE_CONTROL).unwrap(),
                &format!("public, max-age={max_age}")
            );
            let empty = key_set(&[], announce);
            assert_eq!(empty.headers().get(header::CACHE_CONTROL).unwrap(), "no-store");
        }
    }
}

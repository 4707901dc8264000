//! `GET /.well-known/jwks.json`: the keys that verify what we sign (RFC 7517 §5, §8.5.2).

use std::time::Duration;

use actix_web::{
    HttpResponse,
    http::header,
    web::{self, Data, ServiceConfig},
};
use serde_json::{Value, json};

use crate::{
    platform::{
        clock::Clock,
        db::{Db, Internal},
    },
    signing::key,
};

/// The longest that anybody may keep our key set: so long a key that was retired in an emergency is still believed.
const LONGEST_MAX_AGE: Duration = Duration::from_mins(5);

/// How long a new key is announced before it signs: the `announce` of [`key::rotate`], which decides how long the key
/// set may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announcement(pub Duration);

impl Announcement {
    /// Half the announcement, so that whoever fetched the set just before it knows the new key well before it signs.
    #[must_use]
    pub fn max_age(self) -> Duration {
        (self.0 / 2).min(LONGEST_MAX_AGE)
    }
}

/// The route. It needs [`Db`], [`Clock`] and [`Announcement`] as application data.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(
        web::resource("/.well-known/jwks.json")
            .route(web::get().to(jwks))
            .route(web::head().to(jwks)),
    );
}

async fn jwks(db: Data<Db>, clock: Data<Clock>, announcement: Data<Announcement>) -> HttpResponse {
    let now = clock.now();
    match db.read(move |conn| Ok(key::published(conn, now)?)).await {
        Ok(published) => {
            let keys: Vec<Value> = published.into_iter().map(|key| key.public_jwk).collect();
            key_set(&keys, **announcement)
        }
        Err(fault) => refused(&fault),
    }
}

fn key_set(keys: &[Value], announcement: Announcement) -> HttpResponse {
    let keep = if keys.is_empty() {
        // Before the first key is made: who kept this would refuse the first tokens.
        "no-store".to_owned()
    } else {
        format!("public, max-age={}", announcement.max_age().as_secs())
    };
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, keep))
        .insert_header((header::CONTENT_TYPE, "application/jwk-set+json"))
        .body(json!({ "keys": keys }).to_string())
}

/// What a fault of ours looks like here: the one place to change when all endpoints share one.
fn refused(fault: &Internal) -> HttpResponse {
    let (mut response, code, title) = match fault {
        Internal::Unavailable(_) => {
            tracing::warn!(%fault, "the key set could not be read");
            let mut response = HttpResponse::ServiceUnavailable();
            response.insert_header((header::RETRY_AFTER, "1"));
            (response, "temporarily_unavailable", "Try again in a moment.")
        }
        Internal::Fault(_) => {
            tracing::error!(%fault, "the key set could not be read");
            let response = HttpResponse::InternalServerError();
            (response, "server_error", "The server has a fault.")
        }
    };
    response
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_TYPE, "application/problem+json"))
        .body(json!({ "code": code, "detail": title }).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_set_is_kept_half_an_announcement_and_five_minutes_at_most() {
        for (announce, max_age) in [(0, 0), (60, 30), (600, 300), (86_400, 300)] {
            let announcement = Announcement(Duration::from_secs(announce));
            let response = key_set(&[json!({})], announcement);
            assert_eq!(
                response.headers().get(header::CACHE_CONTROL).unwrap(),
                &format!("public, max-age={max_age}")
            );
            let empty = key_set(&[], announcement);
            assert_eq!(empty.headers().get(header::CACHE_CONTROL).unwrap(), "no-store");
        }
    }
}

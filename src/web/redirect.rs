//! The way on after a form, or to where a page is.

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY},
};

/// 303, never 307: a browser must not carry the password form on to where it is sent (RFC 9700 §4.12).
#[must_use]
pub fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, location))
        .insert_header((CACHE_CONTROL, "no-store"))
        // RFC 9700 §4.2.4: the next site learns nothing from our address.
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .finish()
}

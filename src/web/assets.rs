//! The stylesheet, inside the binary, under an address that changes with its content.

use std::sync::LazyLock;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH},
    web,
};
use aws_lc_rs::digest;

use crate::web::methods::read_only;

static STYLESHEET: &[u8] = include_bytes!("../../static/app.css");

/// A year: under this address there will never be another content.
const FOREVER: &str = "public, max-age=31536000, immutable";

static HREF: LazyLock<String> = LazyLock::new(|| format!("/static/app.{}.css", fingerprint(STYLESHEET)));

/// The address of the stylesheet.
#[must_use]
pub fn stylesheet_href() -> &'static str {
    &HREF
}

/// Serves it.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(read_only(stylesheet_href(), stylesheet));
}

async fn stylesheet(req: HttpRequest) -> HttpResponse {
    answer(&req, "text/css; charset=utf-8", STYLESHEET)
}

/// The first 8 hexadecimal digits of the SHA-256: part of the address, so that another content has another one.
pub(super) fn fingerprint(content: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, content);
    let start = digest.as_ref().first_chunk().expect("a SHA-256 has 32 bytes");
    format!("{:08x}", u32::from_be_bytes(*start))
}

/// A file under an address that names its content.
pub(super) fn answer(req: &HttpRequest, media_type: &'static str, content: &[u8]) -> HttpResponse {
    let tag = format!("\"{}\"", fingerprint(content));
    let known = req
        .headers()
        .get_all(IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|sent| sent == "*" || sent.strip_prefix("W/").unwrap_or(sent) == tag);
    let mut response = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((CACHE_CONTROL, FOREVER))
        .insert_header((ETAG, tag));
    if known {
        return response.finish();
    }
    response.content_type(media_type).body(content.to_vec())
}

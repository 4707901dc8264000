//! The page for a link whose time is over, or that another browser began.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use crate::web::{
    layout::Layout,
    observe::Manners,
    page::Page,
    words::{
        self, ENGLISH,
        errors::{self, ErrorDoc},
    },
};

#[derive(Template)]
#[template(path = "web/stale.html")]
struct StalePage<'a> {
    layout: Layout<'a>,
    words: &'static words::Stale,
    doc: &'static ErrorDoc,
    request_id: &'a str,
}

/// Tells the person to start again where they came from.
#[must_use]
pub fn page(manners: &Manners, request_id: &str) -> HttpResponse {
    let template = StalePage {
        layout: Layout::of(manners),
        words: ENGLISH.stale,
        doc: &errors::REQUEST_EXPIRED,
        request_id,
    };
    Page::new(template).status(StatusCode::BAD_REQUEST).respond()
}

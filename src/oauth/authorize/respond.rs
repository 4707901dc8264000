//! The authorization response (RFC 6749 §4.1.2, §4.1.2.1, RFC 9207), and the page where there can be none.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use crate::{
    oauth::{
        authorize::refusal::{Callback, Refusal, Unestablished},
        error_doc,
    },
    web::{
        language::Language,
        layout::Layout,
        observe::Manners,
        page::Page,
        redirect::see_other,
        words::{self, errors::ErrorDoc},
    },
    wire::{error::OAuthError, redirect_uri::with_query},
};

/// The way back, with a code.
#[must_use]
pub fn with_code(callback: &Callback, code: &str, issuer: &str) -> HttpResponse {
    back(callback, &[("code", code)], issuer)
}

/// The way back, with an error.
#[must_use]
pub fn with_error(callback: &Callback, error: &OAuthError, issuer: &str) -> HttpResponse {
    metrics::counter!("authorization_refused_total", "error" => error.code.as_str()).increment(1);
    let page = format!("{issuer}{}", error_doc::of(error.code).path());
    back(
        callback,
        &[
            ("error", error.code.as_str()),
            ("error_description", &error.description),
            ("error_uri", &page),
        ],
        issuer,
    )
}

fn back(callback: &Callback, answer: &[(&str, &str)], issuer: &str) -> HttpResponse {
    let mut params = answer.to_vec();
    if let Some(state) = callback.state() {
        params.push(("state", state));
    }
    // RFC 9207 §2: also with an error, so that a client can never mix up whose answer it is.
    params.push(("iss", issuer));
    see_other(&with_query(callback.redirect_uri(), &params))
}

/// Tells whoever may be told.
#[must_use]
pub fn refuse(refusal: &Refusal, manners: &Manners, language: Language, request_id: &str) -> HttpResponse {
    match refusal {
        Refusal::Redirect(callback, error) => with_error(callback, error, &manners.origin),
        Refusal::Page(why) => refuse_page(*why, manners, language, request_id),
    }
}

/// The page of a request that cannot be answered to anybody else. It repeats nothing of what was sent.
#[derive(Template)]
#[template(path = "oauth/authorize/broken.html")]
struct BrokenPage<'a> {
    layout: Layout<'a>,
    words: &'static words::Broken,
    heading: &'static str,
    person: &'static str,
    developer: &'static str,
    doc: &'static ErrorDoc,
    request_id: &'a str,
}

impl<'a> BrokenPage<'a> {
    fn of(why: Unestablished, layout: Layout<'a>, request_id: &'a str) -> Self {
        let words = layout.language.words().broken;
        let (heading, person) = match why {
            Unestablished::DisabledClient => (words.heading_disabled, words.person_disabled),
            Unestablished::Malformed
            | Unestablished::UnknownClient
            | Unestablished::UnregisteredRedirectUri => (words.heading, words.person),
        };
        let developer = match why {
            Unestablished::Malformed => words.malformed,
            Unestablished::UnknownClient => words.unknown_client,
            Unestablished::UnregisteredRedirectUri => words.unregistered_redirect_uri,
            Unestablished::DisabledClient => words.disabled_client,
        };
        Self {
            layout,
            words,
            heading,
            person,
            developer,
            doc: why.doc(),
            request_id,
        }
    }
}

/// Tells the person, and nobody else.
#[must_use]
pub fn refuse_page(
    why: Unestablished,
    manners: &Manners,
    language: Language,
    request_id: &str,
) -> HttpResponse {
    metrics::counter!("authorization_refused_total", "error" => why.doc().code).increment(1);
    Page::new(BrokenPage::of(why, Layout::of(manners, language), request_id))
        .status(StatusCode::BAD_REQUEST)
        .respond()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::sample;

    fn samples(_: &'static str, language: Language) -> Vec<(&'static str, BrokenPage<'static>)> {
        [
            ("malformed", Unestablished::Malformed),
            ("unknown client", Unestablished::UnknownClient),
            (
                "unregistered redirect URI",
                Unestablished::UnregisteredRedirectUri,
            ),
            ("disabled client", Unestablished::DisabledClient),
        ]
        .map(|(state, why)| (state, BrokenPage::of(why, sample::layout(language), "0193ab")))
        .into()
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
    }
}

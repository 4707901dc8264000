//! Writes the body of every refusal, in the one place that knows the request id.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    body::BoxBody,
    http::{
        StatusCode,
        header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, VARY},
    },
};
use askama::Template;
use serde_json::{Map, Value};

use crate::web::{
    language::Language,
    layout::Layout,
    observe::Manners,
    page::{self, HTML, Page},
    problem::Problem,
    words::{self, errors::ErrorDoc},
};

/// The JSON body of a refusal, but for what only the way out knows: goes into the extensions of a response without a body.
#[derive(Clone, Debug)]
pub struct PendingJson {
    /// Its members. `request_id` and the address of the code's page are added.
    pub body: Map<String, Value>,
    /// What the code means.
    pub doc: &'static ErrorDoc,
    /// Which of the two forms it has.
    pub form: Form,
}

/// The form of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// RFC 9457; a person with a browser gets it as a page.
    Problem,
    /// RFC 6749 §5.2: JSON for everybody.
    OAuth,
}

impl Form {
    /// What it is sent as.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Problem => "application/problem+json",
            Self::OAuth => "application/json",
        }
    }

    /// The member that holds the address of the code's page (RFC 9457 §3.1.1, RFC 6749 §5.2).
    const fn link(self) -> &'static str {
        match self {
            Self::Problem => "type",
            Self::OAuth => "error_uri",
        }
    }
}

impl PendingJson {
    /// The whole body.
    pub(super) fn json(self, origin: &str, request_id: &str) -> String {
        let Self { mut body, doc, form } = self;
        let address = format!("{origin}{}", doc.path());
        body.insert(form.link().to_owned(), Value::from(address));
        body.insert("request_id".to_owned(), Value::from(request_id));
        Value::Object(body).to_string()
    }

    /// A response that carries `self` and will get its body on the way out.
    #[must_use]
    pub fn into_response(self, mut response: HttpResponseBuilder) -> HttpResponse {
        response.extensions_mut().insert(self);
        response.finish()
    }
}

/// What a refused caller can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// A person with a browser.
    Person,
    /// Anything else.
    Program,
}

impl Reader {
    /// A browser names `text/html` with the greatest weight (RFC 9110 §12.5.1); programs ask for JSON or for anything.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let accept = headers.get_all(ACCEPT).filter_map(|value| value.to_str().ok());
        let weights = accept.flat_map(|line| line.split(',')).map(weight);
        let (mut page, mut other) = (0.0_f32, 0.0_f32);
        for (range, weight) in weights {
            if ["text/html", "application/xhtml+xml"].contains(&range.as_str()) {
                page = page.max(weight);
            } else {
                other = other.max(weight);
            }
        }
        if page > 0.0 && page >= other {
            Self::Person
        } else {
            Self::Program
        }
    }
}

fn weight(range: &str) -> (String, f32) {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let weight = parts
        .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
        .map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
    (name, weight)
}

/// Writes the body that `response` lacks, if it is a refusal that lacks one.
pub(super) fn fill(
    mut response: HttpResponse<BoxBody>,
    reader: Reader,
    language: Language,
    request_id: &str,
    manners: &Manners,
) -> HttpResponse<BoxBody> {
    let attached = response.extensions_mut().remove::<PendingJson>();
    let pending = match attached {
        Some(pending) => pending,
        None if is_bare(&response) => {
            if response.status().is_server_error() {
                let cause = response.error().map(ToString::to_string).unwrap_or_default();
                tracing::error!(cause, "a request met a fault");
            }
            Problem::of(response.status()).pending()
        }
        None => return response,
    };
    response.headers_mut().remove(CONTENT_LENGTH);
    if pending.form == Form::Problem {
        response
            .headers_mut()
            .append(VARY, HeaderValue::from_static("accept"));
        if reader == Reader::Person
            && let Some(text) = write_page(
                response.status(),
                &pending,
                request_id,
                Layout::of(manners, language),
            )
        {
            page::say_language(response.headers_mut(), &text);
            return with_body(response, HTML, text);
        }
    }
    let media_type = pending.form.media_type();
    with_body(response, media_type, pending.json(&manners.origin, request_id))
}

/// A refusal that nobody wrote for a reader: the framework's, with no body or with its own terse text, which may
/// repeat what the caller sent.
fn is_bare(response: &HttpResponse<BoxBody>) -> bool {
    let refused = response.status().is_client_error() || response.status().is_server_error();
    let content_type = response.headers().get(CONTENT_TYPE);
    refused && content_type.is_none_or(|it| it.as_bytes().starts_with(b"text/plain"))
}

fn with_body(
    response: HttpResponse<BoxBody>,
    content_type: &'static str,
    text: String,
) -> HttpResponse<BoxBody> {
    let mut response = response.set_body(BoxBody::new(text));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The page that a person gets instead of a problem.
#[derive(Template)]
#[template(path = "web/error.html")]
struct ErrorPage<'a> {
    layout: Layout<'a>,
    words: &'static words::ErrorPage,
    title: &'static str,
    sentence: &'a str,
    doc: &'static ErrorDoc,
    request_id: &'a str,
}

impl<'a> ErrorPage<'a> {
    /// `detail`: the sentence that a program gets.
    fn of(
        layout: Layout<'a>,
        status: StatusCode,
        doc: &'static ErrorDoc,
        detail: &'a str,
        request_id: &'a str,
    ) -> Self {
        let words = layout.language.words().error_page;
        let mut sentences = words.sentences.iter();
        let own = sentences
            .find(|(of, _)| *of == doc)
            .map(|(_, sentence)| *sentence);
        Self {
            layout,
            words,
            title: (words.title)(status.as_u16()),
            sentence: own.unwrap_or(detail),
            doc,
            request_id,
        }
    }
}

fn write_page(
    status: StatusCode,
    refusal: &PendingJson,
    request_id: &str,
    layout: Layout<'_>,
) -> Option<String> {
    let detail = refusal.body.get("detail").and_then(Value::as_str);
    let detail = detail.unwrap_or_default();
    Page::new(ErrorPage::of(layout, status, refusal.doc, detail, request_id)).render()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::web::sample;

    fn samples(_: &'static str, language: Language) -> Vec<(&'static str, ErrorPage<'static>)> {
        let detail = "There is nothing at this address.";
        let page = |doc: &'static ErrorDoc| {
            ErrorPage::of(sample::layout(language), doc.status(), doc, detail, "0193ab")
        };
        { ErrorDoc::all().filter(|doc| !doc.is_by_redirect()) }
            .map(|doc| (doc.code, page(doc)))
            .collect()
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
    }

    /// What a sentence says does not depend on what else is told of the case. No page has an English sentence among German ones: of a
    /// code that is only ever sent to a client there is no page.
    #[test]
    fn every_code_that_has_a_page_has_one_sentence_in_each_language() {
        for language in Language::ALL {
            let sentences = language.words().error_page.sentences;
            for doc in ErrorDoc::all() {
                let own: Vec<_> = sentences.iter().filter(|(of, _)| *of == doc).collect();
                let expected = usize::from(language != Language::English && !doc.is_by_redirect());
                assert_eq!(own.len(), expected, "{} in {}", doc.code, language.tag());
                for (_, sentence) in own {
                    assert!(
                        sentence.ends_with('.') && !sentence.contains("  "),
                        "{}: {sentence}",
                        doc.code
                    );
                    let page = ErrorPage::of(sample::layout(language), doc.status(), doc, "Detail.", "1");
                    assert_eq!(page.sentence, *sentence);
                }
            }
        }
    }

    #[test]
    fn only_a_browser_is_taken_for_a_person() {
        let firefox = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (accept, reader) in [
            (firefox, Reader::Person),
            ("text/html", Reader::Person),
            ("application/json;q=0.5, TEXT/HTML", Reader::Person),
            ("*/*", Reader::Program),
            ("", Reader::Program),
            ("application/json", Reader::Program),
            ("application/json, text/html;q=0.9", Reader::Program),
            ("text/html;q=0", Reader::Program),
            ("text/html;q=x", Reader::Program),
        ] {
            let req = TestRequest::default()
                .insert_header((ACCEPT, accept))
                .to_http_request();
            assert_eq!(Reader::of(req.headers()), reader, "{accept}");
        }
    }
}

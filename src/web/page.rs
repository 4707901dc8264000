//! A page: an askama template with the headers that a page must have.

use actix_web::{
    HttpRequest, HttpResponse, Responder, ResponseError as _,
    body::BoxBody,
    http::{
        StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, HeaderMap, HeaderValue,
            REFERRER_POLICY, VARY,
        },
    },
};
use askama::Template;

use crate::web::{headers::POLICY, language::Language, problem::Problem};

/// The media type of a page.
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// A page to answer with.
#[must_use]
pub struct Page<T: Template> {
    template: T,
    status: StatusCode,
    form_action: Vec<String>,
    has_form: bool,
}

impl<T: Template> Page<T> {
    /// A page with status 200.
    pub const fn new(template: T) -> Self {
        Self {
            template,
            status: StatusCode::OK,
            form_action: Vec::new(),
            has_form: false,
        }
    }

    /// Another status.
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The page has a form: its browser may tell us, and only us, that the form was ours.
    pub fn form(mut self) -> Self {
        self.has_form = true;
        self
    }

    /// Also lets the page's forms end at `source`, an origin or a scheme with its colon. Browsers apply `form-action`
    /// to the redirect that answers a form too, so the way back to a client needs it.
    ///
    /// What could end the directive or stand for more than one place is left out.
    pub fn form_action(mut self, source: &str) -> Self {
        if is_source(source) {
            self.form_action.push(source.to_owned());
        }
        self
    }

    /// The finished answer; a 500 problem if the template fails.
    pub fn respond(self) -> HttpResponse {
        let Some(text) = self.render() else {
            return Problem::internal().error_response();
        };
        let mut response = HttpResponse::build(self.status);
        response
            .content_type(HTML)
            .insert_header((CACHE_CONTROL, "no-store"));
        if self.has_form {
            response.insert_header((REFERRER_POLICY, "same-origin"));
        }
        if !self.form_action.is_empty() {
            let wider = format!("form-action 'self' {}", self.form_action.join(" "));
            let policy = POLICY.replace("form-action 'self'", &wider);
            response.insert_header((CONTENT_SECURITY_POLICY, policy));
        }
        let mut response = response.finish();
        say_language(response.headers_mut(), &text);
        response.set_body(BoxBody::new(text))
    }

    /// The text, unless the template fails, which is logged.
    pub(super) fn render(&self) -> Option<String> {
        self.template
            .render()
            .inspect_err(|error| tracing::error!(%error, "a page could not be written"))
            .ok()
    }
}

impl<T: Template> Responder for Page<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.respond()
    }
}

/// Says in which language a page is, and that another reader may get it in another one. The page itself is asked, so that the
/// header cannot say otherwise than its `lang`.
pub(super) fn say_language(headers: &mut HeaderMap, page: &str) {
    let is_in = |language: &Language| page.contains(&format!("<html lang=\"{}\">", language.tag()));
    if let Some(language) = Language::ALL.into_iter().find(is_in) {
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.append(VARY, HeaderValue::from_static("accept-language"));
    }
}

/// An origin or a scheme. `*` only after a host's colon: the port of a loopback address may vary.
fn is_source(source: &str) -> bool {
    let bytes = source.strip_suffix(":*").unwrap_or(source).bytes();
    source.contains(':') && { bytes }
        .all(|byte| byte.is_ascii_alphanumeric() || b"+-._:/[]%~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Template)]
    #[template(source = "{{ text }}", ext = "html")]
    struct Sample {
        text: &'static str,
    }

    fn policy(sources: &[&str]) -> String {
        let mut page = Page::new(Sample { text: "x" });
        for source in sources {
            page = page.form_action(source);
        }
        let response = page.respond();
        let header = response.headers().get(CONTENT_SECURITY_POLICY);
        header
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    }

    #[test]
    fn a_form_may_end_at_the_named_origin_only() {
        let policy = policy(&["https://rp.example", "com.example.app:", "http://127.0.0.1:*"]);
        let directive = "form-action 'self' https://rp.example com.example.app: http://127.0.0.1:*;";
        assert!(policy.contains(directive), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    }

    #[test]
    fn nothing_can_be_smuggled_into_the_policy() {
        for source in [
            "https://a.example; script-src *",
            "https://a,https://b",
            "https:// b",
            "https://a\r\nx: y",
            "*",
            "'none'",
            "",
            "https://\u{e4}.example",
        ] {
            assert_eq!(policy(&[source]), "", "{source:?}");
        }
    }
}

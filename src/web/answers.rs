//! What an endpoint answers, as `/openapi.json` says it: the bodies of refusals, and which codes come with which status.
//!
//! A handler names the codes that it refuses with, once (`refusals!`); their statuses, bodies, headers and texts follow from their
//! [`ErrorDoc`]s. What any endpoint may answer besides ([`ANYWHERE`]) is added by [`complete`], never by a handler.
//!
//! ```text
//! refusals! { SignInRefusals: Problem [BAD_CREDENTIALS, EMAIL_UNVERIFIED]; }
//!
//! /// Signs a person in.                                  the first paragraph is the operation's summary,
//! ///
//! /// What else a developer who calls it has to know.      the rest its description: both are public
//! #[utoipa::path(
//!     post, path = "/v1/auth/session", tag = "Sessions", operation_id = "signIn",
//!     request_body(content = SignIn, example = json!({"provider": "local", "email": "mara@northwind.example", "password": "…"})),
//!     responses((status = 200, description = "They are signed in.", body = SignedIn), SignInRefusals),
//! )]
//! pub(crate) async fn sign_in(…)
//! ```
//! * Bodies and answers derive `ToSchema`, queries and paths `IntoParams`; each field has a sentence. What a body may leave out and
//!   never says `null` to, and what an answer leaves out, is `#[schema(nullable = false)]`.
//! * `security(("session" = []))` where a person proves who they are, `security(("client" = []), ())` for a client; nothing for anybody.
//! * The module's path is visible in the crate, and the room's `Operations` lists the handler; a new room stands in
//!   `reference::openapi`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::{
    ToSchema,
    openapi::{
        AllOfBuilder, Content, Header, HeaderBuilder, HttpMethod, ObjectBuilder, Ref, RefOr, Response,
        Schema, Type, extensions::Extensions, path::Operation,
    },
};

use crate::web::{
    error_body::Form,
    words::errors::{self, ErrorDoc},
};

/// A refusal (RFC 9457). A browser that asks for `text/html` gets it as a page.
#[derive(ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// The page that says what the code means.
    #[schema(rename = "type", format = "uri")]
    pub kind: String,
    /// The code in a few words.
    pub title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What was wrong with this request: one sentence.
    pub detail: String,
    /// What the refusal is called; programs go by this.
    pub code: String,
    /// To be named when the refusal is reported.
    pub request_id: String,
}

/// A refusal in the form of OAuth (RFC 6749 §5.2).
#[derive(ToSchema)]
#[schema(as = OAuthError)]
pub struct OAuthErrorBody {
    /// What the refusal is called; programs go by this.
    pub error: String,
    /// What was wrong with this request: one sentence.
    pub error_description: String,
    /// The page that says what the code means.
    #[schema(format = "uri")]
    pub error_uri: String,
    /// To be named when the refusal is reported.
    pub request_id: String,
}

/// Codes that a handler may add to its own, as a unit.
pub type Codes = &'static [&'static ErrorDoc];

/// What any endpoint can answer: before its handler runs, or when the server is at fault.
pub static ANYWHERE: Codes = &[
    &errors::BAD_BODY,
    &errors::INSECURE_TRANSPORT,
    &errors::REQUEST_TIMEOUT,
    &errors::PAYLOAD_TOO_LARGE,
    &errors::MISDIRECTED_REQUEST,
    &errors::TOO_MANY_REQUESTS,
    &errors::INTERNAL_ERROR,
    &errors::TEMPORARILY_UNAVAILABLE,
];

/// Names what an endpoint refuses, as a type for the `responses(…)` of its `#[utoipa::path]`.
///
/// ```text
/// refusals! {
///     SignIn: Problem [BAD_CREDENTIALS, EMAIL_UNVERIFIED];
///     Rename: Problem [NOT_FOUND] + caller::REFUSALS;
/// }
/// ```
///
/// The form is [`Form::Problem`] or [`Form::OAuth`]; the codes are statics of [`crate::web::words::errors`]; what follows `+` is
/// [`Codes`] that several endpoints share. One such type for each endpoint: of two with the same status the framework would
/// keep only one.
macro_rules! refusals {
    ($($name:ident: $form:ident [$($code:ident),* $(,)?] $(+ $more:path)*;)+) => {$(
        enum $name {}

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<
                String,
                utoipa::openapi::RefOr<utoipa::openapi::Response>,
            > {
                const OWN: $crate::web::answers::Codes = &[$(&$crate::web::words::errors::$code),*];
                $crate::web::answers::refused($crate::web::error_body::Form::$form, &[OWN $(, $more)*])
            }
        }
    )+};
}
pub(crate) use refusals;

/// Where the codes stand until [`complete`] writes the answer: no other server reads it.
const CODES: &str = "x-codes";

/// One answer for each status that the codes have; its body is written by [`complete`].
#[must_use]
pub fn refused(form: Form, codes: &[Codes]) -> BTreeMap<String, RefOr<Response>> {
    let mut answers: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for doc in codes
        .iter()
        .copied()
        .flatten()
        .filter(|doc| !doc.is_by_redirect())
    {
        answers
            .entry(doc.status.to_string())
            .or_default()
            .push(json!(doc.code));
    }
    answers
        .into_iter()
        .map(|(status, codes)| {
            let mut response = Response::new("");
            let codes = json!({ form.media_type(): codes });
            response.extensions = Some(Extensions::from_iter([(CODES, codes)]));
            (status, RefOr::T(response))
        })
        .collect()
}

/// Adds what any endpoint answers, and writes the bodies and headers of all refusals.
pub fn complete(method: &HttpMethod, operation: &mut Operation) {
    let answers = &mut operation.responses.responses;
    if *method == HttpMethod::Get {
        answers
            .entry("308".to_owned())
            .or_insert_with(|| RefOr::T(over_tls()));
    }
    for doc in ANYWHERE {
        let shared = Ref::from_response_name(shared_name(&doc.status.to_string()));
        answers
            .entry(doc.status.to_string())
            .or_insert(RefOr::Ref(shared));
    }
    for (status, answer) in answers {
        if let RefOr::T(response) = answer {
            finish(status, response);
        }
    }
    for text in [&mut operation.summary, &mut operation.description]
        .into_iter()
        .flatten()
    {
        *text = unwrapped(text);
    }
}

/// Writes the bodies and headers of one answer.
fn finish(status: &str, response: &mut Response) {
    let mut codes = own_codes(response);
    let general = ANYWHERE.iter().filter(|doc| doc.status.to_string() == status);
    codes.push((Form::Problem, general.copied().collect()));
    write(response, &codes);
    response.headers.extend(headers(status));
}

/// A comment as one line for each paragraph, however long the lines of its file are.
fn unwrapped(comment: &str) -> String {
    let paragraphs = comment
        .split("\n\n")
        .map(|paragraph| paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// The answers that [`complete`] refers to: those of [`ANYWHERE`], to an operation that has no refusal of its own with that status.
#[must_use]
pub fn shared_answers() -> BTreeMap<String, RefOr<Response>> {
    ANYWHERE
        .iter()
        .map(|doc| {
            let status = doc.status.to_string();
            let mut response = Response::new("");
            finish(&status, &mut response);
            (shared_name(&status), RefOr::T(response))
        })
        .collect()
}

fn shared_name(status: &str) -> String {
    format!("Any{status}")
}

/// What [`refused`] left there.
fn own_codes(response: &mut Response) -> Vec<(Form, Vec<&'static ErrorDoc>)> {
    let left = response.extensions.take().unwrap_or_default();
    let codes = |form: Form| {
        let listed = left
            .get(CODES)
            .and_then(|codes| codes.get(form.media_type())?.as_array());
        let names = listed.into_iter().flatten().filter_map(Value::as_str);
        (form, names.filter_map(ErrorDoc::find).collect())
    };
    let codes = vec![codes(Form::OAuth), codes(Form::Problem)];
    let others: Extensions = left
        .iter()
        .filter(|(name, _)| *name != CODES)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    response.extensions = (!others.is_empty()).then_some(others);
    codes
}

/// Writes the bodies of the refusals, and what their codes mean.
fn write(response: &mut Response, codes: &[(Form, Vec<&'static ErrorDoc>)]) {
    let mut by_form: BTreeMap<&str, (Form, Vec<&'static ErrorDoc>)> = BTreeMap::new();
    for (form, docs) in codes.iter().filter(|(_, docs)| !docs.is_empty()) {
        let known = &mut by_form.entry(form.media_type()).or_insert((*form, Vec::new())).1;
        known.extend(
            docs.iter()
                .filter(|doc| !known.contains(doc))
                .copied()
                .collect::<Vec<_>>(),
        );
    }
    for (media_type, (form, docs)) in by_form {
        for doc in &docs {
            let line = format!("* [`{}`]({}) {}", doc.code, doc.path(), doc.title);
            if response.description.contains(&line) {
                continue;
            }
            if !response.description.is_empty() {
                response.description.push('\n');
            }
            response.description.push_str(&line);
        }
        response
            .content
            .insert(media_type.to_owned(), RefOr::T(body(form, &docs)));
        if form == Form::Problem {
            let page = ObjectBuilder::new().schema_type(Type::String).build();
            response
                .content
                .entry("text/html".to_owned())
                .or_insert_with(|| RefOr::T(Content::new(Some(page))));
        }
    }
}

/// The body of a refusal with one of these codes.
fn body(form: Form, docs: &[&'static ErrorDoc]) -> Content {
    let (schema, member) = match form {
        Form::Problem => ("Problem", "code"),
        Form::OAuth => ("OAuthError", "error"),
    };
    let code = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(docs.iter().map(|doc| doc.code)));
    let narrowed = AllOfBuilder::new()
        .item(Ref::from_schema_name(schema))
        .item(ObjectBuilder::new().property(member, code));
    Content::new(Some(Schema::from(narrowed)))
}

fn over_tls() -> Response {
    let mut response =
        Response::new("Only where a proxy got the request over plain http: the same address over https.");
    let location = header(Type::String, "The same address over https.");
    response.headers.insert("Location".to_owned(), RefOr::T(location));
    response
}

/// The headers of an answer with this status, by reference.
fn headers(status: &str) -> impl Iterator<Item = (String, RefOr<Header>)> {
    let of_status: &[&str] = match status {
        "401" => &["WWW-Authenticate"],
        "429" | "503" => &["Retry-After"],
        _ => &[],
    };
    let of_all = [
        "X-Request-Id",
        "X-Correlation-Id",
        "RateLimit",
        "RateLimit-Policy",
    ];
    of_all.into_iter().chain(of_status.iter().copied()).map(|name| {
        let shared = Ref::new(format!("#/components/headers/{name}"));
        (name.to_owned(), RefOr::Ref(shared))
    })
}

/// The headers that [`complete`] refers to.
#[must_use]
pub fn shared_headers() -> BTreeMap<String, RefOr<Header>> {
    let mut seconds = header(Type::Integer, "Seconds until trying again makes sense.");
    seconds.schema = Some(
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .into(),
    );
    [
        (
            "X-Request-Id",
            header(
                Type::String,
                "The id of this request in the server's log: the caller's, if it sent one.",
            ),
        ),
        (
            "X-Correlation-Id",
            header(
                Type::String,
                "The id of what the request is a part of: the caller's, if it sent one.",
            ),
        ),
        (
            "WWW-Authenticate",
            header(Type::String, "How a caller proves who it is (RFC 9110 §11.6.1)."),
        ),
        (
            "RateLimit",
            header(
                Type::String,
                "How many requests are left and when all are back, where the endpoint counts them (draft-ietf-httpapi-ratelimit-headers).",
            ),
        ),
        (
            "RateLimit-Policy",
            header(Type::String, "How many requests one caller may make in which time, where the endpoint counts them."),
        ),
        ("Retry-After", seconds),
    ]
    .into_iter()
    .map(|(name, header)| (name.to_owned(), RefOr::T(header)))
    .collect()
}

fn header(kind: Type, description: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(kind)))
        .description(Some(description))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_appears_once_with_its_own_codes_and_those_of_any_endpoint() {
        const OWN: Codes = &[&errors::INVALID_GRANT, &errors::ACCESS_DENIED];
        let mut operation = Operation::new();
        operation.responses.responses = refused(Form::OAuth, &[OWN]);
        complete(&HttpMethod::Post, &mut operation);
        let document = serde_json::to_value(&operation).unwrap();
        let answer = &document["responses"]["400"];
        let codes = |media_type: &str, member: &str| {
            answer["content"][media_type]["schema"]["allOf"][1]["properties"][member]["enum"].clone()
        };
        assert_eq!(codes("application/json", "error"), json!(["invalid_grant"]));
        assert_eq!(
            codes("application/problem+json", "code"),
            json!(["bad_body", "insecure_transport"])
        );
        assert!(answer.get(CODES).is_none());
        assert!(document["responses"].get("303").is_none());
        let shared = shared_answers();
        for doc in ANYWHERE {
            let status = doc.status.to_string();
            let answer = &document["responses"][&status];
            let text = match shared.get(&shared_name(&status)) {
                Some(RefOr::T(shared)) if answer.get("$ref").is_some() => &shared.description,
                _ => answer["description"].as_str().unwrap(),
            };
            assert!(text.contains(doc.code), "{status}: {text}");
        }
    }
}

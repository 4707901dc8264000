//! What may be read as JSON: the bodies of our own API (RFC 8259).

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::CONTENT_TYPE, web::Bytes};
use serde::de::DeserializeOwned;

use crate::web::{problem::Problem, words::errors};

const JSON: &str = "application/json";

/// The body of a request, read as `T`.
///
/// `T` refuses members that it does not know (`deny_unknown_fields`): a caller that misspelt one, or hoped to set what nobody may set,
/// is told, and not ignored. What it refuses is answered 400 `malformed_body` with the place; another type than JSON 415.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let typed = is_json(req);
        let body = Bytes::from_request(req, payload);
        Box::pin(async move {
            let body = body
                .await
                .map_err(|_| Problem::new(&errors::BAD_BODY, "The body of the request is broken."))?;
            if !typed {
                let detail = "The body must be sent as application/json.";
                return Err(Problem::new(&errors::UNSUPPORTED_MEDIA_TYPE, detail));
            }
            read(&body).map(Self)
        })
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let malformed = |why: String| Problem::new(&errors::MALFORMED_BODY, why);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let place = error.path().to_string();
        let inner = error.into_inner();
        malformed(match (inner.is_data(), place.as_str()) {
            // What is wrong with a value is told without the value: it may be a password.
            (true, ".") => format!("The body is not of the form that is read here: {}.", kind(&inner)),
            (true, _) => format!("`{place}`: {}.", kind(&inner)),
            (false, _) => "The body is not JSON.".to_owned(),
        })
    })?;
    json.end()
        .map_err(|_| malformed("After the JSON there is more.".to_owned()))?;
    Ok(value)
}

/// serde's words, as long as they do not quote what was sent: names of members and types only.
fn kind(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    if let Some(after) = said.strip_prefix("invalid type: ") {
        let expected = after
            .rsplit_once("expected ")
            .map_or("another type", |(_, expected)| expected);
        return format!(
            "expected {}",
            if is_ours(expected) { "an object" } else { expected }
        );
    }
    if said.starts_with("missing field") || said.starts_with("duplicate field") {
        return said.to_owned();
    }
    if let Some((_, known)) = said.split_once(", expected ") {
        if is_ours(known) {
            return "expected an object".to_owned();
        }
        return format!("not known here; known is {known}");
    }
    if said.starts_with("unknown field") {
        return "nothing is known here".to_owned();
    }
    "not acceptable".to_owned()
}

/// The name of a type of ours is nobody's business.
fn is_ours(expected: &str) -> bool {
    expected.starts_with("struct ")
}

fn is_json(req: &HttpRequest) -> bool {
    let mut types = req.headers().get_all(CONTENT_TYPE);
    let only = types.next().filter(|_| types.next().is_none());
    let Some(text) = only.and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = text.split(';').map(str::trim);
    parts.next().is_some_and(|name| name.eq_ignore_ascii_case(JSON))
        // RFC 8259 §8.1: it is UTF-8, whatever is said.
        && parts.all(|part| part.is_empty() || part.eq_ignore_ascii_case("charset=utf-8"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Sample {
        #[serde(rename = "idToken")]
        _id_token: String,
        #[serde(default, rename = "kind")]
        _kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Local,
    }

    #[test]
    fn a_body_of_another_form_is_refused_with_its_place_and_not_its_value() {
        assert!(read::<Sample>(br#"{"idToken": "x", "kind": "local"}"#).is_ok());
        for (body, said) in [
            ("", "not JSON"),
            ("{", "not JSON"),
            ("\u{feff}{}", "not JSON"),
            ("{} {}", "missing field `idToken`"),
            (r#"{"idToken": "x"} 1"#, "there is more"),
            (r#"{"idToken": "x", "idToken": "y"}"#, "duplicate field `idToken`"),
            (
                r#"{"idToken": "x", "role": "owner"}"#,
                "known is `idToken` or `kind`",
            ),
            (r#"{"idToken": 77123}"#, "`idToken`: expected a string"),
            (r#"{"idToken": "x", "kind": "s3cret"}"#, "known is `local`"),
            ("[]", "expected"),
            ("null", "expected"),
        ] {
            let detail = read::<Sample>(body.as_bytes()).unwrap_err().detail;
            assert!(detail.contains(said), "{body}: {detail}");
            assert!(
                !detail.contains("s3cret") && !detail.contains("77123"),
                "{body}: {detail}"
            );
        }
    }
}

//! What a proxy is told: who the caller is, or what to answer instead of the API.

use std::{collections::BTreeMap, fmt::Write as _};

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use utoipa::openapi::{HeaderBuilder, ObjectBuilder, RefOr, ResponseBuilder, Type};

use crate::{
    access::{credential::Credential, verify::decide::Refusal},
    platform::config::{Config, Role},
};

/// Who the caller is, and what it is for.
const IDENTITY: &[(&str, &str)] = &[
    (
        "x-auth-subject",
        "For whom the credential acts: an account, a service account, or the client itself.",
    ),
    ("x-auth-workspace", "The id of the workspace that it acts in."),
    (
        "x-auth-role",
        "The role of whoever it acts for there, now; absent where an app acts as itself.",
    ),
    ("x-auth-plan", "The plan of the workspace."),
    (
        "x-auth-scope",
        "What the credential can do now, separated by single blanks; absent where that is nothing.",
    ),
    (
        "x-auth-credential",
        "What kind it is: `access_token`, `session` or `api_key`.",
    ),
    (
        "x-auth-client",
        "The app that it was issued to; absent where there is none.",
    ),
    (
        "x-auth-key",
        "The API key that it is, or was made from; absent where there is none.",
    ),
    (
        "x-auth-expires",
        "When it expires, in seconds since 1970; absent for what does not expire.",
    ),
];

/// Every header that only this server sets: none of them may come from a caller, in any spelling.
pub(super) const ALL: &[&str] = &[
    "x-auth-subject",
    "x-auth-workspace",
    "x-auth-role",
    "x-auth-plan",
    "x-auth-scope",
    "x-auth-credential",
    "x-auth-client",
    "x-auth-key",
    "x-auth-expires",
    STATUS,
    PROBLEM,
];

/// The status that the caller should get, where the proxy can be told 401 and 403 only.
const STATUS: &str = "x-auth-status";

/// The body that it should get.
const PROBLEM: &str = "x-auth-problem";

/// The request may pass.
pub(super) fn allowed(credential: &Credential) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for (name, value) in identity(credential) {
        response.insert_header((name, value));
    }
    response.finish()
}

/// Nothing that another server could take for more than one header or value: ids, names of roles, scope-tokens, numbers.
fn identity(credential: &Credential) -> Vec<(&'static str, String)> {
    let role = credential.role().map(Role::as_str);
    let scope = credential.scope.to_string();
    let values = [
        ("x-auth-subject", Some(credential.sub())),
        (
            "x-auth-workspace",
            credential.workspace_id.map(|id| id.to_string()),
        ),
        ("x-auth-role", role.map(str::to_owned)),
        ("x-auth-scope", Some(scope).filter(|scope| !scope.is_empty())),
        ("x-auth-credential", Some(credential.kind.as_str().to_owned())),
        (
            "x-auth-client",
            credential.client().map(|client| client.to_string()),
        ),
        ("x-auth-key", credential.key().map(|key| key.id.to_string())),
        ("x-auth-plan", credential.plan.clone()),
        (
            "x-auth-expires",
            credential.expires_at.map(|end| end.timestamp().to_string()),
        ),
    ];
    let known = values
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    known.collect()
}

/// The request may not pass. A problem for every reader: whoever asked for a page asked another server for it.
pub(super) fn refused(refusal: &Refusal, config: &Config, request_id: &str) -> HttpResponse {
    let Refusal { problem, challenge } = refusal;
    let body = problem.json(config.issuer.as_str(), request_id);
    let status = if config.forward_auth.nginx && problem.status != StatusCode::UNAUTHORIZED {
        StatusCode::FORBIDDEN
    } else {
        problem.status
    };
    let mut response = HttpResponse::build(status);
    response.insert_header((CONTENT_TYPE, "application/problem+json"));
    if let Some(challenge) = challenge
        .as_deref()
        .and_then(|text| HeaderValue::from_str(text).ok())
    {
        response.insert_header((WWW_AUTHENTICATE, challenge));
    }
    if let Some(wait) = problem.retry_after {
        response.insert_header((RETRY_AFTER, wait.as_secs().max(1).to_string()));
    }
    if config.forward_auth.nginx {
        response.insert_header((HeaderName::from_static(STATUS), problem.status.as_str()));
        response.insert_header((HeaderName::from_static(PROBLEM), in_ascii(&body)));
    }
    response.body(body)
}

/// JSON that can stand in a header.
fn in_ascii(json: &str) -> String {
    let mut units = [0; 2];
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                // To a string: there is nothing to fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

/// The answer to a request that may pass, for `/openapi.json`.
pub(super) enum Identity {}

impl utoipa::IntoResponses for Identity {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let response = ResponseBuilder::new().description("The request may pass, and this is who makes it.");
        let response = IDENTITY.iter().fold(response, |response, (name, about)| {
            let text = ObjectBuilder::new().schema_type(Type::String);
            let header = HeaderBuilder::new()
                .schema(Some(text))
                .description(Some(*about))
                .build();
            response.header(*name, header)
        });
        BTreeMap::from([("200".to_owned(), RefOr::T(response.build()))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_identity_header_can_be_brought_along() {
        for (name, _) in IDENTITY {
            assert!(ALL.contains(name), "{name}");
        }
        assert_eq!(ALL.len(), IDENTITY.len() + 2);
    }

    #[test]
    fn a_body_in_a_header_is_the_same_json() {
        let json = "{\"detail\":\"\u{e4} \u{1f600}\"}";
        let written = in_ascii(json);
        assert!(written.is_ascii());
        let read: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert_eq!(read["detail"], "\u{e4} \u{1f600}");
    }
}

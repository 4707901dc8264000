//! Refusals outside OAuth: problem details (RFC 9457).

use std::{borrow::Cow, time::Duration};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use serde_json::{Map, Value};

use crate::{
    platform::db::Internal,
    web::{
        error_body::{Form, PendingJson},
        words::errors::{self, ErrorDoc},
    },
};

/// How long a caller waits before it tries again what was not available.
const TRY_AGAIN_IN: Duration = Duration::from_secs(1);

/// A refusal: its code for the program, one sentence for people. The cause is logged, never shown.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}: {detail}", .code.code)]
pub struct Problem {
    /// The status of the answer.
    pub status: StatusCode,
    /// What it is called, and what its page says.
    pub code: &'static ErrorDoc,
    /// One sentence; no secrets, nothing of other people's.
    pub detail: Cow<'static, str>,
    /// When trying again makes sense.
    pub retry_after: Option<Duration>,
    /// How to prove who one is (RFC 9110 §11.6.1).
    pub challenge: Option<&'static str>,
}

impl Problem {
    /// A refusal with the status of its code.
    pub fn new(code: &'static ErrorDoc, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status: code.status(),
            code,
            detail: detail.into(),
            retry_after: None,
            challenge: None,
        }
    }

    /// 404 `not_found`.
    #[must_use]
    pub fn not_found() -> Self {
        Self::of(StatusCode::NOT_FOUND)
    }

    /// 408 `request_timeout`.
    #[must_use]
    pub fn request_timeout() -> Self {
        Self::of(StatusCode::REQUEST_TIMEOUT)
    }

    /// 413 `payload_too_large`.
    #[must_use]
    pub fn payload_too_large() -> Self {
        Self::of(StatusCode::PAYLOAD_TOO_LARGE)
    }

    /// 500 `internal_error`.
    #[must_use]
    pub fn internal() -> Self {
        Self::of(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// 503 `temporarily_unavailable`, with `Retry-After`.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::of(StatusCode::SERVICE_UNAVAILABLE)
    }

    /// What a status says that came without a word of explanation.
    #[must_use]
    pub fn of(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::UNAUTHORIZED => (&errors::UNAUTHORIZED, "This needs a credential."),
            StatusCode::FORBIDDEN => (&errors::FORBIDDEN, "This is not allowed."),
            StatusCode::NOT_FOUND => (&errors::NOT_FOUND, "There is nothing at this address."),
            StatusCode::METHOD_NOT_ALLOWED => (
                &errors::METHOD_NOT_ALLOWED,
                "This address does not answer that method.",
            ),
            StatusCode::REQUEST_TIMEOUT => (
                &errors::REQUEST_TIMEOUT,
                "The body of the request did not arrive in time.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => (
                &errors::PAYLOAD_TOO_LARGE,
                "The body of the request is larger than 64 kB.",
            ),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => (
                &errors::UNSUPPORTED_MEDIA_TYPE,
                "The body of the request has a type that is not read here.",
            ),
            StatusCode::TOO_MANY_REQUESTS => (
                &errors::TOO_MANY_REQUESTS,
                "There were too many requests. Try again later.",
            ),
            StatusCode::SERVICE_UNAVAILABLE => (
                &errors::TEMPORARILY_UNAVAILABLE,
                "The server cannot answer right now. Nothing was done. Try again in a moment.",
            ),
            status if status.is_server_error() => (
                &errors::INTERNAL_ERROR,
                "The fault is ours. Try again; if it happens again, report the request id.",
            ),
            _ => (&errors::BAD_REQUEST, "The request cannot be understood."),
        };
        Self {
            status,
            retry_after: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(TRY_AGAIN_IN),
            ..Self::new(code, detail)
        }
    }

    /// The whole body, for an answer that is JSON whoever reads it: a proxy hands it on.
    #[must_use]
    pub fn json(&self, origin: &str, request_id: &str) -> String {
        self.pending().json(origin, request_id)
    }

    /// The members of the body, but for those that are added on the way out.
    pub(super) fn pending(&self) -> PendingJson {
        let members = [
            ("title", Value::from(self.code.title)),
            ("status", Value::from(self.status.as_u16())),
            ("detail", Value::from(self.detail.as_ref())),
            ("code", Value::from(self.code.code)),
        ];
        PendingJson {
            body: Map::from_iter(members.map(|(name, value)| (name.to_owned(), value))),
            doc: self.code,
            form: Form::Problem,
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(wait) = self.retry_after {
            response.insert_header((RETRY_AFTER, wait.as_secs().max(1).to_string()));
        }
        if let Some(challenge) = self.challenge {
            response.insert_header((WWW_AUTHENTICATE, challenge));
        }
        response.extensions_mut().insert(self.pending());
        response.finish()
    }
}

/// Logs the cause, here at the edge and nowhere else; the caller learns only whether to try again.
impl From<Internal> for Problem {
    fn from(internal: Internal) -> Self {
        match internal {
            Internal::Unavailable(cause) => {
                tracing::warn!(cause, "the database was not available to a request");
                Self::unavailable()
            }
            Internal::Unknown(cause) => {
                tracing::error!(cause, "a request ended without knowing whether it was done");
                Self {
                    detail: "It is not known whether this was done. Look before you try again.".into(),
                    ..Self::internal()
                }
            }
            Internal::Fault(cause) => {
                tracing::error!(cause, "a request met a fault");
                Self::internal()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_shows_no_cause() {
        let problem = Problem::from(Internal::Fault("relation \"token\" does not exist".to_owned()));
        assert_eq!(
            (problem.status, problem.code),
            (StatusCode::INTERNAL_SERVER_ERROR, &errors::INTERNAL_ERROR)
        );
        assert!(!format!("{:?}", problem.pending().body).contains("relation"));
    }

    #[test]
    fn an_unavailable_database_says_when_to_try_again() {
        let problem = Problem::from(Internal::Unavailable("no free connection".to_owned()));
        let response = problem.error_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers().get(RETRY_AFTER).unwrap(), "1");
        assert_eq!(problem.pending().body["code"], "temporarily_unavailable");
    }
}

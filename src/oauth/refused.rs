//! How an [`OAuthError`] leaves an endpoint that clients call (RFC 6749 §5.2).

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};

use crate::{
    oauth::error_doc,
    platform::db::Internal,
    web::{
        error_body::{Form, PendingJson},
        limit::Exceeded,
    },
    wire::error::{ErrorCode, OAuthError},
};

/// A refusal in the form of RFC 6749 §5.2; the request id is added on the way out.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Refused(#[from] pub OAuthError);

/// `Retry-After` is put on where the other headers of limits are.
impl From<Exceeded> for OAuthError {
    fn from(Exceeded { retry_after }: Exceeded) -> Self {
        let seconds = retry_after.as_secs();
        Self::too_many_requests(format!(
            "too many requests; the next one is allowed in {seconds} s"
        ))
    }
}

/// Logs the cause, here at the edge and nowhere else.
impl From<Internal> for Refused {
    fn from(internal: Internal) -> Self {
        Self(match internal {
            Internal::Unavailable(cause) => {
                tracing::warn!(cause, "the database was not available to a request");
                OAuthError::temporarily_unavailable(
                    "the server cannot answer right now; try again in a moment",
                )
            }
            Internal::Unknown(cause) => {
                tracing::error!(cause, "a request ended without knowing whether it was done");
                OAuthError::server_error("it is not known whether this was done")
            }
            Internal::Fault(cause) => {
                tracing::error!(cause, "a request met a fault");
                OAuthError::server_error("something went wrong on our side")
            }
        })
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((PRAGMA, "no-cache"));
        match self.0.code {
            // RFC 9110 §11.6.1: a 401 names a way in.
            ErrorCode::InvalidClient => {
                response.insert_header((WWW_AUTHENTICATE, "Basic realm=\"consentry\", charset=\"UTF-8\""));
            }
            ErrorCode::TemporarilyUnavailable => {
                response.insert_header((RETRY_AFTER, "1"));
            }
            _ => {}
        }
        PendingJson {
            body: self.0.members(),
            doc: error_doc::of(self.0.code),
            form: Form::OAuth,
        }
        .into_response(response)
    }
}

//! The page of each OAuth error code.

use crate::{
    web::words::errors::{self, ErrorDoc},
    wire::error::ErrorCode,
};

/// What the code means, for the developer who meets it.
#[must_use]
pub const fn of(code: ErrorCode) -> &'static ErrorDoc {
    match code {
        ErrorCode::InvalidRequest => &errors::INVALID_REQUEST,
        ErrorCode::InvalidClient => &errors::INVALID_CLIENT,
        ErrorCode::InvalidGrant => &errors::INVALID_GRANT,
        ErrorCode::UnauthorizedClient => &errors::UNAUTHORIZED_CLIENT,
        ErrorCode::UnsupportedGrantType => &errors::UNSUPPORTED_GRANT_TYPE,
        ErrorCode::InvalidScope => &errors::INVALID_SCOPE,
        ErrorCode::InvalidTarget => &errors::INVALID_TARGET,
        ErrorCode::AccessDenied => &errors::ACCESS_DENIED,
        ErrorCode::UnsupportedResponseType => &errors::UNSUPPORTED_RESPONSE_TYPE,
        ErrorCode::LoginRequired => &errors::LOGIN_REQUIRED,
        ErrorCode::ConsentRequired => &errors::CONSENT_REQUIRED,
        ErrorCode::InteractionRequired => &errors::INTERACTION_REQUIRED,
        ErrorCode::RequestNotSupported => &errors::REQUEST_NOT_SUPPORTED,
        ErrorCode::RequestUriNotSupported => &errors::REQUEST_URI_NOT_SUPPORTED,
        ErrorCode::TooManyRequests => &errors::TOO_MANY_REQUESTS,
        ErrorCode::ServerError => &errors::SERVER_ERROR,
        ErrorCode::TemporarilyUnavailable => &errors::TEMPORARILY_UNAVAILABLE,
    }
}

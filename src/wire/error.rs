//! OAuth errors: one enum, one status each, one body (RFC 6749 §4.1.2.1, §5.2).

use std::{borrow::Cow, fmt};

use serde_json::{Map, Value};

/// An `error` value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// Malformed, incomplete or repeated parameters (RFC 6749 §4.1.2.1, §5.2).
    InvalidRequest,
    /// The client did not prove itself (RFC 6749 §5.2).
    InvalidClient,
    /// The code or refresh token is not good for this request (RFC 6749 §5.2).
    InvalidGrant,
    /// The client may not use this grant or response type (RFC 6749 §4.1.2.1, §5.2).
    UnauthorizedClient,
    /// No such grant type here (RFC 6749 §5.2).
    UnsupportedGrantType,
    /// Unknown, malformed or excessive scope (RFC 6749 §4.1.2.1, §5.2).
    InvalidScope,
    /// Unknown or malformed `resource` (RFC 8707 §2).
    InvalidTarget,
    /// The person or the server said no (RFC 6749 §4.1.2.1).
    AccessDenied,
    /// No such response type here (RFC 6749 §4.1.2.1).
    UnsupportedResponseType,
    /// `prompt=none`, but nobody is signed in (OpenID Connect Core §3.1.2.6).
    LoginRequired,
    /// `prompt=none`, but consent is missing (OpenID Connect Core §3.1.2.6).
    ConsentRequired,
    /// `prompt=none`, but something must be asked (OpenID Connect Core §3.1.2.6).
    InteractionRequired,
    /// `request` is not supported (OpenID Connect Core §3.1.2.6).
    RequestNotSupported,
    /// `request_uri` is not supported (OpenID Connect Core §3.1.2.6).
    RequestUriNotSupported,
    /// More requests than the server takes from one caller; in no RFC, and §5.2 of RFC 6749 does not close its list.
    TooManyRequests,
    /// A fault of ours (RFC 6749 §4.1.2.1).
    ServerError,
    /// Ours too, and soon over (RFC 6749 §4.1.2.1).
    TemporarilyUnavailable,
}

impl ErrorCode {
    /// The value on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::TooManyRequests => "too_many_requests",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }

    /// The HTTP status of a body with this code. RFC 6749 §5.2: 400, except 401 for `invalid_client`; 429 (RFC 6585 §4)
    /// where there were too many; 500 and 503 for our own faults.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::InvalidClient => 401,
            Self::TooManyRequests => 429,
            Self::ServerError => 500,
            Self::TemporarilyUnavailable => 503,
            Self::InvalidRequest
            | Self::InvalidGrant
            | Self::UnauthorizedClient
            | Self::UnsupportedGrantType
            | Self::InvalidScope
            | Self::InvalidTarget
            | Self::AccessDenied
            | Self::UnsupportedResponseType
            | Self::LoginRequired
            | Self::ConsentRequired
            | Self::InteractionRequired
            | Self::RequestNotSupported
            | Self::RequestUriNotSupported => 400,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error in two parts: the code for the client's program, and one sentence for its developer (no secrets, nobody else's
/// ids). Where there is a cause, it is logged where it arises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    /// `error`.
    pub code: ErrorCode,
    /// `error_description`, of printable characters only when made by a constructor.
    pub description: Cow<'static, str>,
}

impl OAuthError {
    /// An error with this code and sentence.
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            description: printable(description),
        }
    }

    /// The HTTP status of an answer with this error.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.code.status()
    }

    /// The members of its JSON body (RFC 6749 §5.2).
    #[must_use]
    pub fn members(&self) -> Map<String, Value> {
        // Once more: `description` is public, so it may have been set without a constructor.
        let members: [(&str, Cow<'_, str>); 2] = [
            ("error", self.code.as_str().into()),
            ("error_description", printable(self.description.clone())),
        ];
        Map::from_iter(members.map(|(name, value)| (name.to_owned(), Value::from(value))))
    }

    /// [`ErrorCode::InvalidRequest`].
    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// [`ErrorCode::InvalidClient`].
    pub fn invalid_client(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidClient, description)
    }

    /// [`ErrorCode::InvalidGrant`].
    pub fn invalid_grant(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidGrant, description)
    }

    /// [`ErrorCode::UnauthorizedClient`].
    pub fn unauthorized_client(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::UnauthorizedClient, description)
    }

    /// [`ErrorCode::UnsupportedGrantType`].
    pub fn unsupported_grant_type(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::UnsupportedGrantType, description)
    }

    /// [`ErrorCode::InvalidScope`].
    pub fn invalid_scope(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidScope, description)
    }

    /// [`ErrorCode::InvalidTarget`].
    pub fn invalid_target(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidTarget, description)
    }

    /// [`ErrorCode::AccessDenied`].
    pub fn access_denied(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::AccessDenied, description)
    }

    /// [`ErrorCode::UnsupportedResponseType`].
    pub fn unsupported_response_type(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::UnsupportedResponseType, description)
    }

    /// [`ErrorCode::LoginRequired`].
    pub fn login_required(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::LoginRequired, description)
    }

    /// [`ErrorCode::ConsentRequired`].
    pub fn consent_required(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::ConsentRequired, description)
    }

    /// [`ErrorCode::InteractionRequired`].
    pub fn interaction_required(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InteractionRequired, description)
    }

    /// [`ErrorCode::RequestNotSupported`].
    pub fn request_not_supported(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::RequestNotSupported, description)
    }

    /// [`ErrorCode::RequestUriNotSupported`].
    pub fn request_uri_not_supported(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::RequestUriNotSupported, description)
    }

    /// [`ErrorCode::TooManyRequests`].
    pub fn too_many_requests(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::TooManyRequests, description)
    }

    /// [`ErrorCode::ServerError`].
    pub fn server_error(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::ServerError, description)
    }

    /// [`ErrorCode::TemporarilyUnavailable`].
    pub fn temporarily_unavailable(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::TemporarilyUnavailable, description)
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.description)
    }
}

impl std::error::Error for OAuthError {}

/// The text with every character that `error_description` may not have (RFC 6749 §5.2: other than %x20-21,
/// %x23-5B, %x5D-7E) replaced by `?`.
pub fn printable(text: impl Into<Cow<'static, str>>) -> Cow<'static, str> {
    let allowed = |c: char| matches!(c, ' ' | '!' | '#'..='[' | ']'..='~');
    let text = text.into();
    if text.chars().all(allowed) {
        return text;
    }
    text.chars()
        .map(|c| if allowed(c) { c } else { '?' })
        .collect::<String>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_did_not_prove_itself_gets_401_too_many_429_our_faults_5xx_and_all_else_400() {
        assert_eq!(OAuthError::invalid_client("x").status(), 401);
        assert_eq!(OAuthError::too_many_requests("x").status(), 429);
        assert_eq!(OAuthError::server_error("x").status(), 500);
        assert_eq!(OAuthError::temporarily_unavailable("x").status(), 503);
        assert_eq!(OAuthError::invalid_grant("x").status(), 400);
    }

    #[test]
    fn an_error_has_the_two_members_of_rfc_6749_5_2() {
        let error = OAuthError::invalid_grant("code is not valid");
        let expected =
            serde_json::json!({"error": "invalid_grant", "error_description": "code is not valid"});
        assert_eq!(Value::from(error.members()), expected);
        assert_eq!(error.to_string(), "invalid_grant: code is not valid");
    }

    #[test]
    fn a_description_has_only_the_characters_of_rfc_6749() {
        let all: String = ('\u{0}'..='\u{7f}')
            .filter(|c| printable(c.to_string()) == c.to_string())
            .collect();
        let marks = [' ', '!', '?'];
        assert!(
            marks
                .into_iter()
                .chain('#'..='[')
                .chain(']'..='~')
                .all(|c| all.contains(c))
        );
        assert!(!all.contains(['"', '\\', '\u{7f}', '\n', '\r', '\0', '\t']));
        assert_eq!(printable("a\"b\\c\r\nd\u{e9}\u{1f600}"), "a?b?c??d??");
        let mut set_later = OAuthError::invalid_request("");
        set_later.description = "\u{e9}\n".into();
        assert_eq!(set_later.members()["error_description"], "??");
    }
}

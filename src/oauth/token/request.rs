//! What a client asks of the token endpoint, parsed once.

use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::{
    oauth::credential::{authorization_code::Verifier, refresh_token::Wanted},
    web::params::Params,
    wire::{
        error::OAuthError, grant_type::GrantType, pkce::CodeVerifier, resource::ResourceUri, scope::Scope,
    },
};

/// The form of a token request, as `/openapi.json` describes it. What may be absent has no format: empty counts as absent (RFC 6749 §3.2).
#[derive(ToSchema)]
#[expect(dead_code, reason = "the form is read by hand; this says what it is")]
pub struct TokenForm {
    /// Which of the three: `code`, `redirect_uri` and `code_verifier` belong to the first, `refresh_token` to the second.
    #[schema(value_type = GrantType)]
    pub grant_type: String,
    /// The code of the authorization response.
    #[schema(nullable = false)]
    pub code: Option<String>,
    /// The one of the authorization request.
    #[schema(nullable = false)]
    pub redirect_uri: Option<String>,
    /// What the `code_challenge` was made of: 43 to 128 characters (RFC 7636 §4.1).
    #[schema(nullable = false)]
    pub code_verifier: Option<String>,
    /// The latest refresh token of the grant.
    #[schema(nullable = false)]
    pub refresh_token: Option<String>,
    /// Less than could be had, separated by single blanks (RFC 6749 §3.3).
    #[schema(nullable = false)]
    pub scope: Option<String>,
    /// For which APIs only (RFC 8707); may be repeated.
    #[schema(nullable = false)]
    pub resource: Option<Vec<String>>,
    /// Who asks, unless the Authorization header says it. Empty counts as absent, as everywhere in OAuth.
    #[schema(nullable = false)]
    pub client_id: Option<String>,
    /// Its proof, unless the Authorization header has it.
    #[schema(format = Password, nullable = false)]
    pub client_secret: Option<String>,
}

/// A token request of one of the supported grant types.
pub enum TokenRequest {
    /// RFC 6749 §4.1.3.
    AuthorizationCode {
        /// The code, unproven.
        code: Zeroizing<String>,
        /// As in the authorization request.
        redirect_uri: String,
        /// RFC 7636 §4.5.
        verifier: Verifier,
        /// Narrower audiences; empty: all.
        resource: Vec<String>,
    },
    /// RFC 6749 §6.
    RefreshToken {
        /// The token, unproven.
        token: Zeroizing<String>,
        /// What of it.
        wanted: Wanted,
    },
    /// RFC 6749 §4.4.2.
    ClientCredentials {
        /// `None`: the client's default.
        scope: Option<Scope>,
        /// Narrower audiences; empty: all.
        resource: Vec<String>,
    },
}

impl TokenRequest {
    /// Which grant type it is.
    pub fn grant_type(&self) -> GrantType {
        match self {
            Self::AuthorizationCode { .. } => GrantType::AuthorizationCode,
            Self::RefreshToken { .. } => GrantType::RefreshToken,
            Self::ClientCredentials { .. } => GrantType::ClientCredentials,
        }
    }

    /// Reads the form of RFC 6749 §4.1.3, §4.4.2 or §6; nothing may repeat but `resource` (RFC 8707 §2).
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        params
            .refuse_repeats(&["resource"])
            .map_err(|repeated| OAuthError::invalid_request(repeated.to_string()))?;
        let optional = |name| {
            params
                .one(name)
                .map_err(|repeated| OAuthError::invalid_request(repeated.to_string()))
        };
        let required =
            |name| optional(name)?.ok_or_else(|| OAuthError::invalid_request(format!("{name} is missing")));

        let grant_type = required("grant_type")?;
        let grant_type = GrantType::parse(grant_type).ok_or_else(|| {
            OAuthError::unsupported_grant_type(
                "grant_type must be authorization_code, refresh_token or client_credentials",
            )
        })?;
        let resource = params
            .many("resource")
            .into_iter()
            .filter(|uri| !uri.is_empty())
            .map(|uri| ResourceUri::parse(uri).map(|uri| uri.as_str().to_owned()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|bad| OAuthError::invalid_target(bad.to_string()))?;
        let scope = || {
            optional("scope")?
                .map(Scope::parse)
                .transpose()
                .map_err(|bad| OAuthError::invalid_scope(bad.to_string()))
        };
        Ok(match grant_type {
            GrantType::AuthorizationCode => Self::AuthorizationCode {
                code: Zeroizing::new(required("code")?.to_owned()),
                // RFC 6749 §4.1.3 has an exception for requests without one; we accept no such requests.
                redirect_uri: optional("redirect_uri")?
                    .ok_or_else(|| {
                        OAuthError::invalid_grant(
                            "redirect_uri is missing; repeat the one you authorized with",
                        )
                    })?
                    .to_owned(),
                verifier: match optional("code_verifier")?.map(CodeVerifier::parse) {
                    None => Verifier::Absent,
                    Some(Ok(verifier)) => Verifier::Hashing(verifier.challenge()),
                    Some(Err(_)) => Verifier::Malformed,
                },
                resource,
            },
            GrantType::RefreshToken => Self::RefreshToken {
                token: Zeroizing::new(required("refresh_token")?.to_owned()),
                wanted: Wanted {
                    scope: scope()?,
                    resource,
                },
            },
            GrantType::ClientCredentials => Self::ClientCredentials {
                scope: scope()?,
                resource,
            },
        })
    }
}

//! What a client asks of the token endpoint, parsed once.

use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::{
    oauth::{
        credential::{authorization_code::Verifier, refresh_token::Wanted},
        token::token_exchange::{self, Exchange},
    },
    web::params::Params,
    wire::{
        error::OAuthError, grant_type::GrantType, pkce::CodeVerifier, resource::ResourceUri, scope::Scope,
    },
};

/// The form of a token request, as `/openapi.json` describes it. What may be absent has no format: empty counts as absent (RFC 6749 §3.2).
#[derive(ToSchema)]
#[expect(dead_code, reason = "the form is read by hand; this says what it is")]
pub struct TokenForm {
    /// Which of them: `code`, `redirect_uri` and `code_verifier` belong to the first, `refresh_token` to the second, `subject_token`,
    /// `subject_token_type`, `requested_token_type` and `audience` to the last.
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
    /// The API key that is exchanged (RFC 8693 §2.1). It is the whole proof: no client stands beside it.
    #[schema(format = Password, nullable = false)]
    pub subject_token: Option<String>,
    /// What that is: always `urn:consentry:token-type:api-key`.
    #[schema(nullable = false)]
    pub subject_token_type: Option<String>,
    /// What it is exchanged for: always `urn:ietf:params:oauth:token-type:access_token`, and that is what is meant without it.
    #[schema(nullable = false)]
    pub requested_token_type: Option<String>,
    /// As `resource`, in an exchange only; may be repeated.
    #[schema(nullable = false)]
    pub audience: Option<Vec<String>>,
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
    /// RFC 8693 §2.1.
    TokenExchange(Exchange),
}

impl TokenRequest {
    /// Which grant type it is.
    pub fn grant_type(&self) -> GrantType {
        match self {
            Self::AuthorizationCode { .. } => GrantType::AuthorizationCode,
            Self::RefreshToken { .. } => GrantType::RefreshToken,
            Self::ClientCredentials { .. } => GrantType::ClientCredentials,
            Self::TokenExchange(_) => GrantType::TokenExchange,
        }
    }

    /// Reads the form of RFC 6749 §4.1.3, §4.4.2 or §6, or RFC 8693 §2.1. What repeats in it was refused when it was read.
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
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
                "grant_type must be authorization_code, refresh_token, client_credentials or the token exchange of RFC 8693",
            )
        })?;
        let resource = targets(params.many("resource"))?;
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
            GrantType::TokenExchange => {
                let mut resource = resource;
                // §2.1: what `resource` says by address, `audience` says by name. Ours have one name, which is their address.
                resource.extend(targets(params.many("audience"))?);
                Self::TokenExchange(token_exchange::read(optional, scope()?, resource)?)
            }
        })
    }
}

fn targets(named: Vec<&str>) -> Result<Vec<String>, OAuthError> {
    let named = named.into_iter().filter(|uri| !uri.is_empty());
    named
        .map(|uri| ResourceUri::parse(uri).map(|uri| uri.as_str().to_owned()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|bad| OAuthError::invalid_target(bad.to_string()))
}

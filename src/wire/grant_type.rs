//! The grant types of the token endpoint (RFC 6749 §4.1.3, §4.4.2, §6; RFC 8693 §2.1; RFC 7591 §2 `grant_types`).

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a client presents at the token endpoint, and what its registration allows it to present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// A code from the authorization endpoint (RFC 6749 §4.1.3).
    AuthorizationCode,
    /// A refresh token (RFC 6749 §6).
    RefreshToken,
    /// The client's own credentials, in its own name (RFC 6749 §4.4.2).
    ClientCredentials,
    /// An API key, for a token that does less and ends sooner (RFC 8693 §2.1).
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange,
}

impl GrantType {
    /// Every grant type, in the order that metadata lists them.
    pub const ALL: [Self; 4] = [
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::TokenExchange,
    ];

    /// What a client's registration may name. No client exchanges tokens here: what is exchanged is an API key, and it proves itself.
    pub const REGISTRABLE: [Self; 3] = [
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
    ];

    /// The value of the `grant_type` parameter.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }

    /// The grant type with exactly this name; `None` is `unsupported_grant_type`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|grant_type| grant_type.as_str() == name)
    }
}

impl fmt::Display for GrantType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_type_has_one_name_in_forms_and_in_json() {
        for grant_type in GrantType::ALL {
            assert_eq!(GrantType::parse(grant_type.as_str()), Some(grant_type));
            assert_eq!(serde_json::to_value(grant_type).unwrap(), grant_type.to_string());
        }
    }

    #[test]
    fn grant_types_of_another_spelling_or_of_the_past_are_unknown() {
        for name in [
            "",
            "password",
            "implicit",
            "Authorization_Code",
            "refresh_token ",
            "authorization-code",
            "token-exchange",
            "urn:ietf:params:oauth:grant-type:Token-Exchange",
        ] {
            assert_eq!(GrantType::parse(name), None, "{name:?}");
        }
    }
}

//! How a client proves itself at the token endpoint (RFC 6749 §2.3.1; RFC 7591 §2 `token_endpoint_auth_method`).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A registered `token_endpoint_auth_method`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// The secret in the `Authorization: Basic` header, both halves form-encoded (RFC 6749 §2.3.1).
    ClientSecretBasic,
    /// The secret in the request body (RFC 6749 §2.3.1).
    ClientSecretPost,
    /// A public client: it has no secret (RFC 6749 §2.1).
    None,
}

impl AuthMethod {
    /// Every method, in the order that metadata lists them.
    pub const ALL: [Self; 3] = [Self::ClientSecretBasic, Self::ClientSecretPost, Self::None];

    /// The value of `token_endpoint_auth_method`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::None => "none",
        }
    }

    /// The method with exactly this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == name)
    }
}

impl fmt::Display for AuthMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auth_method_has_one_name_in_text_and_in_json() {
        for method in AuthMethod::ALL {
            assert_eq!(AuthMethod::parse(method.as_str()), Some(method));
            assert_eq!(serde_json::to_value(method).unwrap(), method.to_string());
        }
        for name in [
            "",
            "None",
            "client_secret_jwt",
            "private_key_jwt",
            "client_secret_basic ",
        ] {
            assert_eq!(AuthMethod::parse(name), None, "{name:?}");
        }
    }
}

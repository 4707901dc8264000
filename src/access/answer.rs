//! What introspection says of a live credential (RFC 7662 §2.2).

use serde::Serialize;
use serde_json::Value;

use crate::{
    access::credential::{Credential, CredentialKind},
    platform::config::Config,
};

/// RFC 7662 §2.2, with the workspace, the role and the kind of credential. These members and no others.
#[derive(Serialize)]
pub struct Answer {
    active: bool,
    scope: String,
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    exp: i64,
    iat: i64,
    nbf: i64,
    sub: String,
    aud: Value,
    iss: String,
    jti: String,
    workspace_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    credential: &'static str,
}

impl Answer {
    /// What a caller that may know about the credential is told.
    #[must_use]
    pub fn of(credential: &Credential, config: &Config) -> Self {
        let reveals = credential.scope.iter().any(|name| {
            config
                .scope(name)
                .is_some_and(|(_, entry)| entry.reveals_username)
        });
        let whole = Self::to_operator(credential, config);
        Self {
            username: whole.username.filter(|_| reveals),
            ..whole
        }
    }

    /// The same with the person's address, whatever the scopes: the operator has the database anyway.
    #[must_use]
    pub fn to_operator(credential: &Credential, config: &Config) -> Self {
        let person = credential.account.as_ref();
        Self {
            active: true,
            scope: credential.scope.to_string(),
            client_id: credential.client_id.to_string(),
            username: person.map(|person| person.email.clone()),
            // RFC 6749 §5.1: how it is used; a refresh token is not used at resources at all.
            token_type: (credential.kind == CredentialKind::AccessToken).then_some("Bearer"),
            exp: credential.expires_at.timestamp(),
            iat: credential.issued_at.timestamp(),
            nbf: credential.issued_at.timestamp(),
            sub: credential.subject(),
            // RFC 7519 §4.1.3: one audience may stand alone.
            aud: match credential.audience.as_slice() {
                [only] => Value::from(only.as_str()),
                all => Value::from(all),
            },
            iss: config.issuer.as_str().to_owned(),
            jti: credential.id.to_string(),
            workspace_id: credential.workspace_id.to_string(),
            role: person.map(|person| person.role.as_str()),
            credential: credential.kind.as_str(),
        }
    }
}

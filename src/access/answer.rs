//! What introspection says of a live credential (RFC 7662 §2.2).

use serde::Serialize;
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, Type},
};

use crate::{
    access::credential::{Credential, CredentialKind},
    platform::config::{Config, Role},
};

/// RFC 7662 §2.2, with the workspace, the role and the kind of credential. These members and no others.
#[derive(Serialize, ToSchema)]
#[schema(as = Introspection)]
pub struct Answer {
    /// Whether it works. Where it does not, nothing else is said.
    active: bool,
    /// What it may do now, separated by single blanks.
    #[schema(required = false)]
    scope: String,
    /// To which app it was issued; absent for a person's session and for what an API key does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    client_id: Option<String>,
    /// Which API key it is, or was made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    key_id: Option<String>,
    /// The person's e-mail address, where a scope reveals it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    username: Option<String>,
    /// How it is used: `Bearer`; absent for a refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token_type: Option<&'static str>,
    /// When it expires, in seconds since 1970; absent for an API key without an end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    exp: Option<i64>,
    /// When it was issued.
    #[schema(required = false)]
    iat: i64,
    /// Not before: when it was issued.
    #[schema(required = false)]
    nbf: i64,
    /// For whom it acts: an account, a service account, or the client itself.
    #[schema(required = false)]
    sub: String,
    /// The APIs that it is meant for: one alone, or a list.
    #[schema(required = false, schema_with = audience)]
    aud: Value,
    /// Who issued it: this server.
    #[schema(required = false)]
    iss: String,
    /// Its id: never the token itself.
    #[schema(required = false)]
    jti: String,
    /// Where it acts: in the workspace that it is bound to, or that the request names, or that is its default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    workspace_id: Option<String>,
    /// The role there of whoever it acts for, now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    role: Option<&'static str>,
    /// The plan of the workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    plan: Option<String>,
    /// The id of what it hangs from, and ends with: its grant, its API key, its session.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    parent: Option<String>,
    /// What kind of credential it is.
    #[schema(required = false)]
    credential: &'static str,
}

/// RFC 7519 §4.1.3.
fn audience() -> Schema {
    let one = || ObjectBuilder::new().schema_type(Type::String);
    OneOfBuilder::new()
        .item(one())
        .item(ArrayBuilder::new().items(one()))
        .description(Some("The APIs that it is meant for: one alone, or a list."))
        .into()
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
        let person = credential.person();
        Self {
            active: true,
            scope: credential.scope.to_string(),
            client_id: credential.client().map(|client| client.to_string()),
            key_id: credential.key().map(|key| key.id.to_string()),
            username: person.map(|person| person.email.clone()),
            // RFC 6749 §5.1: how it is used; a refresh token is not used at resources at all.
            token_type: (credential.kind != CredentialKind::RefreshToken).then_some("Bearer"),
            exp: credential.expires_at.map(|end| end.timestamp()),
            iat: credential.issued_at.timestamp(),
            nbf: credential.issued_at.timestamp(),
            sub: credential.sub(),
            // RFC 7519 §4.1.3: one audience may stand alone.
            aud: match credential.audience.as_slice() {
                [only] => Value::from(only.as_str()),
                all => Value::from(all),
            },
            iss: config.issuer.as_str().to_owned(),
            jti: credential.id.to_string(),
            workspace_id: credential.workspace_id.map(|id| id.to_string()),
            role: credential.role().map(Role::as_str),
            plan: credential.plan.clone(),
            parent: credential.parent.map(|parent| parent.to_string()),
            credential: credential.kind.as_str(),
        }
    }
}

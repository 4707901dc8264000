//! A client as it is printed: in the names of RFC 7591 §3.2.1, and ours.

use serde::Serialize;

use crate::{
    cli::output,
    oauth::client::{
        registration::{Client, Kind},
        secret::Stored,
    },
    wire::{auth_method::AuthMethod, grant_type::GrantType},
};

/// A client's registration.
#[derive(Serialize)]
pub(super) struct View {
    client_id: String,
    client_id_issued_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    /// Required where there is a secret; 0: it does not expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret_expires_at: Option<i64>,
    client_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_uri: Option<String>,
    redirect_uris: Vec<String>,
    grant_types: Vec<String>,
    response_types: &'static [&'static str],
    token_endpoint_auth_method: AuthMethod,
    scope: String,
    default_scope: String,
    workspace_id: Option<String>,
    require_pkce: bool,
    token_format: &'static str,
    access_token_ttl: Option<i32>,
    refresh_token_ttl: Option<i32>,
    grant_ttl: Option<i32>,
    audiences: Vec<String>,
    verified: bool,
    disabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    secrets: Option<Vec<SecretView>>,
}

/// A live secret, which nobody can read any more.
#[derive(Serialize)]
struct SecretView {
    created_at: i64,
    expires_at: i64,
}

impl View {
    pub(super) fn of(client: &Client) -> Self {
        Self {
            client_id: client.id.to_string(),
            client_id_issued_at: client.created_at.timestamp(),
            client_secret: None,
            client_secret_expires_at: None,
            client_name: client.name.clone(),
            client_uri: client.uri.clone(),
            redirect_uris: client.redirect_uris.clone(),
            grant_types: client.grant_types.clone(),
            response_types: if client.may_use(GrantType::AuthorizationCode) {
                &["code"]
            } else {
                &[]
            },
            // One with a secret may also send it as client_secret_post.
            token_endpoint_auth_method: match client.kind {
                Kind::Public => AuthMethod::None,
                Kind::Confidential | Kind::ResourceServer => AuthMethod::ClientSecretBasic,
            },
            scope: client.scope.to_string(),
            default_scope: client.default_scope.to_string(),
            workspace_id: client.workspace_id.map(|id| id.to_string()),
            require_pkce: client.require_pkce,
            token_format: client.token_format.as_str(),
            access_token_ttl: client.access_token_seconds,
            refresh_token_ttl: client.refresh_token_seconds,
            grant_ttl: client.grant_seconds,
            audiences: client.audiences.clone(),
            verified: client.verified_at.is_some(),
            disabled: client.disabled_at.is_some(),
            secrets: None,
        }
    }

    /// With the secret that was just made.
    pub(super) fn with_secret(mut self, secret: Option<&str>) -> Self {
        self.client_secret = secret.map(str::to_owned);
        self.client_secret_expires_at = secret.map(|_| 0);
        self
    }

    /// With what can be told of its secrets.
    pub(super) fn with_stored(mut self, stored: &[Stored]) -> Self {
        let told = |stored: &Stored| SecretView {
            created_at: stored.created_at.timestamp(),
            expires_at: stored.expires_at.map_or(0, |at| at.timestamp()),
        };
        self.secrets = Some(stored.iter().map(told).collect());
        self
    }

    /// A line for each field.
    pub(super) fn fields(&self, client: &Client) -> Vec<(&'static str, String)> {
        let seconds =
            |own: Option<i32>| own.map_or_else(|| "default".to_owned(), |seconds| format!("{seconds} s"));
        let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
        let mut fields = vec![("client_id", self.client_id.clone())];
        if let Some(secret) = &self.client_secret {
            fields.push(("client_secret", secret.clone()));
        }
        fields.extend([
            ("client_name", self.client_name.clone()),
            ("client_uri", self.client_uri.clone().unwrap_or_default()),
            ("kind", client.kind.as_str().to_owned()),
            ("registered_at", output::time(client.created_at)),
            ("redirect_uris", self.redirect_uris.join(" ")),
            ("grant_types", self.grant_types.join(" ")),
            ("response_types", self.response_types.join(" ")),
            (
                "token_endpoint_auth_method",
                self.token_endpoint_auth_method.to_string(),
            ),
            ("scope", self.scope.clone()),
            ("default_scope", self.default_scope.clone()),
            ("workspace_id", self.workspace_id.clone().unwrap_or_default()),
            ("require_pkce", yes(self.require_pkce)),
            ("token_format", self.token_format.to_owned()),
            ("access_token_ttl", seconds(self.access_token_ttl)),
            ("refresh_token_ttl", seconds(self.refresh_token_ttl)),
            (
                "grant_ttl",
                self.grant_ttl
                    .map_or_else(|| "none".to_owned(), |own| format!("{own} s")),
            ),
            ("audiences", self.audiences.join(" ")),
            ("verified", yes(self.verified)),
            ("disabled", yes(self.disabled)),
        ]);
        fields
    }
}

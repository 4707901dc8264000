//! What somebody wants to register of a client (RFC 7591 §2), checked as a whole before there is a row.
//!
//! Refusals carry the codes of RFC 7591 §3.2.2, the rule that is broken, and the corrected form where there is one.

mod field;
#[cfg(test)]
mod tests;
mod whole;

use self::whole::Whole;
use crate::{
    oauth::client::registration::{Changes, Client, Kind, NewClient, TokenFormat},
    platform::{
        clock::Timestamp,
        config::Config,
        id::{ClientId, WorkspaceId},
    },
    wire::grant_type::GrantType,
};

/// Longest absolute lifetime of a grant, in seconds: ten years.
const LONGEST_GRANT: u64 = 10 * 365 * 86_400;

/// The codes of RFC 7591 §3.2.2 that we give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadMetadataCode {
    /// A redirect URI breaks a rule.
    InvalidRedirectUri,
    /// Another field does.
    InvalidClientMetadata,
}

impl BadMetadataCode {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
        }
    }
}

/// Which rule a registration breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct BadMetadata {
    /// For the program.
    pub code: BadMetadataCode,
    /// For its developer.
    pub sentence: String,
    /// What would be accepted, where that can be said.
    pub fix: Option<String>,
}

impl BadMetadata {
    fn client(sentence: impl Into<String>) -> Self {
        Self {
            code: BadMetadataCode::InvalidClientMetadata,
            sentence: sentence.into(),
            fix: None,
        }
    }

    fn redirect_uri(sentence: impl Into<String>) -> Self {
        Self {
            code: BadMetadataCode::InvalidRedirectUri,
            ..Self::client(sentence)
        }
    }

    fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

/// A lifetime of its own, or the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// What the configuration says; for a grant: no absolute end.
    Default,
    /// So many seconds.
    Seconds(u64),
}

/// What somebody says of a client, unchecked; `None` where they say nothing.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// What people see.
    pub client_name: Option<String>,
    /// Its home page; the empty text takes it away.
    pub client_uri: Option<String>,
    /// Where people come back to.
    pub redirect_uris: Option<Vec<String>>,
    /// What it may present at the token endpoint.
    pub grant_types: Option<Vec<GrantType>>,
    /// What it may ask for.
    pub scope: Option<String>,
    /// Our own: what a request without `scope` asks for.
    pub default_scope: Option<String>,
    /// Our own: the resources that a resource server stands for.
    pub audiences: Option<Vec<String>>,
    /// Our own: whether PKCE is required.
    pub require_pkce: Option<bool>,
    /// Our own: the form of its access tokens.
    pub token_format: Option<TokenFormat>,
    /// Our own: how long its access tokens live.
    pub access_token_ttl: Option<Lifetime>,
    /// Our own: how long its refresh tokens live unused.
    pub refresh_token_ttl: Option<Lifetime>,
    /// Our own: when its grants end whatever happens.
    pub grant_ttl: Option<Lifetime>,
}

/// Who registers a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registrar {
    /// The operator: for every workspace, and vouched for.
    Operator,
    /// A workspace: for its own people, and unverified.
    Workspace(WorkspaceId),
}

impl Registrar {
    const fn workspace(self) -> Option<WorkspaceId> {
        match self {
            Self::Operator => None,
            Self::Workspace(id) => Some(id),
        }
    }
}

impl Metadata {
    /// The registration of a new client.
    ///
    /// Refuses with `invalid_redirect_uri` or `invalid_client_metadata`.
    pub fn register(
        &self,
        kind: Kind,
        registrar: Registrar,
        config: &Config,
        now: Timestamp,
    ) -> Result<NewClient, BadMetadata> {
        let name = self.client_name.as_deref().unwrap_or_default();
        let workspace_id = registrar.workspace();
        let default_grant_types: &[GrantType] = match kind {
            Kind::Confidential | Kind::Public => &[GrantType::AuthorizationCode, GrantType::RefreshToken],
            Kind::ResourceServer => &[],
        };
        let grant_types = self.grant_types.as_deref().unwrap_or(default_grant_types);
        let redirect_uris = self.redirect_uris.clone().unwrap_or_default();
        if kind != Kind::ResourceServer && self.scope.is_none() {
            return Err(BadMetadata::client(
                "a client that asks for tokens says which scopes it may ask for",
            )
            .fix(field::catalogue(config)));
        }
        let new = NewClient {
            id: ClientId::generate(now),
            workspace_id,
            name: field::name(name)?,
            uri: field::home_page(self.client_uri.as_deref().unwrap_or_default())?,
            kind: kind.as_str(),
            redirect_uris: field::redirect_uris(&redirect_uris, kind)?,
            grant_types: field::stored(grant_types),
            scope: field::scope(self.scope.as_deref().unwrap_or_default(), config)?.to_stored(),
            default_scope: field::scope(self.default_scope.as_deref().unwrap_or_default(), config)?
                .to_stored(),
            audiences: field::audiences(self.audiences.as_deref().unwrap_or_default(), config)?,
            require_pkce: self.require_pkce.unwrap_or(kind == Kind::Public),
            token_format: self.token_format.unwrap_or(TokenFormat::Opaque).as_str(),
            access_token_seconds: self
                .access_token_ttl
                .map(access_token_ttl(config))
                .transpose()?
                .flatten(),
            refresh_token_seconds: self
                .refresh_token_ttl
                .map(refresh_token_ttl(config))
                .transpose()?
                .flatten(),
            grant_seconds: self.grant_ttl.map(grant_ttl).transpose()?.flatten(),
            created_at: now,
            verified_at: workspace_id.is_none().then_some(now),
        };
        Whole {
            kind,
            workspace_id,
            redirect_uris: &new.redirect_uris,
            grant_types,
            scope: &new.scope,
            default_scope: &new.default_scope,
            audiences: &new.audiences,
            require_pkce: new.require_pkce,
        }
        .check()?;
        Ok(new)
    }

    /// The change of an existing client. What is not named is not checked again, except for how it fits with the rest.
    ///
    /// Refuses with `invalid_redirect_uri` or `invalid_client_metadata`.
    pub fn amend(&self, client: &Client, config: &Config) -> Result<Changes, BadMetadata> {
        let each = |given: &Option<String>| {
            given
                .as_deref()
                .map(|text| field::scope(text, config))
                .transpose()
        };
        let changes = Changes {
            name: self.client_name.as_deref().map(field::name).transpose()?,
            uri: self.client_uri.as_deref().map(field::home_page).transpose()?,
            redirect_uris: self
                .redirect_uris
                .as_deref()
                .map(|uris| field::redirect_uris(uris, client.kind))
                .transpose()?,
            grant_types: self.grant_types.as_deref().map(field::stored),
            scope: each(&self.scope)?.map(|scope| scope.to_stored()),
            default_scope: each(&self.default_scope)?.map(|scope| scope.to_stored()),
            audiences: self
                .audiences
                .as_deref()
                .map(|given| field::audiences(given, config))
                .transpose()?,
            require_pkce: self.require_pkce,
            token_format: self.token_format.map(TokenFormat::as_str),
            access_token_seconds: self.access_token_ttl.map(access_token_ttl(config)).transpose()?,
            refresh_token_seconds: self
                .refresh_token_ttl
                .map(refresh_token_ttl(config))
                .transpose()?,
            grant_seconds: self.grant_ttl.map(grant_ttl).transpose()?,
            verified_at: None,
            disabled_at: None,
        };
        let (scope, default_scope) = (client.scope.to_stored(), client.default_scope.to_stored());
        let grant_types = self.grant_types.clone().unwrap_or_else(|| {
            let names = client.grant_types.iter();
            names.filter_map(|name| GrantType::parse(name)).collect()
        });
        Whole {
            kind: client.kind,
            workspace_id: client.workspace_id,
            redirect_uris: changes.redirect_uris.as_ref().unwrap_or(&client.redirect_uris),
            grant_types: &grant_types,
            scope: changes.scope.as_ref().unwrap_or(&scope),
            default_scope: changes.default_scope.as_ref().unwrap_or(&default_scope),
            audiences: changes.audiences.as_ref().unwrap_or(&client.audiences),
            require_pkce: changes.require_pkce.unwrap_or(client.require_pkce),
        }
        .check()?;
        Ok(changes)
    }
}

/// The rule of `access_token_ttl`.
fn access_token_ttl(config: &Config) -> impl Fn(Lifetime) -> Result<Option<i32>, BadMetadata> {
    let most = config.limits.max_access.as_secs();
    move |given| field::lifetime("access_token_ttl", given, most)
}

/// The rule of `refresh_token_ttl`.
fn refresh_token_ttl(config: &Config) -> impl Fn(Lifetime) -> Result<Option<i32>, BadMetadata> {
    let most = config.limits.max_refresh.as_secs();
    move |given| field::lifetime("refresh_token_ttl", given, most)
}

/// The rule of `grant_ttl`.
fn grant_ttl(given: Lifetime) -> Result<Option<i32>, BadMetadata> {
    field::lifetime("grant_ttl", given, LONGEST_GRANT)
}

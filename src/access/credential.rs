//! The facts about a live credential, whatever its kind.

use uuid::Uuid;

use crate::{
    platform::{
        clock::Timestamp,
        config::Role,
        id::{AccountId, ClientId, WorkspaceId},
    },
    wire::scope::Scope,
};

/// What kind of credential it is; `credential` in an introspection response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// Opaque or `at+jwt`.
    AccessToken,
    /// Good at the token endpoint only.
    RefreshToken,
}

impl CredentialKind {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
        }
    }
}

/// A live credential: everything here is true now.
#[derive(Clone, Debug)]
pub struct Credential {
    /// What it is.
    pub kind: CredentialKind,
    /// Its `jti`.
    pub id: Uuid,
    /// Whose it is.
    pub client_id: ClientId,
    /// Whom it acts for; `None`: the client itself.
    pub account: Option<Person>,
    /// Where it acts.
    pub workspace_id: WorkspaceId,
    /// What it can do now.
    pub scope: Scope,
    /// For which resources it is meant.
    pub audience: Vec<String>,
    /// Since when.
    pub issued_at: Timestamp,
    /// Until when at most.
    pub expires_at: Timestamp,
}

/// The person that a credential acts for.
#[derive(Clone, Debug)]
pub struct Person {
    /// `sub`.
    pub id: AccountId,
    /// Their role in the workspace, now.
    pub role: Role,
    /// Their address, told only where a scope reveals it.
    pub email: String,
}

impl Credential {
    /// `sub`: the person, or the client that acts as itself (RFC 7662 §2.2, RFC 9068 §2.2).
    #[must_use]
    pub fn subject(&self) -> String {
        self.account
            .as_ref()
            .map_or_else(|| self.client_id.to_string(), |person| person.id.to_string())
    }
}

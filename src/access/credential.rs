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
    /// The access token of a person's session in a program.
    Session,
}

impl CredentialKind {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
            Self::Session => "session",
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
    /// For whom it acts.
    pub subject: Subject,
    /// Where it acts; `None`: a session that acts in no workspace.
    pub workspace_id: Option<WorkspaceId>,
    /// What it can do now.
    pub scope: Scope,
    /// For which resources it is meant.
    pub audience: Vec<String>,
    /// Since when.
    pub issued_at: Timestamp,
    /// Until when at most.
    pub expires_at: Timestamp,
}

/// For whom a credential acts.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A client acts as itself.
    Client(ClientId),
    /// A client acts for a person.
    ClientFor(ClientId, Person),
    /// A person acts.
    Person(Person),
}

/// The person that a credential acts for.
#[derive(Clone, Debug)]
pub struct Person {
    /// `sub`.
    pub id: AccountId,
    /// Their role in the workspace, now; `None` where the credential acts in none.
    pub role: Option<Role>,
    /// Their address, told only where a scope reveals it.
    pub email: String,
}

impl Credential {
    /// `sub`: the person, or the client that acts as itself (RFC 7662 §2.2, RFC 9068 §2.2).
    #[must_use]
    pub fn sub(&self) -> String {
        match &self.subject {
            Subject::Client(client) => client.to_string(),
            Subject::ClientFor(_, person) | Subject::Person(person) => person.id.to_string(),
        }
    }

    /// `client_id`: whose it is, if it is an app's.
    #[must_use]
    pub fn client(&self) -> Option<ClientId> {
        match &self.subject {
            Subject::Client(client) | Subject::ClientFor(client, _) => Some(*client),
            Subject::Person(_) => None,
        }
    }

    /// The person that it acts for.
    #[must_use]
    pub fn person(&self) -> Option<&Person> {
        match &self.subject {
            Subject::Client(_) => None,
            Subject::ClientFor(_, person) | Subject::Person(person) => Some(person),
        }
    }
}

//! The facts about a live credential, whatever its kind.

use uuid::Uuid;

use crate::{
    platform::{
        clock::Timestamp,
        config::Role,
        id::{AccountId, ApiKeyId, ClientId, ServiceAccountId, WorkspaceId},
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
    /// A secret API key, or a publishable one.
    ApiKey,
}

impl CredentialKind {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
            Self::Session => "session",
            Self::ApiKey => "api_key",
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
    /// Until when at most; only an API key may have no end.
    pub expires_at: Option<Timestamp>,
    /// What it hangs from: the grant or the API key of an access token, the grant of a refresh token, the session of its token.
    pub parent: Option<Uuid>,
    /// The plan of the workspace.
    pub plan: Option<String>,
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
    /// An API key acts, or a token that was made with one.
    Key(Key),
}

/// The API key that acts.
#[derive(Clone, Debug)]
pub struct Key {
    /// Which.
    pub id: ApiKeyId,
    /// The end of the secret that was presented; `None`: a token that was made with it was.
    pub last_four: Option<String>,
    /// How often it may be used in a minute, if it has a limit of its own.
    pub requests_per_minute: Option<u32>,
    /// For whom it acts.
    pub holder: Holder,
}

/// For whom an API key acts.
#[derive(Clone, Debug)]
pub enum Holder {
    /// A member of the workspace.
    Person(Person),
    /// A service account of the workspace, and its role.
    ServiceAccount(ServiceAccountId, Role),
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
    /// `sub`: the person, the service account, or the client that acts as itself (RFC 7662 §2.2, RFC 9068 §2.2).
    #[must_use]
    pub fn sub(&self) -> String {
        match &self.subject {
            Subject::Client(client) => client.to_string(),
            Subject::ClientFor(_, person) | Subject::Person(person) => person.id.to_string(),
            Subject::Key(key) => match &key.holder {
                Holder::Person(person) => person.id.to_string(),
                Holder::ServiceAccount(id, _) => id.to_string(),
            },
        }
    }

    /// `client_id`: whose it is, if it is an app's.
    #[must_use]
    pub fn client(&self) -> Option<ClientId> {
        match &self.subject {
            Subject::Client(client) | Subject::ClientFor(client, _) => Some(*client),
            Subject::Person(_) | Subject::Key(_) => None,
        }
    }

    /// The API key that acts, or that it was made with.
    #[must_use]
    pub fn key(&self) -> Option<&Key> {
        match &self.subject {
            Subject::Key(key) => Some(key),
            Subject::Client(_) | Subject::ClientFor(..) | Subject::Person(_) => None,
        }
    }

    /// The person that it acts for.
    #[must_use]
    pub fn person(&self) -> Option<&Person> {
        match &self.subject {
            Subject::ClientFor(_, person)
            | Subject::Person(person)
            | Subject::Key(Key {
                holder: Holder::Person(person),
                ..
            }) => Some(person),
            Subject::Client(_) | Subject::Key(_) => None,
        }
    }

    /// The role of whoever it acts for, in the workspace, now.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        match &self.subject {
            Subject::Key(Key {
                holder: Holder::ServiceAccount(_, role),
                ..
            }) => Some(*role),
            _ => self.person().and_then(|person| person.role),
        }
    }
}

//! API keys, made as the server makes them.

use consentry::{
    api_keys::{
        api_key::{self, Kind, NewKey},
        owner::Owner,
        service_account,
    },
    platform::{
        config::Role,
        id::{ApiKeyId, ServiceAccountId, WorkspaceId},
    },
    wire::scope::Scope,
};
use ipnet::IpNet;

use super::{Person, Server};

/// A key and its newest secret.
#[derive(Clone, Debug)]
pub struct TestKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Where it acts.
    pub workspace: WorkspaceId,
    /// What a program sends.
    pub secret: String,
}

/// What a key is made with, where a test says more than its scopes.
#[derive(Clone, Debug, Default)]
pub struct KeyWish<'a> {
    /// Separated by blanks.
    pub scope: &'a str,
    /// From which web pages: a publishable key.
    pub origins: Vec<String>,
    /// From where.
    pub networks: Vec<IpNet>,
    /// How long it lives.
    pub lifetime: Option<std::time::Duration>,
}

impl Server {
    /// A key of a member of `acme`, with these scopes and no end.
    pub fn api_key(&self, person: &Person, scope: &str) -> TestKey {
        let wish = KeyWish {
            scope,
            ..KeyWish::default()
        };
        self.api_key_with(Owner::Account(person.account.id), &wish)
    }

    /// A service account of `acme`.
    pub fn service_account(&self, name: &str, role: Role) -> ServiceAccountId {
        let (mut conn, acme) = (self.database.connect(), self.workspace("acme").id);
        let made = service_account::create(&mut conn, acme, (name, role), None, self.clock.now()).unwrap();
        made.unwrap().id
    }

    /// A key in `acme`.
    pub fn api_key_with(&self, owner: Owner, wish: &KeyWish<'_>) -> TestKey {
        let (mut conn, acme, now) = (
            self.database.connect(),
            self.workspace("acme").id,
            self.clock.now(),
        );
        let new = NewKey {
            kind: if wish.origins.is_empty() {
                Kind::Secret
            } else {
                Kind::Publishable
            },
            workspace_id: acme,
            owner,
            name: "a test's",
            scope: &Scope::parse(wish.scope).unwrap(),
            origins: &wish.origins,
            networks: &wish.networks,
            requests_per_minute: None,
            created_by: None,
            expires_at: wish.lifetime.map(|lifetime| now + lifetime),
        };
        let (key, secret) = api_key::create(&mut conn, &self.config.vendor, &new, now).unwrap();
        TestKey {
            id: key.id,
            workspace: acme,
            secret: secret.reveal(&self.config.vendor).to_string(),
        }
    }
}

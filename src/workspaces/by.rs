//! Who does something in a workspace.

use diesel::{PgConnection, QueryResult};

use crate::{
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    platform::{
        clock::Timestamp,
        config::Role,
        id::{AccountId, WorkspaceId},
    },
    workspaces::{
        membership,
        permission::{Permission, may},
        refused::Refused,
    },
};

/// Who does it, from where, and when.
#[derive(Clone, Debug)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// From where, for the audit.
    pub origin: Origin,
    /// When.
    pub now: Timestamp,
}

impl By {
    /// A person.
    #[must_use]
    pub fn account(account: AccountId, origin: Origin, now: Timestamp) -> Self {
        Self {
            actor: Actor::Account(account),
            origin,
            now,
        }
    }

    /// Whoever runs the server, at its command line.
    #[must_use]
    pub fn operator(now: Timestamp) -> Self {
        Self {
            actor: Actor::Operator,
            origin: Origin::default(),
            now,
        }
    }

    /// The person, if it is one.
    #[must_use]
    pub fn person(&self) -> Option<AccountId> {
        match self.actor {
            Actor::Account(account) => Some(account),
            Actor::ServiceAccount(_) | Actor::Client(_) | Actor::Operator | Actor::Nobody => None,
        }
    }

    /// What they are in a workspace *now*. Asked within the transaction that does it: what the door told may have changed since.
    pub fn role(&self, conn: &mut PgConnection, workspace: WorkspaceId) -> QueryResult<Option<Role>> {
        match self.actor {
            // There is nobody above the operator, who could write the same into the database.
            Actor::Operator => Ok(Some(Role::Owner)),
            Actor::Account(account) => {
                Ok(membership::find(conn, account, workspace)?.map(|membership| membership.role))
            }
            Actor::ServiceAccount(_) | Actor::Client(_) | Actor::Nobody => Ok(None),
        }
    }

    /// Their role, where it has the permission. [`Refused::NotFound`] for who does not belong to the workspace at all.
    pub fn allowed(
        &self,
        conn: &mut PgConnection,
        workspace: WorkspaceId,
        permission: Permission,
    ) -> QueryResult<Result<Role, Refused>> {
        Ok(match self.role(conn, workspace)? {
            None => Err(Refused::NotFound),
            Some(role) if may(role, permission) => Ok(role),
            Some(_) => Err(Refused::Lacks(permission)),
        })
    }

    /// Writes down what they did.
    pub fn note(&self, conn: &mut PgConnection, event: &Event) -> QueryResult<()> {
        log::append(conn, self.actor, &self.origin, event, self.now)
    }
}

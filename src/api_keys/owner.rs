//! Whose a key is.

use uuid::Uuid;

use crate::platform::id::{AccountId, ServiceAccountId};

/// Whose a key is: its role is theirs, now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A member of the workspace.
    Account(AccountId),
    /// A service account of the workspace, which outlives whoever made it.
    ServiceAccount(ServiceAccountId),
}

impl Owner {
    /// From the two columns, of which exactly one is there.
    #[must_use]
    pub fn of(account: Option<AccountId>, service_account: Option<ServiceAccountId>) -> Option<Self> {
        match (account, service_account) {
            (Some(account), None) => Some(Self::Account(account)),
            (None, Some(service_account)) => Some(Self::ServiceAccount(service_account)),
            (None, None) | (Some(_), Some(_)) => None,
        }
    }

    /// The person, if it is one.
    #[must_use]
    pub fn account(self) -> Option<AccountId> {
        match self {
            Self::Account(account) => Some(account),
            Self::ServiceAccount(_) => None,
        }
    }

    /// The service account, if it is one.
    #[must_use]
    pub fn service_account(self) -> Option<ServiceAccountId> {
        match self {
            Self::Account(_) => None,
            Self::ServiceAccount(service_account) => Some(service_account),
        }
    }

    /// Its id: the `sub` of the key.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Account(account) => account.uuid(),
            Self::ServiceAccount(service_account) => service_account.uuid(),
        }
    }
}

//! What a program is told of a session: the tokens, the person, the workspace.

use actix_web::{HttpResponse, http::header::CACHE_CONTROL};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    accounts::account::Account,
    platform::{
        config::Role,
        id::{AccountId, WorkspaceId},
    },
    web::caller::Place,
    workspaces::membership::Membership,
};

/// The answer to a sign-in and to its renewal.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionTokens {
    /// A JWT for the Authorization header.
    pub(super) access_token: String,
    /// How long it lives, in seconds.
    pub(super) expires_in: u64,
    /// Renews it, once.
    pub(super) refresh_token: String,
    /// Who signed in.
    pub(super) user: User,
    /// Where requests act that name no workspace.
    pub(super) workspace: Option<WorkspaceRole>,
}

impl SessionTokens {
    /// 200, and never kept by anybody on the way.
    pub(super) fn respond(&self) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(self)
    }
}

/// A person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    /// Their id; `sub` of tokens.
    id: AccountId,
    /// Their address.
    email: String,
    /// As they want to be called.
    name: String,
    /// Whether the address is known to be theirs.
    email_verified: bool,
}

impl From<&Account> for User {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id,
            email: account.email.clone(),
            name: account.name.clone(),
            email_verified: account.verified_at.is_some(),
        }
    }
}

/// A workspace, and the person's role in it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct WorkspaceRole {
    /// Its id.
    id: WorkspaceId,
    /// Its short name in addresses.
    slug: String,
    /// As people call it.
    name: String,
    /// `viewer`, `member`, `admin` or `owner`.
    role: &'static str,
}

impl WorkspaceRole {
    fn new(id: WorkspaceId, slug: &str, name: &str, role: Role) -> Self {
        Self {
            id,
            slug: slug.to_owned(),
            name: name.to_owned(),
            role: role.as_str(),
        }
    }
}

impl From<&Membership> for WorkspaceRole {
    fn from(Membership { workspace, role }: &Membership) -> Self {
        Self::new(workspace.id, &workspace.slug, &workspace.name, *role)
    }
}

impl From<&Place> for WorkspaceRole {
    fn from(place: &Place) -> Self {
        Self::new(place.id, &place.slug, &place.name, place.role)
    }
}

//! `/v1/workspaces/{id}/members…`: who belongs to a workspace, and as what.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::at::{self, At};
use crate::{
    platform::{Platform, clock::Timestamp, config::Role, id::AccountId},
    web::{
        answers::refusals,
        caller::{self, InWorkspace},
        context::RequestContext,
        json::JsonBody,
        paging::{PageQuery, Paging},
        problem::Problem,
    },
    workspaces::{
        members,
        membership::{self, Member},
        permission::Permission,
    },
};

/// The name of a role.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Role)]
pub(crate) enum RoleName {
    /// Looks.
    Viewer,
    /// Works.
    Member,
    /// Manages people and apps.
    Admin,
    /// Owns the workspace.
    Owner,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Viewer => Self::Viewer,
            RoleName::Member => Self::Member,
            RoleName::Admin => Self::Admin,
            RoleName::Owner => Self::Owner,
        }
    }
}

/// Somebody who belongs to a workspace.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Member)]
struct MemberAnswer {
    /// The id of their account.
    id: AccountId,
    /// As they want to be called.
    name: String,
    /// Their address.
    email: String,
    /// `viewer`, `member`, `admin` or `owner`.
    role: &'static str,
    /// Since when they belong to it.
    #[schema(value_type = String, format = DateTime)]
    joined_at: Timestamp,
}

impl From<Member> for MemberAnswer {
    fn from(member: Member) -> Self {
        Self {
            id: member.account_id,
            name: member.name,
            email: member.email,
            role: member.role.as_str(),
            joined_at: member.joined_at,
        }
    }
}

/// A page of members.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MemberPage {
    /// The members.
    items: Vec<MemberAnswer>,
    /// `cursor` of the next page; null where this is the last.
    next_cursor: Option<String>,
}

/// The role that a member is to have.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MemberChange {
    /// The role.
    role: RoleName,
}

refusals! {
    MembersRefusals: Problem [MALFORMED_QUERY] + caller::REFUSALS + at::REFUSALS;
    ChangeMemberRefusals: Problem [
        MALFORMED_BODY, UNSUPPORTED_MEDIA_TYPE, PERMISSION_DENIED, LAST_OWNER,
    ] + caller::REFUSALS + at::REFUSALS;
    RemoveMemberRefusals: Problem [PERMISSION_DENIED, LAST_OWNER] + caller::REFUSALS + at::REFUSALS;
}

/// Lists the members of a workspace.
#[utoipa::path(
    get, path = "/v1/workspaces/{id}/members", tag = "Workspaces", operation_id = "listMembers",
    security(("session" = [])),
    params(("id" = String, Path, description = "The workspace's id or slug."), PageQuery, InWorkspace),
    responses((status = 200, description = "A page of them.", body = MemberPage), MembersRefusals),
)]
pub(crate) async fn get(at: At, paging: Paging, platform: Data<Platform>) -> Result<HttpResponse, Problem> {
    at.may(Permission::SeeMembers)?;
    let id = at.id();
    let rows = platform
        .db
        .read(move |conn| Ok(membership::members(conn, id, paging.after(), paging.look_for())?))
        .await?;
    let (shown, next_cursor) = paging.cut(rows, |row| row.account_id.uuid());
    Ok(HttpResponse::Ok().json(MemberPage {
        items: shown.into_iter().map(Into::into).collect(),
        next_cursor,
    }))
}

/// Gives a member another role.
///
/// Needs the role admin; what makes or touches an owner needs owner. It holds from the next request on. The last owner stays one.
#[utoipa::path(
    patch, path = "/v1/workspaces/{id}/members/{account}", tag = "Workspaces", operation_id = "updateMember",
    security(("session" = [])),
    params(
        ("id" = String, Path, description = "The workspace's id or slug."),
        ("account" = String, Path, description = "The id of the member's account."),
        InWorkspace,
    ),
    request_body(content = MemberChange, example = json!({"role": "admin"})),
    responses((status = 200, description = "The member as they are now.", body = MemberAnswer), ChangeMemberRefusals),
)]
pub(crate) async fn patch(
    at: At,
    path: Path<(String, String)>,
    body: JsonBody<MemberChange>,
    platform: Data<Platform>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    let account = account(&path.1)?;
    let (by, id, role) = (at.by(context), at.id(), Role::from(body.0.role));
    let member = platform
        .db
        .write(move |conn| members::change_role(conn, &by, id, account, role))
        .await??;
    Ok(HttpResponse::Ok().json(MemberAnswer::from(member)))
}

/// Removes a member from a workspace.
///
/// Needs the role admin; to remove an owner, owner. Whoever removes themselves leaves, whatever they are; the last owner cannot. It
/// holds from the next request on, for their sessions and for every app that acts for them there.
#[utoipa::path(
    delete, path = "/v1/workspaces/{id}/members/{account}", tag = "Workspaces", operation_id = "removeMember",
    security(("session" = [])),
    params(
        ("id" = String, Path, description = "The workspace's id or slug."),
        ("account" = String, Path, description = "The id of the member's account."),
        InWorkspace,
    ),
    responses((status = 204, description = "They are no member any more."), RemoveMemberRefusals),
)]
pub(crate) async fn delete(
    at: At,
    path: Path<(String, String)>,
    platform: Data<Platform>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    let account = account(&path.1)?;
    let (by, id) = (at.by(context), at.id());
    platform
        .db
        .write(move |conn| members::remove(conn, &by, id, account))
        .await??;
    Ok(HttpResponse::NoContent().finish())
}

fn account(text: &str) -> Result<AccountId, Problem> {
    AccountId::parse(text).ok_or_else(Problem::not_found)
}

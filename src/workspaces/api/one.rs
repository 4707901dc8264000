//! `GET|PATCH|DELETE /v1/workspaces/{id}`, `GET|PATCH /v1/workspaces/current`, `POST /v1/workspaces/{id}/restore`: one workspace.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    at::{self, At, by, is_named_by_header},
    mine::{read_name, read_slug},
};
use crate::{
    platform::{Platform, clock::Timestamp, config::Role, id::WorkspaceId},
    web::{
        answers::refusals,
        caller::{self, Caller, InWorkspace, workspace_forbidden},
        context::RequestContext,
        json::JsonBody,
        params::Params,
        problem::Problem,
        words::errors,
    },
    workspaces::{
        by::By,
        global, manage,
        membership::Membership,
        permission::Permission,
        refused::Refused,
        session_answer::WorkspaceRole,
        workspace::{self, Change},
    },
};

/// What is to be changed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WorkspaceChange {
    /// As people call it: 1 to 100 visible characters. Without it: as before.
    name: Option<String>,
    /// Its short name in addresses: 2 to 63 of a-z, 0-9 and single inner hyphens. Without it: as before.
    slug: Option<String>,
}

/// A workspace that was deleted.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DeletedWorkspace {
    /// Its id, with which it can be restored.
    id: WorkspaceId,
    /// Its slug, which stays taken until then.
    slug: String,
    /// Until when it can be restored.
    #[schema(value_type = String, format = DateTime)]
    restorable_until: Timestamp,
}

refusals! {
    OneRefusals: Problem [] + caller::REFUSALS + at::REFUSALS;
    ChangeRefusals: Problem [
        MALFORMED_BODY, UNSUPPORTED_MEDIA_TYPE, INVALID_VALUE, SLUG_TAKEN, PERMISSION_DENIED, WORKSPACES_CLOSED,
    ] + caller::REFUSALS + at::REFUSALS;
    DeleteRefusals: Problem [
        MALFORMED_QUERY, INVALID_VALUE, PERMISSION_DENIED, RECENT_PROOF_REQUIRED, WORKSPACES_CLOSED,
    ] + caller::REFUSALS + at::REFUSALS;
    RestoreRefusals: Problem [] + caller::REFUSALS + at::REFUSALS;
    CurrentRefusals: Problem [WORKSPACE_REQUIRED] + caller::REFUSALS;
    ChangeCurrentRefusals: Problem [
        MALFORMED_BODY, UNSUPPORTED_MEDIA_TYPE, INVALID_VALUE, SLUG_TAKEN, PERMISSION_DENIED, NOT_FOUND, WORKSPACE_REQUIRED, WORKSPACES_CLOSED,
    ] + caller::REFUSALS;
}

/// One workspace.
#[utoipa::path(
    get, path = "/v1/workspaces/{id}", tag = "Workspaces", operation_id = "getWorkspace",
    security(("session" = [])),
    params(("id" = String, Path, description = "The workspace's id or slug."), InWorkspace),
    responses((status = 200, description = "The workspace, and the person's role in it.", body = WorkspaceRole), OneRefusals),
)]
pub(crate) async fn get(at: At) -> HttpResponse {
    HttpResponse::Ok().json(WorkspaceRole::from(&at.membership))
}

/// Renames a workspace.
///
/// Needs the role admin. Addresses with the former slug lead nowhere then, or to whoever takes it.
#[utoipa::path(
    patch, path = "/v1/workspaces/{id}", tag = "Workspaces", operation_id = "updateWorkspace",
    security(("session" = [])),
    params(("id" = String, Path, description = "The workspace's id or slug."), InWorkspace),
    request_body(content = WorkspaceChange, example = json!({"name": "Northwind Traders"})),
    responses((status = 200, description = "The workspace as it is now.", body = WorkspaceRole), ChangeRefusals),
)]
pub(crate) async fn patch(
    at: At,
    body: JsonBody<WorkspaceChange>,
    platform: Data<Platform>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    change(&platform, at.by(context), (at.id(), at.membership.role), &body.0).await
}

async fn change(
    platform: &Platform,
    by: By,
    (id, role): (WorkspaceId, Role),
    asked: &WorkspaceChange,
) -> Result<HttpResponse, Problem> {
    let name = asked.name.as_deref().map(read_name).transpose()?;
    let slug = asked.slug.as_deref().map(read_slug).transpose()?;
    if slug.is_some() && !global::people_manage(&platform.config) {
        return Err(Refused::Closed.into());
    }
    let workspace = platform
        .db
        .write(move |conn| {
            let change = Change {
                name: name.as_deref(),
                slug: slug.as_ref(),
            };
            manage::change(conn, &by, id, change)
        })
        .await??;
    Ok(HttpResponse::Ok().json(WorkspaceRole::from(&Membership { workspace, role })))
}

/// Deletes a workspace.
///
/// Needs the role owner, a proof of who the person is that is not older than ten minutes, and the workspace's slug, so that nobody
/// deletes another one than they meant. For seven days it can be restored; nothing in it works meanwhile.
#[utoipa::path(
    delete, path = "/v1/workspaces/{id}", tag = "Workspaces", operation_id = "deleteWorkspace",
    security(("session" = [])),
    params(
        ("id" = String, Path, description = "The workspace's id or slug."),
        ("slug" = String, Query, description = "The workspace's slug, typed by the person."),
        InWorkspace,
    ),
    responses((status = 200, description = "It is deleted.", body = DeletedWorkspace), DeleteRefusals),
)]
pub(crate) async fn delete(
    req: HttpRequest,
    at: At,
    platform: Data<Platform>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    let malformed = |why: String| Problem::new(&errors::MALFORMED_QUERY, why);
    let query = Params::parse(req.query_string().as_bytes()).map_err(|bad| malformed(format!("{bad}.")))?;
    let typed = query
        .one("slug")
        .map_err(|twice| malformed(format!("{twice}.")))?;
    let typed = typed.unwrap_or_default().to_owned();
    at.may(Permission::DeleteWorkspace)?;
    if !global::people_manage(&platform.config) {
        return Err(Refused::Closed.into());
    }
    at.caller.proved_recently()?;
    let (by, id) = (at.by(context), at.id());
    let now = by.now;
    let deleted = platform
        .db
        .write(move |conn| manage::delete(conn, &by, id, &typed))
        .await??;
    Ok(HttpResponse::Ok().json(DeletedWorkspace {
        id: deleted.id,
        slug: deleted.slug,
        restorable_until: workspace::restorable_until(now),
    }))
}

/// Restores a deleted workspace.
///
/// Needs the role owner in it. It is as it was, with its members, apps and keys.
#[utoipa::path(
    post, path = "/v1/workspaces/{id}/restore", tag = "Workspaces", operation_id = "restoreWorkspace",
    security(("session" = [])),
    params(("id" = String, Path, description = "The workspace's id or slug."), InWorkspace),
    responses((status = 200, description = "It is back.", body = WorkspaceRole), RestoreRefusals),
)]
pub(crate) async fn restore(
    req: HttpRequest,
    caller: Caller,
    named: Path<String>,
    platform: Data<Platform>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    // What a header names is there, so it is another one.
    if is_named_by_header(&req, &platform) {
        return Err(workspace_forbidden());
    }
    let (by, named) = (by(&caller, context), named.into_inner());
    let workspace = platform
        .db
        .write(move |conn| manage::restore(conn, &by, &named))
        .await??;
    let role = Role::Owner;
    Ok(HttpResponse::Ok().json(WorkspaceRole::from(&Membership { workspace, role })))
}

/// The workspace that the request acts in.
///
/// The one that the header names, else the session's default.
#[utoipa::path(
    get, path = "/v1/workspaces/current", tag = "Workspaces", operation_id = "getCurrentWorkspace",
    security(("session" = [])), params(InWorkspace),
    responses((status = 200, description = "The workspace, and the person's role in it.", body = WorkspaceRole), CurrentRefusals),
)]
pub(crate) async fn get_current(caller: Caller) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(WorkspaceRole::from(caller.workspace()?)))
}

/// Renames the workspace that the request acts in.
///
/// Needs the role admin.
#[utoipa::path(
    patch, path = "/v1/workspaces/current", tag = "Workspaces", operation_id = "updateCurrentWorkspace",
    security(("session" = [])), params(InWorkspace),
    request_body(content = WorkspaceChange, example = json!({"slug": "northwind-traders"})),
    responses((status = 200, description = "The workspace as it is now.", body = WorkspaceRole), ChangeCurrentRefusals),
)]
pub(crate) async fn patch_current(
    caller: Caller,
    body: JsonBody<WorkspaceChange>,
    platform: Data<Platform>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    let place = caller.workspace()?;
    change(&platform, by(&caller, context), (place.id, place.role), &body.0).await
}

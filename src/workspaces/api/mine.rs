//! `GET|POST /v1/workspaces`: where I belong to, and a new one.

use actix_web::{HttpResponse, http::StatusCode, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::at::by;
use crate::{
    platform::{Platform, config::Role},
    web::{
        answers::refusals,
        caller::{self, Caller, InWorkspace},
        context::RequestContext,
        json::JsonBody,
        paging::{PageQuery, Paging},
        problem::Problem,
        words::errors,
    },
    workspaces::{
        global, manage,
        membership::{self, Membership},
        refused::Refused,
        session_answer::WorkspaceRole,
        workspace::{self, Slug},
    },
};

/// A page of workspaces.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct WorkspacePage {
    /// The workspaces, and the person's role in each.
    items: Vec<WorkspaceRole>,
    /// `cursor` of the next page; none where this is the last.
    next_cursor: Option<String>,
}

/// A workspace that is to be made.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewWorkspace {
    /// As people call it: 1 to 100 visible characters.
    name: String,
    /// Its short name in addresses: 2 to 63 of a-z, 0-9 and single inner hyphens. Without it: one like the name.
    slug: Option<String>,
}

refusals! {
    MyWorkspacesRefusals: Problem [MALFORMED_QUERY] + caller::REFUSALS;
    NewWorkspaceRefusals: Problem [
        MALFORMED_BODY, UNSUPPORTED_MEDIA_TYPE, INVALID_VALUE, SLUG_TAKEN, WORKSPACES_CLOSED,
    ] + caller::REFUSALS;
}

/// Lists the workspaces that the person belongs to.
#[utoipa::path(
    get, path = "/v1/workspaces", tag = "Workspaces", operation_id = "listWorkspaces",
    security(("session" = [])), params(PageQuery, InWorkspace),
    responses((status = 200, description = "A page of them.", body = WorkspacePage), MyWorkspacesRefusals),
)]
pub(crate) async fn get(
    caller: Caller,
    paging: Paging,
    platform: Data<Platform>,
) -> Result<HttpResponse, Problem> {
    let account = caller.account;
    let rows = platform
        .db
        .read(move |conn| {
            Ok(membership::page_of(
                conn,
                account,
                paging.after(),
                paging.look_for(),
            )?)
        })
        .await?;
    let (shown, next_cursor) = paging.cut(rows, |row| row.workspace.id.uuid());
    Ok(HttpResponse::Ok().json(WorkspacePage {
        items: shown.iter().map(Into::into).collect(),
        next_cursor,
    }))
}

/// Makes a workspace.
///
/// The person who makes it owns it.
#[utoipa::path(
    post, path = "/v1/workspaces", tag = "Workspaces", operation_id = "createWorkspace",
    security(("session" = [])), params(InWorkspace),
    request_body(content = NewWorkspace, example = json!({"name": "Northwind Traders", "slug": "northwind"})),
    responses((status = 201, description = "It is made.", body = WorkspaceRole), NewWorkspaceRefusals),
)]
pub(crate) async fn post(
    caller: Caller,
    body: JsonBody<NewWorkspace>,
    platform: Data<Platform>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    if !global::people_manage(&platform.config) {
        return Err(Refused::Closed.into());
    }
    let name = read_name(&body.0.name)?;
    let slug = body.0.slug.as_deref().map(read_slug).transpose()?;
    let by = by(&caller, context);
    let workspace = platform
        .db
        .write(move |conn| manage::create(conn, &by, &name, slug.as_ref()))
        .await??;
    let role = Role::Owner;
    Ok(HttpResponse::build(StatusCode::CREATED).json(WorkspaceRole::from(&Membership { workspace, role })))
}

/// The name of a workspace.
pub(super) fn read_name(name: &str) -> Result<String, Problem> {
    workspace::name(name).ok_or_else(|| {
        let detail = "`name`: it must have 1 to 100 visible characters.";
        Problem::new(&errors::INVALID_VALUE, detail)
    })
}

/// A slug.
pub(super) fn read_slug(slug: &str) -> Result<Slug, Problem> {
    Slug::parse(slug).ok_or_else(|| {
        let detail = "`slug`: it must have 2 to 63 of a-z, 0-9 and single inner hyphens, and a few words are not allowed.";
        Problem::new(&errors::INVALID_VALUE, detail)
    })
}

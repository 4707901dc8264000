//! `GET /v1/workspaces/{id}/activity`: what happened in a workspace; `…/activity/export`: the same as a file.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::at::{self, At};
use crate::{
    audit::reading::Start,
    platform::Platform,
    web::{
        answers::refusals,
        caller::{self, InWorkspace},
        paging::{PageQuery, Paging},
        params::Params,
        problem::Problem,
        words::errors,
    },
    workspaces::{
        activity::{self, Asked, Format, Line, Lines, NAMES, Things},
        permission::Permission,
    },
};

/// What is asked for. Without any of these: everything.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Asked` reads")]
pub(crate) struct ActivityQuery {
    /// Who did it: an id, a person's e-mail address, `operator` or `nobody`.
    #[param(required = false)]
    actor: Option<String>,
    /// What happened: a kind like `member.removed`, or its first word for all that begin with it.
    #[param(required = false)]
    kind: Option<String>,
    /// The id of what or whom it happened to.
    #[param(required = false)]
    target: Option<String>,
    /// The id of the credential that it was done with.
    #[param(required = false)]
    credential: Option<String>,
    /// From when on: a day in UTC like `2026-05-03`, or a time.
    #[param(required = false)]
    from: Option<String>,
    /// Until when: a day, which is meant whole, or a time.
    #[param(required = false)]
    to: Option<String>,
}

/// How the file is written.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Format` reads")]
pub(crate) struct ExportQuery {
    /// `csv` or `ndjson`.
    #[param(required = false, default = "csv")]
    format: Option<String>,
}

/// A page of the log.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ActivityPage {
    /// What happened, the newest first.
    items: Vec<Line>,
    /// `cursor` of the next page, of older entries; none where this is the last.
    next_cursor: Option<String>,
}

refusals! {
    ActivityRefusals: Problem [MALFORMED_QUERY, PERMISSION_DENIED] + caller::REFUSALS + at::REFUSALS;
}

/// Lists what happened in a workspace, the newest first.
///
/// Needs the role admin. An entry appears once it is sealed: a second or two after it became true, later where a long transaction is
/// under way in the database. What was told once never changes its place.
#[utoipa::path(
    get, path = "/v1/workspaces/{id}/activity", tag = "Workspaces", operation_id = "listActivity",
    security(("session" = [])),
    params(
        ("id" = String, Path, description = "The workspace's id or slug."), ActivityQuery, PageQuery, InWorkspace,
    ),
    responses((status = 200, description = "A page of it.", body = ActivityPage), ActivityRefusals),
)]
pub(crate) async fn get(
    at: At,
    paging: Paging,
    req: HttpRequest,
    platform: Data<Platform>,
    things: Data<Things>,
) -> Result<HttpResponse, Problem> {
    let lines = lines(&at, &req, **things, &["cursor", "limit"])?;
    let start = match paging.after::<Uuid>() {
        None => Start::Newest,
        Some(cursor) => Start::Before(
            i64::try_from(cursor.as_u128())
                .map_err(|_| malformed("`cursor`: this is not the `nextCursor` of a page.".to_owned()))?,
        ),
    };
    let most = paging.look_for();
    let rows = platform
        .db
        .read(move |conn| Ok(lines.look(conn, start, most)?))
        .await?;
    let number = |line: &Line| Uuid::from_u128(u128::try_from(line.sequence).unwrap_or_default());
    let (items, next_cursor) = paging.cut(rows, number);
    Ok(HttpResponse::Ok().json(ActivityPage { items, next_cursor }))
}

/// Downloads what happened in a workspace, the newest first.
///
/// Needs the role admin. An answer that breaks off is not whole: it ends without its last chunk.
#[utoipa::path(
    get, path = "/v1/workspaces/{id}/activity/export", tag = "Workspaces", operation_id = "exportActivity",
    security(("session" = [])),
    params(
        ("id" = String, Path, description = "The workspace's id or slug."), ActivityQuery, ExportQuery, InWorkspace,
    ),
    responses(
        (status = 200, description = "The file.", content((String = "text/csv"), (String = "application/x-ndjson"))),
        ActivityRefusals,
    ),
)]
pub(crate) async fn export(
    at: At,
    req: HttpRequest,
    platform: Data<Platform>,
    things: Data<Things>,
) -> Result<HttpResponse, Problem> {
    let lines = lines(&at, &req, **things, &["format"])?;
    let format = query(&req)?;
    let format = Format::read(
        format
            .one("format")
            .map_err(|twice| malformed(format!("{twice}.")))?,
    )?;
    activity::export(&platform.db, lines, &at.membership.workspace.slug, format).await
}

/// What a request asks for, of who may see it. A parameter that is not known is refused: somebody would take all for what they asked for.
fn lines(at: &At, req: &HttpRequest, things: Things, more: &[&str]) -> Result<Lines, Problem> {
    at.may(Permission::SeeActivity)?;
    let query = query(req)?;
    if let Some(unknown) = query
        .names()
        .find(|name| !NAMES.contains(name) && !more.contains(name))
    {
        let known = unknown
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        return Err(malformed(if known {
            format!("`{unknown}`: there is no such parameter.")
        } else {
            "There is a parameter that is not known.".to_owned()
        }));
    }
    let meant = Asked::read(&query)?.meant()?;
    Ok(Lines::new(at.id(), things, meant))
}

fn query(req: &HttpRequest) -> Result<Params, Problem> {
    Params::parse(req.query_string().as_bytes()).map_err(|bad| malformed(format!("{bad}.")))
}

fn malformed(why: String) -> Problem {
    Problem::new(&errors::MALFORMED_QUERY, why)
}

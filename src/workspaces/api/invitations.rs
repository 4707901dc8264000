//! `/v1/workspaces/{id}/invitations…`: who is invited to a workspace.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    at::{self, At},
    people::RoleName,
};
use crate::{
    accounts::account::Email,
    platform::{
        Platform,
        clock::Timestamp,
        id::{AccountId, InvitationId},
    },
    web::{
        answers::refusals,
        caller::{self, InWorkspace},
        context::RequestContext,
        json::JsonBody,
        language::Language,
        limit::{self, Rule, Who},
        paging::{PageQuery, Paging},
        problem::Problem,
        words::errors,
    },
    workspaces::{
        invitation::{self, Invitation},
        invite::{self, Inviting},
        permission::Permission,
    },
};

/// An open invitation. It may have expired; then it can be sent again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Invitation)]
struct InvitationAnswer {
    /// Its id.
    id: InvitationId,
    /// Whom it was sent.
    email: String,
    /// As what they join: `viewer`, `member`, `admin` or `owner`.
    role: &'static str,
    /// The account of who invited; null where it is gone.
    invited_by: Option<AccountId>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last sent.
    #[schema(value_type = String, format = DateTime)]
    sent_at: Timestamp,
    /// Until when it can be accepted.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<Invitation> for InvitationAnswer {
    fn from(invitation: Invitation) -> Self {
        Self {
            id: invitation.id,
            email: invitation.email,
            role: invitation.role.as_str(),
            invited_by: invitation.invited_by,
            created_at: invitation.created_at,
            sent_at: invitation.sent_at,
            expires_at: invitation.expires_at,
        }
    }
}

/// A page of invitations.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct InvitationPage {
    /// The invitations.
    items: Vec<InvitationAnswer>,
    /// `cursor` of the next page; null where this is the last.
    next_cursor: Option<String>,
}

/// Who is to be invited.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewInvitation {
    /// The address that the mail goes to. Only who reads its mail can join.
    email: String,
    /// As what they join.
    role: RoleName,
}

refusals! {
    InvitationsRefusals: Problem [MALFORMED_QUERY, PERMISSION_DENIED] + caller::REFUSALS + at::REFUSALS;
    InviteRefusals: Problem [
        MALFORMED_BODY, UNSUPPORTED_MEDIA_TYPE, INVALID_VALUE, PERMISSION_DENIED, ALREADY_MEMBER, ALREADY_INVITED,
    ] + caller::REFUSALS + at::REFUSALS;
    ResendRefusals: Problem [PERMISSION_DENIED] + caller::REFUSALS + at::REFUSALS;
    WithdrawRefusals: Problem [PERMISSION_DENIED] + caller::REFUSALS + at::REFUSALS;
}

/// Lists the open invitations of a workspace.
///
/// Needs the role admin.
#[utoipa::path(
    get, path = "/v1/workspaces/{id}/invitations", tag = "Workspaces", operation_id = "listInvitations",
    security(("session" = [])),
    params(("id" = String, Path, description = "The workspace's id or slug."), PageQuery, InWorkspace),
    responses((status = 200, description = "A page of them.", body = InvitationPage), InvitationsRefusals),
)]
pub(crate) async fn get(at: At, paging: Paging, platform: Data<Platform>) -> Result<HttpResponse, Problem> {
    at.may(Permission::InviteMembers)?;
    let id = at.id();
    let rows = platform
        .db
        .read(move |conn| Ok(invitation::list(conn, id, paging.after(), paging.look_for())?))
        .await?;
    let (shown, next_cursor) = paging.cut(rows, |row| row.id.uuid());
    Ok(HttpResponse::Ok().json(InvitationPage {
        items: shown.into_iter().map(Into::into).collect(),
        next_cursor,
    }))
}

/// Invites somebody by mail.
///
/// Needs the role admin; to invite an owner, owner. The link in the mail is good for seven days, and once.
#[utoipa::path(
    post, path = "/v1/workspaces/{id}/invitations", tag = "Workspaces", operation_id = "invite",
    security(("session" = [])),
    params(("id" = String, Path, description = "The workspace's id or slug."), InWorkspace),
    request_body(content = NewInvitation, example = json!({"email": "mara@northwind.example", "role": "member"})),
    responses((status = 201, description = "The mail is on its way.", body = InvitationAnswer), InviteRefusals),
)]
pub(crate) async fn post(
    req: HttpRequest,
    at: At,
    body: JsonBody<NewInvitation>,
    platform: Data<Platform>,
    context: RequestContext,
    language: Language,
) -> Result<HttpResponse, Problem> {
    limit::count(&req, Rule::Invite, Who::Client(at.caller.account.uuid()))?;
    let email = Email::parse(&body.0.email).ok_or_else(|| {
        let detail = "`email`: this is no e-mail address.";
        Problem::new(&errors::INVALID_VALUE, detail)
    })?;
    let (by, id, role) = (at.by(context), at.id(), body.0.role.into());
    let work = platform.clone();
    let invitation = platform
        .db
        .write(move |conn| {
            let inviting = Inviting {
                platform: &work,
                by: &by,
                language,
            };
            inviting.invite(conn, id, &email, role)
        })
        .await??;
    Ok(HttpResponse::build(StatusCode::CREATED).json(InvitationAnswer::from(invitation)))
}

/// Sends an invitation again.
///
/// Needs the role admin; for that of an owner, owner. The mail has a new link, and the older one is worth nothing.
#[utoipa::path(
    post, path = "/v1/workspaces/{id}/invitations/{invitation}/resend", tag = "Workspaces", operation_id = "resendInvitation",
    security(("session" = [])),
    params(
        ("id" = String, Path, description = "The workspace's id or slug."),
        ("invitation" = String, Path, description = "The invitation's id."),
        InWorkspace,
    ),
    responses((status = 200, description = "The mail is on its way.", body = InvitationAnswer), ResendRefusals),
)]
pub(crate) async fn resend(
    req: HttpRequest,
    at: At,
    path: Path<(String, String)>,
    platform: Data<Platform>,
    context: RequestContext,
    language: Language,
) -> Result<HttpResponse, Problem> {
    limit::count(&req, Rule::Invite, Who::Client(at.caller.account.uuid()))?;
    let invitation = read(&path.1)?;
    let (by, id) = (at.by(context), at.id());
    let work = platform.clone();
    let invitation = platform
        .db
        .write(move |conn| {
            let inviting = Inviting {
                platform: &work,
                by: &by,
                language,
            };
            inviting.resend(conn, id, invitation)
        })
        .await??;
    Ok(HttpResponse::Ok().json(InvitationAnswer::from(invitation)))
}

/// Withdraws an invitation.
///
/// Needs the role admin; for that of an owner, owner. Its link is worth nothing then.
#[utoipa::path(
    delete, path = "/v1/workspaces/{id}/invitations/{invitation}", tag = "Workspaces", operation_id = "withdrawInvitation",
    security(("session" = [])),
    params(
        ("id" = String, Path, description = "The workspace's id or slug."),
        ("invitation" = String, Path, description = "The invitation's id."),
        InWorkspace,
    ),
    responses((status = 204, description = "It is withdrawn."), WithdrawRefusals),
)]
pub(crate) async fn delete(
    at: At,
    path: Path<(String, String)>,
    platform: Data<Platform>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    let invitation = read(&path.1)?;
    let (by, id) = (at.by(context), at.id());
    platform
        .db
        .write(move |conn| invite::withdraw(conn, &by, id, invitation))
        .await??;
    Ok(HttpResponse::NoContent().finish())
}

fn read(text: &str) -> Result<InvitationId, Problem> {
    InvitationId::parse(text).ok_or_else(Problem::not_found)
}

//! `POST /v1/auth/accept-invite`: whoever was invited joins.

use actix_web::{HttpRequest, HttpResponse, http::header::CACHE_CONTROL, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::at::Anybody;
use crate::{
    accounts::password_rule,
    audit::log::Origin,
    platform::{Platform, clock::Timestamp, secret::Secret},
    web::{
        answers::refusals,
        caller,
        context::RequestContext,
        json::JsonBody,
        limit::{self, Rule, Who},
        problem::Problem,
        words::errors,
    },
    workspaces::{
        accept::{self, Declined, Newcomer},
        membership::Membership,
        session_answer::WorkspaceRole,
        workspace,
    },
};

/// What was invited, and by whom it is accepted.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Acceptance {
    /// What stands after `/invite/` in the link of the mail.
    #[schema(value_type = String)]
    token: Zeroizing<String>,
    /// Where the address has no account: as the person wants to be called, 1 to 100 visible characters.
    name: Option<String>,
    /// Where the address has no account: the person's password, 8 to 256 characters that are hard to guess.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Zeroizing<String>>,
}

/// Where the person belongs to now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Joined {
    /// The workspace.
    workspace: WorkspaceRole,
    /// The person's role in it: `viewer`, `member`, `admin` or `owner`.
    role: &'static str,
}

refusals! {
    AcceptRefusals: Problem [
        MALFORMED_BODY, UNSUPPORTED_MEDIA_TYPE, INVALID_VALUE, INVITATION_NOT_FOUND, INVITATION_FOR_ANOTHER_ADDRESS,
    ] + caller::REFUSALS;
}

/// Accepts an invitation.
///
/// An address without an account gets one: then `name` and `password` are needed, and no credential. An address that has one must be
/// signed in: send its access token. Whoever belongs to the workspace already keeps their role. The token works once.
#[utoipa::path(
    post, path = "/v1/auth/accept-invite", tag = "Accounts", operation_id = "acceptInvitation",
    security(("session" = []), ()),
    request_body(content = Acceptance, example = json!({
        "token": "cst_iv_…", "name": "Mara Olsen", "password": "wine poem lorry 4"
    })),
    responses((status = 200, description = "They belong to the workspace.", body = Joined), AcceptRefusals),
)]
// No cookie is read, so no foreign page can send this in somebody's name.
pub(crate) async fn post(
    req: HttpRequest,
    who: Anybody,
    body: JsonBody<Acceptance>,
    platform: Data<Platform>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    limit::count(&req, Rule::Invite, Who::Network)?;
    let now = platform.clock.now();
    let JsonBody(asked) = body;
    let origin = Origin::from(context);
    let presented = Secret::parse(&platform.config.vendor, &asked.token).ok_or(Declined::NotFound)?;
    let joined = match who.0 {
        Some(caller) => {
            let account = caller.account;
            platform
                .db
                .write(move |conn| accept::signed_in(conn, &presented, account, &origin, now))
                .await??
        }
        None => newcomer(&platform, presented, asked, origin, now).await?,
    };
    let role = joined.role.as_str();
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(Joined {
            workspace: (&joined).into(),
            role,
        }))
}

/// The account is made last, after all that costs nothing: a password is hashed only for who holds a good invitation.
async fn newcomer(
    platform: &Data<Platform>,
    presented: Secret,
    asked: Acceptance,
    origin: Origin,
    now: Timestamp,
) -> Result<Membership, Problem> {
    let looked_for = presented.clone();
    let offer = platform
        .db
        .read(move |conn| accept::look(conn, &looked_for, now))
        .await?
        .ok_or(Declined::NotFound)?;
    if offer.account.is_some() {
        return Err(Declined::SignInFirst.into());
    }
    let invalid = |detail: &'static str| Problem::new(&errors::INVALID_VALUE, detail);
    let (Some(name), Some(password)) = (asked.name, asked.password) else {
        return Err(invalid(
            "The address has no account yet: `name` and `password` are needed.",
        ));
    };
    let name =
        workspace::name(&name).ok_or_else(|| invalid("`name`: it must have 1 to 100 visible characters."))?;
    let about = [
        offer.invitation.email.as_str(),
        &name,
        &platform.config.branding.product_name,
    ];
    password_rule::check(&password, &about).map_err(|weak| invalid(weak.detail()))?;
    let password_hash = platform
        .passwords
        .hash(password)
        .await
        .map_err(|_| Problem::unavailable())?;
    let work = platform.clone();
    let (_, membership) = platform
        .db
        .write(move |conn| {
            let newcomer = Newcomer {
                name: &name,
                password_hash: &password_hash,
            };
            accept::new_account(conn, &work.config, &presented, newcomer, &origin, now)
        })
        .await??;
    Ok(membership)
}

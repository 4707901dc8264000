//! `GET|POST /w/{slug}/settings/invitations`: who is asked to join a workspace. One is sent again, or withdrawn, at an address of its own.

mod page;

use actix_web::{HttpResponse, http::StatusCode, web::Path};
use page::{Typed, page};

use super::{ask::Ask, frame::Alert, members::role};
use crate::{
    accounts::{
        account::Email,
        door::{Detour, Posted},
    },
    platform::{config::Role, id::InvitationId},
    web::{
        limit::{self, Exceeded, Rule, Who},
        problem::Problem,
        redirect::see_other,
    },
    workspaces::{
        invitation,
        invite::{self, Inviting},
        refused::Refused,
    },
};

pub(super) async fn get(ask: Ask, slug: Path<String>) -> Result<HttpResponse, Detour> {
    let visitor = ask.enter(&slug).await?;
    page(&ask, &visitor, None).await
}

fn list(slug: &str, what: &str, which: InvitationId) -> String {
    format!("/w/{slug}/settings/invitations?{what}={which}")
}

pub(super) async fn post(ask: Ask, slug: Path<String>, posted: Posted) -> Result<HttpResponse, Detour> {
    let form = ask.form(posted)?;
    let visitor = ask.enter(&slug).await?;
    let role = role(&form)?;
    let typed = form.value("email").unwrap_or_default().to_owned();
    let text = &ask.layout(&visitor.session).language.words().settings.invitations;
    let wrong = |alert, status| Typed {
        email: typed.clone(),
        role,
        alert,
        status,
    };
    let Some(email) = Email::parse(&typed) else {
        let alert = Alert::about("email", text.no_address, text.no_address_then);
        return page(
            &ask,
            &visitor,
            Some(wrong(alert, StatusCode::UNPROCESSABLE_ENTITY)),
        )
        .await;
    };
    if let Err(Exceeded { retry_after }) = limit::count(&ask.req, Rule::Invite, Who::Network) {
        let what = (text.too_fast)(ask.browser.now + retry_after);
        let alert = Alert {
            what,
            then: text.too_fast_then,
            field: None,
        };
        return page(&ask, &visitor, Some(wrong(alert, StatusCode::TOO_MANY_REQUESTS))).await;
    }
    let (by, workspace) = (ask.by(&visitor.session), visitor.membership.workspace.id);
    let (platform, to) = (ask.platform.clone(), email.clone());
    let language = ask.layout(&visitor.session).language;
    let invited = ask
        .platform
        .db
        .write(move |conn| {
            let inviting = Inviting {
                platform: &platform,
                by: &by,
                language,
            };
            let invited = inviting.invite(conn, workspace, &to, role)?;
            // Pressed twice: what the first one asked for is there.
            let open = match invited {
                Err(Refused::AlreadyInvited) => invitation::open_to(conn, workspace, &to)?,
                _ => None,
            };
            Ok((invited, open))
        })
        .await?;
    let alert = match invited {
        (Ok(invitation), _) => {
            return Ok(see_other(&list(
                &visitor.membership.workspace.slug,
                "invited",
                invitation.id,
            )));
        }
        (Err(Refused::AlreadyInvited), Some(open))
            if open.role == role && open.invited_by == Some(visitor.session.account.id) =>
        {
            return Ok(see_other(&list(
                &visitor.membership.workspace.slug,
                "invited",
                open.id,
            )));
        }
        (Err(Refused::AlreadyInvited), _) => wrong(
            Alert::about("email", (text.already)(email.as_str()), text.already_then),
            StatusCode::CONFLICT,
        ),
        (Err(Refused::AlreadyMember), _) => wrong(
            Alert::about("email", (text.member)(email.as_str()), text.member_then),
            StatusCode::CONFLICT,
        ),
        (Err(Refused::MailedEnough { until, .. }), _) => wrong(
            Alert::about(
                "email",
                (text.too_many)(email.as_str(), until),
                text.too_many_then,
            ),
            StatusCode::TOO_MANY_REQUESTS,
        ),
        (Err(refused), _) => return Err(refused.into()),
    };
    page(&ask, &visitor, Some(alert)).await
}

pub(super) async fn resend(
    ask: Ask,
    path: Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Detour> {
    ask.form(posted)?;
    let visitor = ask.enter(&path.0).await?;
    let id = InvitationId::parse(&path.1).ok_or_else(Problem::not_found)?;
    limit::count(&ask.req, Rule::Invite, Who::Network).map_err(Problem::from)?;
    let (by, workspace) = (ask.by(&visitor.session), visitor.membership.workspace.id);
    let platform = ask.platform.clone();
    let language = ask.layout(&visitor.session).language;
    let sent = ask
        .platform
        .db
        .write(move |conn| {
            let open = invitation::find(conn, workspace, id)?;
            let inviting = Inviting {
                platform: &platform,
                by: &by,
                language,
            };
            Ok((inviting.resend(conn, workspace, id)?, open))
        })
        .await?;
    match sent {
        (Ok(_), _) => Ok(see_other(&list(
            &visitor.membership.workspace.slug,
            "invited",
            id,
        ))),
        (Err(Refused::MailedEnough { until, .. }), Some(open)) => {
            let text = &ask.layout(&visitor.session).language.words().settings.invitations;
            let typed = Typed {
                email: String::new(),
                role: Role::Member,
                alert: Alert {
                    what: (text.too_many)(&open.email, until),
                    then: text.too_many_then,
                    field: None,
                },
                status: StatusCode::TOO_MANY_REQUESTS,
            };
            page(&ask, &visitor, Some(typed)).await
        }
        (Err(refused), _) => Err(refused.into()),
    }
}

pub(super) async fn withdraw(
    ask: Ask,
    path: Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Detour> {
    ask.form(posted)?;
    let visitor = ask.enter(&path.0).await?;
    let id = InvitationId::parse(&path.1).ok_or_else(Problem::not_found)?;
    let (by, workspace) = (ask.by(&visitor.session), visitor.membership.workspace.id);
    let withdrawn = ask
        .platform
        .db
        .write(move |conn| invite::withdraw(conn, &by, workspace, id))
        .await?;
    match withdrawn {
        // Pressed twice, or used meanwhile: it is not open any more, and the page says no more than that.
        Ok(_) | Err(Refused::NotFound) => Ok(see_other(&list(
            &visitor.membership.workspace.slug,
            "withdrawn",
            id,
        ))),
        Err(refused) => Err(refused.into()),
    }
}

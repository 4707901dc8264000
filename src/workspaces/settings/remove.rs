//! `GET|POST /w/{slug}/settings/members/{account}/remove`: the question before a member goes, or leaves.

use actix_web::{HttpResponse, http::StatusCode, web::Path};
use askama::Template;

use super::{
    ask::{Ask, Visitor},
    members::list,
};
use crate::{
    accounts::door::{Detour, Posted},
    platform::{config::Role, id::AccountId},
    web::{layout::Layout, page::Page, phrase::Phrase, problem::Problem, redirect::see_other, words},
    workspaces::{
        members,
        membership::{self, Member},
        permission::{Permission, may, may_handle},
        refused::Refused,
    },
};

/// Where a person sees what they belong to: not this workspace any more.
const ELSEWHERE: &str = "/workspaces";

#[derive(Template)]
#[template(path = "workspaces/remove.html")]
struct RemovePage<'a> {
    layout: Layout<'a>,
    words: &'static words::Members,
    around: &'static words::Around,
    heading: Phrase,
    is_you: bool,
    is_last_owner: bool,
    action: String,
    back: String,
    csrf_token: String,
}

impl<'a> RemovePage<'a> {
    fn of(
        layout: Layout<'a>,
        workspace: &str,
        name: Option<&str>,
        is_last_owner: bool,
        (action, csrf_token): (String, String),
        back: String,
    ) -> Self {
        let words = &layout.language.words().settings;
        Self {
            layout,
            words: &words.members,
            around: &words.around,
            heading: match name {
                Some(name) => (words.members.remove_heading)(name, workspace),
                None => (words.members.leave_heading)(workspace),
            },
            is_you: name.is_none(),
            is_last_owner,
            action,
            back,
            csrf_token,
        }
    }

    fn title(&self) -> String {
        let title = self.layout.title(&self.heading.plain());
        if self.is_last_owner {
            (self.around.error)(&title)
        } else {
            title
        }
    }
}

/// Somebody who may be removed by this visitor, and whether nobody else owns the workspace.
async fn find(ask: &Ask, visitor: &Visitor, account: AccountId) -> Result<Option<(Member, bool)>, Problem> {
    let workspace = visitor.membership.workspace.id;
    let found = ask.platform.db.read(move |conn| {
        let Some(member) = membership::member(conn, workspace, account)? else {
            return Ok(None);
        };
        let is_last = member.role == Role::Owner && !membership::has_another_owner(conn, workspace, account)?;
        Ok(Some((member, is_last)))
    });
    Ok(found.await?)
}

fn page(ask: &Ask, visitor: &Visitor, member: &Member, is_last_owner: bool) -> HttpResponse {
    let workspace = &visitor.membership.workspace;
    let action = ask.req.path().to_owned();
    let is_you = member.account_id == visitor.session.account.id;
    let template = RemovePage::of(
        ask.layout(&visitor.session),
        &workspace.name,
        (!is_you).then_some(member.name.as_str()),
        is_last_owner,
        (action.clone(), ask.token(&action)),
        format!("/w/{}/settings/members", workspace.slug),
    );
    let status = if is_last_owner {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    };
    Page::new(template).status(status).form().respond()
}

/// Asks once more.
pub(super) async fn get(ask: Ask, path: Path<(String, String)>) -> Result<HttpResponse, Detour> {
    let visitor = ask.enter(&path.0).await?;
    let account = AccountId::parse(&path.1).ok_or_else(Problem::not_found)?;
    let own = visitor.membership.role;
    let is_you = account == visitor.session.account.id;
    if !is_you && !may(own, Permission::RemoveMembers) {
        return Err(Refused::Lacks(Permission::RemoveMembers).into());
    }
    let Some((member, is_last_owner)) = find(&ask, &visitor, account).await? else {
        return Ok(see_other(&list(
            &visitor.membership.workspace.slug,
            "removed",
            account,
        )));
    };
    if !is_you && !may_handle(own, member.role) {
        return Err(Refused::Lacks(Permission::ManageOwners).into());
    }
    Ok(page(&ask, &visitor, &member, is_last_owner))
}

pub(super) async fn post(
    ask: Ask,
    path: Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Detour> {
    ask.form(posted)?;
    let account = AccountId::parse(&path.1).ok_or_else(Problem::not_found)?;
    if { ask.browser.session().await? }.is_some_and(|session| session.account.id == account) {
        return leave(&ask, &path.0).await;
    }
    let visitor = ask.enter(&path.0).await?;
    let (by, workspace) = (ask.by(&visitor.session), visitor.membership.workspace.id);
    let removed = ask
        .platform
        .db
        .write(move |conn| members::remove(conn, &by, workspace, account))
        .await?;
    match removed {
        // Pressed twice: the second time says what the first one did. Who may not remove people was refused before that.
        Ok(_) | Err(Refused::NotFound) => Ok(see_other(&list(
            &visitor.membership.workspace.slug,
            "removed",
            account,
        ))),
        Err(Refused::LastOwner) => match find(&ask, &visitor, account).await? {
            Some((member, _)) => Ok(page(&ask, &visitor, &member, true)),
            None => Err(Problem::not_found().into()),
        },
        Err(refused) => Err(refused.into()),
    }
}

/// The person takes themselves out.
async fn leave(ask: &Ask, slug: &str) -> Result<HttpResponse, Detour> {
    let visitor = match ask.enter(slug).await {
        Ok(visitor) => visitor,
        // Pressed twice; or there never was such a workspace, which is answered in the same way.
        Err(Detour::Refused(problem)) if problem.status == StatusCode::NOT_FOUND => {
            return Ok(see_other(ELSEWHERE));
        }
        Err(away) => return Err(away),
    };
    let account = visitor.session.account.id;
    let (by, workspace) = (ask.by(&visitor.session), visitor.membership.workspace.id);
    let left = ask
        .platform
        .db
        .write(move |conn| members::remove(conn, &by, workspace, account))
        .await?;
    match left {
        Ok(_) | Err(Refused::NotFound) => Ok(see_other(ELSEWHERE)),
        Err(Refused::LastOwner) => match find(ask, &visitor, account).await? {
            Some((member, _)) => Ok(page(ask, &visitor, &member, true)),
            None => Err(Problem::not_found().into()),
        },
        Err(refused) => Err(refused.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{language::Language, sample};

    fn samples(name: &'static str, language: Language) -> Vec<(&'static str, RemovePage<'static>)> {
        let page = |who, is_last_owner| {
            let form = (
                "/w/acme/settings/members/0193/remove".to_owned(),
                "token".to_owned(),
            );
            let back = "/w/acme/settings/members".to_owned();
            RemovePage::of(sample::layout(language), name, who, is_last_owner, form, back)
        };
        vec![
            ("another", page(Some(name), false)),
            ("oneself", page(None, false)),
            ("the last owner", page(None, true)),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
    }
}

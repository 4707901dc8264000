//! `GET /w/{slug}/settings/members`: who belongs to a workspace, and as what; `POST …/members/{account}/role` changes that.

use actix_web::{HttpResponse, http::StatusCode, web::Path};
use askama::Template;

use super::{
    ask::{Ask, Visitor},
    frame::{Alert, Choice, Frame, Tab, choices},
};
use crate::{
    accounts::door::{Detour, Posted},
    platform::{config::Role, id::AccountId},
    web::{
        form::PostedForm, layout::Layout, page::Page, phrase::Phrase, problem::Problem, redirect::see_other,
        words,
    },
    workspaces::{
        members,
        membership::{self, Member},
        permission::{Permission, may, may_handle},
        refused::Refused,
    },
};

/// How many members one page shows.
const SHOWN: usize = 25;

/// One member, as the page shows them.
struct Row {
    id: AccountId,
    name: String,
    email: String,
    is_you: bool,
    role: &'static str,
    joined: Phrase,
    /// The roles that the reader may give them; none where the reader may not.
    choices: Vec<Choice>,
    role_path: String,
    csrf_token: String,
    role_of: Phrase,
    change_of: Phrase,
    /// Where they can be removed, if the reader may do that.
    remove_path: Option<String>,
    remove_of: Phrase,
}

impl Row {
    fn of(
        member: Member,
        (slug, own, is_you): (&str, Role, bool),
        layout: Layout<'_>,
        token: impl Fn(&str) -> String,
    ) -> Self {
        let words = layout.language.words();
        let text = &words.settings.members;
        let path = format!("/w/{slug}/settings/members/{}", member.account_id);
        let may_change = may(own, Permission::ChangeRoles) && may_handle(own, member.role);
        let may_remove = may(own, Permission::RemoveMembers) && may_handle(own, member.role);
        let role_path = format!("{path}/role");
        Self {
            id: member.account_id,
            is_you,
            role: (words.role)(member.role),
            joined: (words.settings.around.day)(member.joined_at),
            choices: if may_change {
                choices(own, member.role, words.role)
            } else {
                Vec::new()
            },
            csrf_token: token(&role_path),
            role_path,
            role_of: (text.role_of)(&member.name),
            change_of: (text.change_of)(&member.name),
            remove_path: (is_you || may_remove).then(|| format!("{path}/remove")),
            remove_of: (text.remove_of)(&member.name),
            name: member.name,
            email: member.email,
        }
    }

    fn called(&self) -> Phrase {
        Phrase::of(&self.name)
    }

    fn address(&self) -> Phrase {
        Phrase::of(&self.email)
    }
}

#[derive(Template)]
#[template(path = "workspaces/members.html")]
struct MembersPage<'a> {
    layout: Layout<'a>,
    words: &'static words::Members,
    frame: Frame,
    rows: Vec<Row>,
    is_alone: bool,
    first: Option<String>,
    more: Option<String>,
    alert: Option<Alert>,
    notice: Option<Phrase>,
}

impl MembersPage<'_> {
    fn title(&self) -> String {
        self.frame
            .title(self.layout, self.words.heading, self.alert.as_ref())
    }
}

pub(super) async fn get(ask: Ask, slug: Path<String>) -> Result<HttpResponse, Detour> {
    let visitor = ask.enter(&slug).await?;
    page(&ask, &visitor, None).await
}

/// Where the list is; the parameter says whom something was done about.
pub(super) fn list(slug: &str, what: &str, whom: AccountId) -> String {
    format!("/w/{slug}/settings/members?{what}={whom}")
}

async fn page(ask: &Ask, visitor: &Visitor, alert: Option<Alert>) -> Result<HttpResponse, Detour> {
    let id = |name| Ok::<_, Problem>(ask.param(name)?.as_deref().and_then(AccountId::parse));
    let (after, changed, removed) = (id("after")?, id("changed")?, id("removed")?);
    let workspace = visitor.membership.workspace.id;
    let (mut members, changed, gone) = ask
        .platform
        .db
        .read(move |conn| {
            let limit = i64::try_from(SHOWN + 1).unwrap_or(i64::MAX);
            let mut find = |id: Option<AccountId>| match id {
                Some(id) => membership::member(conn, workspace, id),
                None => Ok(None),
            };
            let (changed, still_there) = (find(changed)?, find(removed)?);
            let members = membership::members(conn, workspace, after, limit)?;
            Ok((members, changed, removed.is_some() && still_there.is_none()))
        })
        .await?;
    let layout = ask.layout(&visitor.session);
    let words = layout.language.words();
    let text = &words.settings.members;
    let (slug, own) = (
        visitor.membership.workspace.slug.as_str(),
        visitor.membership.role,
    );
    let path = format!("/w/{slug}/settings/members");
    let more = (members.len() > SHOWN).then(|| {
        members.truncate(SHOWN);
        members
            .last()
            .map(|last| format!("{path}?after={}", last.account_id))
    });
    let notice = match (&alert, changed) {
        (Some(_), _) => None,
        (None, Some(member)) => Some((text.changed)(&member.name, (words.role)(member.role))),
        (None, None) => gone.then(|| Phrase::new(text.gone)),
    };
    let status = if alert.is_some() {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    };
    let template = MembersPage {
        layout,
        words: text,
        frame: Frame::around(layout, visitor, Tab::Members),
        is_alone: after.is_none() && members.len() == 1,
        rows: members
            .into_iter()
            .map(|member| {
                let is_you = member.account_id == visitor.session.account.id;
                Row::of(member, (slug, own, is_you), layout, |action| ask.token(action))
            })
            .collect(),
        first: after.map(|_| path),
        more: more.flatten(),
        alert,
        notice,
    };
    Ok(Page::new(template).status(status).form().respond())
}

pub(super) async fn change_role(
    ask: Ask,
    path: Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Detour> {
    let form = ask.form(posted)?;
    let visitor = ask.enter(&path.0).await?;
    let account = AccountId::parse(&path.1).ok_or_else(Problem::not_found)?;
    let role = role(&form)?;
    let (by, workspace) = (ask.by(&visitor.session), visitor.membership.workspace.id);
    let changed = ask
        .platform
        .db
        .write(move |conn| members::change_role(conn, &by, workspace, account, role))
        .await?;
    match changed {
        Ok(_) => Ok(see_other(&list(
            &visitor.membership.workspace.slug,
            "changed",
            account,
        ))),
        Err(Refused::LastOwner) => {
            let layout = ask.layout(&visitor.session);
            let text = &layout.language.words().settings.members;
            let alert = Alert {
                what: Phrase::new(text.last_owner),
                then: text.last_owner_then,
                field: None,
            };
            page(&ask, &visitor, Some(alert)).await
        }
        Err(refused) => Err(refused.into()),
    }
}

/// The role that a form of ours says.
pub(super) fn role(form: &PostedForm) -> Result<Role, Problem> {
    form.value("role")
        .and_then(Role::parse)
        .ok_or_else(|| PostedForm::malformed("The form has no role."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        platform::clock::Timestamp,
        web::{language::Language, sample},
        workspaces::settings::frame::tests::frame,
    };

    fn samples(name: &'static str, language: Language) -> Vec<(&'static str, MembersPage<'static>)> {
        let words = &language.words().settings.members;
        let page = |own, (me, roles): (usize, &[Role]), alert, notice: Option<Phrase>| {
            let rows = roles.iter().enumerate().map(|(at, role)| {
                let joined_at = Timestamp::from_timestamp(1_777_818_720, 0).unwrap();
                let member = Member {
                    account_id: AccountId::generate(joined_at),
                    name: name.to_owned(),
                    email: name.to_owned(),
                    role: *role,
                    joined_at,
                };
                let layout = sample::layout(language);
                Row::of(member, ("acme", own, at == me), layout, |_| "token".to_owned())
            });
            MembersPage {
                layout: sample::layout(language),
                words,
                frame: frame(name, own, Tab::Members, language),
                rows: rows.collect(),
                is_alone: roles.len() == 1,
                first: notice.is_some().then(|| "/w/acme/settings/members".to_owned()),
                more: notice
                    .is_some()
                    .then(|| "/w/acme/settings/members?after=x".to_owned()),
                alert,
                notice,
            }
        };
        let last_owner = Alert {
            what: Phrase::new(words.last_owner),
            then: words.last_owner_then,
            field: None,
        };
        let all = [Role::Owner, Role::Admin, Role::Member, Role::Viewer];
        let changed = Some((words.changed)(name, (language.words().role)(Role::Admin)));
        vec![
            ("owner", page(Role::Owner, (0, &all), None, None)),
            ("admin", page(Role::Admin, (1, &all), None, changed)),
            ("viewer", page(Role::Viewer, (3, &all), None, None)),
            ("alone", page(Role::Owner, (0, &[Role::Owner]), None, None)),
            ("last owner", page(Role::Owner, (0, &all), Some(last_owner), None)),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
    }
}

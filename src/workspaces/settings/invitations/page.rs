//! The page of invitations: who is asked to join, and the form that asks one more.

use std::{collections::BTreeMap, time::Duration};

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use crate::{
    accounts::{account, door::Detour},
    platform::{
        clock::Timestamp,
        config::Role,
        id::{AccountId, InvitationId},
    },
    web::{layout::Layout, page::Page, phrase::Phrase, problem::Problem, words},
    workspaces::{
        invitation::{self, Invitation, LIFETIME},
        permission::{Permission, may, may_handle},
        settings::{
            ask::{Ask, Visitor},
            frame::{Alert, Choice, Frame, Tab, choices},
        },
    },
};

/// How many invitations one page shows.
const SHOWN: usize = 25;

/// One invitation, as the page shows it.
struct Row {
    to: Phrase,
    role: &'static str,
    by: Phrase,
    sent: Phrase,
    until: Phrase,
    is_over: bool,
    may_change: bool,
    resend_path: String,
    resend_token: String,
    withdraw_path: String,
    withdraw_token: String,
    of_what: Phrase,
}

impl Row {
    fn of(
        invitation: &Invitation,
        by: Option<&str>,
        (slug, own): (&str, Role),
        layout: Layout<'_>,
        (token, now): (impl Fn(&str) -> String, Timestamp),
    ) -> Self {
        let words = layout.language.words();
        let (around, text) = (&words.settings.around, &words.settings.invitations);
        let path = format!("/w/{slug}/settings/invitations/{}", invitation.id);
        let (resend_path, withdraw_path) = (format!("{path}/resend"), format!("{path}/withdraw"));
        Self {
            to: Phrase::of(&invitation.email),
            role: (words.role)(invitation.role),
            by: by.map_or_else(|| Phrase::new(text.nobody), Phrase::of),
            sent: (around.minute)(invitation.sent_at),
            until: (around.minute)(invitation.expires_at),
            is_over: invitation.expires_at <= now,
            may_change: may_handle(own, invitation.role),
            resend_token: token(&resend_path),
            resend_path,
            withdraw_token: token(&withdraw_path),
            withdraw_path,
            of_what: (text.to)(&invitation.email),
        }
    }
}

#[derive(Template)]
#[template(path = "workspaces/invitations.html")]
struct InvitationsPage<'a> {
    layout: Layout<'a>,
    words: &'static words::Invitations,
    frame: Frame,
    csrf_token: String,
    email: String,
    choices: Vec<Choice>,
    hint: String,
    rows: Vec<Row>,
    first: Option<String>,
    more: Option<String>,
    alert: Option<Alert>,
    notice: Option<Phrase>,
}

impl InvitationsPage<'_> {
    fn title(&self) -> String {
        self.frame
            .title(self.layout, self.words.heading, self.alert.as_ref())
    }

    fn is_wrong(&self) -> bool {
        Alert::is_about(self.alert.as_ref(), "email")
    }
}

/// What was typed, and why it was not done.
pub(super) struct Typed {
    pub email: String,
    pub role: Role,
    pub alert: Alert,
    pub status: StatusCode,
}

/// What the page shows of the database.
#[derive(Default)]
struct Found {
    open: Vec<Invitation>,
    inviters: BTreeMap<AccountId, String>,
    invited: Option<Invitation>,
    is_withdrawn: bool,
}

async fn find(ask: &Ask, visitor: &Visitor) -> Result<(Found, Option<InvitationId>), Problem> {
    let id = |name| Ok::<_, Problem>(ask.param(name)?.as_deref().and_then(InvitationId::parse));
    let (after, invited, withdrawn) = (id("after")?, id("invited")?, id("withdrawn")?);
    let workspace = visitor.membership.workspace.id;
    if !may(visitor.membership.role, Permission::InviteMembers) {
        return Ok((Found::default(), None));
    }
    let found = ask.platform.db.read(move |conn| {
        let limit = i64::try_from(SHOWN + 1).unwrap_or(i64::MAX);
        let open = invitation::list(conn, workspace, after, limit)?;
        let mut inviters = BTreeMap::new();
        for id in open.iter().filter_map(|it| it.invited_by) {
            if !inviters.contains_key(&id)
                && let Some(account) = account::find(conn, id)?
            {
                inviters.insert(id, account.name);
            }
        }
        let mut one = |id: Option<InvitationId>| match id {
            Some(id) => invitation::find(conn, workspace, id),
            None => Ok(None),
        };
        Ok(Found {
            open,
            inviters,
            invited: one(invited)?,
            is_withdrawn: withdrawn.is_some() && one(withdrawn)?.is_none(),
        })
    });
    Ok((found.await?, after))
}

/// The page; `typed`: what was, and why nothing came of it.
pub(super) async fn page(ask: &Ask, visitor: &Visitor, typed: Option<Typed>) -> Result<HttpResponse, Detour> {
    let (mut found, after) = find(ask, visitor).await?;
    let layout = ask.layout(&visitor.session);
    let words = &layout.language.words().settings;
    let text = &words.invitations;
    let (slug, own) = (
        visitor.membership.workspace.slug.as_str(),
        visitor.membership.role,
    );
    let path = format!("/w/{slug}/settings/invitations");
    let more = (found.open.len() > SHOWN).then(|| {
        found.open.truncate(SHOWN);
        found.open.last().map(|last| format!("{path}?after={}", last.id))
    });
    let notice = match (&typed, &found.invited) {
        (Some(_), _) => None,
        (None, Some(invited)) => Some((text.invited)(&invited.email, invited.expires_at)),
        (None, None) => found.is_withdrawn.then(|| Phrase::new(text.withdrawn)),
    };
    let row = |invitation: &Invitation| {
        let by = invitation.invited_by.and_then(|id| found.inviters.get(&id));
        let token = |action: &str| ask.token(action);
        Row::of(
            invitation,
            by.map(String::as_str),
            (slug, own),
            layout,
            (token, ask.browser.now),
        )
    };
    let status = typed.as_ref().map_or(StatusCode::OK, |typed| typed.status);
    let role = typed.as_ref().map_or(Role::Member, |typed| typed.role);
    let template = InvitationsPage {
        layout,
        words: text,
        frame: Frame::around(layout, visitor, Tab::Invitations),
        csrf_token: ask.token(&path),
        email: typed
            .as_ref()
            .map(|typed| typed.email.clone())
            .unwrap_or_default(),
        choices: choices(own, role, words.around.role_choice),
        hint: (text.hint)(LIFETIME.to_std().unwrap_or(Duration::ZERO)),
        rows: found.open.iter().map(row).collect(),
        first: after.map(|_| path),
        more: more.flatten(),
        alert: typed.map(|typed| typed.alert),
        notice,
    };
    Ok(Page::new(template).status(status).form().respond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        platform::id::WorkspaceId,
        web::{language::Language, sample},
        workspaces::settings::frame::tests::frame,
    };

    fn samples(name: &'static str, language: Language) -> Vec<(&'static str, InvitationsPage<'static>)> {
        let words = &language.words().settings;
        let text = &words.invitations;
        let now = Timestamp::from_timestamp(1_777_818_720, 0).unwrap();
        let page = |own, invited: &[(Role, i64)], alert: Option<Alert>, notice| {
            let rows = invited.iter().map(|(role, days)| {
                let invitation = Invitation {
                    id: InvitationId::generate(now),
                    workspace_id: WorkspaceId::generate(now),
                    email: name.to_owned(),
                    role: *role,
                    invited_by: None,
                    created_at: now,
                    sent_at: now,
                    expires_at: now + chrono::Duration::days(*days),
                };
                let by = (*days > 0).then_some(name);
                let layout = sample::layout(language);
                Row::of(
                    &invitation,
                    by,
                    ("acme", own),
                    layout,
                    (|_: &str| "token".to_owned(), now),
                )
            });
            InvitationsPage {
                layout: sample::layout(language),
                words: text,
                frame: frame(name, own, Tab::Invitations, language),
                csrf_token: "token".to_owned(),
                email: name.to_owned(),
                choices: choices(own, Role::Member, words.around.role_choice),
                hint: (text.hint)(LIFETIME.to_std().unwrap()),
                rows: rows.collect(),
                first: None,
                more: alert
                    .as_ref()
                    .map(|_| "/w/acme/settings/invitations?after=x".to_owned()),
                alert,
                notice,
            }
        };
        let about = |what: Phrase, then| Some(Alert::about("email", what, then));
        let two = [(Role::Member, 7), (Role::Owner, -1)];
        vec![
            ("empty", page(Role::Admin, &[], None, None)),
            (
                "several",
                page(Role::Admin, &two, None, Some((text.invited)(name, now))),
            ),
            ("viewer", page(Role::Viewer, &[], None, None)),
            (
                "no address",
                page(
                    Role::Owner,
                    &[],
                    about(text.no_address.into(), text.no_address_then),
                    None,
                ),
            ),
            (
                "invited already",
                page(
                    Role::Owner,
                    &two,
                    about((text.already)(name), text.already_then),
                    None,
                ),
            ),
            (
                "a member",
                page(
                    Role::Owner,
                    &two,
                    about((text.member)(name), text.member_then),
                    None,
                ),
            ),
            (
                "mailed enough",
                page(
                    Role::Owner,
                    &two,
                    about((text.too_many)(name, now), text.too_many_then),
                    None,
                ),
            ),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
    }
}

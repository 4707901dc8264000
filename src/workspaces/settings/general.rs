//! `GET|POST /w/{slug}/settings/general`: a workspace's name and slug, and the way to its end.

use std::time::Duration;

use actix_web::{HttpResponse, http::StatusCode, web::Path};
use askama::Template;

use super::{
    ask::{Ask, Visitor},
    frame::{Alert, Frame, Tab},
};
use crate::{
    accounts::door::{Detour, Posted},
    jobs::timetable::WORKSPACE_UNDO_DAYS,
    web::{layout::Layout, page::Page, phrase::Phrase, redirect::see_other, words},
    workspaces::{
        global, manage,
        refused::Refused,
        workspace::{self, Slug},
    },
};

/// For how long a deleted workspace can be had back.
pub(super) const UNDO: Duration = Duration::from_hours(24 * WORKSPACE_UNDO_DAYS as u64);

#[derive(Template)]
#[template(path = "workspaces/general.html")]
struct GeneralPage<'a> {
    layout: Layout<'a>,
    words: &'static words::General,
    frame: Frame,
    action: String,
    csrf_token: String,
    name: String,
    slug: String,
    delete: String,
    delete_hint: String,
    is_fixed: bool,
    alert: Option<Alert>,
    notice: Option<Phrase>,
}

impl<'a> GeneralPage<'a> {
    fn of(
        layout: Layout<'a>,
        (frame, is_fixed): (Frame, bool),
        (action, csrf_token): (String, String),
        (name, slug): (String, String),
        alert: Option<Alert>,
        notice: Option<Phrase>,
    ) -> Self {
        let words = &layout.language.words().settings.general;
        Self {
            layout,
            words,
            delete: format!("/w/{}/settings/delete", frame.slug),
            delete_hint: (words.delete_hint)(UNDO),
            is_fixed,
            frame,
            action,
            csrf_token,
            name,
            slug,
            alert,
            notice,
        }
    }

    fn title(&self) -> String {
        self.frame
            .title(self.layout, self.words.heading, self.alert.as_ref())
    }

    fn is_wrong(&self, field: &str) -> bool {
        Alert::is_about(self.alert.as_ref(), field)
    }
}

fn page(
    ask: &Ask,
    visitor: &Visitor,
    typed: (String, String),
    alert: Option<Alert>,
) -> Result<HttpResponse, Detour> {
    let layout = ask.layout(&visitor.session);
    let workspace = &visitor.membership.workspace;
    let is_saved = alert.is_none() && ask.param("saved")?.is_some();
    let notice = is_saved.then(|| (layout.language.words().settings.general.saved)(&workspace.name));
    let status = if alert.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    // By its id: pressed twice, the form still finds the workspace whose slug it has changed.
    let action = format!("/w/{}/settings/general", workspace.id);
    let token = ask.token(&action);
    let frame = Frame::around(layout, visitor, Tab::General);
    let frame = (frame, !global::people_manage(&ask.platform.config));
    let template = GeneralPage::of(layout, frame, (action, token), typed, alert, notice);
    Ok(Page::new(template).status(status).form().respond())
}

pub(super) async fn get(ask: Ask, slug: Path<String>) -> Result<HttpResponse, Detour> {
    let visitor = ask.enter(&slug).await?;
    let workspace = visitor.membership.workspace.clone();
    page(&ask, &visitor, (workspace.name, workspace.slug), None)
}

/// What a name and a slug come to, or what is wrong with them.
pub(super) fn read(name: &str, slug: &str, words: &words::General) -> Result<(String, Slug), Alert> {
    let name =
        workspace::name(name).ok_or_else(|| Alert::about("name", words.bad_name, words.bad_name_then))?;
    let slug = Slug::parse(slug).ok_or_else(|| Alert::about("slug", words.bad_slug, words.bad_slug_then))?;
    Ok((name, slug))
}

pub(super) async fn post(ask: Ask, slug: Path<String>, posted: Posted) -> Result<HttpResponse, Detour> {
    let form = ask.form(posted)?;
    let visitor = ask.enter(&slug).await?;
    let words = &ask.layout(&visitor.session).language.words().settings.general;
    let field = |name| form.value(name).unwrap_or_default().to_owned();
    let slug = if global::people_manage(&ask.platform.config) {
        field("slug")
    } else {
        visitor.membership.workspace.slug.clone()
    };
    let typed = (field("name"), slug);
    let (name, slug) = match read(&typed.0, &typed.1, words) {
        Ok(good) => good,
        Err(alert) => return page(&ask, &visitor, typed, Some(alert)),
    };
    let (by, workspace) = (ask.by(&visitor.session), visitor.membership.workspace.id);
    let changed = ask
        .platform
        .db
        .write(move |conn| {
            let change = workspace::Change {
                name: Some(&name),
                slug: Some(&slug),
            };
            manage::change(conn, &by, workspace, change)
        })
        .await?;
    match changed {
        Ok(changed) => Ok(see_other(&format!(
            "/w/{}/settings/general?saved=1",
            changed.slug
        ))),
        Err(Refused::SlugTaken) => {
            let alert = Alert::about("slug", words.taken, words.taken_then);
            page(&ask, &visitor, typed, Some(alert))
        }
        Err(refused) => Err(refused.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        platform::config::Role,
        web::{language::Language, sample},
        workspaces::settings::frame::tests::frame,
    };

    fn samples(name: &'static str, language: Language) -> Vec<(&'static str, GeneralPage<'static>)> {
        let text = &language.words().settings.general;
        let page = |role, alert, notice: Option<Phrase>| {
            let form = ("/w/0193/settings/general".to_owned(), "token".to_owned());
            let typed = (name.to_owned(), "acme".to_owned());
            let frame = frame(name, role, Tab::General, language);
            let frame = (frame, notice.is_some());
            GeneralPage::of(sample::layout(language), frame, form, typed, alert, notice)
        };
        vec![
            ("owner", page(Role::Owner, None, None)),
            ("admin saved", page(Role::Admin, None, Some((text.saved)(name)))),
            ("viewer", page(Role::Viewer, None, None)),
            (
                "no name",
                page(
                    Role::Owner,
                    Some(Alert::about("name", text.bad_name, text.bad_name_then)),
                    None,
                ),
            ),
            (
                "bad slug",
                page(
                    Role::Owner,
                    Some(Alert::about("slug", text.bad_slug, text.bad_slug_then)),
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

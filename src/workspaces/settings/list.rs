//! `GET|POST /workspaces`: where a person belongs, and a new workspace of theirs where people make them.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use super::{
    ask::Ask,
    frame::{Alert, title},
    general::read,
};
use crate::{
    accounts::{
        door::{Detour, Posted},
        session::Session,
    },
    platform::config::Role,
    web::{layout::Layout, page::Page, phrase::Phrase, redirect::see_other, words},
    workspaces::{
        global, manage,
        membership::{self, Membership},
        refused::Refused,
    },
};

const PATH: &str = "/workspaces";

/// How many workspaces are shown: more than anybody has to choose from.
const SHOWN: i64 = 200;

/// One workspace, as the page shows it.
struct Row {
    name: String,
    slug: String,
    role: &'static str,
    is_deleted: bool,
    of_what: Phrase,
}

impl Row {
    fn of((name, slug): (&str, &str), role: Role, is_deleted: bool, words: &words::Words) -> Self {
        Self {
            name: name.to_owned(),
            slug: slug.to_owned(),
            role: (words.role)(role),
            is_deleted,
            of_what: (words.settings.workspaces.settings_of)(name),
        }
    }

    fn called(&self) -> Phrase {
        Phrase::of(&self.name)
    }

    fn settings(&self) -> String {
        format!("/w/{}/settings", self.slug)
    }
}

/// The form for a new one.
#[derive(Default)]
struct Form {
    name: String,
    slug: String,
    csrf_token: String,
}

#[derive(Template)]
#[template(path = "workspaces/list.html")]
struct ListPage<'a> {
    layout: Layout<'a>,
    words: &'static words::Workspaces,
    general: &'static words::General,
    around: &'static words::Around,
    rows: Vec<Row>,
    form: Option<Form>,
    by_operator: String,
    restore: &'static str,
    alert: Option<Alert>,
}

impl<'a> ListPage<'a> {
    fn of(layout: Layout<'a>, rows: Vec<Row>, form: Option<Form>, alert: Option<Alert>) -> Self {
        let words = &layout.language.words().settings;
        Self {
            layout,
            words: &words.workspaces,
            general: &words.general,
            around: &words.around,
            rows,
            form,
            restore: words.end.restore_short,
            by_operator: (words.workspaces.by_operator)(layout.product_name),
            alert,
        }
    }

    fn title(&self) -> String {
        title(self.layout, self.around, self.words.heading, self.alert.as_ref())
    }

    fn is_wrong(&self, field: &str) -> bool {
        Alert::is_about(self.alert.as_ref(), field)
    }
}

/// The page; `wrong`: what was typed, and why nothing was made of it.
async fn page(
    ask: &Ask,
    session: &Session,
    wrong: Option<((String, String), Alert)>,
) -> Result<HttpResponse, Detour> {
    let (account, now) = (session.account.id, ask.browser.now);
    let (places, deleted) = ask
        .platform
        .db
        .read(move |conn| {
            let places = membership::page_of(conn, account, None, SHOWN)?;
            Ok((places, membership::deleted(conn, account, now)?))
        })
        .await?;
    let layout = ask.layout(session);
    let words = layout.language.words();
    let place = |it: &Membership| Row::of((&it.workspace.name, &it.workspace.slug), it.role, false, words);
    let mut rows: Vec<Row> = places.iter().map(place).collect();
    rows.extend(
        { deleted.iter() }
            .map(|it| Row::of((&it.workspace.name, &it.workspace.slug), Role::Owner, true, words)),
    );
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let (typed, alert) = wrong.unzip();
    let (name, slug) = typed.unwrap_or_default();
    let form = global::people_manage(&ask.platform.config).then(|| Form {
        name,
        slug,
        csrf_token: ask.token(PATH),
    });
    let template = ListPage::of(layout, rows, form, alert);
    Ok(Page::new(template).status(status).form().respond())
}

pub(super) async fn get(ask: Ask) -> Result<HttpResponse, Detour> {
    let session = ask.signed_in().await?;
    page(&ask, &session, None).await
}

pub(super) async fn post(ask: Ask, posted: Posted) -> Result<HttpResponse, Detour> {
    let form = ask.form(posted)?;
    let session = ask.signed_in().await?;
    if !global::people_manage(&ask.platform.config) {
        return Err(Refused::Closed.into());
    }
    let text = &ask.layout(&session).language.words().settings.general;
    let field = |name| form.value(name).unwrap_or_default().to_owned();
    let typed = (field("name"), field("slug"));
    let (name, slug) = match read(&typed.0, &typed.1, text) {
        Ok(good) => good,
        Err(alert) => return page(&ask, &session, Some((typed, alert))).await,
    };
    let (by, account, asked) = (ask.by(&session), session.account.id, name.clone());
    let made = ask
        .platform
        .db
        .write(move |conn| {
            let made = manage::create(conn, &by, &asked, Some(&slug))?;
            // Pressed twice: what the first one asked for is there, and theirs.
            let own = match made {
                Err(Refused::SlugTaken) => membership::find_named(conn, account, slug.as_str())?,
                _ => None,
            };
            Ok((made, own))
        })
        .await?;
    match made {
        (Ok(made), _) => Ok(see_other(&format!("/w/{}/settings", made.slug))),
        (Err(Refused::SlugTaken), Some(own)) if own.role == Role::Owner && own.workspace.name == name => {
            Ok(see_other(&format!("/w/{}/settings", own.workspace.slug)))
        }
        (Err(Refused::SlugTaken), _) => {
            let alert = Alert::about("slug", text.taken, text.taken_then);
            page(&ask, &session, Some((typed, alert))).await
        }
        (Err(refused), _) => Err(refused.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{language::Language, sample};

    fn samples(name: &'static str, language: Language) -> Vec<(&'static str, ListPage<'static>)> {
        let words = language.words();
        let text = &words.settings.general;
        let row = |role, is_deleted| Row::of((name, "acme"), role, is_deleted, words);
        let rows = || {
            vec![
                row(Role::Owner, false),
                row(Role::Viewer, false),
                row(Role::Owner, true),
            ]
        };
        let form = || {
            Some(Form {
                name: name.to_owned(),
                slug: "acme".to_owned(),
                csrf_token: "token".to_owned(),
            })
        };
        let page = |rows, form, alert| ListPage::of(sample::layout(language), rows, form, alert);
        vec![
            ("empty", page(Vec::new(), None, None)),
            ("several", page(rows(), form(), None)),
            (
                "taken",
                page(
                    rows(),
                    form(),
                    Some(Alert::about("slug", text.taken, text.taken_then)),
                ),
            ),
            (
                "no name",
                page(
                    Vec::new(),
                    form(),
                    Some(Alert::about("name", text.bad_name, text.bad_name_then)),
                ),
            ),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
    }
}

//! What the pages of connected apps show.

use askama::Template;
use diesel::PgConnection;

use super::remove_path;
use crate::{
    accounts::nav::{Nav, Section},
    oauth::{
        consent::{self, Connected},
        grant, place,
    },
    platform::{
        clock::Timestamp,
        config::{Config, Effect},
        db::Internal,
        id::AccountId,
    },
    web::{language::Language, layout::Layout, phrase::Phrase, words},
};

/// An app that a person allowed in, and on how many devices it still is.
pub(super) struct App {
    pub(super) connected: Connected,
    connections: i64,
}

impl App {
    /// Those of a person, newest first.
    pub(super) fn of_person(
        conn: &mut PgConnection,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<Self>, Internal> {
        let connections = grant::standing_by_consent(conn, account, now)?;
        let apps = consent::connected(conn, account)?.into_iter();
        Ok(apps
            .map(|connected| Self {
                connections: connections.get(&connected.id).copied().unwrap_or_default(),
                connected,
            })
            .collect())
    }
}

/// One app, as the pages show it.
pub(super) struct Row {
    words: &'static words::ConnectedApps,
    name: String,
    /// `None`: it runs on the person's own device.
    domain: Option<String>,
    is_off: bool,
    workspace: String,
    scopes: Vec<Scope>,
    since: Phrase,
    last_used: Phrase,
    connections: String,
    remove: String,
}

/// One thing that an app may do.
struct Scope {
    name: String,
    title: String,
    changes: bool,
}

impl Row {
    pub(super) fn of(app: &App, config: &Config, language: Language) -> Self {
        let words = language.words().connected_apps;
        let App {
            connected: app,
            connections,
        } = app;
        let scope = |name: &String| {
            let known = config.scope(name).map(|(_, entry)| entry);
            Scope {
                // What left the catalogue gives no power, and is still what was allowed.
                title: known.map_or_else(|| name.clone(), |entry| entry.title.clone()),
                changes: known.is_some_and(|entry| entry.effect == Effect::Changes),
                name: name.clone(),
            }
        };
        Self {
            words,
            name: app.client_name.clone(),
            domain: place::domains(
                app.client_uri.as_deref(),
                app.verified_at.is_some(),
                &app.redirect_uris,
            ),
            is_off: app.disabled_at.is_some(),
            workspace: app.workspace.clone(),
            scopes: app.scope.iter().map(scope).collect(),
            since: (words.at)(app.created_at),
            last_used: app
                .last_used_at
                .map_or_else(|| Phrase::new(words.unused), words.used_at),
            connections: (words.connected)(*connections),
            remove: remove_path(app.id),
        }
    }

    fn called(&self) -> Phrase {
        Phrase::of(&self.name)
    }

    fn place(&self) -> Phrase {
        Phrase::of(&self.workspace)
    }

    /// The rest of the button's name, for who does not see what it stands beside.
    fn of_what(&self) -> Phrase {
        (self.words.remove_of)(&self.name, &self.workspace)
    }
}

/// The list.
#[derive(Template)]
#[template(path = "oauth/connected_apps.html")]
pub(super) struct ListPage<'a> {
    layout: Layout<'a>,
    nav: Nav,
    words: &'static words::ConnectedApps,
    email: Phrase,
    apps: Vec<Row>,
    /// What was removed a moment ago.
    removed: Option<Phrase>,
}

impl<'a> ListPage<'a> {
    /// `removed`: the names of the app and the workspace that were parted.
    pub(super) fn of(
        layout: Layout<'a>,
        email: &str,
        apps: Vec<Row>,
        removed: Option<&(String, String)>,
    ) -> Self {
        let words = layout.language.words().connected_apps;
        Self {
            nav: Nav::at(Section::Apps, layout.language),
            layout,
            words,
            email: Phrase::of(email),
            apps,
            removed: removed.map(|(client, workspace)| (words.removed)(client, workspace)),
        }
    }
}

/// The question before an app goes.
#[derive(Template)]
#[template(path = "oauth/remove_access.html")]
pub(super) struct RemovePage<'a> {
    layout: Layout<'a>,
    words: &'static words::ConnectedApps,
    heading: Phrase,
    app: Row,
    csrf_token: String,
}

impl<'a> RemovePage<'a> {
    pub(super) fn of(layout: Layout<'a>, app: Row, csrf_token: String) -> Self {
        let words = layout.language.words().connected_apps;
        Self {
            layout,
            words,
            heading: (words.remove_heading)(&app.name, &app.workspace),
            app,
            csrf_token,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::sample;

    fn row(name: &str, language: Language) -> Row {
        let words = language.words().connected_apps;
        let at = Timestamp::from_timestamp(1_777_818_720, 0).unwrap();
        let scope = |name: &str, title: &str, changes| Scope {
            name: name.to_owned(),
            title: title.to_owned(),
            changes,
        };
        Row {
            words,
            name: name.to_owned(),
            domain: Some("acme.example".to_owned()),
            is_off: false,
            workspace: name.to_owned(),
            scopes: vec![
                scope("analytics.read", "See analytics", false),
                scope("posts.write", "Write posts", true),
            ],
            since: (words.at)(at),
            last_used: (words.used_at)(at),
            connections: (words.connected)(2),
            remove: "/settings/integrations/0193/remove".to_owned(),
        }
    }

    fn unused(name: &str, language: Language) -> Row {
        let words = language.words().connected_apps;
        Row {
            domain: None,
            is_off: true,
            last_used: Phrase::new(words.unused),
            connections: (words.connected)(0),
            ..row(name, language)
        }
    }

    fn lists(name: &'static str, language: Language) -> Vec<(&'static str, ListPage<'static>)> {
        let removed = (name.to_owned(), name.to_owned());
        let page = |apps, removed| ListPage::of(sample::layout(language), name, apps, removed);
        vec![
            ("empty", page(Vec::new(), None)),
            (
                "several",
                page(vec![row(name, language), unused(name, language)], None),
            ),
            ("one removed", page(vec![row(name, language)], Some(&removed))),
            ("the last removed", page(Vec::new(), Some(&removed))),
        ]
    }

    fn samples(name: &'static str, language: Language) -> Vec<(&'static str, RemovePage<'static>)> {
        let page = |row| RemovePage::of(sample::layout(language), row, "token".to_owned());
        vec![
            ("in use", page(row(name, language))),
            ("unused", page(unused(name, language))),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(lists);
        sample::check(samples);
    }
}

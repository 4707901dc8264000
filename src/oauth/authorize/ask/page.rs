//! What the consent page shows.

use std::time::Duration;

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use super::{Missing, purpose};
use crate::{
    accounts::{current::Cookies, logout},
    oauth::{
        authorize::{decide, destination::consent_path, visit::Visit},
        client::registration::Client,
        consent::Consent,
        place::{self, Place},
    },
    platform::{
        Platform,
        config::{Config, Effect, Role},
    },
    web::{
        form::PostedForm,
        layout::Layout,
        observe::Manners,
        page::Page,
        phrase::{self, Phrase},
        words::{self, Words},
    },
    wire::{grant_type::GrantType, redirect_uri, scope::Scope},
    workspaces::membership::Membership,
};

/// One scope, as the page shows it.
struct Row<'a> {
    name: &'a str,
    title: &'a str,
    sentence: &'a str,
    changes: bool,
    optional: bool,
    /// Whether its box is ticked, where it has one.
    ticked: bool,
    /// The role that it needs, where not every role that the person has somewhere reaches it.
    needs: Option<String>,
}

/// One workspace that can be chosen.
struct Choice<'a> {
    slug: &'a str,
    name: &'a str,
    /// As it is called in the page's language.
    role: &'static str,
    selected: bool,
}

impl Choice<'_> {
    fn shown(&self) -> Phrase {
        Phrase::of(self.name)
    }

    /// In a list, where no tag can be.
    fn plain(&self) -> String {
        format!("{} ({})", phrase::plain(self.name), self.role)
    }
}

/// What kept the last answer from being one, and where to mend it.
struct Alert {
    what: &'static str,
    field: Option<String>,
}

#[derive(Template)]
#[template(path = "oauth/authorize/ask.html")]
struct AskPage<'a> {
    layout: Layout<'a>,
    words: &'static words::Consent,
    heading: Phrase,
    app: Phrase,
    /// `None`: it runs on the person's own device.
    domain: Option<String>,
    unverified: bool,
    email: Phrase,
    action: String,
    csrf_token: String,
    logout_token: String,
    login: String,
    alert: Option<Alert>,
    choices: Vec<Choice<'a>>,
    back: Phrase,
    new: Vec<Row<'a>>,
    known: Vec<Row<'a>>,
    known_since: Phrase,
    duration: String,
    landing: Phrase,
}

/// The page. `again`: what kept the last answer from being one, and that answer, which is kept.
pub fn respond(
    visit: &Visit,
    cookies: &Cookies,
    platform: &Platform,
    manners: &Manners,
    again: Option<(Missing, &PostedForm)>,
) -> HttpResponse {
    let config = &platform.config;
    let request = &visit.request;
    let preferred = preferred(visit);
    let before = preferred.and_then(|choice| {
        let mut consents = visit.consents.iter();
        consents.find(|it| it.workspace_id == choice.workspace.id)
    });
    let allowed_before = before.map(|consent| consent.scope.clone()).unwrap_or_default();
    let lowest = visit.choices.iter().map(|choice| choice.role).min();
    let layout = Layout::of(manners, visit.language);
    let all = layout.language.words();
    let rows = |scope: &'_ Scope| rows(config, &request.scope, scope, lowest, all);
    let session = visit.session.as_ref();
    let page = AskPage {
        email: Phrase::of(session.map_or("", |session| &session.account.email)),
        action: consent_path(request.id),
        csrf_token: cookies.token(&purpose(&request.id.to_string())),
        logout_token: cookies.token(logout::PURPOSE),
        login: format!("/login?request={}", request.id),
        choices: visit
            .choices
            .iter()
            .map(|choice| Choice {
                slug: &choice.workspace.slug,
                name: &choice.workspace.name,
                role: (all.role)(choice.role),
                selected: preferred.is_some_and(|preferred| preferred == choice),
            })
            .collect(),
        new: rows(&request.scope.difference(&allowed_before)),
        known: rows(&request.scope.intersection(&allowed_before)),
        ..AskPage::of(
            layout,
            &visit.client,
            &request.redirect_uri,
            duration(&visit.client, config, all.consent),
        )
    };
    let (mut page, mut status) = (
        page.remembering(&visit.client.name, preferred, before),
        StatusCode::OK,
    );
    if let Some((missing, form)) = again {
        page = page
            .keeping(form.value("workspace"), &form.values("scope"))
            .missing(missing);
        status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Page::new(page)
        .status(status)
        .form()
        .form_action(&redirect_uri::origin_for_csp(&request.redirect_uri))
        .respond()
}

/// The workspace that is chosen when the page opens: what the client hinted at, else one where it was allowed before.
fn preferred(visit: &Visit) -> Option<&Membership> {
    let was_allowed_in = |choice: &&Membership| {
        let mut consents = visit.consents.iter();
        consents.any(|consent| consent.workspace_id == choice.workspace.id)
    };
    decide::hinted(&visit.request, &visit.choices).or_else(|| visit.choices.iter().find(was_allowed_in))
}

impl<'a> AskPage<'a> {
    /// What follows from the client alone.
    fn of(layout: Layout<'a>, client: &'a Client, redirect_uri: &str, duration: String) -> Self {
        let words = layout.language.words().consent;
        let is_verified = client.verified_at.is_some();
        Self {
            layout,
            words,
            heading: (words.heading)(&client.name, layout.product_name),
            app: Phrase::of(&client.name),
            domain: place::domain(client.uri.as_deref(), is_verified, redirect_uri),
            unverified: !is_verified,
            email: Phrase::default(),
            action: String::new(),
            csrf_token: String::new(),
            logout_token: String::new(),
            login: String::new(),
            alert: None,
            choices: Vec::new(),
            back: (words.back)(&client.name),
            new: Vec::new(),
            known: Vec::new(),
            known_since: Phrase::default(),
            duration,
            landing: match Place::of(redirect_uri) {
                Place::Site(host) => (words.landing)(&host),
                Place::Scheme(scheme) => (words.landing_app)(&scheme),
                Place::Loopback => Phrase::new(words.landing_device),
            },
        }
    }

    /// Says when, and where there are several workspaces also in which, something was allowed before.
    fn remembering(mut self, client: &str, preferred: Option<&Membership>, before: Option<&Consent>) -> Self {
        let among_several = preferred.filter(|_| self.choices.len() > 1);
        if let Some(consent) = before {
            let place = among_several.map(|choice| choice.workspace.name.as_str());
            self.known_since = (self.words.known_since)(consent.created_at, place);
        }
        if self.choices.is_empty() {
            self.heading = (self.words.nowhere_heading)(client);
        }
        self
    }

    /// Keeps what the person had chosen.
    fn keeping(mut self, workspace: Option<&str>, ticked: &[&str]) -> Self {
        if self.choices.iter().any(|choice| Some(choice.slug) == workspace) {
            for choice in &mut self.choices {
                choice.selected = Some(choice.slug) == workspace;
            }
        }
        for row in self.new.iter_mut().chain(&mut self.known) {
            row.ticked = ticked.contains(&row.name);
        }
        self
    }

    fn missing(mut self, missing: Missing) -> Self {
        let words = self.words;
        self.alert = Some(match missing {
            Missing::Workspace => Alert {
                what: words.choose_workspace,
                field: (self.choices.len() > 1).then(|| "workspace".to_owned()),
            },
            Missing::Scope => Alert {
                what: words.choose_scope,
                field: { self.new.iter().chain(&self.known) }
                    .find(|row| row.optional)
                    .map(|row| format!("scope-{}", row.name)),
            },
            Missing::Answer => Alert {
                what: words.choose_answer,
                field: None,
            },
        });
        self
    }

    fn title(&self) -> String {
        let title = self.layout.title(&self.heading.plain());
        if self.alert.is_some() {
            (self.words.error)(&title)
        } else {
            title
        }
    }
}

/// How long access lasts: without refresh tokens no longer than the first access token.
fn duration(client: &Client, config: &Config, words: &words::Consent) -> String {
    let most = client
        .grant_seconds
        .and_then(|seconds| u64::try_from(seconds).ok())
        .map(Duration::from_secs);
    if client.may_use(GrantType::RefreshToken) {
        (words.duration)(client.refresh_token_lifetime(config), most)
    } else {
        let once = client.access_token_lifetime(config);
        (words.duration_once)(most.map_or(once, |most| once.min(most)))
    }
}

fn rows<'a>(
    config: &'a Config,
    asked: &'a Scope,
    shown: &Scope,
    lowest: Option<Role>,
    words: &Words,
) -> Vec<Row<'a>> {
    asked
        .iter()
        .filter(|name| shown.contains(name))
        .filter_map(|name| {
            let (_, entry) = config.scope(name)?;
            let beyond = lowest.is_some_and(|role| role < entry.minimum_role);
            Some(Row {
                name,
                title: &entry.title,
                sentence: &entry.sentence,
                changes: entry.effect == Effect::Changes,
                optional: entry.optional,
                ticked: true,
                needs: beyond.then(|| (words.consent.needs)((words.role)(entry.minimum_role))),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;

//! A page that asks for one thing: a few words, a form of a few fields, one button. Most of what a person does to their account is one.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header::RETRY_AFTER},
};
use askama::Template;

use crate::{
    accounts::{
        nav::{Nav, Section},
        proof::Refused,
    },
    web::{
        language::Language,
        layout::Layout,
        page::Page,
        phrase::Phrase,
        words::{
            self,
            errors::{self, ErrorDoc},
        },
    },
};

/// What the page says and asks.
#[derive(Default)]
pub struct Act {
    /// Where it stands among the account's pages, if it does.
    pub nav: Option<Nav>,
    /// What it is about.
    pub heading: Phrase,
    /// A line under that.
    pub lead: Option<Phrase>,
    /// What was done a moment ago.
    pub done: Option<Phrase>,
    /// Why the last try was refused.
    pub alert: Option<Alert>,
    /// What there is to know before.
    pub paragraphs: Vec<Phrase>,
    /// Where the form goes.
    pub action: String,
    /// Its token.
    pub csrf_token: String,
    /// Whose password it asks for: not shown, but password managers want to know.
    pub username: Option<String>,
    /// What it asks for.
    pub fields: Vec<Field>,
    /// The button.
    pub submit: &'static str,
    /// Whether what it does cannot be undone.
    pub is_danger: bool,
    /// The way out, beside the button.
    pub cancel: Option<(String, &'static str)>,
    /// Where else to go: address, text, hint.
    pub links: Vec<(&'static str, &'static str, &'static str)>,
}

impl Act {
    /// Puts it among the account's pages.
    #[must_use]
    pub fn within(mut self, section: Section, language: Language) -> Self {
        self.nav = Some(Nav::at(section, language));
        self
    }
}

/// Why the last try was refused.
pub struct Alert {
    /// What is wrong.
    pub what: Phrase,
    /// What the person can do about it.
    pub then: String,
    /// The field that it is about.
    pub field: Option<&'static str>,
    /// What more there is to read.
    pub doc: Option<&'static ErrorDoc>,
    /// Of the answer.
    pub status: StatusCode,
    /// When trying again makes sense, in seconds.
    pub retry_after: Option<i64>,
}

impl Alert {
    /// A field has what cannot be taken.
    #[must_use]
    pub fn of_field(field: &'static str, what: impl Into<String>, then: &str) -> Self {
        Self {
            what: Phrase::new(what),
            then: then.to_owned(),
            field: Some(field),
            doc: None,
            status: StatusCode::UNPROCESSABLE_ENTITY,
            retry_after: None,
        }
    }

    /// A proof of who the person is was refused; `wrong` says what to say where it was wrong.
    #[must_use]
    pub fn of_proof(refused: &Refused, field: &'static str, wrong: (&str, &str), language: Language) -> Self {
        let Refused::Locked { until, now } = refused else {
            return Self::of_field(field, wrong.0, wrong.1);
        };
        let words = language.words().login;
        Self {
            what: (words.locked)(*until, *now),
            then: words.locked_then.to_owned(),
            field: None,
            doc: Some(&errors::TOO_MANY_REQUESTS),
            status: StatusCode::TOO_MANY_REQUESTS,
            retry_after: Some((*until - *now).num_seconds().max(1)),
        }
    }
}

/// One thing that a form asks for.
pub struct Field {
    /// Its name, and its id in the page.
    pub name: &'static str,
    /// What stands above it.
    pub label: &'static str,
    /// `text`, `email` or `password`.
    pub kind: &'static str,
    /// What a browser may fill in.
    pub autocomplete: &'static str,
    /// What it has already.
    pub value: String,
    /// What stands below it.
    pub hint: Option<Phrase>,
    /// Values and texts to choose from; with any it is a list.
    pub options: Vec<(&'static str, &'static str)>,
}

impl Field {
    /// An empty one.
    #[must_use]
    pub fn new(
        name: &'static str,
        label: &'static str,
        kind: &'static str,
        autocomplete: &'static str,
    ) -> Self {
        Self {
            name,
            label,
            kind,
            autocomplete,
            value: String::new(),
            hint: None,
            options: Vec::new(),
        }
    }

    /// With this in it.
    #[must_use]
    pub fn with(mut self, value: &str) -> Self {
        value.clone_into(&mut self.value);
        self
    }

    /// With this below it.
    #[must_use]
    pub fn hinted(mut self, hint: Phrase) -> Self {
        self.hint = Some(hint);
        self
    }
}

#[derive(Template)]
#[template(path = "accounts/act.html")]
struct ActPage<'a> {
    layout: Layout<'a>,
    words: &'static words::Account,
    act: Act,
}

impl ActPage<'_> {
    fn title(&self) -> String {
        let title = self.layout.title(&self.act.heading.plain());
        if self.act.alert.is_some() {
            (self.layout.language.words().login.error)(&title)
        } else {
            title
        }
    }

    fn is_wrong(&self, field: &Field) -> bool {
        { self.act.alert.as_ref() }.is_some_and(|alert| alert.field == Some(field.name))
    }

    fn described(&self, field: &Field) -> Option<String> {
        let hint = field.hint.as_ref().map(|_| format!("{}-hint", field.name));
        match (self.is_wrong(field), hint) {
            (true, Some(hint)) => Some(format!("alert {hint}")),
            (true, None) => Some("alert".to_owned()),
            (false, hint) => hint,
        }
    }
}

/// The page. Its forms may also end where `form_action` says.
#[must_use]
pub fn respond(layout: Layout<'_>, act: Act, form_action: Option<&str>) -> HttpResponse {
    let (status, retry_after) = act
        .alert
        .as_ref()
        .map_or((StatusCode::OK, None), |alert| (alert.status, alert.retry_after));
    let words = layout.language.words().account;
    let mut page = Page::new(ActPage { layout, words, act }).status(status).form();
    if let Some(source) = form_action {
        page = page.form_action(source);
    }
    let mut response = page.respond();
    if let Some(Ok(value)) = retry_after.map(|seconds| seconds.to_string().parse()) {
        response.headers_mut().insert(RETRY_AFTER, value);
    }
    response
}

#[derive(Template)]
#[template(path = "accounts/tell.html")]
struct TellPage<'a> {
    layout: Layout<'a>,
    heading: &'static str,
    what: Phrase,
    way: (&'static str, &'static str),
}

/// A page that only tells what happened, and leads on: an address and what stands on the button.
#[must_use]
pub fn tell(
    layout: Layout<'_>,
    heading: &'static str,
    what: Phrase,
    way: (&'static str, &'static str),
) -> HttpResponse {
    let template = TellPage {
        layout,
        heading,
        what,
        way,
    };
    Page::new(template).respond()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::web::sample;

    /// Checks the states of a page of this kind.
    pub(crate) fn check(states: fn(&'static str, Language) -> Vec<(&'static str, Act)>) {
        sample::check(|name, language| {
            let page = |(state, act)| {
                let act = Act {
                    csrf_token: "token".to_owned(),
                    ..act
                };
                let layout = sample::layout(language);
                let words = language.words().account;
                (state, ActPage { layout, words, act })
            };
            states(name, language).into_iter().map(page).collect()
        });
    }

    fn states(name: &'static str, language: Language) -> Vec<(&'static str, Act)> {
        let words = language.words().login;
        let act = |alert| {
            Act {
                heading: Phrase::of(name),
                lead: Some(Phrase::of(name)),
                alert,
                paragraphs: vec![Phrase::of(name)],
                action: "/account".to_owned(),
                fields: vec![
                    Field::new("email", words.email, "email", "email").with(name),
                    Field::new("password", words.password, "password", "current-password")
                        .hinted(Phrase::of(name)),
                ],
                submit: words.submit,
                ..Act::default()
            }
            .within(Section::Profile, language)
        };
        let wrong = Alert::of_field("password", words.wrong, words.wrong_then);
        vec![("plain", act(None)), ("refused", act(Some(wrong)))]
    }

    #[test]
    fn every_state_is_a_good_page() {
        check(states);
        sample::check(|name, language| {
            let words = language.words().email_change;
            let page = TellPage {
                layout: sample::layout(language),
                heading: words.changed,
                what: (words.changed_what)(name),
                way: ("/account", words.to_account),
            };
            vec![("told", page)]
        });
    }
}

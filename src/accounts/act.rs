//! A page that asks for one thing: a few words, a form of a few fields, one button. Most of what a person does to their account is one,
//! and every step on the way to it; and so is what is said after that, with a way on in place of the form.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header::RETRY_AFTER},
};
use askama::Template;

use crate::{
    accounts::{
        destination::Destination,
        nav::{Nav, Section},
        proof::Refused,
        provider_buttons::ProviderButtons,
    },
    platform::clock::Timestamp,
    web::{
        language::Language,
        layout::Layout,
        limit::Exceeded,
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
    /// The domain that the line is about.
    pub domain: Option<String>,
    /// What was done a moment ago.
    pub done: Option<Phrase>,
    /// Why the last try was refused.
    pub alert: Option<Alert>,
    /// What there is to know before.
    pub paragraphs: Vec<Phrase>,
    /// What more there is to read about that.
    pub doc: Option<&'static ErrorDoc>,
    /// Of the answer, where no alert says another.
    pub status: StatusCode,
    /// Where the form goes. Empty: the page has none, and only tells.
    pub action: String,
    /// Its token.
    pub csrf_token: String,
    /// The token of the mail that led here.
    pub token: Option<String>,
    /// Whose password it asks for: not shown, but password managers want to know.
    pub username: Option<String>,
    /// What it asks for.
    pub fields: Vec<Field>,
    /// Its button.
    pub submit: &'static str,
    /// Whether what it does cannot be undone.
    pub is_danger: bool,
    /// The way out, beside the button.
    pub cancel: Option<(String, &'static str)>,
    /// In place of the form: the one thing to do next.
    pub go_on: Option<(String, &'static str)>,
    /// The other ways to do the same.
    pub providers: Option<ProviderButtons>,
    /// Where else to go: address, text, hint.
    pub links: Vec<(&'static str, &'static str, &'static str)>,
    /// The same in one line, and without a hint.
    pub after: Vec<(String, &'static str)>,
}

impl Act {
    /// Says to what the person continues, if they came from an app.
    #[must_use]
    pub fn on_the_way_to(mut self, destination: Option<&Destination>, language: Language) -> Self {
        if let Some(to) = destination {
            self.lead = Some((language.words().login.continue_to)(&to.title));
            self.domain.clone_from(&to.domain);
        }
        self
    }

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
    /// What else is wrong: each field, and the sentence.
    pub also: Vec<(&'static str, &'static str)>,
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
            also: Vec::new(),
            doc: None,
            status: StatusCode::UNPROCESSABLE_ENTITY,
            retry_after: None,
        }
    }

    /// Some fields have: each, and the sentence. `None`: none has.
    #[must_use]
    pub fn of_fields(mut wrong: Vec<(&'static str, &'static str)>) -> Option<Self> {
        if wrong.is_empty() {
            return None;
        }
        let (field, what) = wrong.remove(0);
        Some(Self {
            also: wrong,
            ..Self::of_field(field, what, "")
        })
    }

    /// Nothing was looked at: there were too many tries, of this person or of others at their network.
    #[must_use]
    pub fn too_many(exceeded: &Exceeded, now: Timestamp, language: Language) -> Self {
        let (words, retry_after) = (language.words(), exceeded.retry_after);
        Self {
            what: (words.login.locked)(now + retry_after, now),
            doc: Some(&errors::TOO_MANY_REQUESTS),
            field: None,
            status: StatusCode::TOO_MANY_REQUESTS,
            retry_after: Some(i64::try_from(retry_after.as_secs()).unwrap_or(i64::MAX)),
            ..Self::of_field("", "", words.steps.nothing_done)
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
            also: Vec::new(),
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

    /// An address, by which programs that keep passwords know whose they are.
    #[must_use]
    pub fn email(label: &'static str, value: &str) -> Self {
        Self::new("email", label, "email", "username").with(value)
    }

    /// A password to be set.
    #[must_use]
    pub fn new_password(label: &'static str, rule: &'static words::PasswordRule) -> Self {
        Self::new("password", label, "password", "new-password").hinted(Phrase::new(rule.hint))
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
        let is_it = |alert: &Alert| {
            alert.field == Some(field.name) || alert.also.iter().any(|(name, _)| *name == field.name)
        };
        self.act.alert.as_ref().is_some_and(is_it)
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
        .map_or((act.status, None), |alert| (alert.status, alert.retry_after));
    let words = layout.language.words().account;
    let origins = { act.providers.as_ref() }.map_or_else(Vec::new, |others| others.origins.clone());
    let mut page = Page::new(ActPage { layout, words, act }).status(status).form();
    for source in origins.iter().map(String::as_str).chain(form_action) {
        page = page.form_action(source);
    }
    let mut response = page.respond();
    if let Some(Ok(value)) = retry_after.map(|seconds| seconds.to_string().parse()) {
        response.headers_mut().insert(RETRY_AFTER, value);
    }
    response
}

/// A page that only tells what happened, and leads on: an address and what stands on the button.
#[must_use]
pub fn tell(
    layout: Layout<'_>,
    heading: &'static str,
    what: Phrase,
    way: (&'static str, &'static str),
) -> HttpResponse {
    respond(layout, told(heading, what, way), None)
}

fn told(heading: &'static str, what: Phrase, (to, text): (&'static str, &'static str)) -> Act {
    Act {
        heading: Phrase::new(heading),
        paragraphs: vec![what],
        go_on: Some((to.to_owned(), text)),
        ..Act::default()
    }
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
        check(|name, language| {
            let words = language.words().email_change;
            let page = told(
                words.changed,
                (words.changed_what)(name),
                ("/account", words.to_account),
            );
            vec![("told", page)]
        });
    }
}

//! The pages on the way to a session: a form of a few fields, or what is said after it.

#[cfg(test)]
mod tests;

use askama::Template;

use crate::{
    accounts::scene::Way,
    web::{
        layout::Layout,
        phrase::Phrase,
        words::{self, errors::ErrorDoc},
    },
};

/// A page. It begins empty; whoever makes one adds what it has.
#[derive(Template)]
#[template(path = "accounts/step.html")]
pub(super) struct Step<'a> {
    layout: Layout<'a>,
    words: &'static words::Steps,
    heading: &'static str,
    continue_to: Option<(Phrase, Option<&'a str>)>,
    /// What was wrong with what was typed: the field, and the sentence.
    pub(super) wrong: Vec<(&'static str, &'static str)>,
    texts: Vec<Phrase>,
    doc: Option<&'static ErrorDoc>,
    form: Option<Form<'a>>,
    go_on: Option<(String, &'static str)>,
    links: Vec<(String, &'static str)>,
}

/// Its form.
pub(super) struct Form<'a> {
    pub(super) action: String,
    pub(super) csrf_token: String,
    /// The token of the mail that led here.
    pub(super) token: Option<&'a str>,
    pub(super) fields: Vec<Field<'a>>,
    pub(super) submit: &'static str,
}

/// A field of it.
pub(super) struct Field<'a> {
    name: &'static str,
    kind: &'static str,
    label: &'static str,
    value: &'a str,
    autocomplete: &'static str,
    hint: Option<&'static str>,
    /// It is shown, and for programs that keep passwords; nobody reads it when it is sent.
    is_fixed: bool,
}

impl<'a> Field<'a> {
    pub(super) fn email(words: &'static words::Steps, value: &'a str) -> Self {
        Self {
            name: "email",
            kind: "email",
            label: words.email,
            value,
            autocomplete: "username",
            hint: None,
            is_fixed: false,
        }
    }

    /// Whose account it is about.
    pub(super) fn whose(words: &'static words::Steps, email: &'a str) -> Self {
        Self {
            name: "username",
            is_fixed: true,
            ..Self::email(words, email)
        }
    }

    pub(super) fn name(words: &'static words::Steps, value: &'a str) -> Self {
        Self {
            name: "name",
            kind: "text",
            label: words.name,
            value,
            autocomplete: "name",
            hint: None,
            is_fixed: false,
        }
    }

    /// One that the person has chosen before.
    pub(super) fn password(label: &'static str) -> Self {
        Self {
            name: "password",
            kind: "password",
            label,
            value: "",
            autocomplete: "current-password",
            hint: None,
            is_fixed: false,
        }
    }

    /// A password is never filled in.
    pub(super) fn new_password(label: &'static str, rule: &'static words::PasswordRule) -> Self {
        Self {
            name: "password",
            kind: "password",
            label,
            value: "",
            autocomplete: "new-password",
            hint: Some(rule.hint),
            is_fixed: false,
        }
    }
}

impl<'a> Step<'a> {
    pub(super) fn new(layout: Layout<'a>, heading: &'static str) -> Self {
        Self {
            layout,
            words: layout.language.words().steps,
            heading,
            continue_to: None,
            wrong: Vec::new(),
            texts: Vec::new(),
            doc: None,
            form: None,
            go_on: None,
            links: Vec::new(),
        }
    }

    /// Says where the person is going.
    pub(super) fn on(mut self, way: &'a Way) -> Self {
        let words = self.layout.language.words().login;
        self.continue_to =
            { way.destination() }.map(|to| ((words.continue_to)(&to.title), to.domain.as_deref()));
        self
    }

    pub(super) fn text(mut self, text: impl Into<Phrase>) -> Self {
        self.texts.push(text.into());
        self
    }

    pub(super) fn code(mut self, doc: &'static ErrorDoc) -> Self {
        self.doc = Some(doc);
        self
    }

    pub(super) fn form(mut self, form: Form<'a>) -> Self {
        self.form = Some(form);
        self
    }

    /// The one thing to do next.
    pub(super) fn go_on(mut self, href: String, text: &'static str) -> Self {
        self.go_on = Some((href, text));
        self
    }

    pub(super) fn link(mut self, href: String, text: &'static str) -> Self {
        self.links.push((href, text));
        self
    }

    fn title(&self) -> String {
        let title = self.layout.title(self.heading);
        if self.wrong.is_empty() {
            title
        } else {
            (self.layout.language.words().login.error)(&title)
        }
    }

    fn is_wrong(&self, field: &Field<'_>) -> bool {
        self.wrong.iter().any(|(name, _)| *name == field.name)
    }

    fn described_by(&self, field: &Field<'_>) -> Option<String> {
        let wrong = self.is_wrong(field).then(|| "alert".to_owned());
        let hint = field.hint.map(|_| format!("{}-hint", field.name));
        let both: Vec<String> = wrong.into_iter().chain(hint).collect();
        (!both.is_empty()).then(|| both.join(" "))
    }
}

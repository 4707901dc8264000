//! The buttons that send a person to another provider, in place of a password: on the pages to sign in and to register.

use crate::{
    accounts::provider::Providers,
    platform::clock::Timestamp,
    web::{language::Language, phrase::Phrase},
};

/// What stands on a page.
#[derive(Clone)]
pub struct ProviderButtons {
    /// What stands above them.
    pub or: &'static str,
    /// The token of their forms.
    pub csrf_token: String,
    /// For each the address of its form, and its words.
    pub buttons: Vec<(String, Phrase)>,
    /// Where the forms end: at the providers.
    pub origins: Vec<String>,
}

/// A provider that people can sign in with.
pub(super) struct Offered {
    id: String,
    name: String,
    /// Where it sends people.
    origins: Vec<String>,
}

impl Offered {
    /// Those that the operator has set up.
    pub(super) async fn all(providers: &Providers, now: Timestamp) -> Vec<Self> {
        let mut all = Vec::new();
        for provider in providers.with_button() {
            all.push(Self {
                id: provider.config.id.clone(),
                name: provider.config.name.clone(),
                origins: provider.origins(now).await,
            });
        }
        all
    }

    #[cfg(test)]
    pub(super) fn sample(id: &str, name: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            origins: Vec::new(),
        }
    }
}

/// What their forms are for: to sign in, and to go on to what this stored request asks for.
pub(super) fn purpose(request: Option<&str>) -> String {
    format!("login {}", request.unwrap_or_default())
}

impl ProviderButtons {
    /// `None` where the operator has set up no provider; `to`: an address of ours, on the way that the person is on.
    pub(super) fn of(
        offered: &[Offered],
        csrf_token: String,
        language: Language,
        to: impl Fn(&str) -> String,
    ) -> Option<Self> {
        let words = language.words().federate;
        let button = |it: &Offered| {
            (
                to(&format!("/login/with/{}", it.id)),
                (words.continue_with)(&it.name),
            )
        };
        (!offered.is_empty()).then(|| Self {
            or: words.or,
            csrf_token,
            buttons: offered.iter().map(button).collect(),
            origins: offered.iter().flat_map(|it| it.origins.clone()).collect(),
        })
    }
}

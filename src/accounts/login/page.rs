//! The sign-in page, as it is first and after a try that was refused.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header::RETRY_AFTER},
};
use askama::Template;

use super::{Refused, Visit};
use crate::{
    accounts::{
        ask_for_mail::Ask,
        current::Cookies,
        destination::Destination,
        federate::{NoAccount, NotSignedIn, Why},
        proof,
        provider_buttons::ProviderButtons,
    },
    platform::config::Joining,
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

#[derive(Template)]
#[template(path = "accounts/login.html")]
struct LoginPage<'a> {
    layout: Layout<'a>,
    words: &'static words::Login,
    /// To what the person continues, and where that is.
    continue_to: Option<(Phrase, Option<&'a str>)>,
    action: String,
    csrf_token: String,
    email: &'a str,
    refused: Option<Alert>,
    /// Whose address is to be confirmed before they can sign in.
    unverified: Option<String>,
    /// Where the mail is sent again that confirms an address: the address of the form, its token, and whose.
    resend: Option<(String, String, String)>,
    /// To the other pages for who is not signed in.
    links: Vec<(String, &'static str)>,
    /// The other ways to sign in.
    providers: Option<ProviderButtons>,
}

/// Why the last try was refused.
struct Alert {
    what: Phrase,
    /// What the person can do about it.
    then: String,
    /// Whether what they typed was wrong, as opposed to right and of no use.
    is_wrong: bool,
    /// What more there is to read, where that is more than a typo.
    doc: Option<&'static ErrorDoc>,
}

impl<'a> LoginPage<'a> {
    fn of(
        layout: Layout<'a>,
        destination: Option<&'a Destination>,
        action: String,
        csrf_token: String,
        email: &'a str,
        refused: Option<Refused<'_>>,
    ) -> Self {
        let words = layout.language.words().login;
        Self {
            layout,
            words,
            continue_to: destination.map(|to| ((words.continue_to)(&to.title), to.domain.as_deref())),
            action,
            csrf_token,
            email,
            refused: refused.map(|refused| alert(refused, layout.language, layout.product_name)),
            unverified: match refused {
                Some(Refused::Here(proof::Refused::Unverified(account))) => Some(account.email.clone()),
                _ => None,
            },
            resend: None,
            links: Vec::new(),
            providers: None,
        }
    }

    fn with_buttons(mut self, visit: &Visit) -> Self {
        let (token, language) = (self.csrf_token.clone(), self.layout.language);
        let to = |path: &str| visit.action(path);
        self.providers = ProviderButtons::of(&visit.offered, token, language, to);
        self
    }

    fn with_ways(mut self, visit: &Visit, cookies: &Cookies) -> Self {
        let words = self.layout.language.words().steps;
        if visit.registration == Joining::Open {
            self.links.push((visit.action("/register"), words.create_account));
        }
        self.links.push((visit.action("/forgot"), words.forgot));
        self.resend = self.unverified.take().map(|email| {
            let token = cookies.token(Ask::Verify.purpose());
            (visit.action("/verify/resend"), token, email)
        });
        self
    }

    fn title(&self) -> String {
        let title = self.layout.title(self.words.heading);
        if self.refused.is_some() {
            (self.words.error)(&title)
        } else {
            title
        }
    }

    fn is_wrong(&self) -> bool {
        self.refused.as_ref().is_some_and(|alert| alert.is_wrong)
    }
}

fn alert(refused: Refused<'_>, language: Language, product_name: &str) -> Alert {
    let words = language.words();
    match refused {
        Refused::Here(refused) => here(refused, words.login, product_name),
        Refused::There(told) => there(told, words.federate, product_name),
    }
}

fn there(told: &NotSignedIn, words: &words::Federate, product_name: &str) -> Alert {
    let name = told.provider.as_str();
    let (what, then, doc) = match told.why {
        Why::Cancelled => ((words.cancelled)(name), words.cancelled_then, None),
        Why::Failed => (
            (words.failed)(name),
            words.failed_then,
            Some(&errors::INVALID_ID_TOKEN),
        ),
        Why::NoAnswer => (
            (words.no_answer)(name),
            words.no_answer_then,
            Some(&errors::PROVIDER_UNAVAILABLE),
        ),
        Why::Account(NoAccount::NotLinked) => (
            (words.not_linked)(name),
            words.not_linked_then,
            Some(&errors::IDENTITY_NOT_LINKED),
        ),
        Why::Account(NoAccount::RegistrationClosed) => (
            (words.closed)(name),
            words.closed_then,
            Some(&errors::REGISTRATION_CLOSED),
        ),
        Why::Account(NoAccount::Disabled) => {
            return Alert {
                what: Phrase::new(words.disabled),
                then: (words.disabled_then)(product_name),
                is_wrong: false,
                doc: Some(&errors::ACCOUNT_DISABLED),
            };
        }
    };
    Alert {
        what,
        then: then.to_owned(),
        is_wrong: false,
        doc,
    }
}

fn here(refused: &proof::Refused, words: &words::Login, product_name: &str) -> Alert {
    use proof::Refused;

    match refused {
        Refused::Wrong => Alert {
            what: Phrase::new(words.wrong),
            then: words.wrong_then.to_owned(),
            is_wrong: true,
            doc: None,
        },
        Refused::Locked { until, now } => Alert {
            what: (words.locked)(*until, *now),
            then: words.locked_then.to_owned(),
            is_wrong: false,
            doc: Some(&errors::TOO_MANY_REQUESTS),
        },
        Refused::Disabled => Alert {
            what: Phrase::new(words.disabled),
            then: (words.disabled_then)(product_name),
            is_wrong: false,
            doc: Some(&errors::ACCOUNT_DISABLED),
        },
        Refused::Unverified(account) => Alert {
            what: (words.unverified)(&account.email),
            then: words.unverified_then.to_owned(),
            is_wrong: false,
            doc: Some(&errors::EMAIL_UNVERIFIED),
        },
    }
}

/// The page; `refused`: why the last try was.
pub(super) fn respond(
    visit: &Visit,
    cookies: &Cookies,
    layout: Layout<'_>,
    email: &str,
    refused: Option<Refused<'_>>,
) -> HttpResponse {
    let status = match refused {
        None => StatusCode::OK,
        Some(Refused::Here(proof::Refused::Wrong)) => StatusCode::UNPROCESSABLE_ENTITY,
        Some(Refused::Here(proof::Refused::Locked { .. })) => StatusCode::TOO_MANY_REQUESTS,
        Some(Refused::Here(proof::Refused::Disabled | proof::Refused::Unverified(_))) => {
            StatusCode::FORBIDDEN
        }
        Some(Refused::There(told)) => match told.why {
            Why::Cancelled => StatusCode::OK,
            Why::Failed => StatusCode::UNAUTHORIZED,
            Why::NoAnswer => StatusCode::SERVICE_UNAVAILABLE,
            Why::Account(_) => StatusCode::FORBIDDEN,
        },
    };
    let destination = visit.destination.as_ref();
    let template = LoginPage::of(
        layout,
        destination,
        visit.action("/login"),
        cookies.token(&visit.purpose()),
        email,
        refused,
    )
    .with_buttons(visit)
    .with_ways(visit, cookies);
    let origins = { template.providers.as_ref() }.map_or_else(Vec::new, |others| others.origins.clone());
    let mut page = Page::new(template).status(status).form();
    for origin in &origins {
        page = page.form_action(origin);
    }
    if let Some(destination) = destination {
        page = page.form_action(&destination.form_action);
    }
    let mut response = page.respond();
    if let Some(Refused::Here(proof::Refused::Locked { until, now })) = refused
        && let Ok(value) = (*until - *now).num_seconds().max(1).to_string().parse()
    {
        response.headers_mut().insert(RETRY_AFTER, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::{
        accounts::{account::Account, provider_buttons::Offered},
        platform::{clock::Timestamp, id::AccountId},
        web::sample,
    };

    fn samples(name: &'static str, language: Language) -> Vec<(&'static str, LoginPage<'static>)> {
        let page = |to: Option<Option<&str>>, refused: Option<proof::Refused>| {
            let destination: Option<&'static Destination> = to.map(|domain| {
                let destination = Destination {
                    title: name.to_owned(),
                    domain: domain.map(str::to_owned),
                    return_to: "/".to_owned(),
                    form_action: "https://acme.example".to_owned(),
                    login_hint: None,
                };
                &*Box::leak(Box::new(destination))
            });
            LoginPage::of(
                sample::layout(language),
                destination,
                "/login?request=0193".to_owned(),
                "token".to_owned(),
                if refused.is_some() { name } else { "" },
                refused.as_ref().map(Refused::Here),
            )
        };
        let there = |why| {
            let told = NotSignedIn {
                provider: name.to_owned(),
                why,
            };
            let visit = Visit {
                request: None,
                page: Some("/settings/integrations".to_owned()),
                destination: None,
                offered: ["google", "sso"].map(|id| Offered::sample(id, name)).into(),
                registration: Joining::Open,
            };
            let mut page = page(None, None).with_buttons(&visit);
            page.refused = Some(alert(Refused::There(&told), language, "Testwind"));
            page
        };
        let now = Timestamp::from_timestamp(1_777_818_000, 0).unwrap();
        let unverified = || {
            let account = Account {
                id: AccountId::generate(now),
                email: name.to_owned(),
                name: name.to_owned(),
                credentials_epoch: 0,
                disabled_at: None,
                language: None,
                verified_at: None,
            };
            let visit = Visit {
                request: None,
                page: None,
                destination: None,
                offered: Vec::new(),
                registration: Joining::Open,
            };
            let cookies = Cookies::default().with_browser(now);
            page(None, Some(proof::Refused::Unverified(account))).with_ways(&visit, &cookies)
        };
        let locked = |wait| proof::Refused::Locked {
            until: now + wait,
            now,
        };
        vec![
            ("plain", page(None, None)),
            ("for an app", page(Some(Some("acme.example")), None)),
            ("for an app on this device", page(Some(None), None)),
            (
                "wrong password",
                page(Some(Some("acme.example")), Some(proof::Refused::Wrong)),
            ),
            ("locked", page(None, Some(locked(Duration::minutes(12))))),
            (
                "locked over midnight",
                page(None, Some(locked(Duration::hours(20)))),
            ),
            ("cancelled at the provider", there(Why::Cancelled)),
            ("failed at the provider", there(Why::Failed)),
            ("the provider does not answer", there(Why::NoAnswer)),
            ("not linked", there(Why::Account(NoAccount::NotLinked))),
            ("closed", there(Why::Account(NoAccount::RegistrationClosed))),
            (
                "disabled, from a provider",
                there(Why::Account(NoAccount::Disabled)),
            ),
            ("disabled", page(None, Some(proof::Refused::Disabled))),
            ("unverified", unverified()),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
    }

    #[test]
    fn a_lock_says_the_day_where_it_is_another() {
        for (language, at, said) in [
            (
                Language::English,
                4,
                "at <time datetime=\"2026-05-03T14:32:00Z\">14:32 UTC</time>.",
            ),
            (Language::English, 5, ">4 May 2026, 10:20 UTC</time>."),
            (
                Language::German,
                4,
                "um <time datetime=\"2026-05-03T14:32:00Z\">14:32 UTC</time>.",
            ),
            (Language::German, 5, ">4. Mai 2026, 10:20 UTC</time>."),
        ] {
            let shown = samples("x", language).swap_remove(at).1.to_string();
            assert!(shown.contains(said), "{shown}");
        }
    }
}

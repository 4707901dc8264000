//! `GET|POST /account`: how a person is called, and in which language they read.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, ServiceConfig},
};

use super::done;
use crate::{
    accounts::{
        account::Name,
        act::{self, Act, Alert, Field},
        door::{Detour, Posted, SignedIn, SignedInForm},
        me::Profile,
        nav::Section,
    },
    platform::Platform,
    web::{language::Language, methods::resource, observe::Manners, phrase::Phrase, redirect::see_other},
};

const PURPOSE: &str = "profile";

/// What the list says for the browser's own.
const OF_BROWSER: &str = "browser";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/account", "GET, HEAD, POST")
            .route(web::get().to(get))
            .route(web::head().to(get))
            .route(web::post().to(post)),
    );
}

/// What the form has in it.
struct Filled<'a> {
    email: &'a str,
    name: &'a str,
    language: &'a str,
}

fn form(filled: &Filled<'_>, language: Language) -> Act {
    let words = language.words().account;
    let mut languages = vec![(OF_BROWSER, words.language_of_browser)];
    languages.extend(Language::ALL.into_iter().map(|it| (it.tag(), own_name(it))));
    Act {
        heading: Phrase::new(words.profile),
        lead: Some((words.signed_in_as)(filled.email)),
        action: Section::Profile.path().to_owned(),
        fields: vec![
            Field::new("name", words.name, "text", "name")
                .with(filled.name)
                .hinted(Phrase::new(words.name_hint)),
            Field {
                options: languages,
                ..Field::new("language", words.language, "text", "off")
                    .with(filled.language)
                    .hinted(Phrase::new(words.language_hint))
            },
        ],
        submit: words.save,
        ..Act::default()
    }
    .within(Section::Profile, language)
}

/// As those call it who speak it.
const fn own_name(language: Language) -> &'static str {
    match language {
        Language::English => "English",
        Language::German => "Deutsch",
    }
}

async fn get(req: HttpRequest, who: SignedIn, manners: Data<Manners>) -> Result<HttpResponse, Detour> {
    let account = &who.session.account;
    let filled = Filled {
        email: &account.email,
        name: &account.name,
        language: account.language.map_or(OF_BROWSER, Language::tag),
    };
    let is_saved = done(&req).is_some_and(|done| done == "saved");
    let act = Act {
        done: is_saved.then(|| Phrase::new(who.language.words().account.saved)),
        csrf_token: who.cookies.token(PURPOSE),
        ..form(&filled, who.language)
    };
    Ok(act::respond(who.layout(&manners), act, None))
}

async fn post(
    posted: Posted,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Detour> {
    let SignedInForm { who, form: typed } = posted.signed_in(PURPOSE, Section::Profile.path()).await?;
    let name = typed.value("name").unwrap_or_default();
    let chosen = typed.value("language").unwrap_or(OF_BROWSER);
    let Some(parsed) = Name::parse(name) else {
        let words = who.language.words().account;
        let filled = Filled {
            email: &who.session.account.email,
            name,
            language: chosen,
        };
        let act = Act {
            alert: Some(Alert::of_field("name", words.name_bad, words.name_bad_then)),
            csrf_token: who.cookies.token(PURPOSE),
            ..form(&filled, who.language)
        };
        return Ok(act::respond(who.layout(&manners), act, None));
    };
    let profile = Profile {
        name: Some(parsed),
        language: Some(Language::parse(chosen)),
    };
    let (account, now) = (who.session.account.id, who.now);
    platform
        .db
        .write(move |conn| profile.keep(conn, account, &who.origin, now))
        .await?;
    Ok(see_other("/account?done=saved"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::act::tests::check;

    fn states(name: &'static str, language: Language) -> Vec<(&'static str, Act)> {
        let words = language.words().account;
        let page = |language_of| {
            let filled = Filled {
                email: name,
                name,
                language: language_of,
            };
            form(&filled, language)
        };
        let refused = Act {
            alert: Some(Alert::of_field("name", words.name_bad, words.name_bad_then)),
            ..page("de")
        };
        let saved = Act {
            done: Some(Phrase::new(words.saved)),
            ..page("en")
        };
        vec![
            ("plain", page(OF_BROWSER)),
            ("refused", refused),
            ("saved", saved),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        check(states);
    }
}

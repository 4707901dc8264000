//! The start page, `GET /`: who is signed in here, and the way in or out.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, ServiceConfig},
};
use askama::Template;

use crate::{
    accounts::{
        current::{self, Cookies},
        logout,
    },
    platform::Platform,
    web::{
        language::Language, layout::Layout, methods::read_only, observe::Manners, page::Page, phrase::Phrase,
        problem::Problem, words,
    },
};

/// The route.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(read_only("/", get));
}

#[derive(Template)]
#[template(path = "accounts/home.html")]
struct HomePage<'a> {
    layout: Layout<'a>,
    words: &'static words::Home,
    account: &'static words::Account,
    heading: &'static str,
    email: Option<Phrase>,
    logout_token: String,
}

async fn get(
    req: HttpRequest,
    platform: Data<Platform>,
    manners: Data<Manners>,
    asked: Language,
) -> Result<HttpResponse, Problem> {
    let cookies = Cookies::read(&req, &platform.config);
    let session = current::session(&platform, &cookies, platform.clock.now()).await?;
    let language = current::language(session.as_ref(), asked);
    let email = session.map(|session| Phrase::of(&session.account.email));
    let template = HomePage {
        layout: Layout::of(&manners, language),
        words: language.words().home,
        account: language.words().account,
        heading: (language.words().home.heading)(email.is_some()),
        email,
        logout_token: cookies.token(logout::PURPOSE),
    };
    Ok(Page::new(template).form().respond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::sample;

    fn samples(name: &'static str, language: Language) -> Vec<(&'static str, HomePage<'static>)> {
        let page = |email: Option<Phrase>| HomePage {
            layout: sample::layout(language),
            words: language.words().home,
            account: language.words().account,
            heading: (language.words().home.heading)(email.is_some()),
            email,
            logout_token: "token".to_owned(),
        };
        vec![
            ("signed out", page(None)),
            ("signed in", page(Some(Phrase::of(name)))),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
    }
}

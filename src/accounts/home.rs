//! The start page, `GET /`: who is signed in here, and the way in or out.

use actix_web::{
    HttpResponse,
    web::{Data, ServiceConfig},
};
use askama::Template;
use diesel::{PgConnection, QueryResult};

use crate::{
    accounts::{current, door::Browser, logout},
    platform::{Platform, id::AccountId},
    web::{
        layout::Layout, methods::read_only, observe::Manners, page::Page, phrase::Phrase, problem::Problem,
        words,
    },
};

/// The route.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(read_only("/", get));
}

/// A place where a person belongs, which this room knows nothing of.
pub struct Place {
    /// As people call it.
    pub name: String,
    /// A path of this server.
    pub path: String,
}

impl Place {
    fn called(&self) -> Phrase {
        Phrase::of(&self.name)
    }
}

/// Looks up where a person belongs. Hung in by the composition root.
#[derive(Clone, Copy)]
pub struct Places(pub fn(&mut PgConnection, AccountId) -> QueryResult<Vec<Place>>);

#[derive(Template)]
#[template(path = "accounts/home.html")]
struct HomePage<'a> {
    layout: Layout<'a>,
    words: &'static words::Home,
    account: &'static words::Account,
    heading: &'static str,
    email: Option<Phrase>,
    places: Vec<Place>,
}

async fn get(
    browser: Browser,
    platform: Data<Platform>,
    places: Data<Places>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Problem> {
    let session = browser.session().await?;
    let places = match &session {
        Some(session) => {
            let (account, Places(of)) = (session.account.id, **places);
            platform.db.read(move |conn| Ok(of(conn, account)?)).await?
        }
        None => Vec::new(),
    };
    let language = current::language(session.as_ref(), browser.language);
    let email = session.map(|session| Phrase::of(&session.account.email));
    let layout = Layout::of(&manners, language);
    let sign_out = browser.cookies.token(logout::PURPOSE);
    let template = HomePage {
        layout: if email.is_some() {
            layout.signed_in(&sign_out)
        } else {
            layout
        },
        words: language.words().home,
        account: language.words().account,
        heading: (language.words().home.heading)(email.is_some()),
        email,
        places,
    };
    Ok(Page::new(template).form().respond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{language::Language, sample};

    fn samples(name: &'static str, language: Language) -> Vec<(&'static str, HomePage<'static>)> {
        let place = || Place {
            name: name.to_owned(),
            path: "/w/acme/settings".to_owned(),
        };
        let page = |email: Option<Phrase>, places| HomePage {
            layout: if email.is_some() {
                sample::layout(language).signed_in("token")
            } else {
                sample::layout(language)
            },
            words: language.words().home,
            account: language.words().account,
            heading: (language.words().home.heading)(email.is_some()),
            email,
            places,
        };
        vec![
            ("signed out", page(None, Vec::new())),
            ("in no workspace", page(Some(Phrase::of(name)), Vec::new())),
            ("signed in", page(Some(Phrase::of(name)), vec![place(), place()])),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
    }
}

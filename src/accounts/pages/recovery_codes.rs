//! `GET|POST /account/security/recovery-codes`: new codes, which are shown once.

use actix_web::{
    HttpResponse,
    web::{self, Data, ServiceConfig},
};
use askama::Template;
use zeroize::Zeroizing;

use crate::{
    accounts::{
        act::{self, Act},
        door::{Detour, Posted, SignedIn, SignedInForm},
        nav::{Nav, Section},
        recovery_code, second_factor, session,
    },
    audit::{
        event::Event,
        log::{self, Actor},
    },
    platform::Platform,
    web::{
        language::Language, layout::Layout, methods::resource, observe::Manners, page::Page, phrase::Phrase,
        redirect::see_other, words,
    },
};

const PAGE: &str = "/account/security/recovery-codes";

const PURPOSE: &str = "recovery codes";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/account/security/recovery-codes", "GET, HEAD, POST")
            .route(web::get().to(get))
            .route(web::head().to(get))
            .route(web::post().to(post)),
    );
}

#[derive(Template)]
#[template(path = "accounts/recovery_codes.html")]
struct CodesPage<'a> {
    layout: Layout<'a>,
    nav: Nav,
    words: &'static words::SecondFactor,
    codes: Vec<Zeroizing<String>>,
    /// Whether the second factor was switched on with them.
    is_first: bool,
}

impl<'a> CodesPage<'a> {
    fn of(layout: Layout<'a>, codes: Vec<Zeroizing<String>>, is_first: bool) -> Self {
        Self {
            nav: Nav::at(Section::Security, layout.language),
            words: layout.language.words().second_factor,
            layout,
            codes,
            is_first,
        }
    }
}

/// The one time that they are shown.
pub(super) fn show(layout: Layout<'_>, codes: Vec<Zeroizing<String>>, is_first: bool) -> HttpResponse {
    Page::new(CodesPage::of(layout, codes, is_first)).form().respond()
}

fn question(language: Language) -> Act {
    let words = language.words().second_factor;
    Act {
        heading: Phrase::new(words.new_codes_heading),
        paragraphs: vec![Phrase::new(words.new_codes_what)],
        action: PAGE.to_owned(),
        submit: words.make_codes,
        cancel: Some((
            Section::Security.path().to_owned(),
            language.words().account.cancel,
        )),
        ..Act::default()
    }
    .within(Section::Security, language)
}

async fn get(who: SignedIn, manners: Data<Manners>) -> Result<HttpResponse, Detour> {
    who.proved_recently(PAGE)?;
    let act = Act {
        csrf_token: who.cookies.token(PURPOSE),
        ..question(who.language)
    };
    Ok(act::respond(who.layout(&manners), act, None))
}

async fn post(
    posted: Posted,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Detour> {
    let SignedInForm { who, .. } = posted.signed_in(PURPOSE, PAGE).await?;
    who.proved_recently(PAGE)?;
    let (account, origin, now) = (who.session.account.id, who.origin.clone(), who.now);
    let session = who.session.clone();
    let codes = platform
        .db
        .write(move |conn| {
            if !session::hold(conn, &session, now)? {
                return Ok(None);
            }
            if !second_factor::is_on(conn, account)? {
                return Ok(Some(None));
            }
            let codes = recovery_code::replace(conn, account, now)?;
            let event = Event::RecoveryCodesMade { account };
            log::append(conn, Actor::Account(account), &origin, &event, now)?;
            Ok(Some(Some(codes)))
        })
        .await?
        .ok_or_else(|| Detour::sign_in(PAGE))?;
    Ok(match codes {
        Some(codes) => show(who.layout(&manners), codes, false),
        None => see_other(Section::Security.path()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::sample;

    fn samples(_: &'static str, language: Language) -> Vec<(&'static str, CodesPage<'static>)> {
        let code = || Zeroizing::new("0123-4567-89AB-CDEF".to_owned());
        let page = |is_first| {
            let codes = std::iter::repeat_with(code).take(10).collect();
            CodesPage::of(sample::layout(language), codes, is_first)
        };
        vec![("first", page(true)), ("new", page(false))]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
        act::tests::check(|_, language| vec![("question", question(language))]);
    }
}

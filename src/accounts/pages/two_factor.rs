//! The second factor switched on and off: `/account/security/two-factor…`.

use std::fmt::Write as _;

use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{self, Data, ServiceConfig},
};
use askama::Template;
use qrcode::{Color, QrCode};

use super::{notice, recovery_codes};
use crate::{
    accounts::{
        act::{self, Act},
        current,
        door::{Detour, Posted, SignedIn, SignedInForm},
        nav::{Nav, Section},
        recovery_code, session,
        totp::{self, Shared},
    },
    audit::{
        event::Event,
        log::{self, Actor},
    },
    platform::Platform,
    web::{
        language::Language, layout::Layout, methods::resource, observe::Manners, page::Page, phrase::Phrase,
        problem::Problem, redirect::see_other, words,
    },
};

const PAGE: &str = "/account/security/two-factor";

const OFF: &str = "/account/security/two-factor/off";

/// What the token of the button is for that begins it.
pub(super) const BEGIN: &str = "begin second factor";

const CONFIRM: &str = "confirm second factor";

const TURN_OFF: &str = "second factor off";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/account/security/two-factor/begin", "POST").route(web::post().to(begin)))
        .service(
            resource("/account/security/two-factor/off", "GET, HEAD, POST")
                .route(web::get().to(ask_off))
                .route(web::head().to(ask_off))
                .route(web::post().to(off)),
        )
        .service(
            resource("/account/security/two-factor", "GET, HEAD, POST")
                .route(web::get().to(get))
                .route(web::head().to(get))
                .route(web::post().to(confirm)),
        );
}

/// A picture of squares, as the path of an SVG.
struct Picture {
    width: usize,
    path: String,
}

/// Light squares around it, without which cameras do not find it (ISO/IEC 18004 §6.3.8).
const QUIET: usize = 4;

impl Picture {
    fn of(text: &str) -> Result<Self, Problem> {
        // An address of 254 characters and a long product name still fit.
        let code = QrCode::new(text.as_bytes()).map_err(|_| Problem::internal())?;
        let width = code.width();
        let squares = code.to_colors();
        let dark = { squares.iter().enumerate() }.filter(|(_, color)| **color == Color::Dark);
        let mut path = String::new();
        for (at, _) in dark {
            let (x, y) = (at % width + QUIET, at / width + QUIET);
            // Writing to a string cannot fail.
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
        Ok(Self {
            width: width + 2 * QUIET,
            path,
        })
    }
}

#[derive(Template)]
#[template(path = "accounts/two_factor.html")]
struct SetUpPage<'a> {
    layout: Layout<'a>,
    nav: Nav,
    words: &'static words::SecondFactor,
    account: &'static words::Account,
    picture: Picture,
    key: String,
    csrf_token: String,
    is_wrong: bool,
}

impl<'a> SetUpPage<'a> {
    fn of(
        layout: Layout<'a>,
        (shared, email): (&Shared, &str),
        csrf_token: String,
        is_wrong: bool,
    ) -> Result<Self, Problem> {
        let words = layout.language.words();
        Ok(Self {
            nav: Nav::at(Section::Security, layout.language),
            words: words.second_factor,
            account: words.account,
            picture: Picture::of(&shared.uri(layout.product_name, email))?,
            key: shared.typed(),
            layout,
            csrf_token,
            is_wrong,
        })
    }

    fn title(&self) -> String {
        let title = self.layout.title(self.words.set_up);
        if self.is_wrong {
            (self.layout.language.words().login.error)(&title)
        } else {
            title
        }
    }
}

/// A button and not a link: only a form of ours makes a key.
async fn begin(posted: Posted, platform: Data<Platform>) -> Result<HttpResponse, Detour> {
    let page = Section::Security.path();
    let SignedInForm { who, .. } = posted.signed_in(BEGIN, page).await?;
    who.proved_recently(page)?;
    let (work, account, now) = (platform.clone(), who.session.account.id, who.now);
    let begun = platform
        .db
        .write(move |conn| Ok(totp::begin(conn, &work.seal, account, now)?))
        .await?;
    Ok(see_other(if begun { PAGE } else { page }))
}

async fn get(
    who: SignedIn,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Detour> {
    who.proved_recently(PAGE)?;
    show(&who, &platform, &manners, false).await
}

async fn show(
    who: &SignedIn,
    platform: &Data<Platform>,
    manners: &Manners,
    is_wrong: bool,
) -> Result<HttpResponse, Detour> {
    let (work, account) = (platform.clone(), who.session.account.id);
    let shared = platform
        .db
        .read(move |conn| totp::awaited(conn, &work.seal, account))
        .await?;
    let Some(shared) = shared else {
        return Ok(see_other(Section::Security.path()));
    };
    let layout = who.layout(manners);
    let of = (&shared, who.session.account.email.as_str());
    let template = SetUpPage::of(layout, of, who.cookies.token(CONFIRM), is_wrong)?;
    let status = if is_wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok(Page::new(template).status(status).form().respond())
}

/// Switches it on, and shows the recovery codes. The session gets a new cookie (CS-14).
async fn confirm(
    posted: Posted,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Detour> {
    let SignedInForm { who, form } = posted.signed_in(CONFIRM, PAGE).await?;
    who.proved_recently(PAGE)?;
    let code = form.value("code").unwrap_or_default().to_owned();
    let (work, session, origin, now) = (platform.clone(), who.session.clone(), who.origin.clone(), who.now);
    let done = platform
        .db
        .write(move |conn| {
            if !session::hold(conn, &session, now)? {
                return Ok(None);
            }
            let account = &session.account;
            if !totp::confirm(conn, &work.seal, account.id, &code, now)? {
                return Ok(Some(None));
            }
            let codes = recovery_code::replace(conn, account.id, now)?;
            let event = Event::SecondFactorOn { account: account.id };
            log::append(conn, Actor::Account(account.id), &origin, &event, now)?;
            let words = account.language.unwrap_or_default().words().security;
            let told = (words.mail_on, Phrase::new(words.mail_on_what));
            notice::send(conn, &work, (account, &account.email), told, now)?;
            Ok(Some(Some((codes, session::proved_again(conn, session.id, now)?))))
        })
        .await?
        .ok_or_else(|| Detour::sign_in(PAGE))?;
    let Some((codes, cookie)) = done else {
        return show(&who, &platform, &manners, true).await;
    };
    let who = match &cookie {
        Some(cookie) => who.renewed(cookie),
        None => who,
    };
    let mut response = recovery_codes::show(who.layout(&manners), codes, true);
    if let Some(cookie) = cookie {
        let cookie = current::session_cookie(&platform.config, &cookie);
        response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
    }
    Ok(response)
}

fn question(language: Language) -> Act {
    let words = language.words().second_factor;
    Act {
        heading: Phrase::new(words.off_heading),
        paragraphs: vec![Phrase::new(words.off_what)],
        action: OFF.to_owned(),
        submit: words.turn_off,
        is_danger: true,
        cancel: Some((
            Section::Security.path().to_owned(),
            language.words().account.cancel,
        )),
        ..Act::default()
    }
    .within(Section::Security, language)
}

async fn ask_off(who: SignedIn, manners: Data<Manners>) -> Result<HttpResponse, Detour> {
    who.proved_recently(OFF)?;
    let act = Act {
        csrf_token: who.cookies.token(TURN_OFF),
        ..question(who.language)
    };
    Ok(act::respond(who.layout(&manners), act, None))
}

async fn off(posted: Posted, platform: Data<Platform>) -> Result<HttpResponse, Detour> {
    let SignedInForm { who, .. } = posted.signed_in(TURN_OFF, OFF).await?;
    who.proved_recently(OFF)?;
    let (work, now) = (platform.clone(), who.now);
    let cookie = platform
        .db
        .write(move |conn| {
            if !session::hold(conn, &who.session, now)? {
                return Ok(None);
            }
            let account = &who.session.account;
            if totp::remove(conn, account.id)? {
                recovery_code::remove(conn, account.id)?;
                let event = Event::SecondFactorOff { account: account.id };
                log::append(conn, Actor::Account(account.id), &who.origin, &event, now)?;
                let words = account.language.unwrap_or_default().words().security;
                let told = (words.mail_off, Phrase::new(words.mail_off_what));
                notice::send(conn, &work, (account, &account.email), told, now)?;
            }
            Ok(session::proved_again(conn, who.session.id, now)?)
        })
        .await?
        .ok_or_else(|| Detour::sign_in(OFF))?;
    let mut response = see_other("/account/security?done=off");
    let cookie = current::session_cookie(&platform.config, &cookie);
    response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{accounts::act, web::sample};

    fn samples(name: &'static str, language: Language) -> Vec<(&'static str, SetUpPage<'static>)> {
        let page = |is_wrong| {
            let (layout, of) = (sample::layout(language), (&Shared::sample(), name));
            SetUpPage::of(layout, of, "token".to_owned(), is_wrong).unwrap()
        };
        vec![("plain", page(false)), ("wrong", page(true))]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
        act::tests::check(|_, language| vec![("off", question(language))]);
    }

    #[test]
    fn the_longest_address_fits_into_the_picture() {
        let long = Shared::sample().uri(&"\u{fc}".repeat(80), &"a".repeat(254));
        assert!(Picture::of(&long).is_ok());
    }
}

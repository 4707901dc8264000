//! `GET /account/security`: password and second factor, at a glance.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, ServiceConfig},
};
use askama::Template;

use super::{done, two_factor};
use crate::{
    accounts::{
        account,
        door::{Detour, SignedIn},
        nav::{Nav, Section},
        recovery_code, totp,
    },
    platform::Platform,
    web::{layout::Layout, methods::read_only, observe::Manners, page::Page, phrase::Phrase, words},
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(read_only("/account/security", get));
}

#[derive(Template)]
#[template(path = "accounts/security.html")]
struct SecurityPage<'a> {
    layout: Layout<'a>,
    nav: Nav,
    words: &'static words::Security,
    done: Option<&'static str>,
    has_password: bool,
    /// Since when, and how many codes are left.
    on: Option<(Phrase, String)>,
    begin_token: String,
}

async fn get(
    req: HttpRequest,
    who: SignedIn,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Detour> {
    let id = who.session.account.id;
    let (has_password, since, left) = platform
        .db
        .read(move |conn| {
            Ok((
                account::has_password(conn, id)?,
                totp::on_since(conn, id)?,
                recovery_code::left(conn, id)?,
            ))
        })
        .await?;
    let words = who.language.words().security;
    let template = SecurityPage {
        layout: who.layout(&manners),
        nav: Nav::at(Section::Security, who.language),
        words,
        done: match done(&req).as_deref() {
            Some("password") => Some(words.password_changed),
            Some("off") => Some(words.turned_off),
            _ => None,
        },
        has_password,
        on: since.map(|since| ((words.is_on)(since), (words.codes_left)(left))),
        begin_token: who.cookies.token(two_factor::BEGIN),
    };
    Ok(Page::new(template).form().respond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        platform::clock::Timestamp,
        web::{language::Language, sample},
    };

    fn samples(_: &'static str, language: Language) -> Vec<(&'static str, SecurityPage<'static>)> {
        let words = language.words().security;
        let since = Timestamp::from_timestamp(1_777_818_720, 0).unwrap();
        let page = |done, has_password, left: Option<i64>| SecurityPage {
            layout: sample::layout(language),
            nav: Nav::at(Section::Security, language),
            words,
            done,
            has_password,
            on: left.map(|left| ((words.is_on)(since), (words.codes_left)(left))),
            begin_token: "token".to_owned(),
        };
        vec![
            ("plain", page(None, true, None)),
            ("without password", page(Some(words.turned_off), false, None)),
            ("on", page(Some(words.password_changed), true, Some(9))),
            ("one code left", page(None, true, Some(1))),
            ("no code left", page(None, true, Some(0))),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
    }
}

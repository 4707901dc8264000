//! `/account/sessions`: where a person is signed in, and the end of it.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, Path, ServiceConfig},
};
use askama::Template;

use super::done;
use crate::{
    accounts::{
        account,
        door::{Detour, Posted, SignedIn, SignedInForm},
        email_code::{self, Purpose},
        me,
        nav::{Nav, Section},
        session::{self, Listed},
    },
    audit::{
        event::Event,
        log::{self, Actor},
    },
    platform::{Platform, id::SessionId},
    web::{
        cookie::{self, SESSION},
        language::Language,
        layout::Layout,
        methods::{read_only, resource},
        observe::Manners,
        page::Page,
        phrase::Phrase,
        problem::Problem,
        redirect::see_other,
        words,
    },
};

const PURPOSE: &str = "sessions";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(read_only("/account/sessions", list))
        .service(resource("/account/sessions/end-others", "POST").route(web::post().to(end_others)))
        .service(resource("/account/sessions/sign-out-everywhere", "POST").route(web::post().to(everywhere)))
        .service(resource("/account/sessions/{id}/end", "POST").route(web::post().to(end)));
}

#[derive(Template)]
#[template(path = "accounts/sessions.html")]
struct SessionsPage<'a> {
    layout: Layout<'a>,
    nav: Nav,
    words: &'static words::Account,
    done: Option<&'static str>,
    rows: Vec<Row>,
    token: String,
}

struct Row {
    id: SessionId,
    words: &'static words::Account,
    device: String,
    address: Option<String>,
    began: Phrase,
    last_seen: Phrase,
    is_this: bool,
}

impl Row {
    fn of(listed: Listed, this: SessionId, language: Language) -> Self {
        let words = language.words().account;
        Self {
            id: listed.id,
            words,
            device: me::sessions::in_words(&listed, language),
            is_this: listed.id == this,
            began: (words.at)(listed.started_at),
            last_seen: (words.at)(listed.last_seen_at),
            address: listed.address,
        }
    }

    /// The rest of the button's name, for who does not see what it stands beside.
    fn end_of(&self) -> String {
        (self.words.end_of)(&self.device)
    }
}

async fn list(
    req: HttpRequest,
    who: SignedIn,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Detour> {
    let lifetime = platform.session_lifetime();
    let (account, now) = (who.session.account.id, who.now);
    let found = platform
        .db
        .read(move |conn| Ok(session::of(conn, account, lifetime, now)?))
        .await?;
    let words = who.language.words().account;
    let row = |listed| Row::of(listed, who.session.id, who.language);
    let template = SessionsPage {
        layout: who.layout(&manners),
        nav: Nav::at(Section::Sessions, who.language),
        words,
        done: match done(&req).as_deref() {
            Some("ended") => Some(words.ended),
            Some("others") => Some(words.others_ended),
            _ => None,
        },
        rows: found.into_iter().map(row).collect(),
        token: who.cookies.token(PURPOSE),
    };
    Ok(Page::new(template).form().respond())
}

async fn end(posted: Posted, id: Path<String>, platform: Data<Platform>) -> Result<HttpResponse, Detour> {
    let SignedInForm { who, .. } = posted.signed_in(PURPOSE, Section::Sessions.path()).await?;
    let session = SessionId::parse(&id).ok_or_else(Problem::not_found)?;
    let (account, now) = (who.session.account.id, who.now);
    platform
        .db
        .write(move |conn| {
            // One that is over, or was never theirs, is as much over after this as before.
            if session::end_own(conn, session, account, now)? {
                let event = Event::SessionEnded { account, session };
                log::append(conn, Actor::Account(account), &who.origin, &event, now)?;
            }
            Ok(())
        })
        .await?;
    Ok(see_other("/account/sessions?done=ended"))
}

async fn end_others(posted: Posted, platform: Data<Platform>) -> Result<HttpResponse, Detour> {
    let SignedInForm { who, .. } = posted.signed_in(PURPOSE, Section::Sessions.path()).await?;
    platform
        .db
        .write(move |conn| {
            let (account, now) = (who.session.account.id, who.now);
            session::end_others(conn, who.session.id, account, now)?;
            let event = Event::OtherSessionsEnded { account };
            Ok(log::append(
                conn,
                Actor::Account(account),
                &who.origin,
                &event,
                now,
            )?)
        })
        .await?;
    Ok(see_other("/account/sessions?done=others"))
}

/// Every session and every grant, at once: one increment. And the link that another address was sent.
async fn everywhere(posted: Posted, platform: Data<Platform>) -> Result<HttpResponse, Detour> {
    let SignedInForm { who, .. } = posted.signed_in(PURPOSE, Section::Sessions.path()).await?;
    platform
        .db
        .write(move |conn| {
            let (account, now) = (who.session.account.id, who.now);
            account::raise_epoch(conn, account)?;
            // Somebody who was in one of those sessions may have begun to move the account to an address of theirs.
            email_code::end(conn, account, Purpose::Change, now)?;
            let event = Event::SignedOutEverywhere { account };
            Ok(log::append(
                conn,
                Actor::Account(account),
                &who.origin,
                &event,
                now,
            )?)
        })
        .await?;
    let mut response = see_other("/");
    let cleared = cookie::clear(platform.config.issuer.is_https(), SESSION);
    response.add_cookie(&cleared).map_err(|_| Problem::internal())?;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{platform::clock::Timestamp, web::sample};

    fn samples(_: &'static str, language: Language) -> Vec<(&'static str, SessionsPage<'static>)> {
        let words = language.words().account;
        let at = Timestamp::from_timestamp(1_777_818_720, 0).unwrap();
        let this = SessionId::generate(at);
        let row = |id, kind: &str, user_agent: Option<&str>, address: Option<&str>| {
            let listed = Listed {
                id,
                kind: kind.to_owned(),
                user_agent: user_agent.map(str::to_owned),
                address: address.map(str::to_owned),
                started_at: at,
                last_seen_at: at,
            };
            Row::of(listed, this, language)
        };
        let page = |done, more: Vec<Row>| {
            let mut rows = vec![row(
                this,
                "browser",
                Some("Firefox/143.0 Linux"),
                Some("192.0.2.7"),
            )];
            rows.extend(more);
            SessionsPage {
                layout: sample::layout(language),
                nav: Nav::at(Section::Sessions, language),
                words,
                done,
                rows,
                token: "token".to_owned(),
            }
        };
        let other = || SessionId::generate(at);
        vec![
            ("one", page(Some(words.others_ended), Vec::new())),
            (
                "several",
                page(
                    Some(words.ended),
                    vec![
                        row(other(), "browser", None, None),
                        row(other(), "api", Some("x"), Some("2001:db8::1")),
                    ],
                ),
            ),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
    }
}

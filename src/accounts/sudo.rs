//! A fresh proof before what is sensitive: `GET|POST /account/confirm?return_to=…`.
//!
//! # Decisions
//! * The session gets a new cookie with it (CS-14): who copied the old one has a session that is over.
//! * The password is asked for where there is one, else a code; wrong ones count where those of sign-in do (UE-15). Whoever has neither
//!   signs in again through their provider, which begins a new session.
//! * A sensitive form is only shown to whoever proved themselves a moment ago, so that nothing that was typed is lost on the way.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, ServiceConfig},
};
use zeroize::Zeroizing;

use crate::{
    accounts::{
        account,
        act::{self, Act, Alert, Field},
        current, destination,
        door::{Detour, Posted, SignedIn, SignedInForm},
        proof::{self, Attempt, Proof, Refused},
        second_factor::{self, Presented},
        session::{self, Session},
    },
    platform::{Platform, clock::Timestamp, db::Internal, secret::Secret},
    web::{
        caller::RECENT,
        language::Language,
        limit::{self, Exceeded, Rule, Who},
        methods::resource,
        observe::Manners,
        params::Params,
        phrase::Phrase,
        problem::Problem,
        redirect::see_other,
    },
};

const PAGE: &str = "/account/confirm";

const PURPOSE: &str = "confirm";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/account/confirm", "GET, HEAD, POST")
            .route(web::get().to(get))
            .route(web::head().to(get))
            .route(web::post().to(post)),
    );
}

/// Goes on only if the person proved a moment ago who they are; else asks, and comes back to `page`.
///
/// # Errors
/// The way to the question.
pub fn require(session: &Session, page: &str, now: Timestamp) -> Result<(), Detour> {
    if now - session.authenticated_at <= RECENT {
        return Ok(());
    }
    Err(Detour::To(format!("{PAGE}?return_to={page}")))
}

/// What a person can prove themselves with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    Password,
    Code,
    Elsewhere,
}

impl Means {
    async fn of(platform: &Platform, session: &Session) -> Result<Self, Internal> {
        let id = session.account.id;
        platform
            .db
            .read(move |conn| {
                Ok(if account::has_password(conn, id)? {
                    Self::Password
                } else if second_factor::is_on(conn, id)? {
                    Self::Code
                } else {
                    Self::Elsewhere
                })
            })
            .await
    }

    const fn field(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code | Self::Elsewhere => "code",
        }
    }
}

/// Only a page of ours, and never this one.
fn return_to(req: &HttpRequest) -> String {
    let query = Params::parse(req.query_string().as_bytes()).ok();
    query
        .and_then(|query| query.one("return_to").ok().flatten().map(str::to_owned))
        .filter(|path| destination::is_page_of_ours(path) && path != PAGE)
        .unwrap_or_else(|| "/account".to_owned())
}

fn question(means: Means, to: &str, language: Language, alert: Option<Alert>) -> Act {
    let words = language.words().account;
    let act = Act {
        heading: Phrase::new(words.confirm),
        alert,
        action: format!("{PAGE}?return_to={to}"),
        submit: words.confirm_submit,
        ..Act::default()
    };
    let why = Phrase::new(words.confirm_why);
    match means {
        Means::Password => Act {
            paragraphs: vec![why],
            fields: vec![Field::new(
                "password",
                words.password,
                "password",
                "current-password",
            )],
            ..act
        },
        Means::Code => Act {
            paragraphs: vec![why],
            fields: vec![Field::new("code", words.confirm_code, "text", "one-time-code")],
            ..act
        },
        Means::Elsewhere => Act {
            paragraphs: vec![why, Phrase::new(words.confirm_elsewhere)],
            submit: words.sign_in_again,
            ..act
        },
    }
}

async fn get(
    req: HttpRequest,
    who: SignedIn,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Detour> {
    let to = return_to(&req);
    if require(&who.session, &to, who.now).is_ok() {
        return Ok(see_other(&to));
    }
    let means = Means::of(&platform, &who.session).await?;
    Ok(show(&who, &manners, question(means, &to, who.language, None)))
}

fn show(who: &SignedIn, manners: &Manners, act: Act) -> HttpResponse {
    let act = Act {
        csrf_token: who.cookies.token(PURPOSE),
        username: Some(who.session.account.email.clone()),
        ..act
    };
    act::respond(who.layout(manners), act, None)
}

async fn post(
    req: HttpRequest,
    posted: Posted,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Detour> {
    let to = return_to(&req);
    let SignedInForm { who, form } = posted.signed_in(PURPOSE, &to).await?;
    let means = Means::of(&platform, &who.session).await?;
    let typed = form.value(means.field()).unwrap_or_default();
    let proved = match (limit::count(&req, Rule::SignIn, Who::Network), means) {
        (_, Means::Elsewhere) => return Err(Detour::sign_in(&to)),
        (Err(Exceeded { retry_after }), _) => Err(Refused::Locked {
            until: who.now + retry_after,
            now: who.now,
        }),
        (Ok(()), Means::Password) => with_password(&platform, &who, typed).await?,
        (Ok(()), Means::Code) => with_code(&platform, &who, typed).await?,
    };
    match proved {
        Ok(Some(cookie)) => {
            let mut response = see_other(&to);
            let cookie = current::session_cookie(&platform.config, &cookie);
            response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
            Ok(response)
        }
        Ok(None) => Err(Detour::sign_in(&to)),
        Err(refused) => {
            let words = who.language.words().account;
            let wrong = match means {
                Means::Password => words.confirm_wrong,
                Means::Code | Means::Elsewhere => words.confirm_wrong_code,
            };
            let alert = Alert::of_proof(&refused, means.field(), (wrong, words.confirm_then), who.language);
            Ok(show(
                &who,
                &manners,
                question(means, &to, who.language, Some(alert)),
            ))
        }
    }
}

fn attempt(platform: &Platform, who: &SignedIn) -> Attempt {
    let known_device = who.cookies.known_device(&platform.seal, who.now);
    Attempt::new(&who.session.account.email, who.context.clone(), who.now).in_browser(known_device)
}

/// The new cookie; `None` if the session ended meanwhile.
async fn with_password(
    platform: &Data<Platform>,
    who: &SignedIn,
    typed: &str,
) -> Result<Result<Option<Secret>, Refused>, Problem> {
    let attempt = attempt(platform, who);
    let typed = Zeroizing::new(typed.to_owned());
    match proof::prove(platform, &attempt, typed).await? {
        Proof::Refused(refused) => Ok(Err(refused)),
        Proof::Right(account) => {
            let session = who.session.clone();
            let written = platform.db.write(move |conn| {
                if !session::hold(conn, &session, attempt.now)? {
                    return Ok(None);
                }
                attempt.proved_again(conn, account.id)?;
                Ok(session::proved_again(conn, session.id, attempt.now)?)
            });
            Ok(Ok(written.await?))
        }
    }
}

async fn with_code(
    platform: &Data<Platform>,
    who: &SignedIn,
    typed: &str,
) -> Result<Result<Option<Secret>, Refused>, Internal> {
    let attempt = attempt(platform, who);
    let (work, typed) = (platform.clone(), Zeroizing::new(typed.to_owned()));
    let (session, account) = (who.session.clone(), who.session.account.id);
    platform
        .db
        .write(move |conn| {
            if !session::hold(conn, &session, attempt.now)? {
                return Ok(Ok(None));
            }
            if let Err(locked) = attempt.count(conn, &work.config.login)? {
                return Ok(Err(locked));
            }
            let when = (&attempt.origin, attempt.now);
            if !second_factor::prove(conn, &work.seal, account, Presented::typed(&typed), when)? {
                return Ok(Err(Refused::Wrong));
            }
            attempt.proved_again(conn, account)?;
            Ok(Ok(session::proved_again(conn, session.id, attempt.now)?))
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::act::tests::check;

    fn states(_: &'static str, language: Language) -> Vec<(&'static str, Act)> {
        let words = language.words().account;
        let wrong = Alert::of_field("password", words.confirm_wrong, words.confirm_then);
        let page = |means, alert| question(means, "/account/data", language, alert);
        vec![
            ("password", page(Means::Password, None)),
            ("wrong password", page(Means::Password, Some(wrong))),
            ("code", page(Means::Code, None)),
            ("elsewhere", page(Means::Elsewhere, None)),
        ]
    }

    #[test]
    fn every_state_is_a_good_page() {
        check(states);
    }
}

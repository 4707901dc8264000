//! The second step of sign-in: `GET|POST /login/second-factor`, after a right first factor in the same browser.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Bytes, Data, ServiceConfig},
};

use crate::{
    accounts::{
        act::{self, Act, Alert, Field},
        current::{self, Cookies},
        destination::{Destination, Destinations},
        half_sign_in::{self, HalfSignIn},
        proof::{Attempt, Refused},
        second_factor::{self, Presented},
        session::{self, Proved},
    },
    audit::{
        event::Event,
        log::{self, Actor},
    },
    platform::{Platform, clock::Timestamp, config::Config, db::Internal, secret::Secret},
    web::{
        context::RequestContext,
        cookie::{self, HALF_SIGN_IN},
        form::PostedForm,
        language::Language,
        layout::Layout,
        limit::{self, Exceeded, Rule, Who},
        methods::resource,
        observe::Manners,
        params::Params,
        phrase::Phrase,
        problem::Problem,
        redirect::see_other,
    },
};

/// What the token of the form is for.
const PURPOSE: &str = "second factor";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/login/second-factor", "GET, HEAD, POST")
            .route(web::get().to(get))
            .route(web::head().to(get))
            .route(web::post().to(post)),
    );
}

/// Sends a person on to the second step, with the cookies that make it theirs. `request`: the stored request that sent them here.
///
/// # Errors
/// 500 where a cookie cannot be written.
pub(in crate::accounts) fn ask(
    config: &Config,
    cookies: &Cookies,
    half: &Secret,
    request: Option<&str>,
) -> Result<HttpResponse, Problem> {
    let mut response = see_other(&path(request));
    let half = half.reveal(&config.vendor);
    let half = cookie::set(
        config.issuer.is_https(),
        HALF_SIGN_IN,
        &half,
        Some(half_sign_in::LIFETIME),
    );
    for cookie in [Some(half), cookies.to_set(config)].into_iter().flatten() {
        response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
    }
    Ok(response)
}

fn path(request: Option<&str>) -> String {
    match request {
        Some(id) => format!("/login/second-factor?request={id}"),
        None => "/login/second-factor".to_owned(),
    }
}

/// A person who comes for the second step.
struct Step {
    cookies: Cookies,
    half: HalfSignIn,
    /// The stored request that they came from, while it can be answered.
    request: Option<(String, Destination)>,
}

impl Step {
    /// Or the way to where there is something to do.
    async fn read(
        platform: &Platform,
        destinations: Destinations,
        req: &HttpRequest,
        now: Timestamp,
    ) -> Result<Result<Self, HttpResponse>, Problem> {
        let cookies = Cookies::read(req, &platform.config);
        let request = Params::parse(req.query_string().as_bytes())
            .ok()
            .and_then(|query| query.one("request").ok().flatten().map(str::to_owned));
        let (half, browser) = (cookies.half.clone(), cookies.browser.clone());
        let asked = request.clone();
        let (half, destination) = platform
            .db
            .read(move |conn| {
                let Some(browser) = &browser else {
                    return Ok((None, None));
                };
                let half = match &half {
                    Some(half) => half_sign_in::find(conn, half, browser, now)?,
                    None => None,
                };
                let destination = match &asked {
                    Some(id) => (destinations.0)(conn, id, browser, now)?.ok(),
                    None => None,
                };
                Ok((half, destination))
            })
            .await?;
        let request = request.zip(destination);
        let Some(half) = half else {
            // It took too long, it is done already (the button was pressed twice), or it was begun in another browser.
            let signed_in = current::session(platform, &cookies, now).await?.is_some();
            return Ok(Err(see_other(&match (signed_in, &request) {
                (true, Some((_, to))) => to.return_to.clone(),
                (true, None) => "/".to_owned(),
                (false, Some((id, _))) => format!("/login?request={id}"),
                (false, None) => "/login".to_owned(),
            })));
        };
        Ok(Ok(Self {
            cookies,
            half,
            request,
        }))
    }

    fn respond(&self, manners: &Manners, asked: Language, alert: Option<Alert>) -> HttpResponse {
        let layout = Layout::of(manners, self.half.account.language.unwrap_or(asked));
        let to = self.request.as_ref().map(|(_, to)| to);
        let act = Act {
            action: path(self.request.as_ref().map(|(id, _)| id.as_str())),
            csrf_token: self.cookies.token(PURPOSE),
            lead: to.map(|to| (layout.language.words().login.continue_to)(&to.title)),
            ..question(layout.language, &self.half.account.email, alert)
        };
        act::respond(layout, act, to.map(|to| to.form_action.as_str()))
    }
}

fn question(language: Language, email: &str, alert: Option<Alert>) -> Act {
    let words = language.words().second_factor;
    Act {
        heading: Phrase::new(words.ask_heading),
        alert,
        paragraphs: vec![(words.ask)(email)],
        fields: vec![
            Field::new("code", words.code_or_recovery, "text", "one-time-code")
                .hinted(Phrase::new(words.code_or_recovery_hint)),
        ],
        submit: language.words().login.submit,
        links: vec![("/login", words.other_account, words.other_account_hint)],
        ..Act::default()
    }
}

async fn get(
    req: HttpRequest,
    platform: Data<Platform>,
    destinations: Data<Destinations>,
    manners: Data<Manners>,
    asked: Language,
) -> Result<HttpResponse, Problem> {
    let now = platform.clock.now();
    match Step::read(&platform, **destinations, &req, now).await? {
        Ok(step) => Ok(step.respond(&manners, asked, None)),
        Err(elsewhere) => Ok(elsewhere),
    }
}

async fn post(
    req: HttpRequest,
    body: Bytes,
    platform: Data<Platform>,
    destinations: Data<Destinations>,
    manners: Data<Manners>,
    context: RequestContext,
    asked: Language,
) -> Result<HttpResponse, Problem> {
    let form = PostedForm::read(&req, body, &manners.origin, &[])?;
    let now = platform.clock.now();
    let step = match Step::read(&platform, **destinations, &req, now).await? {
        Ok(step) => step,
        Err(elsewhere) => return Ok(elsewhere),
    };
    step.cookies.check_token(&form, PURPOSE)?;
    let account = &step.half.account;
    let known_device = step.cookies.known_device(&platform.seal, now);
    let attempt = Attempt::new(&account.email, context, now).in_browser(known_device.clone());
    let presented = form.value("code").unwrap_or_default().to_owned();
    let done = match limit::count(&req, Rule::SignIn, Who::Network) {
        Ok(()) => finish(&platform, &step, attempt, presented).await?,
        Err(Exceeded { retry_after }) => Err(Refused::Locked {
            until: now + retry_after,
            now,
        }),
    };
    let config = &platform.config;
    match done {
        Ok(Some(session)) => {
            let mut response = see_other(&step.half.return_to);
            let over = cookie::clear(config.issuer.is_https(), HALF_SIGN_IN);
            let known = known_device.cookie(&platform, account, now);
            for cookie in [current::session_cookie(config, &session), known, over] {
                response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
            }
            Ok(response)
        }
        Ok(None) => Ok(see_other(&step.half.return_to)),
        Err(refused) => {
            let language = step.half.account.language.unwrap_or(asked);
            let words = language.words().second_factor;
            let wrong = (words.wrong, words.wrong_then);
            let alert = Alert::of_proof(&refused, "code", wrong, language);
            Ok(step.respond(&manners, asked, Some(alert)))
        }
    }
}

/// Begins the session, if the code is right. `None`: another request of this browser just did.
async fn finish(
    platform: &Data<Platform>,
    step: &Step,
    attempt: Attempt,
    presented: String,
) -> Result<Result<Option<Secret>, Refused>, Internal> {
    let work = platform.clone();
    let (half, cookies) = (step.half.clone(), step.cookies.clone());
    platform
        .db
        .write(move |conn| {
            let (account, now) = (&half.account, attempt.now);
            let last = match attempt.count(conn, &work.config.login)? {
                Ok(last) => last,
                Err(locked) => return Ok(Err(locked)),
            };
            let presented = Presented::typed(&presented);
            let when = (&attempt.origin, now);
            if !second_factor::prove(conn, &work.seal, account.id, presented, when)? {
                if last {
                    let event = Event::SignInLocked { account: account.id };
                    log::append(conn, Actor::Nobody, &attempt.origin, &event, now)?;
                }
                return Ok(Err(Refused::Wrong));
            }
            let Some(cookie) = &cookies.half else {
                return Ok(Ok(None));
            };
            if !half_sign_in::finish(conn, cookie, account.id, now)? {
                return Ok(Ok(None));
            }
            if let Some(before) = &cookies.session {
                session::end(conn, before, now)?;
            }
            attempt.succeeded(conn, account.id)?;
            let first: Vec<&str> = half.amr.iter().map(String::as_str).collect();
            let proved = Proved {
                account,
                amr: &second_factor::with(&first),
                from: &attempt.origin,
            };
            let lifetime = work.session_lifetime();
            Ok(Ok(Some(session::start(conn, proved, lifetime, now)?)))
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::act::tests::check;

    fn states(name: &'static str, language: Language) -> Vec<(&'static str, Act)> {
        let words = language.words().second_factor;
        let wrong = Alert::of_field("code", words.wrong, words.wrong_then);
        [("plain", None), ("wrong", Some(wrong))]
            .into_iter()
            .map(|(state, alert)| {
                let act = question(language, name, alert);
                let action = path(None);
                (state, Act { action, ..act })
            })
            .collect()
    }

    #[test]
    fn every_state_is_a_good_page() {
        check(states);
    }
}

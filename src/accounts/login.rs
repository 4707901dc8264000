//! Sign-in with a password: `GET|POST /login`.

mod page;
pub(super) mod second_factor;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Bytes, Data, ServiceConfig},
};
use zeroize::Zeroizing;

use crate::{
    accounts::{
        account::{Account, Email},
        current::{self, Cookies},
        destination::{self, Destination, Destinations},
        federate::NotSignedIn,
        half_sign_in::{self, FirstFactor},
        proof::{self, Attempt, PASSWORD, Proof},
        provider::Providers,
        provider_buttons::{self, Offered},
        session::{self, Proved},
    },
    platform::{Platform, clock::Timestamp, config::Joining, secret::Secret},
    web::{
        context::RequestContext,
        form::PostedForm,
        language::Language,
        layout::Layout,
        limit::{self, Exceeded, Rule, Who},
        methods::resource,
        observe::Manners,
        params::Params,
        problem::Problem,
        redirect::see_other,
        stale::{self, Stale},
        words::errors,
    },
};

/// The routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/login", "GET, HEAD, POST")
            .route(web::get().to(get))
            .route(web::head().to(get))
            .route(web::post().to(post)),
    );
    second_factor::routes(config);
}

/// What every step of signing in stands on.
pub(super) type Shared = (Data<Platform>, Data<Providers>, Data<Destinations>, Data<Manners>);

/// What a page or a form is for: the stored request that sent the person here, if any.
pub(super) struct Visit {
    pub(super) request: Option<String>,
    /// Where a page of ours sent the person from, if no request did.
    pub(super) page: Option<String>,
    destination: Option<Destination>,
    offered: Vec<Offered>,
    /// Whether anybody may make an account here.
    registration: Joining,
}

/// What an address says that a visit is for.
pub(super) struct Asked {
    pub(super) request: Option<String>,
    pub(super) page: Option<String>,
    pub(super) now: Timestamp,
}

impl Visit {
    /// What the address says.
    pub(super) fn asked(req: &HttpRequest, now: Timestamp) -> Result<Asked, Problem> {
        let query = Params::parse(req.query_string().as_bytes())
            .map_err(|bad| Problem::new(&errors::MALFORMED_QUERY, bad.to_string()))?;
        let one = |name| {
            query
                .one(name)
                .map_err(|bad| Problem::new(&errors::MALFORMED_QUERY, bad.to_string()))
        };
        let request = one("request")?.map(str::to_owned);
        let page = one("return_to")?
            .filter(|path| destination::is_page_of_ours(path))
            .map(str::to_owned);
        Ok(Asked { request, page, now })
    }

    /// Refuses with [`Stale`] where the address names a request that this browser did not begin, or that is over.
    pub(super) async fn read(
        platform: &Platform,
        destinations: Destinations,
        providers: &Providers,
        Asked { request, page, now }: Asked,
        cookies: &Cookies,
    ) -> Result<Result<Self, Stale>, Problem> {
        let registration = platform.config.registration;
        let offered = Offered::all(providers, now).await;
        let Some(id) = request.clone() else {
            return Ok(Ok(Self {
                request,
                page,
                destination: None,
                offered,
                registration,
            }));
        };
        let Some(browser) = cookies.browser.clone() else {
            return Ok(Err(Stale::default()));
        };
        let found = platform
            .db
            .read(move |conn| (destinations.0)(conn, &id, &browser, now))
            .await?;
        Ok(found.map(|destination| Self {
            request,
            page,
            destination: Some(destination),
            offered,
            registration,
        }))
    }

    /// An address for a form of this visit.
    fn action(&self, path: &str) -> String {
        match (&self.request, &self.page) {
            (Some(request), _) => format!("{path}?request={request}"),
            (None, Some(page)) => format!("{path}?return_to={page}"),
            (None, None) => path.to_owned(),
        }
    }

    pub(super) fn purpose(&self) -> String {
        provider_buttons::purpose(self.request.as_deref())
    }

    pub(super) fn return_to(&self) -> &str {
        let asked = self
            .destination
            .as_ref()
            .map(|destination| destination.return_to.as_str());
        asked.or(self.page.as_deref()).unwrap_or("/")
    }
}

async fn get(
    req: HttpRequest,
    (platform, providers, destinations, manners): Shared,
    context: RequestContext,
    language: Language,
) -> Result<HttpResponse, Problem> {
    let now = platform.clock.now();
    let cookies = Cookies::read(&req, &platform.config).with_browser(now);
    let visit = match Visit::read(
        &platform,
        **destinations,
        &providers,
        Visit::asked(&req, now)?,
        &cookies,
    )
    .await?
    {
        Ok(visit) => visit,
        Err(over) => return Ok(stale::page(&over, &manners, language, &context.request_id)),
    };
    let hint = visit
        .destination
        .as_ref()
        .and_then(|destination| destination.login_hint.clone());
    let mut response = page::respond(
        &visit,
        &cookies,
        Layout::of(&manners, language),
        &hint.unwrap_or_default(),
        None,
    );
    if let Some(cookie) = cookies.to_set(&platform.config) {
        response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
    }
    Ok(response)
}

async fn post(
    req: HttpRequest,
    body: Bytes,
    (platform, providers, destinations, manners): Shared,
    context: RequestContext,
    language: Language,
) -> Result<HttpResponse, Problem> {
    let form = PostedForm::read(&req, body, &manners.origin, &[])?;

    let now = platform.clock.now();
    let cookies = Cookies::read(&req, &platform.config);
    let visit = match Visit::read(
        &platform,
        **destinations,
        &providers,
        Visit::asked(&req, now)?,
        &cookies,
    )
    .await?
    {
        Ok(visit) => visit,
        Err(over) => return Ok(stale::page(&over, &manners, language, &context.request_id)),
    };
    // Also before anybody is signed in: otherwise somebody else's sign-in could be sent from a foreign page.
    if let Err(refused) = cookies.check_token(&form, &visit.purpose()) {
        // The page was left open, in another tab or behind *Back*, while the person signed in: they are where they wanted to
        // be, and nothing that the form says is done. Somebody else, at the same browser, must not go on as that person.
        let typed = form.value("email").and_then(Email::parse);
        return match current::session(&platform, &cookies, now).await? {
            Some(session) if typed.is_some() && typed == Email::parse(&session.account.email) => {
                Ok(see_other(visit.return_to()))
            }
            Some(_) | None => Err(refused),
        };
    }
    let typed = form.value("email").unwrap_or_default();
    if let Err(Exceeded { retry_after }) = limit::count(&req, Rule::SignIn, Who::Network) {
        let refused = proof::Refused::Locked {
            until: now + retry_after,
            now,
        };
        return Ok(page::respond(
            &visit,
            &cookies,
            Layout::of(&manners, language),
            typed,
            Some(Refused::Here(&refused)),
        ));
    }
    let password = Zeroizing::new(form.value("password").unwrap_or_default().to_owned());
    let known_device = cookies.known_device(&platform.seal, now);
    let attempt = Attempt::new(typed, context, now).in_browser(known_device.clone());
    match proof::prove(&platform, &attempt, password).await? {
        Proof::Right(account) => {
            let cookies = cookies.with_browser(now);
            let known = known_device.cookie(&platform, &account, now);
            match begin(&platform, account, &cookies, attempt, visit.return_to()).await? {
                Begun::Session(secret) => {
                    let mut response = see_other(visit.return_to());
                    for cookie in [current::session_cookie(&platform.config, &secret), known] {
                        response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
                    }
                    Ok(response)
                }
                Begun::Half(secret) => {
                    second_factor::ask(&platform.config, &cookies, &secret, visit.request.as_deref())
                }
            }
        }
        Proof::Refused(refused) => Ok(page::respond(
            &visit,
            &cookies,
            Layout::of(&manners, language),
            typed,
            Some(Refused::Here(&refused)),
        )),
    }
}

/// The page, for somebody who comes back from a provider and is not signed in.
pub(super) fn told(
    visit: &Visit,
    cookies: &Cookies,
    layout: Layout<'_>,
    not_signed_in: &NotSignedIn,
) -> HttpResponse {
    page::respond(visit, cookies, layout, "", Some(Refused::There(not_signed_in)))
}

/// Why the last try was refused.
#[derive(Clone, Copy)]
enum Refused<'a> {
    /// By us, for a password.
    Here(&'a proof::Refused),
    /// For what a provider said, or did not say.
    There(&'a NotSignedIn),
}

/// What a right first factor leads to.
enum Begun {
    /// The cookie of the session.
    Session(Secret),
    /// The cookie of a sign-in that waits for the second factor.
    Half(Secret),
}

/// Begins the session, or waits for the second factor. The session before in this browser ends: a session id is never carried
/// over a sign-in (CWE-384).
async fn begin(
    platform: &Platform,
    account: Account,
    cookies: &Cookies,
    attempt: Attempt,
    return_to: &str,
) -> Result<Begun, Problem> {
    let lifetime = platform.session_lifetime();
    let (before, return_to) = (cookies.session.clone(), return_to.to_owned());
    let browser = cookies.browser.as_ref().ok_or_else(Problem::internal)?.digest();
    let begun = platform.db.write(move |conn| {
        if crate::accounts::second_factor::is_needed(conn, account.id, &[PASSWORD])? {
            attempt.owes_second_factor(conn)?;
            let first = FirstFactor {
                account: &account,
                amr: &[PASSWORD],
                browser,
                return_to: &return_to,
            };
            return Ok(Begun::Half(half_sign_in::begin(conn, first, attempt.now)?));
        }
        if let Some(before) = &before {
            session::end(conn, before, attempt.now)?;
        }
        attempt.succeeded(conn, account.id)?;
        let proved = Proved {
            account: &account,
            amr: &[PASSWORD],
            from: &attempt.origin,
        };
        Ok(Begun::Session(session::start(
            conn,
            proved,
            lifetime,
            attempt.now,
        )?))
    });
    Ok(begun.await?)
}

//! Sign-in with a password: `GET|POST /login`.

mod page;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Bytes, Data, ServiceConfig},
};
use diesel::PgConnection;
use zeroize::Zeroizing;

use crate::{
    accounts::{
        account::{self, Account, Email},
        current::{self, Cookies},
        destination::{self, Destination, Destinations},
        session,
        throttle::{self, Limits, Subject, Try},
    },
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    platform::{Platform, clock::Timestamp, db::Internal, id::AccountId, password, secret::Secret},
    web::{
        context::RequestContext,
        cookie::{self, SESSION},
        form::PostedForm,
        limit::{self, Exceeded, Rule, Who},
        methods::resource,
        network::Network,
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
}

/// What a page or a form is for: the stored request that sent the person here, if any.
struct Visit {
    request: Option<String>,
    /// Where a page of ours sent the person from, if no request did.
    page: Option<String>,
    destination: Option<Destination>,
}

impl Visit {
    /// Refuses with [`Stale`] where the address names a request that this browser did not begin, or that is over.
    async fn read(
        platform: &Platform,
        destinations: Destinations,
        req: &HttpRequest,
        cookies: &Cookies,
        now: Timestamp,
    ) -> Result<Result<Self, Stale>, Problem> {
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
        let Some(id) = request.clone() else {
            return Ok(Ok(Self {
                request,
                page,
                destination: None,
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
        }))
    }

    fn purpose(&self) -> String {
        format!("login {}", self.request.as_deref().unwrap_or_default())
    }

    fn return_to(&self) -> &str {
        let asked = self
            .destination
            .as_ref()
            .map(|destination| destination.return_to.as_str());
        asked.or(self.page.as_deref()).unwrap_or("/")
    }
}

async fn get(
    req: HttpRequest,
    platform: Data<Platform>,
    destinations: Data<Destinations>,
    manners: Data<Manners>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    let now = platform.clock.now();
    let cookies = Cookies::read(&req, &platform.config).with_browser(now);
    let visit = match Visit::read(&platform, **destinations, &req, &cookies, now).await? {
        Ok(visit) => visit,
        Err(over) => return Ok(stale::page(&over, &manners, &context.request_id)),
    };
    let hint = visit
        .destination
        .as_ref()
        .and_then(|destination| destination.login_hint.clone());
    let mut response = page::respond(&visit, &cookies, &manners, &hint.unwrap_or_default(), None);
    if let Some(cookie) = cookies.to_set(&platform.config) {
        response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
    }
    Ok(response)
}

async fn post(
    req: HttpRequest,
    body: Bytes,
    platform: Data<Platform>,
    destinations: Data<Destinations>,
    manners: Data<Manners>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    let form = PostedForm::read(&req, body, &manners.origin, &[])?;

    let now = platform.clock.now();
    let cookies = Cookies::read(&req, &platform.config);
    let visit = match Visit::read(&platform, **destinations, &req, &cookies, now).await? {
        Ok(visit) => visit,
        Err(over) => return Ok(stale::page(&over, &manners, &context.request_id)),
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
        let refused = Refused::Locked {
            until: now + retry_after,
            now,
        };
        return Ok(page::respond(&visit, &cookies, &manners, typed, Some(&refused)));
    }
    let password = Zeroizing::new(form.value("password").unwrap_or_default().to_owned());
    let attempt = Attempt {
        email: Email::parse(typed),
        network: context.address.map(Network::of),
        origin: Origin::from(context),
        now,
    };
    match prove(&platform, &attempt, password).await? {
        Proof::Right(account) => {
            let cookie = begin(&platform, account, cookies.session, attempt).await?;
            let mut response = see_other(visit.return_to());
            let config = &platform.config;
            let cookie = cookie::set(
                config.issuer.is_https(),
                SESSION,
                &cookie.reveal(&config.vendor),
                None,
            );
            response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
            Ok(response)
        }
        Proof::Refused(refused) => Ok(page::respond(&visit, &cookies, &manners, typed, Some(&refused))),
    }
}

/// Who tries, from where, and when.
struct Attempt {
    email: Option<Email>,
    network: Option<Network>,
    origin: Origin,
    now: Timestamp,
}

/// What a password came to.
enum Proof {
    Right(Account),
    Refused(Refused),
}

/// Why a sign-in was refused.
enum Refused {
    /// Wrong address or wrong password: the same words, the same work.
    Wrong,
    /// Until then.
    Locked {
        /// The end of the lock.
        until: Timestamp,
        /// The time of the try.
        now: Timestamp,
    },
    /// The password was right, so its owner may know.
    Disabled,
}

async fn prove(
    platform: &Data<Platform>,
    attempt: &Attempt,
    password: Zeroizing<String>,
) -> Result<Proof, Problem> {
    let Attempt {
        email, network, now, ..
    } = attempt;
    let (email, network, now) = (email.clone(), *network, *now);
    let login = &platform.config.login;
    let limits = Limits {
        by_email: login.max_failures,
        by_network: login.max_failures_per_address,
        window: login.window,
    };
    let (counted, found) = platform
        .db
        .write(move |conn| {
            let counted = throttle::count(conn, email.as_ref(), network, limits, now)?;
            let found = match (&counted, &email) {
                (Try::Allowed { .. }, Some(email)) => account::find_with_password(conn, email)?,
                _ => None,
            };
            Ok((counted, found))
        })
        .await?;
    let last = match counted {
        Try::Locked { until, by } => {
            let outcome = match by {
                Subject::Email => "locked",
                Subject::Network => "network_locked",
            };
            metrics::counter!("sign_in_total", "outcome" => outcome).increment(1);
            if by == Subject::Network {
                // Of no account, so no fact of the audit: this line is how an operator learns of it.
                tracing::warn!(network = ?attempt.network, "too many failed sign-ins from one network");
            }
            return Ok(Proof::Refused(Refused::Locked { until, now }));
        }
        Try::Allowed { last } => last,
    };
    let (account, hash) = found.unzip();
    let known = account.as_ref().map(|account| account.id);
    // A password longer than any that can be set is wrong; it still costs what every other costs.
    let password = if password.len() <= password::LONGEST {
        password
    } else {
        Zeroizing::default()
    };
    let Ok(right) = platform.passwords.verify(password, hash).await else {
        // 503 promises that nothing was done. Whoever tries again, as it says, must not be locked out for it.
        let (email, network) = (attempt.email.clone(), attempt.network);
        platform
            .db
            .write(move |conn| Ok(throttle::take_back(conn, email.as_ref(), network)?))
            .await?;
        return Err(Problem::unavailable());
    };
    match account.filter(|_| right) {
        Some(account) if account.disabled_at.is_some() => Ok(Proof::Refused(Refused::Disabled)),
        Some(account) => Ok(Proof::Right(account)),
        None => {
            metrics::counter!("sign_in_total", "outcome" => "wrong").increment(1);
            if let Some(account) = known {
                note_failure(platform, account, last, attempt.origin.clone(), now);
            }
            Ok(Proof::Refused(Refused::Wrong))
        }
    }
}

/// Writes down a failed sign-in of a known account. Nobody waits for it: the answer for a known address must not take
/// longer than the one for an unknown address.
fn note_failure(platform: &Data<Platform>, account: AccountId, last: bool, origin: Origin, now: Timestamp) {
    let platform = platform.clone();
    actix_web::rt::spawn(async move {
        let written = platform
            .db
            .write(move |conn| {
                append(
                    conn,
                    &Event::SignInFailed { account },
                    Actor::Nobody,
                    &origin,
                    now,
                )?;
                if last {
                    append(
                        conn,
                        &Event::SignInLocked { account },
                        Actor::Nobody,
                        &origin,
                        now,
                    )?;
                }
                Ok(())
            })
            .await;
        if let Err(error) = written {
            tracing::error!(%error, "a failed sign-in could not be written down");
        }
    });
}

/// Begins the session. The one before in this browser ends: a session id is never carried over a sign-in (CWE-384).
async fn begin(
    platform: &Platform,
    account: Account,
    before: Option<Secret>,
    attempt: Attempt,
) -> Result<Secret, Problem> {
    let lifetime = platform.session_lifetime();
    let Attempt {
        email,
        network,
        origin,
        now,
    } = attempt;
    let cookie = platform
        .db
        .write(move |conn| {
            throttle::forgive(conn, email.as_ref(), network)?;
            if let Some(before) = &before {
                session::end(conn, before, now)?;
            }
            append(
                conn,
                &Event::SignedIn { account: account.id },
                Actor::Account(account.id),
                &origin,
                now,
            )?;
            Ok(session::start(conn, &account, lifetime, now)?)
        })
        .await?;
    metrics::counter!("sign_in_total", "outcome" => "right").increment(1);
    Ok(cookie)
}

fn append(
    conn: &mut PgConnection,
    event: &Event,
    actor: Actor,
    origin: &Origin,
    now: Timestamp,
) -> Result<(), Internal> {
    Ok(log::append(conn, actor, origin, event, now)?)
}

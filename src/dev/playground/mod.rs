//! `/dev/playground`: a small third-party app that goes through the flow one button at a time and shows each request and answer.
//!
//! # Decisions
//! * It is an app like any other: it speaks to the server over HTTP, as a client of the demo data, and knows nothing that a
//!   stranger's software could not know. So what it shows is what happens.
//! * What it keeps is in memory, bounded, by the cookie that a browser has here anyway (`run::Store`): a table would make
//!   something of `dev` part of every installation.
//! * A step is a `POST`, answered with 303 to the page, so reloading repeats nothing. A run takes one step at a time, in a task
//!   of its own: a browser that does not wait, or a button pressed twice, cannot send a code or a refresh token twice unasked.

mod callback;
mod exchange;
mod page;
mod run;
mod step;
mod transcript;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Bytes, Data, Path, ServiceConfig},
};

use crate::{
    accounts::current::Cookies,
    dev::{
        demo::Demo,
        playground::{
            exchange::Http,
            page::PlaygroundPage,
            run::{AppKind, Notice, Run, Setup, Step, Store},
        },
    },
    platform::{Platform, config::Config},
    web::{
        csrf,
        form::PostedForm,
        language::Language,
        layout::Layout,
        methods::{read_only, resource},
        observe::Manners,
        page::Page,
        params::Params,
        problem::Problem,
        redirect::see_other,
        words::errors,
    },
};

/// The page.
const PAGE: &str = "/dev/playground";

/// Where the app's answers arrive.
pub(super) const CALLBACK: &str = "/dev/playground/callback";

/// What the CSRF token of the forms is for.
const PURPOSE: &str = "playground";

/// The app that is played, and what it keeps for each browser.
pub struct Playground {
    demo: Demo,
    http: Http,
    store: Store,
}

impl Playground {
    /// With the clients of this demo.
    ///
    /// # Errors
    /// The HTTP client's: its library cannot be started.
    pub fn new(demo: Demo) -> Result<Self, reqwest::Error> {
        Ok(Self {
            demo,
            http: Http::new()?,
            store: Store::default(),
        })
    }

    fn begin(&self, run: &mut Run, setup: Setup) {
        let id = match setup.app {
            AppKind::Web => self.demo.text("/client/client_id"),
            AppKind::Native => self.demo.text("/public_client/client_id"),
        };
        let redirect_uri = format!("{}{CALLBACK}", self.demo.text("/issuer"));
        run.begin(setup, id, &redirect_uri);
    }
}

/// The routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(read_only(PAGE, show))
        .service(read_only(CALLBACK, arrive))
        .service(resource("/dev/playground/{step}", "POST").route(web::post().to(act)));
}

/// What a button asks for.
enum Act {
    Begin(Setup),
    /// With the choices of the last time.
    Again,
    Forget,
    Step(Step),
}

impl Act {
    fn read(name: &str, form: &PostedForm, config: &Config) -> Result<Self, Problem> {
        match name {
            "begin" => Ok(Self::Begin(setup(form, config)?)),
            "again" => Ok(Self::Again),
            "forget" => Ok(Self::Forget),
            name => {
                let step = Step::ALL.into_iter().find(|step| step.path() == name);
                step.map(Self::Step).ok_or_else(Problem::not_found)
            }
        }
    }
}

fn setup(form: &PostedForm, config: &Config) -> Result<Setup, Problem> {
    let app = match form.value("app") {
        None | Some("web") => AppKind::Web,
        Some("native") => AppKind::Native,
        Some(_) => {
            return Err(PostedForm::malformed(
                "The form names no app that is played here.",
            ));
        }
    };
    let scopes = form.values("scope");
    let offered = page::offered(config);
    if !{ scopes.iter() }.all(|name| offered.iter().any(|scope| scope.name == *name)) {
        return Err(PostedForm::malformed(
            "The form names a scope that is not offered.",
        ));
    }
    Ok(Setup {
        app,
        scopes: scopes.into_iter().map(str::to_owned).collect(),
        ask_again: form.value("ask_again").is_some(),
    })
}

/// The page. Reading it changes nothing.
async fn show(
    req: HttpRequest,
    platform: Data<Platform>,
    manners: Data<Manners>,
    playground: Data<Playground>,
) -> Result<HttpResponse, Problem> {
    let now = platform.clock.now();
    let cookies = Cookies::read(&req, &platform.config).with_browser(now);
    let slot = cookies
        .browser
        .as_ref()
        .and_then(|browser| playground.store.find(browser.digest(), now));
    let run = match &slot {
        Some(slot) => Some(slot.lock().await),
        None => None,
    };
    let template = PlaygroundPage::of(
        Layout::of(&manners, Language::English),
        run.as_deref(),
        &playground.demo,
        page::offered(&platform.config),
        cookies.token(PURPOSE),
    );
    let mut response = Page::new(template).form().respond();
    if let Some(cookie) = cookies.to_set(&platform.config) {
        response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
    }
    Ok(response)
}

/// A button.
async fn act(
    req: HttpRequest,
    body: Bytes,
    name: Path<String>,
    platform: Data<Platform>,
    manners: Data<Manners>,
    playground: Data<Playground>,
) -> Result<HttpResponse, Problem> {
    let form = PostedForm::read(&req, body, &manners.origin, &["scope"])?;
    let cookies = Cookies::read(&req, &platform.config);
    cookies.check_token(&form, PURPOSE)?;
    let browser = cookies.browser.ok_or_else(csrf::refused)?.digest();
    let act = Act::read(&name, &form, &platform.config)?;
    let slot = playground.store.open(browser, platform.clock.now());
    // A task of its own, which ends even if the browser is gone: half a step would leave a code sent and its answer lost.
    let task = tokio::spawn(async move {
        let mut run = slot.lock().await;
        match act {
            Act::Begin(setup) => {
                run.notice = None;
                playground.begin(&mut run, setup);
            }
            Act::Again => {
                let before = run.connection.as_ref().map(|it| it.setup.clone());
                run.notice = before.is_none().then_some(Notice::NothingBegun);
                if let Some(setup) = before {
                    playground.begin(&mut run, setup);
                }
            }
            Act::Step(step) => step::take(&mut run, step, &playground.demo, &playground.http).await,
            Act::Forget => *run = Run::default(),
        }
    });
    task.await.map_err(|_| Problem::internal())?;
    Ok(to_page())
}

/// The answer of the authorization server. It is kept and the address left: codes do not belong into a browser's history.
async fn arrive(
    req: HttpRequest,
    platform: Data<Platform>,
    manners: Data<Manners>,
    playground: Data<Playground>,
) -> Result<HttpResponse, Problem> {
    let params = Params::parse(req.query_string().as_bytes())
        .map_err(|bad| Problem::new(&errors::MALFORMED_QUERY, bad.to_string()))?;
    let cookies = Cookies::read(&req, &platform.config);
    if let Some(browser) = cookies.browser {
        let slot = playground.store.open(browser.digest(), platform.clock.now());
        callback::arrive(&mut *slot.lock().await, &params, &manners.origin);
    }
    Ok(to_page())
}

/// RFC 9110 §15.4.4: 303 makes a GET of it.
fn to_page() -> HttpResponse {
    see_other(PAGE)
}

//! The addresses that only `consentry dev` has.

use actix_web::{
    HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{ACCEPT, HOST},
    },
    middleware::Next,
    web::{self, Data, Json, ServiceConfig},
};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use crate::{
    dev::{
        demo::Demo,
        mail,
        playground::{self, Playground},
    },
    platform::{Platform, mail::mailbox::Mailbox},
    web::{
        language::Language,
        layout::Layout,
        methods::{read_only, resource},
        observe::Manners,
        page::Page,
        params::Params,
        phrase,
        problem::Problem,
        redirect::see_other,
        words::{self, ENGLISH, errors},
    },
};

/// Whether the clock of this server can be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestClock {
    /// `POST /dev/clock` moves it.
    On,
    /// It is the system's.
    Off,
}

/// What the routes need.
pub struct DevRoutes {
    /// Whether the clock can be moved.
    pub test_clock: TestClock,
    /// The demo client; `None` in tests that make their own.
    pub demo: Option<Demo>,
    /// Where mails end that no server takes.
    pub mailbox: Mailbox,
    playground: Option<Data<Playground>>,
}

impl DevRoutes {
    /// What to serve, with the playground where there is a demo client to play with.
    ///
    /// # Errors
    /// The playground's: it cannot make requests.
    pub fn new(test_clock: TestClock, demo: Option<Demo>) -> Result<Self, reqwest::Error> {
        let playground = demo.clone().map(Playground::new).transpose()?;
        Ok(Self {
            test_clock,
            demo,
            mailbox: Mailbox::default(),
            playground: playground.map(Data::new),
        })
    }

    /// The routes.
    pub fn configure(&self, config: &mut ServiceConfig) {
        if self.test_clock == TestClock::On {
            config.service(resource("/dev/clock", "POST").route(web::post().to(advance)));
        }
        mail::routes(config, &self.mailbox);
        if let Some(demo) = &self.demo {
            config
                .app_data(Data::new(demo.clone()))
                .service(read_only("/dev/login", login))
                .service(read_only("/dev/callback", callback));
        }
        if let Some(playground) = &self.playground {
            config.app_data(playground.clone()).configure(playground::routes);
        }
    }
}

/// Seconds to move the clock by.
#[derive(Deserialize)]
struct Advance {
    advance: u64,
}

async fn advance(platform: Data<Platform>, by: Json<Advance>) -> HttpResponse {
    platform.clock.advance(std::time::Duration::from_secs(by.advance));
    HttpResponse::Ok().json(json!({"now": platform.clock.now()}))
}

/// Sends the browser through the whole flow with the demo client.
async fn login(demo: Data<Demo>) -> HttpResponse {
    see_other(&demo.authorize_url())
}

#[derive(Template)]
#[template(path = "dev/callback.html")]
struct CallbackPage<'a> {
    layout: Layout<'a>,
    words: &'static words::DevCallback,
    error: Option<String>,
    exchange: String,
    introspect: String,
}

/// Where the demo client's answers arrive: shows what its developer would do next.
async fn callback(
    req: HttpRequest,
    demo: Data<Demo>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Problem> {
    let params = Params::parse(req.query_string().as_bytes())
        .map_err(|bad| Problem::new(&errors::MALFORMED_QUERY, bad.to_string()))?;
    let one = |name| params.one(name).ok().flatten();
    // What came in an address is shown inside a command that people copy: only what codes are made of.
    let code: String = one("code")
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    let page = CallbackPage {
        layout: Layout::of(&manners, Language::English),
        words: ENGLISH.dev_callback,
        error: one("error")
            .map(phrase::plain)
            .or_else(|| code.is_empty().then(|| "invalid_request".to_owned())),
        exchange: demo.exchange_command(&code),
        introspect: demo.introspect_command("$ACCESS_TOKEN"),
    };
    Ok(Page::new(page).respond())
}

/// Everything in `dev` lives at one loopback address. A browser that came by another name is sent to it, or its cookies would
/// be split between two names. Programs may use any name that leads here, except for what only `dev` has: a rebound DNS
/// name must not let a foreign page read the demo's secrets or move the clock.
///
/// # Errors
/// What the handlers behind it return.
pub async fn at_its_own_address<B: MessageBody + 'static>(
    manners: Data<Manners>,
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<actix_web::body::BoxBody>, actix_web::Error> {
    let ours = manners.origin.split_once("://").map_or("", |(_, host)| host);
    let named = req.headers().get(HOST).and_then(|host| host.to_str().ok());
    // The router decodes what this does not: an address with a percent sign may be any.
    let dev_only = req.path().starts_with("/dev/") || req.path().contains('%');
    let browser = req
        .headers()
        .get(ACCEPT)
        .and_then(|it| it.to_str().ok())
        .is_some_and(|it| it.contains("text/html"));
    if named.is_none_or(|host| host == ours) || !(browser || dev_only) {
        return next.call(req).await.map(ServiceResponse::map_into_boxed_body);
    }
    if [Method::GET, Method::HEAD].contains(req.method()) {
        let path = req.uri().path_and_query().map_or("/", |it| it.as_str());
        let location = format!("{}{path}", manners.origin);
        let elsewhere = see_other(&location);
        return Ok(req.into_response(elsewhere));
    }
    let detail = format!("This development server answers at {} only.", manners.origin);
    let problem = Problem::new(&errors::MISDIRECTED_REQUEST, detail);
    Ok(req.error_response(problem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::sample;

    fn samples(error: &'static str, _: Language) -> Vec<(&'static str, CallbackPage<'static>)> {
        let page = |error: Option<&str>| CallbackPage {
            layout: sample::layout(Language::English),
            words: ENGLISH.dev_callback,
            error: error.map(phrase::plain),
            exchange: "curl -s https://id.example/oauth/token".to_owned(),
            introspect: "curl -s https://id.example/oauth/token/introspect".to_owned(),
        };
        vec![("code", page(None)), ("error", page(Some(error)))]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
    }
}

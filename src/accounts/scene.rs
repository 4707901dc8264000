//! What the pages before sign-in stand on: who asks, from where they came, and how they get there again.

#[cfg(test)]
mod tests;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Bytes, Data},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    accounts::{
        act::{self, Act},
        current::Cookies,
        destination::{Destination, Destinations},
        login::Visit,
    },
    audit::log::Origin,
    platform::{Platform, clock::Timestamp},
    web::{
        context::RequestContext, form::PostedForm, language::Language, layout::Layout, observe::Manners,
        params::Params, problem::Problem, words::errors,
    },
};

/// Nothing: whatever was done, the answer is the same.
#[derive(Serialize, ToSchema)]
pub(crate) struct Nothing {}

/// Who asks for a mail, or for what a mail led to: what a decision needs to know besides what was asked.
#[derive(Clone, Debug)]
pub(super) struct Errand {
    pub(super) origin: Origin,
    /// Of the mails to those whose account names no other.
    pub(super) language: Language,
    /// What a link in a mail carries besides its token, so that it leads back to where the person was going.
    pub(super) tail: String,
    pub(super) now: Timestamp,
}

impl Errand {
    /// Of a program.
    pub(super) fn of_api(context: RequestContext, language: Language, now: Timestamp) -> Self {
        Self {
            origin: Origin::from(context),
            language,
            tail: String::new(),
            now,
        }
    }
}

/// Where the person was going before they had to register, or to set a password.
#[derive(Default)]
pub(super) struct Way {
    query: Option<(&'static str, String)>,
    destination: Option<Destination>,
}

impl Way {
    /// A request that is over, or that another browser began, is no way: a mail may be opened anywhere and later.
    async fn read(
        platform: &Platform,
        destinations: Destinations,
        req: &HttpRequest,
        cookies: &Cookies,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let asked = Visit::asked(req, now)?;
        let is_an_id = |id: &String| id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
        let (Some(id), Some(browser)) = (asked.request.filter(is_an_id), cookies.browser.clone()) else {
            return Ok(Self {
                query: asked.page.map(|page| ("return_to", page)),
                destination: None,
            });
        };
        let request = id.clone();
        let found = platform
            .db
            .read(move |conn| (destinations.0)(conn, &id, &browser, now))
            .await?;
        Ok(found.map_or_else(
            |_| Self::default(),
            |destination| Self {
                query: Some(("request", request)),
                destination: Some(destination),
            },
        ))
    }

    /// An address of ours on this way.
    pub(super) fn to(&self, path: &str) -> String {
        match &self.query {
            Some((name, value)) => format!("{path}?{name}={value}"),
            None => path.to_owned(),
        }
    }

    /// The stored request that sent the person here, if one did.
    pub(super) fn request(&self) -> Option<&str> {
        { self.query.as_ref() }
            .filter(|(name, _)| *name == "request")
            .map(|(_, id)| id.as_str())
    }

    fn tail(&self) -> String {
        { self.query.as_ref() }.map_or_else(String::new, |(name, value)| format!("&{name}={value}"))
    }

    /// To what the person continues, in the words of the sign-in page.
    pub(super) fn destination(&self) -> Option<&Destination> {
        self.destination.as_ref()
    }
}

/// What every handler of these pages takes.
pub(super) type Shared = (
    Data<Platform>,
    Data<Destinations>,
    Data<Manners>,
    RequestContext,
    Language,
);

/// One request for one of these pages.
pub(super) struct Scene {
    pub(super) platform: Data<Platform>,
    manners: Data<Manners>,
    context: RequestContext,
    language: Language,
    pub(super) cookies: Cookies,
    pub(super) way: Way,
    pub(super) now: Timestamp,
}

impl Scene {
    /// Of a page that is opened. It gets a cookie, for the token of its form.
    pub(super) async fn open(req: &HttpRequest, shared: Shared) -> Result<Self, Problem> {
        let now = shared.0.clock.now();
        let cookies = Cookies::read(req, &shared.0.config).with_browser(now);
        Self::of(req, shared, cookies, now).await
    }

    /// Of a form that is sent, with its fields: from a page of ours, that this browser opened for this purpose.
    pub(super) async fn post(
        req: &HttpRequest,
        body: Bytes,
        shared: Shared,
        purpose: &str,
    ) -> Result<(Self, PostedForm), Problem> {
        let form = PostedForm::read(req, body, &shared.2.origin, &[])?;
        let now = shared.0.clock.now();
        let cookies = Cookies::read(req, &shared.0.config);
        // Also where nobody is signed in: otherwise a foreign page could have mails sent, or set a password that its maker knows.
        cookies.check_token(&form, purpose)?;
        Ok((Self::of(req, shared, cookies, now).await?, form))
    }

    async fn of(
        req: &HttpRequest,
        (platform, destinations, manners, context, language): Shared,
        cookies: Cookies,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let way = Way::read(&platform, **destinations, req, &cookies, now).await?;
        Ok(Self {
            platform,
            manners,
            context,
            language,
            cookies,
            way,
            now,
        })
    }

    pub(super) fn layout(&self) -> Layout<'_> {
        Layout::of(&self.manners, self.language)
    }

    pub(super) fn errand(&self) -> Errand {
        Errand {
            origin: Origin::from(self.context.clone()),
            language: self.language,
            tail: self.way.tail(),
            now: self.now,
        }
    }

    /// The page as an answer. The referrer stays within this server: the address may hold the token of a mail.
    pub(super) fn show(&self, act: Act) -> Result<HttpResponse, Problem> {
        let layout = self.layout();
        let act = act.on_the_way_to(self.way.destination(), layout.language);
        let mut response = act::respond(layout, act, None);
        if let Some(cookie) = self.cookies.to_set(&self.platform.config) {
            response.add_cookie(&cookie).map_err(|_| Problem::internal())?;
        }
        Ok(response)
    }
}

/// The token in the address of a page that a mail led to.
pub(super) fn token_of(req: &HttpRequest) -> Result<Option<String>, Problem> {
    let malformed = |why: String| Problem::new(&errors::MALFORMED_QUERY, why);
    let query = Params::parse(req.query_string().as_bytes()).map_err(|bad| malformed(bad.to_string()))?;
    let token = query.one("token").map_err(|bad| malformed(bad.to_string()))?;
    Ok(token.map(str::to_owned))
}

//! The doors of pages: [`SignedIn`] where a page is for people who are signed in, [`Browser`] where it is for whoever comes, and
//! [`Posted`] for the form of one.
//!
//! Whoever is not signed in and must be is sent to sign in and comes back ([`Detour`]).

use std::{
    fmt,
    future::{Future, Ready, ready},
    pin::Pin,
};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, ResponseError,
    dev::Payload,
    web::{Bytes, Data},
};

use crate::{
    accounts::{
        current::{self, Cookies},
        destination, logout,
        session::Session,
        sudo,
    },
    audit::log::Origin,
    platform::{Platform, clock::Timestamp, db::Internal, secret::Secret},
    web::{
        context::RequestContext, form::PostedForm, language::Language, layout::Layout, observe::Manners,
        problem::Problem, redirect::see_other, words::errors,
    },
};

/// Why a page is not shown: there is something to do first, or it is refused.
#[derive(Debug)]
pub enum Detour {
    /// Elsewhere, and then back.
    To(String),
    /// Not at all.
    Refused(Problem),
}

impl Detour {
    /// To sign in, and back to this page of ours.
    #[must_use]
    pub fn sign_in(page: &str) -> Self {
        Self::To(if destination::is_page_of_ours(page) {
            format!("/login?return_to={page}")
        } else {
            "/login".to_owned()
        })
    }
}

impl fmt::Display for Detour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::To(path) => write!(f, "first to {path}"),
            Self::Refused(problem) => problem.fmt(f),
        }
    }
}

impl ResponseError for Detour {
    fn status_code(&self) -> actix_web::http::StatusCode {
        self.error_response().status()
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::To(path) => see_other(path),
            Self::Refused(problem) => problem.error_response(),
        }
    }
}

impl From<Problem> for Detour {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<Internal> for Detour {
    fn from(internal: Internal) -> Self {
        Self::Refused(internal.into())
    }
}

type Extracting<T, E> = Pin<Box<dyn Future<Output = Result<T, E>>>>;

/// A browser, whoever sits at it, if anybody does.
#[derive(Clone)]
pub struct Browser {
    /// What it brought.
    pub cookies: Cookies,
    /// The language that it asks for.
    pub language: Language,
    /// From where, for limits and for pages that name the request.
    pub context: RequestContext,
    /// When the request was made.
    pub now: Timestamp,
    platform: Data<Platform>,
    path: String,
}

impl Browser {
    fn of(req: &HttpRequest) -> Result<Self, Problem> {
        let platform = { req.app_data::<Data<Platform>>() }.ok_or_else(Problem::internal)?;
        Ok(Self {
            cookies: Cookies::read(req, &platform.config),
            language: Language::of(req.headers()),
            context: RequestContext::found(req),
            now: platform.clock.now(),
            platform: platform.clone(),
            path: req.path().to_owned(),
        })
    }

    /// From where, for the audit.
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin::from(self.context.clone())
    }

    /// The same, with a cookie made up where none came: it is to be set ([`Cookies::to_set`]).
    #[must_use]
    pub fn with_cookie(mut self) -> Self {
        self.cookies = self.cookies.with_browser(self.now);
        self
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// The database's.
    pub async fn session(&self) -> Result<Option<Session>, Internal> {
        current::session(&self.platform, &self.cookies, self.now).await
    }
}

impl FromRequest for Browser {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(req))
    }
}

/// A person who is signed in in this browser and asks for a page.
#[derive(Clone)]
pub struct SignedIn {
    /// What the browser brought.
    pub cookies: Cookies,
    /// Who, and since when.
    pub session: Session,
    /// The language of the page.
    pub language: Language,
    /// From where, for the audit.
    pub origin: Origin,
    /// The same, for limits.
    pub context: RequestContext,
    /// When the request was made.
    pub now: Timestamp,
    sign_out: String,
}

impl SignedIn {
    async fn find(browser: Browser, page: &str) -> Result<Self, Detour> {
        let session = { browser.session().await? }.ok_or_else(|| Detour::sign_in(page))?;
        Ok(Self {
            sign_out: browser.cookies.token(logout::PURPOSE),
            language: current::language(Some(&session), browser.language),
            session,
            origin: browser.origin(),
            cookies: browser.cookies,
            context: browser.context,
            now: browser.now,
        })
    }

    /// What stands around a page of theirs.
    #[must_use]
    pub fn layout<'a>(&'a self, manners: &'a Manners) -> Layout<'a> {
        Layout::of(manners, self.language).signed_in(&self.sign_out)
    }

    /// The same person with the cookie that the session has from now on: forms of a page that is answered with it have its tokens.
    #[must_use]
    pub fn renewed(mut self, cookie: &Secret) -> Self {
        self.cookies.session = Some(cookie.clone());
        self.sign_out = self.cookies.token(logout::PURPOSE);
        self
    }

    /// Goes on only if the person proved a moment ago who they are; else asks, and comes back to this page.
    ///
    /// # Errors
    /// The way to the question.
    pub fn proved_recently(&self, page: &str) -> Result<(), Detour> {
        sudo::require(&self.session, page, self.now)
    }
}

impl FromRequest for SignedIn {
    type Error = Detour;
    type Future = Extracting<Self, Detour>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let browser = Browser::of(req);
        Box::pin(async move {
            let browser = browser?;
            let page = browser.path.clone();
            Self::find(browser, &page).await
        })
    }
}

/// A form of a page of ours. Nothing of it can be read before its token is checked, but by [`Posted::unproved`], which says so.
pub struct Posted {
    browser: Browser,
    form: PostedForm,
}

/// A person who is signed in, and a form that this person sent.
pub struct SignedInForm {
    /// Who.
    pub who: SignedIn,
    /// What they typed.
    pub form: PostedForm,
}

impl Posted {
    /// The form, if its token was made for this browser, person and purpose; and the person. Whoever is not signed in any more is sent
    /// to sign in, and then to `page`.
    ///
    /// # Errors
    /// 400 `malformed_form`, 403 `csrf_token`, or the way to sign in.
    pub async fn signed_in(self, purpose: &str, page: &str) -> Result<SignedInForm, Detour> {
        let (browser, form) = self.proved(purpose, &[])?;
        let who = SignedIn::find(browser, page).await?;
        Ok(SignedInForm { who, form })
    }

    /// The form, if its token was made for this browser, person and purpose, whether or not anybody is signed in. Only what `may_repeat`
    /// is given twice.
    ///
    /// # Errors
    /// 400 `malformed_form`, or 403 `csrf_token`.
    pub fn proved(self, purpose: &str, may_repeat: &[&str]) -> Result<(Browser, PostedForm), Problem> {
        self.form.refuse_repeats(may_repeat)?;
        self.browser.cookies.check_token(&self.form, purpose)?;
        Ok((self.browser, self.form))
    }

    /// The form, with its token not yet checked: for what does nothing where it is sent a second time.
    ///
    /// # Errors
    /// 400 `malformed_form`.
    pub fn unproved(self) -> Result<(Browser, PostedForm), Problem> {
        self.form.refuse_repeats(&[])?;
        Ok((self.browser, self.form))
    }
}

impl FromRequest for Posted {
    type Error = Problem;
    type Future = Extracting<Self, Problem>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Bytes::from_request(req, payload);
        let req = req.clone();
        Box::pin(async move {
            let body = body
                .await
                .map_err(|_| Problem::new(&errors::BAD_BODY, "The body of the request is broken."))?;
            let manners = { req.app_data::<Data<Manners>>() }.ok_or_else(Problem::internal)?;
            let form = PostedForm::parse(&req, body, &manners.origin)?;
            let browser = Browser::of(&req)?;
            Ok(Self { browser, form })
        })
    }
}

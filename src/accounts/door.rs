//! The doors of pages that are for people who are signed in: [`SignedIn`] for a page, [`Posted`] for a form of one.
//!
//! Whoever is not signed in is sent to sign in and comes back ([`Detour`]).

use std::{fmt, future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, ResponseError,
    dev::Payload,
    web::{Bytes, Data},
};

use crate::{
    accounts::{
        current::{self, Cookies},
        destination,
        session::Session,
        sudo,
    },
    audit::log::Origin,
    platform::{Platform, clock::Timestamp, db::Internal},
    web::{
        context::RequestContext, form::PostedForm, language::Language, observe::Manners, problem::Problem,
        redirect::see_other, words::errors,
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

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Detour>>>>;

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
}

impl SignedIn {
    async fn find(asked: Asked, page: &str) -> Result<Self, Detour> {
        let Asked {
            platform,
            cookies,
            language,
            context,
            ..
        } = asked;
        let now = platform.clock.now();
        let session = current::session(&platform, &cookies, now).await?;
        let session = session.ok_or_else(|| Detour::sign_in(page))?;
        Ok(Self {
            language: current::language(Some(&session), language),
            cookies,
            session,
            origin: context.clone().into(),
            context,
            now,
        })
    }

    /// Goes on only if the person proved a moment ago who they are; else asks, and comes back to this page.
    ///
    /// # Errors
    /// The way to the question.
    pub fn proved_recently(&self, page: &str) -> Result<(), Detour> {
        sudo::require(&self.session, page, self.now)
    }
}

/// What a request brings, before anybody is looked up.
struct Asked {
    platform: Data<Platform>,
    cookies: Cookies,
    language: Language,
    context: RequestContext,
    path: String,
}

impl Asked {
    fn of(req: &HttpRequest) -> Result<Self, Problem> {
        let platform = { req.app_data::<Data<Platform>>() }.ok_or_else(Problem::internal)?;
        let context = RequestContext::extract(req).into_inner();
        Ok(Self {
            cookies: Cookies::read(req, &platform.config),
            platform: platform.clone(),
            language: Language::of(req.headers()),
            context: context.map_err(|_| Problem::internal())?,
            path: req.path().to_owned(),
        })
    }
}

impl FromRequest for SignedIn {
    type Error = Detour;
    type Future = Extracting<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let asked = Asked::of(req);
        Box::pin(async move {
            let asked = asked?;
            let page = asked.path.clone();
            Self::find(asked, &page).await
        })
    }
}

/// A form of a page of ours. Nothing of it can be read before [`Posted::signed_in`] has checked its token.
pub struct Posted {
    asked: Asked,
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
    /// 403 `csrf_token`, or the way to sign in.
    pub async fn signed_in(self, purpose: &str, page: &str) -> Result<SignedInForm, Detour> {
        self.asked.cookies.check_token(&self.form, purpose)?;
        let who = SignedIn::find(self.asked, page).await?;
        Ok(SignedInForm { who, form: self.form })
    }
}

impl FromRequest for Posted {
    type Error = Detour;
    type Future = Extracting<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Bytes::from_request(req, payload);
        let req = req.clone();
        Box::pin(async move {
            let body = body
                .await
                .map_err(|_| Problem::new(&errors::BAD_BODY, "The body of the request is broken."))?;
            let manners = { req.app_data::<Data<Manners>>() }.ok_or_else(Problem::internal)?;
            let form = PostedForm::read(&req, body, &manners.origin, &[])?;
            let asked = Asked::of(&req)?;
            Ok(Self { asked, form })
        })
    }
}

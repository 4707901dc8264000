//! The door for browsers: which cookies came, and who is signed in.

use actix_web::{HttpRequest, HttpResponse, cookie::Cookie};

use crate::{
    accounts::session::{self, Session},
    platform::{
        Platform,
        clock::Timestamp,
        config::Config,
        db::Internal,
        secret::{Kind, Secret},
    },
    web::{
        caller::RECENT,
        cookie::{self, BROWSER, SESSION},
        csrf,
        form::PostedForm,
        language::Language,
        problem::Problem,
        redirect::see_other,
    },
};

/// The cookies of a request, well-formed but not yet looked up.
#[derive(Clone, Default)]
pub struct Cookies {
    /// Binds stored requests to this browser.
    pub browser: Option<Secret>,
    /// Of a signed-in person, perhaps.
    pub session: Option<Secret>,
    browser_is_new: bool,
}

impl Cookies {
    /// Reads them.
    #[must_use]
    pub fn read(req: &HttpRequest, config: &Config) -> Self {
        let read = |name, kind| {
            cookie::read(req, config.issuer.is_https(), name)
                .and_then(|value| Secret::parse(&config.vendor, &value))
                .filter(|secret| secret.kind() == kind)
        };
        Self {
            browser: read(BROWSER, Kind::BrowserBinding),
            session: read(SESSION, Kind::BrowserSession),
            browser_is_new: false,
        }
    }

    /// The same, with a browser cookie made up where none came.
    #[must_use]
    pub fn with_browser(mut self, now: Timestamp) -> Self {
        if self.browser.is_none() {
            self.browser = Some(Secret::generate(Kind::BrowserBinding, now));
            self.browser_is_new = true;
        }
        self
    }

    /// What to set, where [`Cookies::with_browser`] made one up.
    #[must_use]
    pub fn to_set(&self, config: &Config) -> Option<Cookie<'static>> {
        let browser = self.browser.as_ref().filter(|_| self.browser_is_new)?;
        Some(cookie::set(
            config.issuer.is_https(),
            BROWSER,
            &browser.reveal(&config.vendor),
            None,
        ))
    }

    /// The token of a form for this purpose: see [`Cookies::check_token`].
    #[must_use]
    pub fn token(&self, purpose: &str) -> String {
        self.holder()
            .map(|holder| holder.derive(purpose))
            .unwrap_or_default()
    }

    /// Refuses a form whose token was not made for this browser, person and purpose (RFC 9700 §4.7).
    ///
    /// # Errors
    /// 403 `csrf_token`.
    pub fn check_token(&self, form: &PostedForm, purpose: &str) -> Result<(), Problem> {
        let token = form.value("csrf_token").unwrap_or_default();
        let ours = self.holder().is_some_and(|holder| holder.derived(purpose, token));
        if ours { Ok(()) } else { Err(csrf::refused()) }
    }

    /// What the CSRF tokens of this browser hang from. The session's secret where there is one: it is new at every
    /// sign-in, so a browser cookie that somebody planted gives no token that a signed-in person's form would have.
    fn holder(&self) -> Option<&Secret> {
        self.session.as_ref().or(self.browser.as_ref())
    }
}

/// Who is signed in.
///
/// # Errors
/// The database's.
pub async fn session(
    platform: &Platform,
    cookies: &Cookies,
    now: Timestamp,
) -> Result<Option<Session>, Internal> {
    let Some(cookie) = cookies.session.clone() else {
        return Ok(None);
    };
    let lifetime = platform.session_lifetime();
    platform
        .db
        .read(move |conn| Ok(session::find(conn, &cookie, lifetime, now)?))
        .await
}

/// The language of a page: what the person chose, else what the browser asks for.
#[must_use]
pub fn language(session: Option<&Session>, asked: Language) -> Language {
    session
        .and_then(|session| session.account.language)
        .unwrap_or(asked)
}

/// The way to a fresh proof of who somebody is, and back to this path of ours. `None`: they gave one lately, as sensitive acts need it.
#[must_use]
pub fn proof_first(session: &Session, return_to: &str, now: Timestamp) -> Option<HttpResponse> {
    (now - session.authenticated_at > RECENT)
        .then(|| see_other(&format!("/account/confirm?return_to={return_to}")))
}

//! The door for browsers: which cookies came, and who is signed in.

use actix_web::{HttpRequest, cookie::Cookie};

use crate::{
    accounts::{
        known_device::KnownDevice,
        session::{self, Session},
    },
    platform::{
        Platform,
        clock::Timestamp,
        config::Config,
        db::Internal,
        seal::Seal,
        secret::{Kind, Secret},
    },
    web::{
        cookie::{self, BROWSER, HALF_SIGN_IN, KNOWN_DEVICE, SESSION},
        csrf,
        form::PostedForm,
        language::Language,
        problem::Problem,
    },
};

/// The cookies of a request, well-formed but not yet looked up.
#[derive(Clone, Default)]
pub struct Cookies {
    /// Binds stored requests to this browser.
    pub browser: Option<Secret>,
    /// Of a signed-in person, perhaps.
    pub session: Option<Secret>,
    /// Of a sign-in that waits for its second factor, perhaps.
    pub half: Option<Secret>,
    known_device: Option<String>,
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
            half: read(HALF_SIGN_IN, Kind::HalfSignIn),
            known_device: cookie::read(req, config.issuer.is_https(), KNOWN_DEVICE),
            browser_is_new: false,
        }
    }

    /// Which accounts were signed in in this browser before.
    #[must_use]
    pub fn known_device(&self, seal: &Seal, now: Timestamp) -> KnownDevice {
        KnownDevice::open(seal, self.known_device.as_deref(), now)
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

/// The cookie of a session, to be set.
#[must_use]
pub fn session_cookie(config: &Config, secret: &Secret) -> Cookie<'static> {
    cookie::set(
        config.issuer.is_https(),
        SESSION,
        &secret.reveal(&config.vendor),
        None,
    )
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

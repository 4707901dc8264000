//! Signing in with another provider's word: Google, Microsoft, or any issuer of OpenID Connect (OpenID Connect Core 1.0 §3.1).
//!
//! Two ways lead here. A program has an ID token and sends it to `POST /v1/auth/session`. In a browser a button begins the code
//! flow, through the **oauth2** crate: `POST /login/with/{provider}` sends the person there, and
//! `GET /login/with/{provider}/callback` is where they come back to. Both end in [`prove`], then [`admit()`].
//!
//! # Decisions
//! * **Proving and admitting are two calls.** The provider is asked outside of any transaction; the token is spent in the one
//!   that begins the session, so that what is refused after the proof (a second factor that is missing, a workspace that is not
//!   the person's) does not burn it.
//! * **An account without password stays without one** until its person sets one: nobody is given a password that they do not know.

mod admit;
mod begin;
mod callback;
mod decide;
mod flow;
mod upstream;

use actix_web::web::{self, ServiceConfig};

pub use self::{
    admit::{Refusal, admit, foresee, prove},
    decide::NoAccount,
};
use crate::{accounts::provider::Provider, web::methods::resource};

/// The routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/login/with/{provider}", "POST").route(web::post().to(begin::post)))
        .service(resource("/login/with/{provider}/callback", "GET").route(web::get().to(callback::get)));
}

/// What a person is told who comes back from a provider and is not signed in.
#[derive(Clone, Debug)]
pub(super) struct NotSignedIn {
    /// What people call the provider.
    pub(super) provider: String,
    pub(super) why: Why,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// They said no there.
    Cancelled,
    /// What came back proves nothing.
    Failed,
    /// The provider cannot be asked.
    NoAnswer,
    /// They are somebody, and have no account that they may use.
    Account(NoAccount),
}

impl NotSignedIn {
    fn of(provider: &Provider, why: Why) -> Self {
        Self {
            provider: provider.config.name.clone(),
            why,
        }
    }

    fn cancelled(provider: &Provider) -> Self {
        Self::of(provider, Why::Cancelled)
    }

    fn failed(provider: &Provider) -> Self {
        Self::of(provider, Why::Failed)
    }

    fn no_answer(provider: &Provider) -> Self {
        Self::of(provider, Why::NoAnswer)
    }

    fn refused(provider: &Provider, refusal: Refusal) -> Self {
        let why = match refusal {
            Refusal::UnknownProvider | Refusal::Token(_) => Why::Failed,
            Refusal::Account(none) => Why::Account(none),
        };
        Self::of(provider, why)
    }
}

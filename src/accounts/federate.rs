//! Signing in with another provider's word: Google, Microsoft, or any issuer of OpenID Connect (OpenID Connect Core 1.0 §3.1).
//!
//! Two ways lead here. A program has an ID token and sends it to `POST /v1/auth/session`. In a browser a button begins the code
//! flow, through the **oauth2** crate: `POST /login/with/{provider}` sends the person there, and
//! `GET /login/with/{provider}/callback` is where they come back to. Both end in [`prove`], then [`admit`].
//!
//! # Decisions
//! * **Proving and admitting are two calls.** The provider is asked outside of any transaction; the token is spent in the one
//!   that begins the session, so that what is refused after the proof (a second factor that is missing, a workspace that is not
//!   the person's) does not burn it.
//! * **An account without password stays without one** until its person sets one: nobody is given a password that they do not know.

mod admit;
mod decide;

pub use self::{
    admit::{Refusal, admit, foresee, prove},
    decide::NoAccount,
};

/// Whether somebody who has no account is given one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// By signing in.
    Open,
    /// By invitation only.
    Closed,
}

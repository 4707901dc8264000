//! Why an authorization request is refused, and who may be told (RFC 6749 §4.1.2.1).

use crate::{
    oauth::client::registration::Client,
    web::words::errors::{self, ErrorDoc},
    wire::error::OAuthError,
};

/// Where the answer to an authorization request goes. It exists only for a redirect URI that its client registered:
/// [`Callback::established`] is the one way to get one.
#[derive(Clone, Debug)]
pub struct Callback {
    redirect_uri: String,
    state: Option<String>,
}

impl Callback {
    /// `None` unless the client registered this URI.
    #[must_use]
    pub fn established(client: &Client, redirect_uri: &str, state: Option<String>) -> Option<Self> {
        client.registers(redirect_uri).then(|| Self {
            redirect_uri: redirect_uri.to_owned(),
            state,
        })
    }

    /// As presented.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// As presented.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

/// What is wrong with a request whose client or redirect URI is not established.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unestablished {
    /// The parameters cannot be read at all.
    Malformed,
    /// `client_id` is missing, repeated or unknown.
    UnknownClient,
    /// `redirect_uri` is missing, repeated or not registered.
    UnregisteredRedirectUri,
    /// The client is disabled.
    DisabledClient,
}

impl Unestablished {
    /// What the fault means, for the developer.
    #[must_use]
    pub const fn doc(self) -> &'static ErrorDoc {
        match self {
            Self::Malformed => &errors::INVALID_REQUEST,
            Self::UnknownClient => &errors::UNKNOWN_CLIENT,
            Self::UnregisteredRedirectUri => &errors::INVALID_REDIRECT_URI,
            Self::DisabledClient => &errors::CLIENT_DISABLED,
        }
    }
}

/// A refused authorization request.
#[derive(Debug)]
pub enum Refusal {
    /// Client or redirect URI are not established: tell the person, never redirect.
    Page(Unestablished),
    /// Both are: tell the client, with its `state`.
    Redirect(Callback, OAuthError),
}

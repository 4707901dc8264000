//! Software of strangers against this server: the files of `docs/clients`, run as they are.
//!
//! What they import is what `tests/clients` pins; `scripts/client-tools`, which `make test` runs first, installs it.

mod app;
mod callback;
mod consent;
mod journey;
mod middleware;
mod pins;
mod schemathesis;

/// Whether an app has a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secret {
    Kept,
    None,
}

/// What runs a file.
#[derive(Clone, Copy)]
enum Runtime {
    Node,
    Python,
}

/// A file of `docs/clients`, and what its library does.
struct Software {
    /// How the failures of its rows begin.
    case: &'static str,
    file: &'static str,
    runtime: Runtime,
    secret: Secret,
    /// It sends a code challenge (RFC 7636).
    pkce: bool,
    /// It can ask about its token (RFC 7662).
    introspects: bool,
    /// It can end its grant (RFC 7009).
    revokes: bool,
    /// What it says of a `state` that is not its own.
    on_wrong_state: &'static str,
    /// What it says of an `iss` that is not ours; nothing if it does not look at it.
    on_wrong_issuer: Option<&'static str>,
    /// What it says when the person refused.
    on_denial: &'static str,
}

impl Software {
    /// Whether it refreshes as soon as it has tokens. The Express app does when its page `/refresh` is opened.
    fn refreshes_by_itself(&self) -> bool {
        self.file != PASSPORT.file
    }
}

/// With the secret in the body, as `client_secret_post`.
const OPENID_CLIENT: Software = Software {
    case: "openid-client",
    file: "openid-client.mjs",
    runtime: Runtime::Node,
    secret: Secret::Kept,
    pkce: true,
    introspects: true,
    revokes: true,
    on_wrong_state: r#""state""#,
    on_wrong_issuer: Some(r#""iss""#),
    on_denial: "access_denied",
};

/// With the secret in the header, as `client_secret_basic`.
const AUTHLIB: Software = Software {
    case: "Authlib",
    file: "authlib-client.py",
    runtime: Runtime::Python,
    secret: Secret::Kept,
    pkce: true,
    introspects: true,
    revokes: true,
    on_wrong_state: "mismatching_state",
    on_wrong_issuer: Some("this answer is not from our authorization server"),
    on_denial: "not connected: access_denied",
};

/// With the secret in the body. An Express app, which goes on after a refusal.
const PASSPORT: Software = Software {
    case: "passport-oauth2",
    file: "passport-oauth2.mjs",
    runtime: Runtime::Node,
    secret: Secret::Kept,
    pkce: true,
    introspects: false,
    revokes: false,
    on_wrong_state: "Forbidden",
    on_wrong_issuer: Some("this answer is not from our authorization server"),
    on_denial: "Unauthorized",
};

/// The old confidential client: without PKCE, and it has never heard of `iss`.
const REQUESTS_OAUTHLIB: Software = Software {
    case: "requests-oauthlib",
    file: "requests-oauthlib.py",
    runtime: Runtime::Python,
    secret: Secret::Kept,
    pkce: false,
    introspects: false,
    revokes: true,
    on_wrong_state: "mismatching_state",
    on_wrong_issuer: None,
    on_denial: "access_denied",
};

/// Each file once.
const EVERY_FILE: [Software; 4] = [OPENID_CLIENT, AUTHLIB, PASSPORT, REQUESTS_OAUTHLIB];

/// Each file in each way it can run: those that may do without a secret do so too.
const EVERY_WAY: [Software; 6] = [
    OPENID_CLIENT,
    Software {
        case: "openid-client without a secret",
        secret: Secret::None,
        ..OPENID_CLIENT
    },
    AUTHLIB,
    Software {
        case: "Authlib without a secret",
        secret: Secret::None,
        ..AUTHLIB
    },
    PASSPORT,
    REQUESTS_OAUTHLIB,
];

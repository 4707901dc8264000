//! What the operator decided: the types every other file reads.
//!
//! One TOML file and the environment (`CONSENTRY_A__B`, each also as `_FILE`) become one [`Config`], checked
//! as a whole before anything starts. The keys, their defaults and their documentation are one table
//! (`table.rs`); [`reference()`] is that table for readers.
//!
//! # Decisions
//!
//! * **Every fault at once.** A server that names one fault per start costs an evening; so each key is checked
//!   on its own, and [`Faults`] carries them all.
//! * **An unknown key is a fault**: a misspelt limit that is silently ignored is a limit that does not hold.
//! * **No faulty secret is ever quoted**, neither in a fault nor by the TOML parser, whose own messages show the line.
//! * **An issuer with a path is refused.** RFC 8414 §3.1 would move the metadata to a path-inserted address that
//!   half of all clients get wrong; one origin for one issuer needs no explanation.
//! * **`DATABASE_URL` ranks below the file.** It often lingers in a shell for other tools; the file was named on
//!   purpose. `CONSENTRY_DATABASE__URL` ranks above both.
//! * **No proxy is trusted that is not named**, and no list may name everybody: then each caller would say itself who it is.

mod agree;
mod colour;
mod fault;
mod forward_auth;
mod identity_provider;
mod issuer;
mod key;
mod layer;
mod load;
mod nearest;
pub mod own;
mod path_pattern;
mod plan;
mod redacted;
mod resolve;
mod role;
mod rule;
mod smtp;
mod table;
#[cfg(test)]
mod tests;
mod toml_layer;

use std::{net::SocketAddr, time::Duration};

use ipnet::IpNet;
use lettre::{message::Mailbox, transport::smtp::client::Certificate};

pub use colour::Colour;
pub use fault::{Fault, Faults, Origin};
pub use forward_auth::{ForwardAuth, ForwardRule, Methods, Ruling};
pub use identity_provider::{IdentityProvider, ProviderKind, TENANT};
pub use issuer::Issuer;
pub use key::{KeyDoc, reference};
pub use load::{Loaded, Shown, Sources};
pub use path_pattern::{Fit, PathPattern};
pub use plan::Plan;
pub use redacted::{SealingKey, SecretText};
pub use role::{Role, UnknownRole};
pub use smtp::{Credentials, Protection, SmtpServer};

/// Everything the operator can decide, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The server's own address, as in `iss`. No default.
    pub issuer: Issuer,
    /// Where pages and endpoints are served. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// Where `/metrics` is served, or nowhere (`off`). Default `127.0.0.1:9090`.
    pub metrics_listen: Option<SocketAddr>,
    /// Whose word is taken for where a request came from.
    pub proxies: Proxies,
    /// What every credential begins with. Default `cst`.
    pub vendor: String,
    /// Whose workspaces there are. Default `saas`.
    pub mode: Mode,
    /// Who may make an account. Default open in `saas`, by invitation in `self_hosted`.
    pub registration: Joining,
    /// How a request names its workspace.
    pub workspace_header: WorkspaceHeader,
    /// How the database is reached.
    pub database: Database,
    /// Keys that only the operator holds.
    pub secrets: Secrets,
    /// What people see as the product.
    pub branding: Branding,
    /// How mail leaves.
    pub mail: Mail,
    /// When guessing of passwords is stopped.
    pub login: Login,
    /// How long a browser stays signed in.
    pub session: Session,
    /// How long a program stays signed in for a person.
    pub api_session: ApiSession,
    /// How long credentials live where their client says nothing else.
    pub tokens: Tokens,
    /// What no client's own settings may exceed.
    pub limits: Limits,
    /// How many requests one caller may make.
    pub rate_limits: RateLimits,
    /// How JWTs are signed.
    pub signing: Signing,
    /// The operator's APIs and their scopes. Default none.
    pub resources: Vec<Resource>,
    /// Our own API: what only API keys can be allowed.
    pub own: Resource,
    /// What requests to those APIs need, where a proxy asks.
    pub forward_auth: ForwardAuth,
    /// Who else may say who somebody is. Default nobody.
    pub identity_providers: Vec<IdentityProvider>,
    /// What workspaces may do, by what they pay for; the first is what a workspace has that was given none. Never empty.
    pub plans: Vec<Plan>,
    /// Where people go for a plan that allows more. Default nowhere.
    pub upgrade_url: Option<String>,
    /// What is logged, and how.
    pub log: Log,
}

/// Whose word is taken for where a request came from, and in which header they give it.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// Where the proxies are. Key `trusted_proxies`, default none.
    pub trusted: Vec<IpNet>,
    /// What they write. Key `trusted_proxies_header`, default `x-forwarded-for`.
    pub header: ProxyHeader,
}

/// The one header that the operator's proxies write. Any other is the caller's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProxyHeader {
    /// `X-Forwarded-For`, and `X-Forwarded-Proto` beside it: nobody's standard, and what most proxies write.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// Whose workspaces there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// People make them.
    Saas,
    /// There is one, made by the server; everybody works in it.
    SelfHosted,
}

/// Who may make an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joining {
    /// Anybody.
    Open,
    /// Who was invited to a workspace.
    Invitation,
}

/// How a request names its workspace.
#[derive(Clone, Debug)]
pub struct WorkspaceHeader {
    /// Whether a credential that may act in several must. Key `workspace_header`, default `optional`.
    pub need: HeaderNeed,
    /// In which headers, in lower case. Key `workspace_header_names`, default `x-workspace-id`.
    pub names: Vec<String>,
}

/// Whether a request must name its workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderNeed {
    /// Without it, the credential's default.
    Optional,
    /// Without it, only a credential that is bound to one workspace acts.
    Required,
}

/// How the database is reached.
#[derive(Clone, Debug)]
pub struct Database {
    /// A connection string for libpq; it may hold a password. No default.
    pub url: SecretText,
    /// How many connections a node keeps. Default 10.
    pub pool_size: u32,
    /// How long a request waits for a free connection. Key `wait_ms`, default 1000 ms.
    pub wait: Duration,
    /// When a request's work in the database is given up. Key `deadline_ms`, default 2500 ms.
    pub deadline: Duration,
    /// The way for what listens, where it is another one. Default none.
    pub listen_url: Option<SecretText>,
    /// The way as the role that owns the tables, where that is not the one that serves. Default none.
    pub migrate_url: Option<SecretText>,
}

/// How mail leaves.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Who takes it. Key `smtp_url`, default none.
    pub smtp: Option<SmtpServer>,
    /// Who vouches for that server, in place of those whom the system trusts. Key `ca`, default none.
    pub authorities: Option<Certificate>,
    /// Who it is from; there is one wherever there is a server. Default none.
    pub from: Option<Mailbox>,
    /// How long the server may take for one mail. Key `timeout_seconds`, default 30 s.
    pub timeout: Duration,
}

/// Keys that only the operator holds; the server never invents one.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// Newest first, at least one: the first seals, all of them open. No default.
    pub sealing_keys: Vec<SealingKey>,
}

/// What people see as the product.
#[derive(Clone, Debug)]
pub struct Branding {
    /// The product's name on pages and in mail. Default `Consentry`.
    pub product_name: String,
    /// The operator's logo, an SVG document. Default none.
    pub logo: Option<String>,
    /// The colour of links and main buttons on light pages. Default `#1d4fd7`.
    pub accent: Colour,
    /// The same on dark pages. Default `#8fb0ff`.
    pub accent_dark: Colour,
    /// Where people get help: an https or mailto address. Default none.
    pub help_url: Option<String>,
}

/// When guessing of passwords is stopped.
#[derive(Clone, Debug)]
pub struct Login {
    /// So many failures within the window lock an account. Default 10.
    pub max_failures: u32,
    /// So many failures from one address, or one /64 of IPv6, within the window lock it. Default 100.
    pub max_failures_per_address: u32,
    /// How far back failures count. Key `window_seconds`, default 900 s.
    pub window: Duration,
}

/// How long a browser stays signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// Unused for so long, it ends. Key `idle_seconds`, default 7200 s.
    pub idle: Duration,
    /// It ends so long after sign-in, used or not. Key `absolute_seconds`, default 43200 s.
    pub absolute: Duration,
}

/// How long a program stays signed in for a person.
#[derive(Clone, Debug)]
pub struct ApiSession {
    /// Its access token. Key `access_seconds`, default 3600 s.
    pub access: Duration,
    /// Not renewed for so long, it ends. Key `idle_seconds`, default 2592000 s (30 days).
    pub idle: Duration,
    /// It ends so long after sign-in, renewed or not. Key `absolute_seconds`, default 7776000 s (90 days).
    pub absolute: Duration,
}

/// How long credentials live where their client says nothing else.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// An authorization code; RFC 6749 §4.1.2 allows ten minutes, we at most one. Key `code_seconds`, default 60 s.
    pub code: Duration,
    /// An access token. Key `access_seconds`, default 3600 s.
    pub access: Duration,
    /// A refresh token that is not used. Key `refresh_seconds`, default 5184000 s (60 days).
    pub refresh: Duration,
}

/// What no client's own settings may exceed.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The longest life of an access token. Key `max_access_seconds`, default 86400 s.
    pub max_access: Duration,
    /// The longest idle life of a refresh token. Key `max_refresh_seconds`, default 31536000 s.
    pub max_refresh: Duration,
    /// How long a person has from arriving to deciding. Key `authorization_request_seconds`, default 1800 s.
    pub authorization_request: Duration,
}

/// How many requests one caller may make: in a minute, if nothing else is said.
#[derive(Clone, Debug)]
pub struct RateLimits {
    /// To the token endpoint, of one client. Default 600.
    pub token: u32,
    /// Introspections, of one client. Default 600000.
    pub introspection: u32,
    /// Forward-auth, of one credential. Default 600000.
    pub verification: u32,
    /// Revocations, of one client. Default 600.
    pub revocation: u32,
    /// Wrong credentials of clients, from one network. Default 60.
    pub credential_failures: u32,
    /// Sign-ins, right or wrong, from one network. Default 120.
    pub sign_in: u32,
    /// New accounts, from one network. Default 20.
    pub register: u32,
    /// Forgotten passwords, from one network. Default 20.
    pub reset: u32,
    /// Proofs of an e-mail address, from one network. Default 60.
    pub verify: u32,
    /// Invitations sent and accepted, from one network. Default 60.
    pub invite: u32,
    /// Mails of one kind to one address in an hour. Default 5.
    pub mails_per_address: u32,
}

/// How JWTs are signed.
#[derive(Clone, Debug)]
pub struct Signing {
    /// The algorithm of new keys. Default `ES256`.
    pub algorithm: SigningAlgorithm,
    /// How long a new key is published before it signs. Key `announce_seconds`, default 3600 s.
    pub announce: Duration,
}

/// How a signing key signs (RFC 7518 §3.1, RFC 8037 §3.1). Nothing else is offered.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 with SHA-256: every library verifies it.
    Es256,
    /// Ed25519: smaller and quicker, not yet everywhere.
    EdDsa,
}

/// One of the operator's APIs: what an access token is for.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The absolute URI in `aud` and in the `resource` parameter (RFC 8707 §2). No default.
    pub audience: String,
    /// What people call it. No default.
    pub name: String,
    /// What can be allowed there. Default none.
    pub scopes: Vec<ScopeEntry>,
}

/// One scope of the catalogue. It belongs to the resource it is written in.
#[derive(Clone, Debug)]
pub struct ScopeEntry {
    /// The scope-token (RFC 6749 §3.3), unique over all resources. No default.
    pub name: String,
    /// A few words for lists. No default.
    pub title: String,
    /// What the person allows, in plain words. No default.
    pub sentence: String,
    /// Whether it can change anything. No default.
    pub effect: Effect,
    /// Whether the person may leave it out. Default false.
    pub optional: bool,
    /// The lowest role that reaches it. Default viewer where it reads, member where it changes.
    pub minimum_role: Role,
    /// Whether a key inside a web page may hold it. Default false.
    pub browser_safe: bool,
    /// Whether introspection then tells `username`. Default false.
    pub reveals_username: bool,
}

/// Whether a scope can change anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It only looks.
    Reads,
    /// It can change data, and the consent page says so.
    Changes,
}

/// What is logged, and how.
#[derive(Clone, Debug)]
pub struct Log {
    /// The form of a line. Default `auto`.
    pub format: LogFormat,
    /// An env-filter of `tracing`, like `info,consentry::oauth=debug`. Default `info`.
    pub level: String,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Human on a terminal, JSON otherwise.
    Auto,
    /// For eyes.
    Human,
    /// For machines.
    Json,
}

impl Config {
    /// The scope of that name, and the resource it belongs to.
    #[must_use]
    pub fn scope(&self, name: &str) -> Option<(&Resource, &ScopeEntry)> {
        self.resources.iter().find_map(|resource| {
            let scope = resource.scopes.iter().find(|scope| scope.name == name)?;
            Some((resource, scope))
        })
    }

    /// The provider of identities that is called so.
    #[must_use]
    pub fn identity_provider(&self, id: &str) -> Option<&IdentityProvider> {
        self.identity_providers.iter().find(|provider| provider.id == id)
    }

    /// The resource with exactly that audience; URIs are compared as strings (RFC 8707 §2, RFC 3986 §6.2.1).
    #[must_use]
    pub fn resource(&self, audience: &str) -> Option<&Resource> {
        self.resources
            .iter()
            .find(|resource| resource.audience == audience)
    }
}

impl Effect {
    /// The role a scope asks for where the catalogue names none.
    #[must_use]
    pub fn default_role(self) -> Role {
        match self {
            Self::Reads => Role::Viewer,
            Self::Changes => Role::Member,
        }
    }
}

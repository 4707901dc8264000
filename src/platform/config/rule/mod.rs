//! What a value may be: one rule per kind, which reads it, refuses it with a reason, and describes itself.

mod forward;
mod header;
mod identity;
mod look;
mod mail;
mod network;
mod number;
mod plan;
mod secret;
mod text;

pub(super) use forward::{MethodNames, PathPattern, ScopeTokens};
pub(super) use header::HeaderNames;
pub(super) use identity::{
    ForeignClient, ForeignClients, OptionalAddress, OptionalSecret, ProviderAddress, ProviderId, Tenants,
};
pub(super) use look::{HelpAddress, ReadableOn, Svg};
pub(super) use mail::{Authorities, Sender, SmtpUrl};
pub(super) use network::Networks;
pub(super) use number::{Count, Listen, ListenOrOff, Milliseconds, Seconds, YesNo};
pub(super) use plan::{PlanName, PlanScopes};
pub(super) use secret::{ConnectionString, OtherConnectionString, SealingKeys};
pub(super) use text::{AbsoluteUri, Filter, Label, OneOf, Origin, Prefix, ScopeToken};

/// How a value is written in TOML. In the environment all are text, a list with commas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Whole,
    Boolean,
    List,
}

/// Whether a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrecy {
    Open,
    Secret,
}

/// What a value may be. A rule for secrets never quotes what it refuses.
pub(super) trait Rule: Sync + 'static {
    /// What the text becomes.
    type Value;
    /// Whether the value may be shown.
    const SECRECY: Secrecy = Secrecy::Open;
    /// How it is written in TOML.
    const SHAPE: Shape = Shape::Text;

    /// What to give, as in "give …".
    fn kind(&self) -> String;

    /// Reads the value, or says what is wrong with it, as the end of a sentence that begins with the key.
    fn read(&self, text: &str) -> Result<Self::Value, String>;
}

/// A value as it is quoted in a fault: escaped, and cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

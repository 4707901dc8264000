//! Providers of identities: Google, Microsoft, any issuer of OpenID Connect. What they publish is fetched when it is first
//! needed, and kept for an hour.
//!
//! # Decisions
//! * Anybody can send a token with a key id that nobody knows. So an unknown key id makes this server ask its provider again at
//!   most once in `COOL_DOWN`, however many ask at once: a person with a token under a brand-new key waits that long at worst.
//! * A key that a provider took back is believed for `KEPT` at most, also while the provider cannot be reached: what is older
//!   is not used, and sign-in with that provider rests (503). It is never refused for our not knowing (401).
//! * A fetch that a request began goes on when that request is dropped: otherwise who hangs up early could make us ask
//!   without end.

mod kept;
mod keys;
mod metadata;

use std::{sync::Arc, time::Duration};

use jsonwebtoken::DecodingKey;
use url::Url;

use self::{kept::Kept, keys::Keys};
pub use self::{keys::Algorithm, metadata::Metadata};
use crate::{
    platform::{
        clock::Timestamp,
        config::{Config, IdentityProvider},
        outbound::{Outbound, OutboundFault},
    },
    web::{problem::Problem, words::errors},
};

/// How long what a provider published is believed.
const KEPT: Duration = Duration::from_hours(1);

/// How long a provider is not asked again for a key that it did not have.
const COOL_DOWN: Duration = Duration::from_mins(1);

/// How long a provider that did not answer is left alone.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// How long the sign-in page waits for a provider that was not asked yet.
const A_MOMENT: Duration = Duration::from_secs(1);

/// The provider cannot be asked right now, so nobody can say whether a token of its is good.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the provider of identities {0:?} cannot be asked")]
pub struct Unavailable(String);

impl From<Unavailable> for Problem {
    fn from(_: Unavailable) -> Self {
        Self {
            retry_after: Some(AFTER_FAILURE),
            ..Self::new(
                &errors::PROVIDER_UNAVAILABLE,
                "The provider of the account cannot be asked right now. Nothing was done. Try again in a moment.",
            )
        }
    }
}

/// All providers, in the order of the configuration. Cloning it is cheap and shares what was fetched.
#[derive(Clone, Default)]
pub struct Providers(Arc<[Arc<Provider>]>);

/// One provider, and what it published.
pub struct Provider {
    /// What the operator says of it.
    pub config: IdentityProvider,
    outbound: Arc<Outbound>,
    metadata: Kept<Metadata>,
    keys: Kept<Keys>,
}

impl Providers {
    /// Those of the configuration. Nothing is fetched yet.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let outbound = Arc::new(Outbound::default());
        let provider = |config: &IdentityProvider| {
            Arc::new(Provider {
                config: config.clone(),
                outbound: Arc::clone(&outbound),
                metadata: Kept::default(),
                keys: Kept::default(),
            })
        };
        Self(config.identity_providers.iter().map(provider).collect())
    }

    /// The provider that is called so.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Arc<Provider>> {
        self.0.iter().find(|provider| provider.config.id == id)
    }

    /// Those that have a button: the code flow needs a secret.
    pub fn with_button(&self) -> impl Iterator<Item = &Arc<Provider>> {
        self.0
            .iter()
            .filter(|provider| provider.config.client_secret.is_some())
    }
}

impl Provider {
    /// The way out to it.
    #[must_use]
    pub fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    /// Its metadata (OpenID Connect Discovery 1.0 §3).
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn metadata(self: &Arc<Self>, now: Timestamp) -> Result<Arc<Metadata>, Unavailable> {
        let this = Arc::clone(self);
        let fetch = || async move {
            let text = this.outbound.get_json(&this.config.discovery).await?;
            Metadata::read(&text, &this.config)
        };
        self.metadata
            .get(now, |_| true, fetch)
            .await
            .map_err(|fault| self.unavailable("metadata", &fault))
    }

    /// Where its button sends people, for the policy of the page that has it: as far as can be known without keeping anybody
    /// waiting.
    pub async fn origins(self: &Arc<Self>, now: Timestamp) -> Vec<String> {
        let known = tokio::time::timeout(A_MOMENT, self.metadata(now)).await;
        let endpoint = known.ok().and_then(Result::ok);
        let endpoint = endpoint.map(|metadata| metadata.authorization_endpoint.origin());
        let issuer = Url::parse(&self.config.issuer).ok().map(|issuer| issuer.origin());
        let origins = [endpoint, issuer].into_iter().flatten();
        let mut origins: Vec<String> = origins.map(|origin| origin.ascii_serialization()).collect();
        origins.dedup();
        origins
    }

    /// Its key with this id for this algorithm; `None`: it has none, as far as may be asked now.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn key(
        self: &Arc<Self>,
        kid: &str,
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Result<Option<DecodingKey>, Unavailable> {
        let metadata = self.metadata(now).await?;
        let this = Arc::clone(self);
        let fetch = || async move {
            let text = this.outbound.get_json(&metadata.jwks_uri).await?;
            Keys::read(&text)
        };
        let keys = self
            .keys
            .get(now, |keys| keys.find(kid, algorithm).is_some(), fetch)
            .await
            .map_err(|fault| self.unavailable("keys", &fault))?;
        Ok(keys.find(kid, algorithm).cloned())
    }

    fn unavailable(&self, what: &str, fault: &Fault) -> Unavailable {
        tracing::warn!(provider = self.config.id, what, %fault, "a provider of identities did not answer");
        Unavailable(self.config.id.clone())
    }
}

/// Why what a provider publishes is not there.
#[derive(Clone, Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Outbound(#[from] OutboundFault),
    #[error("{0}")]
    Malformed(&'static str),
    #[error("it did not answer a moment ago")]
    AskedJustNow,
}

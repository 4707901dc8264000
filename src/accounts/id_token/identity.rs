//! Whom an ID token is about, and what its provider vouches for.

use super::{
    Refused,
    claims::{Claims, is_uuid},
};
use crate::{
    accounts::account::Email,
    platform::{
        clock::Timestamp,
        config::{IdentityProvider, ProviderKind},
        secret::Digest,
    },
};

/// A longer name is cut.
const LONGEST_NAME: usize = 80;

/// A person, as a provider knows them. Issuer and subject are who it is; the rest may change from one sign-in to the next.
#[derive(Clone, Debug)]
pub struct Identity {
    /// What we call the provider.
    pub provider: String,
    /// Its `iss`, in one spelling.
    pub issuer: String,
    /// Never given to somebody else by that issuer. Of Microsoft's: tenant and object, which all apps see alike.
    pub subject: String,
    /// The address that the provider names, in canonical form.
    pub email: Option<Email>,
    /// Whether it vouches that the address is this person's.
    pub vouched: bool,
    /// As the provider calls the person.
    pub name: Option<String>,
    /// How the person proved who they are (RFC 8176).
    pub amr: Vec<String>,
    /// What stands for this token among those that were used.
    pub digest: Digest,
    /// Until when the token would be accepted, and so must be remembered.
    pub ends_at: Timestamp,
}

/// `amr` of a session that another provider's word began; RFC 8176 has no word for it.
const FEDERATED: &str = "fed";

/// `amr` where the provider says that it asked for more than one factor (RFC 8176 §2).
const SEVERAL_FACTORS: &str = "mfa";

impl Identity {
    /// `amr` of the session that this begins. What the provider says of its own means is not taken over: they are not proofs
    /// that were given here.
    #[must_use]
    pub fn methods(&self) -> &'static [&'static str] {
        if self.has_several_factors() {
            &[FEDERATED, SEVERAL_FACTORS]
        } else {
            &[FEDERATED]
        }
    }

    /// Whether the provider asked for more than one factor. Otherwise its word counts as one.
    #[must_use]
    pub fn has_several_factors(&self) -> bool {
        self.amr.iter().any(|means| means == SEVERAL_FACTORS)
    }

    pub(super) fn of(provider: &IdentityProvider, claims: Claims, digest: Digest) -> Result<Self, Refused> {
        let subject = match provider.kind {
            ProviderKind::Microsoft if claims.has("oid") => {
                let object = { claims.text("oid") }
                    .filter(|object| is_uuid(object))
                    .ok_or(Refused("its oid is not one"))?;
                // A guest of another tenant has another object there; an object without its tenant is nobody (SL-05).
                format!("{}/{object}", claims.text("tid").unwrap_or_default())
            }
            _ => claims.subject.clone(),
        };
        // `preferred_username` and `upn` look like addresses and are whatever an administrator typed (SL-04).
        let email = claims.text("email").and_then(Email::parse);
        let vouches = match provider.kind {
            ProviderKind::Google => claims.is_true("email_verified"),
            // The domain of the address was proved to be the tenant's; without it anybody's tenant can name any address.
            ProviderKind::Microsoft => claims.is_true("xms_edov"),
            ProviderKind::Oidc => provider.vouches_for_email && claims.is_true("email_verified"),
        };
        Ok(Self {
            provider: provider.id.clone(),
            vouched: vouches && email.is_some(),
            email,
            name: claims.text("name").and_then(readable),
            amr: claims.texts("amr"),
            digest,
            ends_at: claims.ends_at,
            subject,
            issuer: claims.issuer,
        })
    }
}

/// A name on one line, not too long; `None` where nothing is left of it.
fn readable(name: &str) -> Option<String> {
    let plain: String = name
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_NAME)
        .collect();
    let plain = plain.trim();
    (!plain.is_empty()).then(|| plain.to_owned())
}

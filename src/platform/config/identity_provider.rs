//! Who else may say who somebody is: Google, Microsoft, or any issuer of OpenID Connect.

use super::SecretText;

/// What stands for a tenant in an issuer of Microsoft's that is for all of them.
pub const TENANT: &str = "{tenantid}";

/// One provider of identities.
#[derive(Clone, Debug)]
pub struct IdentityProvider {
    /// What the API and our addresses call it. No default.
    pub id: String,
    /// Whose rules its ID tokens follow. No default.
    pub kind: ProviderKind,
    /// What people call it. Default Google or Microsoft.
    pub name: String,
    /// Its `iss`; of Microsoft's with [`TENANT`] in it where any tenant may sign in. Default Google's or Microsoft's.
    pub issuer: String,
    /// Our registration there, and so the `aud` of ID tokens that are meant for us. No default.
    pub client_id: String,
    /// Without it there is no button, and ID tokens are accepted through the API only. Default none.
    pub client_secret: Option<SecretText>,
    /// More registrations whose ID tokens are accepted, as of a mobile app. Default none.
    pub audiences: Vec<String>,
    /// Microsoft: the tenants whose people may sign in; none named: any. Default any.
    pub tenants: Vec<String>,
    /// Where its metadata is (OpenID Connect Discovery 1.0 §4). Default: where its issuer says.
    pub discovery: String,
    /// Other issuers: whether its `email_verified` is believed. Default false.
    pub vouches_for_email: bool,
}

/// Whose rules the ID tokens of a provider follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    /// Google: two spellings of one issuer.
    Google,
    /// Microsoft Entra: an issuer for each tenant, and addresses that nobody has verified.
    Microsoft,
    /// OpenID Connect as it is written.
    Oidc,
}

impl IdentityProvider {
    /// Whether an ID token for this client is one for us.
    #[must_use]
    pub fn is_for_us(&self, client_id: &str) -> bool {
        self.client_id == client_id || self.audiences.iter().any(|other| other == client_id)
    }
}

/// Where an issuer's metadata is, unless the operator says otherwise (OpenID Connect Discovery 1.0 §4).
#[must_use]
pub(super) fn discovery_of(issuer: &str) -> String {
    let base = issuer.replace(TENANT, "common");
    format!("{}/.well-known/openid-configuration", base.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metadata_lies_below_the_issuer_and_for_all_tenants_below_common() {
        for (issuer, discovery) in [
            (
                "https://accounts.google.com",
                "https://accounts.google.com/.well-known/openid-configuration",
            ),
            (
                "https://login.microsoftonline.com/{tenantid}/v2.0",
                "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
            ),
            (
                "https://id.example.com/realms/a/",
                "https://id.example.com/realms/a/.well-known/openid-configuration",
            ),
        ] {
            assert_eq!(discovery_of(issuer), discovery);
        }
    }
}

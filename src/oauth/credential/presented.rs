//! A token as somebody presents it: what it claims to be, and what would prove it. Nothing is looked up here.

use uuid::Uuid;

use crate::{
    platform::secret::{Digest, Kind, Secret},
    signing::jwt::unverified_jti,
};

/// A well-formed token.
pub struct Presented {
    /// The row it claims to be.
    pub id: Uuid,
    /// What that row must hold.
    pub digest: Digest,
    /// What it claims to be.
    pub kind: TokenKind,
}

/// The kinds of token that can be asked about or ended.
pub enum TokenKind {
    /// An access token, opaque or `at+jwt`.
    Access,
    /// A refresh token.
    Refresh(Secret),
}

impl Presented {
    /// Reads a token. `None`: it is none of ours, which costs no look-up.
    #[must_use]
    pub fn parse(vendor: &str, token: &str) -> Option<Self> {
        if let Some(secret) = Secret::parse(vendor, token) {
            let (id, digest) = (secret.id(), secret.digest());
            let kind = match secret.kind() {
                Kind::AccessToken => TokenKind::Access,
                Kind::RefreshToken => TokenKind::Refresh(secret),
                Kind::AuthorizationCode
                | Kind::ClientSecret
                | Kind::BrowserSession
                | Kind::BrowserBinding
                | Kind::SessionRefresh
                | Kind::Invitation
                | Kind::EmailCode
                | Kind::HalfSignIn
                | Kind::ApiKey
                | Kind::PublishableKey => {
                    return None;
                }
            };
            return Some(Self { id, digest, kind });
        }
        // The id is only where to look. What proves the token is that its every byte hashes to what that row holds, so
        // no signature needs to be checked, and none can be forged.
        let id = unverified_jti(token)?;
        Some(Self {
            id,
            digest: Digest::of(token.as_bytes()),
            kind: TokenKind::Access,
        })
    }
}

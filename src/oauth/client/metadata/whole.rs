//! How the fields of a registration fit together.

use crate::{
    oauth::client::{metadata::BadMetadata, registration::Kind},
    platform::id::WorkspaceId,
    wire::grant_type::GrantType,
};

/// A registration as it would be: how its fields fit together.
pub(super) struct Whole<'a> {
    pub(super) kind: Kind,
    pub(super) workspace_id: Option<WorkspaceId>,
    pub(super) redirect_uris: &'a [String],
    pub(super) grant_types: &'a [GrantType],
    pub(super) scope: &'a [String],
    pub(super) default_scope: &'a [String],
    pub(super) audiences: &'a [String],
    pub(super) require_pkce: bool,
}

impl Whole<'_> {
    pub(super) fn check(&self) -> Result<(), BadMetadata> {
        let bad = |sentence: &str| BadMetadata::client(sentence);
        let may = |grant_type| self.grant_types.contains(&grant_type);
        if let Some(other) = { self.grant_types.iter() }.find(|named| !GrantType::REGISTRABLE.contains(named))
        {
            return Err(
                bad("a client cannot be registered for this grant type").fix(format!(
                    "leave {other} out: API keys are exchanged without a client"
                )),
            );
        }
        if self.kind == Kind::ResourceServer {
            return self.check_resource_server();
        }
        if !self.audiences.is_empty() {
            return Err(bad("only a resource server has audiences"));
        }
        if self.grant_types.is_empty() {
            return Err(bad("a client that asks for tokens has at least one grant type")
                .fix("authorization_code and refresh_token suit most apps"));
        }
        if may(GrantType::AuthorizationCode) == self.redirect_uris.is_empty() {
            return Err(if self.redirect_uris.is_empty() {
                BadMetadata::redirect_uri("the grant type authorization_code needs a redirect URI")
                    .fix("register the address that people come back to, as in https://app.example/callback")
            } else {
                BadMetadata::redirect_uri("redirect URIs are only for the grant type authorization_code")
            });
        }
        if may(GrantType::RefreshToken) && !may(GrantType::AuthorizationCode) {
            return Err(bad(
                "refresh tokens come with authorization_code only, so refresh_token alone is of no use",
            ));
        }
        if may(GrantType::ClientCredentials) && self.kind == Kind::Public {
            return Err(bad(
                "a public client has no credentials, so it cannot use client_credentials (RFC 6749 §4.4)",
            ));
        }
        if may(GrantType::ClientCredentials) && self.workspace_id.is_none() {
            return Err(bad(
                "client_credentials is for clients of a workspace: their tokens act there",
            ));
        }
        if self.kind == Kind::Public && !self.require_pkce {
            return Err(bad("a public client always uses PKCE (RFC 9700 §2.1.1)"));
        }
        if let Some(stray) = self.default_scope.iter().find(|name| !self.scope.contains(name)) {
            return Err(BadMetadata::client(format!(
                "default_scope has `{stray}`, which is not in scope ({})",
                self.scope.join(" ")
            ))
            .fix("give a default_scope that is within scope, or none"));
        }
        Ok(())
    }

    fn check_resource_server(&self) -> Result<(), BadMetadata> {
        if self.audiences.is_empty() {
            return Err(BadMetadata::client(
                "a resource server names at least one audience that it stands for",
            ));
        }
        if !self.redirect_uris.is_empty() {
            return Err(BadMetadata::redirect_uri(
                "a resource server sends nobody to sign in, so it has no redirect URIs",
            ));
        }
        if !self.grant_types.is_empty() || !self.scope.is_empty() || !self.default_scope.is_empty() {
            return Err(BadMetadata::client(
                "a resource server asks for no tokens, so it has no grant types and no scope",
            ));
        }
        Ok(())
    }
}

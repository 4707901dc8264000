//! What a fact says beside its name, its workspace and its target.

use serde_json::{Value, json};

use super::Event;

impl Event {
    /// The rest: never a secret, never personal data.
    #[must_use]
    pub fn detail(&self) -> Value {
        match self {
            Self::ConsentGiven {
                grant, client, scope, ..
            } => {
                json!({"grant_id": grant, "client_id": client, "scope": scope})
            }
            Self::ConsentRevoked { client, .. }
            | Self::CodeReplayed { client, .. }
            | Self::CodeBurnt { client, .. }
            | Self::RefreshReused { client, .. }
            | Self::GrantRevoked { client, .. }
            | Self::AccessTokenRevoked { client, .. } => json!({"client_id": client}),
            Self::ClientRefused { code, times, .. } => json!({"code": code, "times": times}),
            Self::ClientCreated { name, .. } => json!({"name": name}),
            Self::ClientUpdated { fields, .. } | Self::WorkspaceRenamed { fields, .. } => {
                json!({"fields": fields})
            }
            Self::ClientSecretRolled { overlap_seconds, .. } => json!({"overlap_seconds": overlap_seconds}),
            Self::MemberAdded { role, .. } | Self::InvitationSent { role, .. } => json!({"role": role}),
            Self::MemberRoleChanged { from, role, .. } => json!({"from": from, "role": role}),
            Self::InvitationAccepted { account, .. } => json!({"account_id": account}),
            Self::SessionCopied { session, .. } | Self::SessionEnded { session, .. } => {
                json!({"session_id": session})
            }
            Self::RecoveryCodeUsed { left, .. } => json!({"left": left}),
            Self::ProfileChanged { fields, .. } => json!({"fields": fields}),
            Self::IdentityLinked { provider, .. } => json!({"provider": provider}),
            Self::Key { event, .. } => event.detail(),
            Self::SigningKeyRotated { kid } | Self::SigningKeyRetired { kid } => json!({"kid": kid}),
            Self::SignedIn { .. }
            | Self::SignInFailed { .. }
            | Self::SignInLocked { .. }
            | Self::SignedOut { .. }
            | Self::SecondFactorFailed { .. }
            | Self::SecondFactorOn { .. }
            | Self::SecondFactorOff { .. }
            | Self::RecoveryCodesMade { .. }
            | Self::ProvedAgain { .. }
            | Self::PasswordChanged { .. }
            | Self::EmailChangeAsked { .. }
            | Self::EmailChanged { .. }
            | Self::OtherSessionsEnded { .. }
            | Self::SignedOutEverywhere { .. }
            | Self::DataDownloaded { .. }
            | Self::AccountDeleted { .. }
            | Self::ConsentDenied { .. }
            | Self::ClientDeleted { .. }
            | Self::AccountCreated { .. }
            | Self::AccountClaimed { .. }
            | Self::AccountRegistered { .. }
            | Self::AccountVerified { .. }
            | Self::PasswordReset { .. }
            | Self::AccountDisabled { .. }
            | Self::AccountEnabled { .. }
            | Self::ResetLinkMade { .. }
            | Self::WorkspaceCreated { .. }
            | Self::WorkspaceDeleted { .. }
            | Self::WorkspaceRestored { .. }
            | Self::MemberRemoved { .. }
            | Self::MemberLeft { .. }
            | Self::InvitationResent { .. }
            | Self::InvitationWithdrawn { .. } => json!({}),
        }
    }
}

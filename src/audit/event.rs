//! One variant per fact. The name of a fact, once published, does not change.

mod detail;
mod key;

use uuid::Uuid;

pub use key::KeyEvent;

use crate::platform::id::{AccountId, ClientId, ConsentId, GrantId, InvitationId, SessionId, WorkspaceId};

/// Something that became true.
#[expect(
    missing_docs,
    reason = "a variant says what happened; its fields are called what they are"
)]
#[derive(Clone, Debug)]
pub enum Event {
    /// A person proved who they are.
    SignedIn { account: AccountId },
    /// A known account was tried with a wrong password.
    SignInFailed { account: AccountId },
    /// Too many wrong passwords: the account's sign-in rests until the window is over.
    SignInLocked { account: AccountId },
    /// A person ended their session.
    SignedOut { account: AccountId },
    /// The password was right, and the second factor was not.
    SecondFactorFailed { account: AccountId },
    /// A person switched the second factor on.
    SecondFactorOn { account: AccountId },
    /// A person switched the second factor off.
    SecondFactorOff { account: AccountId },
    /// A code stood in for the second factor; so many are left.
    RecoveryCodeUsed { account: AccountId, left: i64 },
    /// A person made new recovery codes; the old ones are worth nothing.
    RecoveryCodesMade { account: AccountId },
    /// A person who was signed in proved again who they are.
    ProvedAgain { account: AccountId },
    /// A person set a new password.
    PasswordChanged { account: AccountId },
    /// A person changed how they are called, or in which language; the fields that changed.
    ProfileChanged {
        account: AccountId,
        fields: Vec<&'static str>,
    },
    /// A person asked for another address; it is not theirs yet.
    EmailChangeAsked { account: AccountId },
    /// A person has another address.
    EmailChanged { account: AccountId },
    /// A person ended a session of theirs.
    SessionEnded { account: AccountId, session: SessionId },
    /// A person ended all sessions but one.
    OtherSessionsEnded { account: AccountId },
    /// A person ended every session and what apps hold.
    SignedOutEverywhere { account: AccountId },
    /// A person took a copy of their data.
    DataDownloaded { account: AccountId },
    /// A person deleted their account.
    AccountDeleted { account: AccountId },
    /// The refresh token of a program's session came back: the session ended.
    SessionCopied { account: AccountId, session: SessionId },
    /// A person allowed a client, for these scopes.
    ConsentGiven {
        consent: ConsentId,
        grant: GrantId,
        client: ClientId,
        workspace: WorkspaceId,
        scope: String,
    },
    /// A person said no.
    ConsentDenied { client: ClientId },
    /// A consent and all grants under it ended.
    ConsentRevoked {
        consent: ConsentId,
        client: ClientId,
        workspace: WorkspaceId,
    },
    /// A redeemed code came back: its grant ended (RFC 6749 §4.1.2).
    CodeReplayed {
        grant: GrantId,
        client: ClientId,
        workspace: WorkspaceId,
    },
    /// A code came with a wrong verifier or redirect URI: it is burnt.
    CodeBurnt {
        grant: GrantId,
        client: ClientId,
        workspace: WorkspaceId,
    },
    /// A spent refresh token came back: its grant ended (RFC 9700 §4.14.2).
    RefreshReused {
        grant: GrantId,
        client: ClientId,
        workspace: WorkspaceId,
    },
    /// A client, or the operator, ended a grant.
    GrantRevoked {
        grant: GrantId,
        client: ClientId,
        workspace: WorkspaceId,
    },
    /// A client, or the operator, ended one access token.
    AccessTokenRevoked {
        token: Uuid,
        client: ClientId,
        workspace: WorkspaceId,
    },
    /// A client was refused, this many times since the last such event.
    ClientRefused {
        client: ClientId,
        code: &'static str,
        times: u32,
    },
    /// A client was registered.
    ClientCreated {
        client: ClientId,
        workspace: Option<WorkspaceId>,
        name: String,
    },
    /// A client's registration changed; the fields that did.
    ClientUpdated {
        client: ClientId,
        workspace: Option<WorkspaceId>,
        fields: Vec<&'static str>,
    },
    /// A client got a new secret; the older one works on for so many seconds.
    ClientSecretRolled {
        client: ClientId,
        workspace: Option<WorkspaceId>,
        overlap_seconds: u64,
    },
    /// A client was deleted, and with it all that hangs from it.
    ClientDeleted {
        client: ClientId,
        workspace: Option<WorkspaceId>,
    },
    /// An account was made.
    AccountCreated { account: AccountId },
    /// A person signed in with a provider for the first time: from now on that is them.
    IdentityLinked { account: AccountId, provider: String },
    /// An address that somebody had registered and not verified turned out to be another's: password and name of the
    /// registration are gone.
    AccountClaimed { account: AccountId },
    /// Somebody registered with an address that nobody has verified yet, perhaps again.
    AccountRegistered { account: AccountId },
    /// Somebody proved to read the mail of the address.
    AccountVerified { account: AccountId },
    /// A forgotten password was set anew, by a link in a mail: all sessions and grants ended.
    PasswordReset { account: AccountId },
    /// The operator switched an account off: all sessions and grants ended.
    AccountDisabled { account: AccountId },
    /// The operator switched it on again.
    AccountEnabled { account: AccountId },
    /// The operator made a link that sets a password anew.
    ResetLinkMade { account: AccountId },
    /// A workspace was made.
    WorkspaceCreated { workspace: WorkspaceId },
    /// A person joined a workspace.
    MemberAdded {
        workspace: WorkspaceId,
        account: AccountId,
        role: &'static str,
    },
    /// A workspace got another name or slug; the fields that changed.
    WorkspaceRenamed {
        workspace: WorkspaceId,
        fields: Vec<&'static str>,
    },
    /// A workspace was deleted; for a while it can be had back.
    WorkspaceDeleted { workspace: WorkspaceId },
    /// A workspace that was deleted is back.
    WorkspaceRestored { workspace: WorkspaceId },
    /// A member got another role.
    MemberRoleChanged {
        workspace: WorkspaceId,
        account: AccountId,
        from: &'static str,
        role: &'static str,
    },
    /// Somebody else took a member out of a workspace.
    MemberRemoved {
        workspace: WorkspaceId,
        account: AccountId,
    },
    /// A member left.
    MemberLeft {
        workspace: WorkspaceId,
        account: AccountId,
    },
    /// Somebody was invited.
    InvitationSent {
        workspace: WorkspaceId,
        invitation: InvitationId,
        role: &'static str,
    },
    /// An invitation was sent again, with a new link.
    InvitationResent {
        workspace: WorkspaceId,
        invitation: InvitationId,
    },
    /// An invitation was withdrawn, or fell with the power of who made it.
    InvitationWithdrawn {
        workspace: WorkspaceId,
        invitation: InvitationId,
    },
    /// An invitation was accepted, by this person.
    InvitationAccepted {
        workspace: WorkspaceId,
        invitation: InvitationId,
        account: AccountId,
    },
    /// Something about a workspace's API keys.
    Key { workspace: WorkspaceId, event: KeyEvent },
    /// A signing key was announced to follow another.
    SigningKeyRotated { kid: String },
    /// A signing key was ended at once.
    SigningKeyRetired { kid: String },
}

impl Event {
    /// The fact's name: `noun.verb`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::SignedIn { .. } => "account.signed_in",
            Self::SignInFailed { .. } => "account.sign_in_failed",
            Self::SignInLocked { .. } => "account.sign_in_locked",
            Self::SignedOut { .. } => "account.signed_out",
            Self::SessionCopied { .. } => "session.copied",
            Self::SecondFactorFailed { .. } => "account.second_factor_failed",
            Self::SecondFactorOn { .. } => "account.second_factor_on",
            Self::SecondFactorOff { .. } => "account.second_factor_off",
            Self::RecoveryCodeUsed { .. } => "account.recovery_code_used",
            Self::RecoveryCodesMade { .. } => "account.recovery_codes_made",
            Self::ProvedAgain { .. } => "account.proved_again",
            Self::PasswordChanged { .. } => "account.password_changed",
            Self::ProfileChanged { .. } => "account.profile_changed",
            Self::EmailChangeAsked { .. } => "account.email_change_asked",
            Self::EmailChanged { .. } => "account.email_changed",
            Self::SessionEnded { .. } => "session.ended",
            Self::OtherSessionsEnded { .. } => "account.other_sessions_ended",
            Self::SignedOutEverywhere { .. } => "account.signed_out_everywhere",
            Self::DataDownloaded { .. } => "account.data_downloaded",
            Self::AccountDeleted { .. } => "account.deleted",
            Self::ConsentGiven { .. } => "consent.given",
            Self::ConsentDenied { .. } => "consent.denied",
            Self::ConsentRevoked { .. } => "consent.revoked",
            Self::CodeReplayed { .. } => "authorization_code.replayed",
            Self::CodeBurnt { .. } => "authorization_code.burnt",
            Self::RefreshReused { .. } => "refresh_token.reused",
            Self::GrantRevoked { .. } => "grant.revoked",
            Self::AccessTokenRevoked { .. } => "access_token.revoked",
            Self::ClientRefused { .. } => "client.refused",
            Self::ClientCreated { .. } => "client.created",
            Self::ClientUpdated { .. } => "client.updated",
            Self::ClientSecretRolled { .. } => "client.secret_rolled",
            Self::ClientDeleted { .. } => "client.deleted",
            Self::AccountCreated { .. } => "account.created",
            Self::IdentityLinked { .. } => "identity.linked",
            Self::AccountClaimed { .. } => "account.claimed",
            Self::AccountRegistered { .. } => "account.registered",
            Self::AccountVerified { .. } => "account.verified",
            Self::PasswordReset { .. } => "account.password_reset",
            Self::AccountDisabled { .. } => "account.disabled",
            Self::AccountEnabled { .. } => "account.enabled",
            Self::ResetLinkMade { .. } => "account.reset_link_made",
            Self::WorkspaceCreated { .. } => "workspace.created",
            Self::MemberAdded { .. } => "member.added",
            Self::WorkspaceRenamed { .. } => "workspace.renamed",
            Self::WorkspaceDeleted { .. } => "workspace.deleted",
            Self::WorkspaceRestored { .. } => "workspace.restored",
            Self::MemberRoleChanged { .. } => "member.role_changed",
            Self::MemberRemoved { .. } => "member.removed",
            Self::MemberLeft { .. } => "member.left",
            Self::InvitationSent { .. } => "invitation.sent",
            Self::InvitationResent { .. } => "invitation.resent",
            Self::InvitationWithdrawn { .. } => "invitation.withdrawn",
            Self::InvitationAccepted { .. } => "invitation.accepted",
            Self::Key { event, .. } => event.kind(),
            Self::SigningKeyRotated { .. } => "signing_key.rotated",
            Self::SigningKeyRetired { .. } => "signing_key.retired",
        }
    }

    /// The workspace whose activity log shows it; `None` where it belongs to no workspace.
    #[must_use]
    pub const fn workspace(&self) -> Option<WorkspaceId> {
        match self {
            Self::ConsentGiven { workspace, .. }
            | Self::ConsentRevoked { workspace, .. }
            | Self::CodeReplayed { workspace, .. }
            | Self::CodeBurnt { workspace, .. }
            | Self::RefreshReused { workspace, .. }
            | Self::GrantRevoked { workspace, .. }
            | Self::AccessTokenRevoked { workspace, .. }
            | Self::WorkspaceCreated { workspace }
            | Self::MemberAdded { workspace, .. }
            | Self::WorkspaceRenamed { workspace, .. }
            | Self::WorkspaceDeleted { workspace }
            | Self::WorkspaceRestored { workspace }
            | Self::MemberRoleChanged { workspace, .. }
            | Self::MemberRemoved { workspace, .. }
            | Self::MemberLeft { workspace, .. }
            | Self::InvitationSent { workspace, .. }
            | Self::InvitationResent { workspace, .. }
            | Self::InvitationWithdrawn { workspace, .. }
            | Self::InvitationAccepted { workspace, .. }
            | Self::Key { workspace, .. } => Some(*workspace),
            Self::ClientCreated { workspace, .. }
            | Self::ClientUpdated { workspace, .. }
            | Self::ClientSecretRolled { workspace, .. }
            | Self::ClientDeleted { workspace, .. } => *workspace,
            Self::SignedIn { .. }
            | Self::SignInFailed { .. }
            | Self::SignInLocked { .. }
            | Self::SignedOut { .. }
            | Self::SessionCopied { .. }
            | Self::SecondFactorFailed { .. }
            | Self::SecondFactorOn { .. }
            | Self::SecondFactorOff { .. }
            | Self::RecoveryCodeUsed { .. }
            | Self::RecoveryCodesMade { .. }
            | Self::ProvedAgain { .. }
            | Self::PasswordChanged { .. }
            | Self::ProfileChanged { .. }
            | Self::EmailChangeAsked { .. }
            | Self::EmailChanged { .. }
            | Self::SessionEnded { .. }
            | Self::OtherSessionsEnded { .. }
            | Self::SignedOutEverywhere { .. }
            | Self::DataDownloaded { .. }
            | Self::AccountDeleted { .. }
            | Self::ConsentDenied { .. }
            | Self::ClientRefused { .. }
            | Self::AccountCreated { .. }
            | Self::IdentityLinked { .. }
            | Self::AccountClaimed { .. }
            | Self::AccountRegistered { .. }
            | Self::AccountVerified { .. }
            | Self::PasswordReset { .. }
            | Self::AccountDisabled { .. }
            | Self::AccountEnabled { .. }
            | Self::ResetLinkMade { .. }
            | Self::SigningKeyRotated { .. }
            | Self::SigningKeyRetired { .. } => None,
        }
    }

    /// What it happened to: kind and id.
    #[must_use]
    pub const fn target(&self) -> Option<(&'static str, Uuid)> {
        Some(match self {
            Self::SignedIn { account }
            | Self::SignInFailed { account }
            | Self::SignInLocked { account }
            | Self::SignedOut { account }
            | Self::SessionCopied { account, .. }
            | Self::SecondFactorFailed { account }
            | Self::SecondFactorOn { account }
            | Self::SecondFactorOff { account }
            | Self::RecoveryCodeUsed { account, .. }
            | Self::RecoveryCodesMade { account }
            | Self::ProvedAgain { account }
            | Self::PasswordChanged { account }
            | Self::ProfileChanged { account, .. }
            | Self::EmailChangeAsked { account }
            | Self::EmailChanged { account }
            | Self::SessionEnded { account, .. }
            | Self::OtherSessionsEnded { account }
            | Self::SignedOutEverywhere { account }
            | Self::DataDownloaded { account }
            | Self::AccountDeleted { account }
            | Self::AccountCreated { account }
            | Self::IdentityLinked { account, .. }
            | Self::AccountClaimed { account }
            | Self::AccountRegistered { account }
            | Self::AccountVerified { account }
            | Self::PasswordReset { account }
            | Self::AccountDisabled { account }
            | Self::AccountEnabled { account }
            | Self::ResetLinkMade { account }
            | Self::MemberAdded { account, .. }
            | Self::MemberRoleChanged { account, .. }
            | Self::MemberRemoved { account, .. }
            | Self::MemberLeft { account, .. } => ("account", account.uuid()),
            Self::ConsentGiven { consent, .. } | Self::ConsentRevoked { consent, .. } => {
                ("consent", consent.uuid())
            }
            Self::CodeReplayed { grant, .. }
            | Self::CodeBurnt { grant, .. }
            | Self::RefreshReused { grant, .. }
            | Self::GrantRevoked { grant, .. } => ("grant", grant.uuid()),
            Self::AccessTokenRevoked { token, .. } => ("access_token", *token),
            Self::ConsentDenied { client }
            | Self::ClientRefused { client, .. }
            | Self::ClientCreated { client, .. }
            | Self::ClientUpdated { client, .. }
            | Self::ClientSecretRolled { client, .. }
            | Self::ClientDeleted { client, .. } => ("client", client.uuid()),
            Self::WorkspaceCreated { workspace }
            | Self::WorkspaceRenamed { workspace, .. }
            | Self::WorkspaceDeleted { workspace }
            | Self::WorkspaceRestored { workspace } => ("workspace", workspace.uuid()),
            Self::InvitationSent { invitation, .. }
            | Self::InvitationResent { invitation, .. }
            | Self::InvitationWithdrawn { invitation, .. }
            | Self::InvitationAccepted { invitation, .. } => ("invitation", invitation.uuid()),
            Self::Key { workspace, event } => match event.target() {
                Some(target) => target,
                None => ("workspace", workspace.uuid()),
            },
            Self::SigningKeyRotated { .. } | Self::SigningKeyRetired { .. } => return None,
        })
    }
}

//! People are invited by mail; invitations are sent again and withdrawn. For the API and for pages.

use diesel::{PgConnection, QueryResult};

use crate::{
    accounts::{
        account::{self, Email},
        throttle::{self, Posting},
    },
    audit::event::Event,
    jobs::mail,
    platform::{
        Platform,
        config::Role,
        db::Verdict,
        id::{InvitationId, WorkspaceId},
        secret::Secret,
    },
    web::{
        language::Language,
        letter::{Letter, Link, harmless},
        phrase::Phrase,
    },
    workspaces::{
        by::By,
        invitation::{self, Invitation, NewInvitation},
        membership,
        permission::{Permission, may_handle},
        refused::Refused,
        workspace::{self, Workspace},
    },
};

/// Who invites, and in which language the letter is, if the invited person has not chosen one.
pub struct Inviting<'a> {
    /// The server.
    pub platform: &'a Platform,
    /// Who invites.
    pub by: &'a By,
    /// Their language.
    pub language: Language,
}

impl Inviting<'_> {
    /// Invites whoever reads the mail of an address.
    pub fn invite(
        &self,
        conn: &mut PgConnection,
        workspace_id: WorkspaceId,
        email: &Email,
        role: Role,
    ) -> Verdict<Invitation, Refused> {
        let (by, now) = (self.by, self.by.now);
        let workspace = match held(conn, by, workspace_id, role)? {
            Ok(workspace) => workspace,
            Err(refused) => return Ok(Err(refused)),
        };
        if membership::is_member(conn, workspace_id, email)? {
            return Ok(Err(Refused::AlreadyMember));
        }
        let new = NewInvitation {
            workspace_id,
            email,
            role,
            invited_by: by.person(),
        };
        if invitation::is_open(conn, workspace_id, email, now)? {
            return Ok(Err(Refused::AlreadyInvited));
        }
        if let Err(refused) = self.may_be_sent(conn, email)? {
            return Ok(Err(refused));
        }
        // The workspace is held, so nobody else can have made one since.
        let Some((invitation, secret)) = invitation::create(conn, new, now)? else {
            return Ok(Err(Refused::AlreadyInvited));
        };
        self.send(conn, &workspace, &invitation, &secret)?;
        let event = Event::InvitationSent {
            workspace: workspace_id,
            invitation: invitation.id,
            role: role.as_str(),
        };
        by.note(conn, &event)?;
        Ok(Ok(invitation))
    }

    /// Sends an invitation again, with a new link; the older one is worth nothing then.
    pub fn resend(
        &self,
        conn: &mut PgConnection,
        workspace_id: WorkspaceId,
        id: InvitationId,
    ) -> Verdict<Invitation, Refused> {
        let by = self.by;
        let (workspace, open) = match open(conn, by, workspace_id, id)? {
            Ok(found) => found,
            Err(refused) => return Ok(Err(refused)),
        };
        let Some(email) = Email::parse(&open.email) else {
            return Ok(Err(Refused::NotFound));
        };
        if let Err(refused) = self.may_be_sent(conn, &email)? {
            return Ok(Err(refused));
        }
        let Some((invitation, secret)) = invitation::resend(conn, workspace_id, id, by.now)? else {
            return Ok(Err(Refused::NotFound));
        };
        self.send(conn, &workspace, &invitation, &secret)?;
        let event = Event::InvitationResent {
            workspace: workspace_id,
            invitation: id,
        };
        by.note(conn, &event)?;
        Ok(Ok(invitation))
    }

    /// One address gets so many invitations, whoever sends them.
    fn may_be_sent(&self, conn: &mut PgConnection, to: &Email) -> QueryResult<Result<(), Refused>> {
        let (most, now) = (self.platform.config.rate_limits.mails_per_address, self.by.now);
        Ok(
            match throttle::mail(conn, throttle::Mail::Invite, to, most, now)? {
                Posting::Send => Ok(()),
                Posting::Withhold { until } => Err(Refused::MailedEnough { until, now }),
            },
        )
    }

    fn send(
        &self,
        conn: &mut PgConnection,
        workspace: &Workspace,
        invitation: &Invitation,
        secret: &Secret,
    ) -> QueryResult<()> {
        let config = &self.platform.config;
        let inviter = match self.by.person() {
            Some(account) => account::find(conn, account)?,
            None => None,
        };
        let recipient = match Email::parse(&invitation.email) {
            Some(email) => account::find_with_password(conn, &email)?.map(|(account, _)| account),
            None => None,
        };
        let language = { recipient.as_ref() }.and_then(|account| account.language);
        let all = language.unwrap_or(self.language).words();
        let (words, product_name) = (all.invite_letter, &config.branding.product_name);
        let name = harmless(&workspace.name);
        let by = inviter.as_ref().and_then(|account| harmless(&account.name));
        let path = format!("/invite/{}", *secret.reveal(&config.vendor));
        let letter = Letter {
            heading: (words.heading)(name, product_name),
            // Nobody has shown yet that an unverified account's name is that of the address's owner.
            name: { recipient.filter(|account| account.verified_at.is_some()) }.map(|account| account.name),
            paragraphs: vec![(words.invites)(by, name, invitation.role)],
            link: Some(Link::new(words.link, &config.issuer, &path)),
            after: vec![
                Phrase::new((words.until)(&(all.date.minute)(invitation.expires_at))),
                Phrase::new(words.unexpected),
            ],
        };
        let subject = (words.subject)(name, product_name);
        let mail = letter.to_mail(&invitation.email, &subject, &config.branding, all.letter);
        mail::send(conn, &self.platform.seal, &mail, self.by.now)
    }
}

/// Withdraws an invitation: its link is worth nothing then.
pub fn withdraw(
    conn: &mut PgConnection,
    by: &By,
    workspace: WorkspaceId,
    id: InvitationId,
) -> Verdict<Invitation, Refused> {
    if let Err(refused) = open(conn, by, workspace, id)? {
        return Ok(Err(refused));
    }
    let Some(withdrawn) = invitation::withdraw(conn, workspace, id, by.now)? else {
        return Ok(Err(Refused::NotFound));
    };
    let invitation = id;
    by.note(
        conn,
        &Event::InvitationWithdrawn {
            workspace,
            invitation,
        },
    )?;
    Ok(Ok(withdrawn))
}

/// The workspace, held, and its open invitation, if they may do something about it.
fn open(
    conn: &mut PgConnection,
    by: &By,
    workspace_id: WorkspaceId,
    id: InvitationId,
) -> QueryResult<Result<(Workspace, Invitation), Refused>> {
    // Who may not invite at all does not learn which invitations there are.
    if let Err(refused) = by.allowed(conn, workspace_id, Permission::InviteMembers)? {
        return Ok(Err(refused));
    }
    let Some(invitation) = invitation::find(conn, workspace_id, id)? else {
        return Ok(Err(Refused::NotFound));
    };
    Ok(held(conn, by, workspace_id, invitation.role)?.map(|workspace| (workspace, invitation)))
}

/// The workspace, held, if they may invite to it with this role.
fn held(
    conn: &mut PgConnection,
    by: &By,
    id: WorkspaceId,
    role: Role,
) -> QueryResult<Result<Workspace, Refused>> {
    let Some(workspace) = workspace::hold(conn, id)? else {
        return Ok(Err(Refused::NotFound));
    };
    Ok(match by.allowed(conn, id, Permission::InviteMembers)? {
        Err(refused) => Err(refused),
        Ok(own) if may_handle(own, role) => Ok(workspace),
        Ok(_) => Err(Refused::Lacks(Permission::ManageOwners)),
    })
}

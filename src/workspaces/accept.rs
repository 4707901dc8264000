//! Whoever was invited joins. For the API and for pages.
//!
//! # Decisions
//! * The secret proves that its holder reads the mail of the invited address. For a new address that is enough: the account is made
//!   with it, verified. An unverified one is taken over: whoever registered it has not shown that the address is theirs, and their
//!   password is gone (pre-hijacking).
//! * A verified account must be signed in. Whoever reads somebody's mail may not act as them, and whoever is signed in as somebody
//!   else does not join in their name (EM-06).
//! * Used, withdrawn, expired, replaced, made up: one answer (EM-08).

use diesel::PgConnection;

use crate::{
    accounts::{
        account::{self, Account, Email, NewAccount, Verified},
        email_code::{self, Purpose},
    },
    audit::{
        event::Event,
        log::{Actor, Origin},
    },
    platform::{
        clock::Timestamp,
        config::Config,
        db::{Internal, Verdict},
        id::AccountId,
        secret::Secret,
    },
    web::{problem::Problem, words::errors},
    workspaces::{
        by::By,
        global,
        invitation::{self, Invitation},
        membership::{self, Membership},
        workspace::{self, Workspace},
    },
};

/// What a link leads to.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The invitation.
    pub invitation: Invitation,
    /// Where to.
    pub workspace: Workspace,
    /// Who invited, if they are still known.
    pub invited_by: Option<String>,
    /// The verified account of the address: it must be signed in. `None`: one is to be made.
    pub account: Option<AccountId>,
}

/// Why nobody joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declined {
    /// There is no such invitation, any more.
    NotFound,
    /// The address has an account, which must be signed in.
    SignInFirst,
    /// Who is signed in has another address.
    AnotherAddress,
}

impl From<Declined> for Problem {
    fn from(declined: Declined) -> Self {
        match declined {
            Declined::NotFound => Self::new(
                &errors::INVITATION_NOT_FOUND,
                "The invitation was used or withdrawn, has expired, or never was. Ask for another.",
            ),
            Declined::SignInFirst => Self {
                challenge: Some("Bearer"),
                ..Self::new(
                    &errors::UNAUTHORIZED,
                    "The invited address has an account. Sign in as that person, then accept.",
                )
            },
            Declined::AnotherAddress => Self::new(
                &errors::INVITATION_FOR_ANOTHER_ADDRESS,
                "The invitation was sent to another address than yours.",
            ),
        }
    }
}

/// What a link leads to, if it can be accepted. Looking changes nothing.
pub fn look(conn: &mut PgConnection, presented: &Secret, now: Timestamp) -> Result<Option<Offer>, Internal> {
    let Some(invitation) = invitation::find_by_secret(conn, presented, now)? else {
        return Ok(None);
    };
    let Some(workspace) = workspace::living(conn, invitation.workspace_id)? else {
        return Ok(None);
    };
    let invited_by = match invitation.invited_by {
        Some(account) => account::find(conn, account)?.map(|account| account.name),
        None => None,
    };
    let account = match Email::parse(&invitation.email) {
        Some(email) => account::find_with_password(conn, &email)?,
        None => None,
    };
    Ok(Some(Offer {
        account: account
            .filter(|(account, _)| must_sign_in(account))
            .map(|(account, _)| account.id),
        invitation,
        workspace,
        invited_by,
    }))
}

/// A disabled account neither: an invitation is no way around the operator.
fn must_sign_in(account: &Account) -> bool {
    account.verified_at.is_some() || account.disabled_at.is_some()
}

/// The signed-in person joins.
pub fn signed_in(
    conn: &mut PgConnection,
    presented: &Secret,
    account: AccountId,
    origin: &Origin,
    now: Timestamp,
) -> Verdict<Membership, Declined> {
    let Some(invitation) = invitation::find_by_secret(conn, presented, now)? else {
        return Ok(Err(Declined::NotFound));
    };
    let Some(account) = account::find(conn, account)? else {
        return Ok(Err(Declined::SignInFirst));
    };
    if account.email != invitation.email {
        return Ok(Err(Declined::AnotherAddress));
    }
    join(conn, presented, account.id, origin, now)
}

/// Somebody new.
#[derive(Clone, Copy, Debug)]
pub struct Newcomer<'a> {
    /// As they want to be called.
    pub name: &'a str,
    /// Of a password that the rule of passwords let pass.
    pub password_hash: &'a str,
}

/// Somebody who has no account yet, or has not verified it, gets one and joins.
pub fn new_account(
    conn: &mut PgConnection,
    config: &Config,
    presented: &Secret,
    newcomer: Newcomer<'_>,
    origin: &Origin,
    now: Timestamp,
) -> Verdict<(Account, Membership), Declined> {
    let Some(invitation) = invitation::find_by_secret(conn, presented, now)? else {
        return Ok(Err(Declined::NotFound));
    };
    let Some(email) = Email::parse(&invitation.email) else {
        return Ok(Err(Declined::NotFound));
    };
    let existing = account::hold(conn, &email)?;
    if existing.as_ref().is_some_and(must_sign_in) {
        return Ok(Err(Declined::SignInFirst));
    }
    // The check and the use, before anything is written: of two that race one finds nothing, and makes no account.
    let Some(invitation) = invitation::accept(conn, presented, now)? else {
        return Ok(Err(Declined::NotFound));
    };
    let raced = || Internal::Unavailable("the account was made by another request meanwhile".to_owned());
    let (account, event) = match existing {
        Some(unverified) => {
            let id = unverified.id;
            let claimed = account::claim(conn, id, Some(newcomer.name), now)?;
            let account = claimed.ok_or_else(raced)?;
            account::set_password(conn, id, newcomer.password_hash)?;
            // Whoever had them sent did so for the account as it was.
            email_code::end(conn, id, Purpose::Verify, now)?;
            email_code::end(conn, id, Purpose::Reset, now)?;
            (account, Event::AccountClaimed { account: id })
        }
        None => {
            let new = NewAccount {
                email: &email,
                name: newcomer.name,
                password_hash: Some(newcomer.password_hash),
                verified: Verified::Yes,
            };
            let account = account::create(conn, &new, now)?.ok_or_else(raced)?;
            let made = Event::AccountCreated { account: account.id };
            (account, made)
        }
    };
    By::account(account.id, origin.clone(), now).note(conn, &event)?;
    // After the invitation's role, which stays where both are for one workspace.
    let membership = joined(conn, &invitation, account.id, origin, now)?;
    global::welcome(conn, config, &account, now)?;
    Ok(membership
        .map(|membership| (account, membership))
        .ok_or(Declined::NotFound))
}

fn join(
    conn: &mut PgConnection,
    presented: &Secret,
    account: AccountId,
    origin: &Origin,
    now: Timestamp,
) -> Verdict<Membership, Declined> {
    let Some(invitation) = invitation::accept(conn, presented, now)? else {
        return Ok(Err(Declined::NotFound));
    };
    Ok(joined(conn, &invitation, account, origin, now)?.ok_or(Declined::NotFound))
}

/// Who is in already keeps their role.
fn joined(
    conn: &mut PgConnection,
    accepted: &Invitation,
    account: AccountId,
    origin: &Origin,
    now: Timestamp,
) -> Result<Option<Membership>, Internal> {
    let by = By {
        actor: Actor::Account(account),
        origin: origin.clone(),
        now,
    };
    let workspace = accepted.workspace_id;
    let event = Event::InvitationAccepted {
        workspace,
        invitation: accepted.id,
        account,
    };
    by.note(conn, &event)?;
    if membership::add(conn, workspace, account, accepted.role, now)? {
        let event = Event::MemberAdded {
            workspace,
            account,
            role: accepted.role.as_str(),
        };
        by.note(conn, &event)?;
    }
    Ok(membership::find(conn, account, workspace)?)
}

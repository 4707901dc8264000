//! People who have an account: who they are, whether they may sign in, and how they get in again.

use serde_json::json;

use crate::{
    accounts::{
        account::{self, Account, Email},
        email_code::{self, Purpose},
    },
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    cli::{CliError, Context, Global, output},
    platform::db,
};

const fn state(account: &Account) -> &'static str {
    match (account.disabled_at, account.verified_at) {
        (Some(_), _) => "disabled",
        (None, None) => "unverified",
        (None, Some(_)) => "active",
    }
}

/// The account of an address that somebody typed.
fn named(context: &mut Context, email: &Email) -> Result<Account, CliError> {
    let found = account::find_with_password(&mut context.conn, email)?;
    found.map(|(account, _)| account).ok_or_else(|| {
        CliError::not_found(format!("no account has the address {}", email.as_str()))
            .fix("`consentry user list` shows those that there are")
    })
}

pub(super) fn list(global: &Global, after: Option<&Email>, most: i64) -> Result<(), CliError> {
    let mut context = global.open()?;
    let accounts = account::list(&mut context.conn, after.map(Email::as_str), most)?;
    let items: Vec<_> = { accounts.iter() }
        .map(|account| {
            json!({"id": account.id, "email": account.email, "name": account.name, "state": state(account)})
        })
        .collect();
    let rows = accounts.iter().map(|account| {
        vec![
            account.id.to_string(),
            account.email.clone(),
            output::plain(&account.name),
            state(account).to_owned(),
        ]
    });
    output::list(
        global,
        &items,
        &output::Rows {
            headings: &["id", "email", "name", "state"],
            rows: rows.collect(),
        },
    )
}

pub(super) fn disable(global: &Global, email: &Email) -> Result<(), CliError> {
    let mut context = global.open()?;
    let (account, now) = (named(&mut context, email)?, context.now);
    db::write_on(&mut context.conn, |conn| {
        if account::disable(conn, account.id, now)? {
            let event = Event::AccountDisabled { account: account.id };
            log::append(conn, Actor::Operator, &Origin::default(), &event, now)?;
        }
        Ok(())
    })?;
    tell(global, &account, "disabled")
}

pub(super) fn enable(global: &Global, email: &Email) -> Result<(), CliError> {
    let mut context = global.open()?;
    let (account, now) = (named(&mut context, email)?, context.now);
    db::write_on(&mut context.conn, |conn| {
        if account::enable(conn, account.id)? {
            let event = Event::AccountEnabled { account: account.id };
            log::append(conn, Actor::Operator, &Origin::default(), &event, now)?;
        }
        Ok(())
    })?;
    let account = named(&mut context, email)?;
    tell(global, &account, state(&account))
}

fn tell(global: &Global, account: &Account, state: &str) -> Result<(), CliError> {
    output::one(
        global,
        &json!({"id": account.id, "email": account.email, "state": state}),
        &[
            ("id", account.id.to_string()),
            ("email", account.email.clone()),
            ("state", state.to_owned()),
        ],
    )
}

pub(super) fn reset_link(global: &Global, email: &Email) -> Result<(), CliError> {
    let mut context = global.open()?;
    let (account, now) = (named(&mut context, email)?, context.now);
    if account.disabled_at.is_some() {
        return Err(CliError::conflict(
            "account_disabled",
            format!("the account of {} is switched off", email.as_str()),
        )
        .fix("switch it on first: `consentry user enable EMAIL`"));
    }
    let code = db::write_on(&mut context.conn, |conn| {
        let code = email_code::issue(conn, account.id, Purpose::Reset, email, now)?;
        let event = Event::ResetLinkMade { account: account.id };
        log::append(conn, Actor::Operator, &Origin::default(), &event, now)?;
        Ok(code)
    })?;
    let token = code.reveal(&context.config.vendor);
    let link = context
        .config
        .issuer
        .url(&format!("/reset?token={}", token.as_str()));
    let expires_at = output::time(now + Purpose::Reset.lifetime());
    output::one(
        global,
        &json!({"email": account.email, "link": link, "expires_at": expires_at}),
        &[
            ("email", account.email),
            ("link", link),
            ("expires_at", expires_at),
        ],
    )
}

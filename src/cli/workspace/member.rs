//! `consentry workspace member`: who belongs to a workspace, on the operator's word.

use clap::Subcommand;
use serde_json::json;

use super::{named, refusal};
use crate::{
    accounts::account::{self, Account, Email},
    cli::{CliError, Context, Global, output},
    platform::{config::Role, db},
    workspaces::{by::By, members},
};

#[derive(Subcommand, Debug)]
pub(in crate::cli) enum Command {
    /// Put a person into a workspace, without an invitation
    #[command(
        after_help = "Example:\n  consentry workspace member add northwind --email mara@northwind.example --role admin"
    )]
    Add {
        /// The workspace's slug
        slug: String,
        /// The address of the person's account
        #[arg(long, value_parser = email)]
        email: Email,
        /// What they are there: viewer, member, admin or owner
        #[arg(long)]
        role: Role,
    },
    /// Take a person out of a workspace
    #[command(
        after_help = "Example:\n  consentry workspace member rm northwind --email mara@northwind.example"
    )]
    Rm {
        /// The workspace's slug
        slug: String,
        /// The address of the person's account
        #[arg(long, value_parser = email)]
        email: Email,
    },
    /// Give a member another role
    #[command(
        after_help = "Example:\n  consentry workspace member role northwind --email mara@northwind.example --role owner"
    )]
    Role {
        /// The workspace's slug
        slug: String,
        /// The address of the person's account
        #[arg(long, value_parser = email)]
        email: Email,
        /// What they are from now on: viewer, member, admin or owner
        #[arg(long)]
        role: Role,
    },
}

pub(super) fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    let (Command::Add { slug, email, .. } | Command::Rm { slug, email } | Command::Role { slug, email, .. }) =
        command;
    let mut context = global.open()?;
    let workspace = named(&mut context, slug)?;
    let account = person(&mut context, email)?;
    let by = By::operator(context.now);
    let (id, conn) = (account.id, &mut context.conn);
    let role = match command {
        Command::Add { role, .. } => {
            let added = db::write_on(conn, |conn| Ok(members::add(conn, &by, workspace.id, id, *role)?))?;
            if !added {
                let sentence = format!("{} belongs to the workspace already", account.email);
                return Err(CliError::conflict("already_member", sentence)
                    .fix("give them another role with `consentry workspace member role`"));
            }
            Some(*role)
        }
        Command::Rm { .. } => {
            let removed = db::write_on(conn, |conn| members::remove(conn, &by, workspace.id, id))?;
            removed.map_err(|refused| refusal(refused, slug))?;
            None
        }
        Command::Role { role, .. } => {
            let changed = db::write_on(conn, |conn| {
                members::change_role(conn, &by, workspace.id, id, *role)
            })?;
            Some(changed.map_err(|refused| refusal(refused, slug))?.role)
        }
    };
    let role = role.map(Role::as_str);
    output::one(
        global,
        &json!({"workspace": workspace.slug, "account_id": id, "email": account.email, "role": role}),
        &[
            ("workspace", workspace.slug),
            ("email", account.email),
            ("role", role.unwrap_or("none").to_owned()),
        ],
    )
}

fn person(context: &mut Context, email: &Email) -> Result<Account, CliError> {
    let found = account::find_with_password(&mut context.conn, email)?;
    found.map(|(account, _)| account).ok_or_else(|| {
        CliError::not_found(format!("no account has the address {}", email.as_str()))
            .fix("make it with `consentry user create`")
    })
}

fn email(text: &str) -> Result<Email, &'static str> {
    Email::parse(text).ok_or("this is no e-mail address")
}

//! `consentry user`.

use clap::Subcommand;
use serde_json::json;

use crate::{
    accounts::account::{self, Email, NewAccount, Verified},
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    cli::{
        CliError, Global, input, output,
        workspace::{self, name},
    },
    platform::{config::Role, db, password},
    workspaces::membership,
};

/// Fewest characters of a password (NIST SP 800-63B §5.1.1.1).
const SHORTEST: usize = 8;

/// Most characters of a password; in UTF-8 they are within [`password::LONGEST`].
const LONGEST: usize = 256;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make a person's account, in a workspace
    #[command(after_help = "\
The password is one line on standard input, 8 to 256 characters.

Example:
  consentry user create --email mara@northwind.example --name Mara \\
    --workspace northwind --role owner --password-stdin < password.txt")]
    Create {
        /// The address that the person signs in with
        #[arg(long, value_parser = email)]
        email: Email,
        /// As the person wants to be called
        #[arg(long, value_parser = name)]
        name: String,
        /// The slug of the workspace that the person belongs to
        #[arg(long, value_name = "SLUG")]
        workspace: String,
        /// What the person is there: viewer, member, admin or owner
        #[arg(long)]
        role: Role,
        /// Read the password from standard input; there is no other way to give it
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

pub(super) fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    let Command::Create {
        email,
        name,
        workspace: slug,
        role,
        ..
    } = command;
    let password = input::secret_line("password")?;
    if !(SHORTEST..=LONGEST).contains(&password.chars().count()) {
        return Err(CliError::usage(format!(
            "a password has {SHORTEST} to {LONGEST} characters"
        )));
    }
    let mut context = global.open()?;
    let now = context.now;
    let workspace = workspace::named(&mut context, slug)?;
    // Slow on purpose, so not inside the transaction.
    let hash = password::hash(&password);
    let made = db::write_on(&mut context.conn, |conn| {
        let new = NewAccount {
            email,
            name,
            password_hash: Some(&hash),
            // On the operator's word.
            verified: Verified::Yes,
        };
        let Some(made) = account::create(conn, &new, now)? else {
            return Ok(None);
        };
        membership::add(conn, workspace.id, made.id, *role, now)?;
        let events = [
            Event::AccountCreated { account: made.id },
            Event::MemberAdded {
                workspace: workspace.id,
                account: made.id,
                role: role.as_str(),
            },
        ];
        for event in &events {
            log::append(conn, Actor::Operator, &Origin::default(), event, now)?;
        }
        Ok(Some(made))
    })?;
    let made = made.ok_or_else(|| {
        CliError::conflict(
            "account_exists",
            format!(
                "an account has the address {} already; nothing was changed",
                email.as_str()
            ),
        )
    })?;
    output::one(
        global,
        &json!({
            "id": made.id, "email": made.email, "name": made.name,
            "workspace_id": workspace.id, "workspace": workspace.slug, "role": role.as_str(),
        }),
        &[
            ("id", made.id.to_string()),
            ("email", made.email),
            ("name", made.name),
            ("workspace", workspace.slug),
            ("role", role.as_str().to_owned()),
        ],
    )
}

pub(super) fn email(text: &str) -> Result<Email, &'static str> {
    Email::parse(text).ok_or("not an e-mail address like mara@northwind.example")
}

//! `consentry user`.

mod standing;

use clap::Subcommand;
use serde_json::json;

use crate::{
    accounts::{
        account::{self, Email, NewAccount, Verified},
        password_rule,
    },
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    cli::{
        CliError, Global, input, output,
        workspace::{self, name},
    },
    platform::{config::Role, db, password},
    web::words::ENGLISH,
    workspaces::membership,
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make a person's account, in a workspace
    #[command(after_help = "\
The password is one line on standard input, 8 to 256 characters, not easy to guess.

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
    /// List people, in the order of their addresses
    #[command(after_help = "\
Example:
  consentry user list --limit 500 --json")]
    List {
        /// Only those behind this address
        #[arg(long, value_name = "EMAIL", value_parser = email)]
        after: Option<Email>,
        /// At most so many
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// Switch an account off: every session and all access that it gave ends at once
    #[command(after_help = "Example:\n  consentry user disable mara@northwind.example")]
    Disable {
        /// The address of the person
        #[arg(value_name = "EMAIL", value_parser = email)]
        email: Email,
    },
    /// Switch an account on again; the person signs in anew
    #[command(after_help = "Example:\n  consentry user enable mara@northwind.example")]
    Enable {
        /// The address of the person
        #[arg(value_name = "EMAIL", value_parser = email)]
        email: Email,
    },
    /// Make a link that sets a new password, for who cannot read the mail; good for 30 minutes
    #[command(after_help = "\
Give the link to the person themselves: whoever has it can take the account over.

Example:
  consentry user reset-link mara@northwind.example")]
    ResetLink {
        /// The address of the person
        #[arg(value_name = "EMAIL", value_parser = email)]
        email: Email,
    },
}

pub(super) fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    match command {
        Command::Create {
            email,
            name,
            workspace,
            role,
            ..
        } => create(global, (email, name), workspace, *role),
        Command::List { after, limit } => standing::list(global, after.as_ref(), *limit),
        Command::Disable { email } => standing::disable(global, email),
        Command::Enable { email } => standing::enable(global, email),
        Command::ResetLink { email } => standing::reset_link(global, email),
    }
}

fn create(global: &Global, (email, name): (&Email, &str), slug: &str, role: Role) -> Result<(), CliError> {
    let password = input::secret_line("password")?;
    let mut context = global.open()?;
    let product_name = context.config.branding.product_name.as_str();
    password_rule::check(&password, &[email.as_str(), name, product_name])
        .map_err(|weak| CliError::usage(weak.sentence(ENGLISH.password_rule)))?;
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
        membership::add(conn, workspace.id, made.id, role, now)?;
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

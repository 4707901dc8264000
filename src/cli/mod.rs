//! The command line: one subcommand a file.
//!
//! # Decisions
//! * Standard output is the result and nothing else; words for the person go to standard error. So every command can
//!   stand in a pipe.
//! * A secret comes in by standard input, never by argv, which every user of the machine can read.
//! * A command changes the database directly, in one transaction with its audit event: the operator has the database
//!   anyway, and a server need not run.

mod audit;
mod client;
mod config;
mod consent;
mod context;
mod dev;
mod failure;
mod input;
mod job;
mod login;
mod migrate;
mod openapi;
mod output;
mod serve;
mod signing_key;
mod token;
mod user;
mod workspace;

use std::{ffi::OsString, process::ExitCode};

use clap::{
    Parser, Subcommand,
    error::{ContextKind, ContextValue, ErrorKind},
};

pub use self::{
    context::{Context, Global},
    failure::{CliError, Exit},
};

/// An OAuth 2.0 authorization server: everything behind a product's Authentication page.
#[derive(Parser, Debug)]
#[command(
    name = "consentry",
    version,
    arg_required_else_help = true,
    subcommand_required = true,
    max_term_width = 100,
    after_help = "\
Which database: --config FILE names one; else the environment does (DATABASE_URL or \
CONSENTRY_DATABASE__URL); else the private PostgreSQL in --data-dir is used, and started for as long \
as the command runs.

Secrets are read from standard input, never from the command line.

Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 denied, 5 conflict."
)]
struct Cli {
    #[command(flatten)]
    global: Global,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Dev(dev::DevArgs),
    Serve(serve::ServeArgs),
    /// Bring the database's schema up to date, or say whether it is
    #[command(subcommand)]
    Migrate(migrate::Command),
    /// Register and change OAuth clients: apps and resource servers
    #[command(subcommand)]
    Client(client::Command),
    /// Make people's accounts
    #[command(subcommand)]
    User(user::Command),
    /// Make workspaces, delete them and have them back; their members
    #[command(subcommand)]
    Workspace(workspace::Command),
    /// See and end what people allowed
    #[command(subcommand)]
    Consent(consent::Command),
    /// Ask about a token, or end it
    #[command(subcommand)]
    Token(token::Command),
    /// The keys that sign JWTs
    #[command(subcommand)]
    SigningKey(signing_key::Command),
    /// See what waits to be done, such as mails, and try again what was given up
    #[command(subcommand)]
    Job(job::Command),
    /// Check that the audit log is as it was written
    #[command(subcommand)]
    Audit(audit::Command),
    /// See and check the configuration
    #[command(subcommand)]
    Config(config::Command),
    Openapi(openapi::Args),
    /// Sign in through a client as an app would, and print the tokens
    Login(login::Args),
}

/// Runs one command; says on standard error how it failed.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return misused(&error),
    };
    match dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::note(&error.to_string());
            error.exit.into()
        }
    }
}

fn dispatch(Cli { global, command }: Cli) -> Result<(), CliError> {
    match command {
        Command::Dev(args) => dev::run(&global, &args),
        Command::Serve(args) => serve::run(&global, &args),
        Command::Migrate(command) => migrate::run(&global, &command),
        Command::Client(command) => client::run(&global, command),
        Command::User(command) => user::run(&global, &command),
        Command::Workspace(command) => workspace::run(&global, &command),
        Command::Consent(command) => consent::run(&global, &command),
        Command::Token(command) => token::run(&global, &command),
        Command::SigningKey(command) => signing_key::run(&global, &command),
        Command::Job(command) => job::run(&global, &command),
        Command::Audit(command) => audit::run(&global, &command),
        Command::Config(command) => config::run(&global, &command),
        Command::Openapi(args) => openapi::run(&global, &args),
        Command::Login(args) => login::run(&global, &args),
    }
}

/// Help and version are results; anything else is a usage error.
fn misused(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // `| head` may have read enough.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let mut text = error.to_string();
    for kind in [
        ContextKind::InvalidArg,
        ContextKind::InvalidValue,
        ContextKind::InvalidSubcommand,
    ] {
        if let Some(ContextValue::String(given)) = error.get(kind)
            && may_be_secret(error.kind(), given)
        {
            text = text.replace(given.as_str(), "[not shown]");
        }
    }
    output::note(text.replacen("error: ", "error: usage: ", 1).trim_end());
    Exit::Usage.into()
}

/// What nobody asked for may be a secret that should have come by standard input.
fn may_be_secret(kind: ErrorKind, given: &str) -> bool {
    match kind {
        ErrorKind::UnknownArgument => !given.starts_with('-'),
        ErrorKind::TooManyValues => true,
        ErrorKind::InvalidSubcommand => !given
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory};

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_every_option_is_described() {
        fn walk(command: &Command) {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for arg in command.get_arguments() {
                assert!(
                    arg.get_help().is_some(),
                    "{} {}",
                    command.get_name(),
                    arg.get_id()
                );
            }
            command.get_subcommands().for_each(walk);
        }
        walk(&super::Cli::command());
    }
}

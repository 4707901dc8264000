//! `consentry client`: registered apps and resource servers.

mod create;
mod delete;
mod fields;
mod list;
mod secret;
mod show;
mod update;
mod view;

use clap::Subcommand;
use diesel::PgConnection;

use crate::{
    cli::{CliError, Global, output},
    oauth::client::registration::{self, Client},
    platform::id::ClientId,
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Register a client, and print it with its secret, which is shown this once
    Create(Box<create::Args>),
    /// List the clients, oldest first
    List(list::Args),
    /// Print one client; secrets are never shown again
    Show(show::Args),
    /// Change a client; what is not named stays. Acts on its next request
    Update(Box<update::Args>),
    /// Secrets of a client
    #[command(subcommand)]
    Secret(secret::Command),
    /// Delete a client: its grants and tokens end at once
    Delete(delete::Args),
}

pub(super) fn run(global: &Global, command: Command) -> Result<(), CliError> {
    match command {
        Command::Create(args) => create::run(global, *args),
        Command::List(args) => list::run(global, &args),
        Command::Show(args) => show::run(global, &args),
        Command::Update(args) => update::run(global, *args),
        Command::Secret(command) => secret::run(global, &command),
        Command::Delete(args) => delete::run(global, &args),
    }
}

/// The client of an id that somebody typed.
pub(super) fn named(conn: &mut PgConnection, id: &str) -> Result<Client, CliError> {
    match ClientId::parse(id) {
        Some(parsed) => registration::find(conn, parsed)?.ok_or_else(|| unknown(id)),
        None => Err(unknown(id)),
    }
}

fn unknown(id: &str) -> CliError {
    CliError::not_found(format!("no client has the id `{}`", output::plain(id)))
        .fix("`consentry client list` shows them")
}

//! `consentry migrate`: the schema of the database.

use clap::Subcommand;
use serde_json::json;

use crate::{
    cli::{CliError, Global, output},
    platform::migrations,
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Apply what is missing, and make the partitions of now
    #[command(after_help = "\
With database.migrate_url it works as the role of that address, which owns the tables, and grants to the role of database.url what \
it needs to serve: that one can then neither change nor remove what is in the audit log.

Example:
  DATABASE_URL=postgres://consentry@db.internal/consentry consentry migrate up")]
    Up,
    /// Say which migrations are missing; exit code 1 if any is
    #[command(after_help = "Example:\n  consentry migrate status --config /etc/consentry.toml")]
    Status,
}

pub(super) fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    let mut context = global.connect()?;
    match command {
        Command::Up => {
            let applied = context.migrate()?;
            if global.json {
                return output::json(&json!({"applied": applied}));
            }
            if applied.is_empty() {
                return output::line("the schema is current");
            }
            let lines: Vec<_> = applied.iter().map(|name| format!("applied {name}")).collect();
            output::line(&lines.join("\n"))
        }
        Command::Status => {
            let pending = migrations::pending(&mut context.conn)?;
            if global.json {
                output::json(&json!({"pending": pending}))?;
            } else if pending.is_empty() {
                output::line("the schema is current")?;
            } else {
                let lines: Vec<_> = pending.iter().map(|name| format!("pending {name}")).collect();
                output::line(&lines.join("\n"))?;
            }
            if pending.is_empty() {
                Ok(())
            } else {
                Err(
                    CliError::failed("migrations_pending", "the schema is not current")
                        .fix("run `consentry migrate up`"),
                )
            }
        }
    }
}

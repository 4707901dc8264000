//! `consentry config`: what the server would run with.

use clap::Subcommand;
use serde_json::{Value, json};

use crate::cli::{CliError, Global, output};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Print every setting, its value and where it comes from; secrets are redacted
    #[command(after_help = "Example:\n  consentry config show --config /etc/consentry.toml")]
    Show,
    /// Check every setting, and name all faults at once; exit code 1 if there is any
    #[command(after_help = "Example:\n  consentry config check --config /etc/consentry.toml")]
    Check,
}

pub(super) fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    let (loaded, _data_dir) = global.load()?;
    match command {
        Command::Check if global.json => output::json(&json!({"valid": true})),
        Command::Check => output::line("the configuration is valid"),
        Command::Show => {
            let shown = loaded.show();
            let items: Vec<Value> = shown
                .iter()
                .map(|row| json!({"key": row.key, "value": row.value, "origin": row.origin.to_string()}))
                .collect();
            let rows = shown
                .into_iter()
                .map(|row| vec![row.key, row.value, row.origin.to_string()])
                .collect();
            output::list(
                global,
                &items,
                &output::Rows {
                    headings: &["key", "value", "origin"],
                    rows,
                },
            )
        }
    }
}

//! `consentry client secret`.

use std::time::Duration;

use clap::Subcommand;
use serde_json::json;

use crate::{
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    cli::{CliError, Global, client::named, output},
    oauth::client::{registration::Kind, secret},
    platform::db,
};

/// Longest overlap, in seconds: 30 days.
const LONGEST_OVERLAP: u64 = 30 * 86_400;

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Make a new secret, and print it; the one before works on for a while
    #[command(after_help = "\
At most two secrets work at a time: of two rolls within the overlap, the second ends the oldest at once.

Examples:
  consentry client secret roll 01938f0e-5c1b-7c3e-9d7a-0d6f4c2b1a90
  consentry client secret roll 01938f0e-5c1b-7c3e-9d7a-0d6f4c2b1a90 --overlap 0")]
    Roll {
        /// The `client_id`
        #[arg(value_name = "ID")]
        id: String,
        /// How long the secret before works on, 30 days at most; 0: not at all
        #[arg(
            long,
            value_name = "SECONDS",
            default_value_t = 86_400,
            value_parser = clap::value_parser!(u64).range(0..=LONGEST_OVERLAP)
        )]
        overlap: u64,
    },
}

pub(super) fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    let Command::Roll { id, overlap } = command;
    let mut context = global.open()?;
    let now = context.now;
    let client = named(&mut context.conn, id)?;
    if client.kind == Kind::Public {
        return Err(
            CliError::conflict("public_client", "a public client has no secret")
                .fix("if the app can keep one, register it as a new client without --public"),
        );
    }
    let (secret, live) = db::write_on(&mut context.conn, |conn| {
        let secret = secret::roll(conn, client.id, Duration::from_secs(*overlap), now)?;
        let event = Event::ClientSecretRolled {
            client: client.id,
            workspace: client.workspace_id,
            overlap_seconds: *overlap,
        };
        log::append(conn, Actor::Operator, &Origin::default(), &event, now)?;
        Ok((secret, secret::live(conn, client.id, now)?))
    })?;
    let revealed = secret.reveal(&context.config.vendor);
    // Newest first: the second is the one before.
    let previous = live.get(1).and_then(|stored| stored.expires_at);
    output::one(
        global,
        &json!({
            "client_id": client.id, "client_secret": *revealed, "client_secret_expires_at": 0,
            "previous_secret_expires_at": previous.map(|at| at.timestamp()),
        }),
        &[
            ("client_id", client.id.to_string()),
            ("client_secret", revealed.to_string()),
            (
                "previous_secret_stops_at",
                previous.map_or_else(|| "now".to_owned(), output::time),
            ),
        ],
    )?;
    if !global.json {
        output::note("The secret is shown this once.");
    }
    Ok(())
}

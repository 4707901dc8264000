//! `consentry consent`: what people allowed.

use clap::Subcommand;
use serde_json::json;

use crate::{
    accounts::account::Email,
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    cli::{CliError, Global, client, output, user},
    oauth::consent,
    platform::{db, id::ConsentId},
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// List what people allow now, oldest first
    #[command(
        after_help = "Examples:\n  consentry consent list --user mara@northwind.example\n  consentry consent list --json"
    )]
    List {
        /// Only of the person with this address
        #[arg(long, value_name = "EMAIL", value_parser = user::email)]
        user: Option<Email>,
        /// Only for this client
        #[arg(long, value_name = "ID")]
        client: Option<String>,
    },
    /// End a consent, and with it every token under it, at once
    #[command(after_help = "Example:\n  consentry consent revoke 01938f0e-5c1b-7c3e-9d7a-0d6f4c2b1a90")]
    Revoke {
        /// The id that `consent list` shows
        #[arg(value_name = "ID")]
        id: String,
    },
}

pub(super) fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    match command {
        Command::List { user, client } => list(global, user.as_ref(), client.as_deref()),
        Command::Revoke { id } => revoke(global, id),
    }
}

fn list(global: &Global, user: Option<&Email>, client: Option<&str>) -> Result<(), CliError> {
    let mut context = global.open()?;
    let client = match client {
        Some(id) => Some(client::named(&mut context.conn, id)?.id),
        None => None,
    };
    let consents = consent::list(&mut context.conn, user.map(Email::as_str), client)?;
    let items: Vec<_> = consents
        .iter()
        .map(|consent| {
            json!({
                "id": consent.id, "user": consent.email,
                "client_id": consent.client_id, "client_name": consent.client_name,
                "workspace": consent.workspace, "scope": consent.scope.join(" "),
                "created_at": output::time(consent.created_at),
            })
        })
        .collect();
    let rows = consents.into_iter().map(|consent| {
        vec![
            consent.id.to_string(),
            consent.email,
            consent.client_id.to_string(),
            consent.client_name,
            consent.workspace,
            consent.scope.join(" "),
            output::time(consent.created_at),
        ]
    });
    output::list(
        global,
        &items,
        &output::Rows {
            headings: &[
                "id",
                "user",
                "client_id",
                "client_name",
                "workspace",
                "scope",
                "created_at",
            ],
            rows: rows.collect(),
        },
    )
}

fn revoke(global: &Global, id: &str) -> Result<(), CliError> {
    let unknown = || {
        CliError::not_found(format!("no standing consent has the id `{}`", output::plain(id)))
            .fix("`consentry consent list` shows those that stand")
    };
    let consent = ConsentId::parse(id).ok_or_else(unknown)?;
    let mut context = global.open()?;
    let now = context.now;
    let ended = db::write_on(&mut context.conn, |conn| {
        let ended = consent::revoke(conn, consent, now)?;
        if let Some((client, workspace, _)) = ended {
            let event = Event::ConsentRevoked {
                consent,
                client,
                workspace,
            };
            log::append(conn, Actor::Operator, &Origin::default(), &event, now)?;
        }
        Ok(ended)
    })?;
    ended.ok_or_else(unknown)?;
    output::one(
        global,
        &json!({"id": consent, "revoked": true}),
        &[("revoked", consent.to_string())],
    )
}

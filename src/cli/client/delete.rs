//! `consentry client delete`.

use serde_json::json;

use crate::{
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    cli::{
        CliError, Global,
        client::{named, unknown},
        input, output,
    },
    oauth::client::registration,
    platform::db,
};

#[derive(clap::Args, Debug)]
#[command(after_help = "\
On a terminal it asks for the client's name first; a script says --yes.

Example:
  consentry client delete 01938f0e-5c1b-7c3e-9d7a-0d6f4c2b1a90 --yes")]
pub(crate) struct Args {
    /// The `client_id`
    #[arg(value_name = "ID")]
    id: String,

    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<(), CliError> {
    let mut context = global.open()?;
    let now = context.now;
    let client = named(&mut context.conn, &args.id)?;
    let consequence = format!(
        "deleting the client `{}` ends every grant and token of it, and cannot be undone",
        output::plain(&client.name)
    );
    input::confirm(args.yes, &consequence, &client.name)?;
    let deleted = db::write_on(&mut context.conn, |conn| {
        let deleted = registration::delete(conn, client.id, now)?;
        if let Some(deleted) = &deleted {
            let event = Event::ClientDeleted {
                client: deleted.id,
                workspace: deleted.workspace_id,
            };
            log::append(conn, Actor::Operator, &Origin::default(), &event, now)?;
        }
        Ok(deleted)
    })?;
    let deleted = deleted.ok_or_else(|| unknown(&args.id))?;
    output::one(
        global,
        &json!({"client_id": deleted.id, "deleted": true}),
        &[("deleted", deleted.id.to_string())],
    )
}

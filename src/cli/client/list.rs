//! `consentry client list`.

use crate::{
    cli::{CliError, Global, client::view::View, output, workspace},
    oauth::client::registration::{self, Client},
};

#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  consentry client list\n  consentry client list --workspace northwind --json"
)]
pub(crate) struct Args {
    /// Only those of the workspace with this slug
    #[arg(long, value_name = "SLUG")]
    workspace: Option<String>,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<(), CliError> {
    let mut context = global.open()?;
    let workspace_id = match args.workspace.as_deref() {
        Some(slug) => Some(workspace::named(&mut context, slug)?.id),
        None => None,
    };
    let clients = registration::list(&mut context.conn, workspace_id)?;
    let items: Vec<_> = clients.iter().map(View::of).collect();
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let row = |client: &Client| {
        vec![
            client.id.to_string(),
            client.name.clone(),
            client.kind.as_str().to_owned(),
            if client.workspace_id.is_some() {
                "a workspace"
            } else {
                "the operator"
            }
            .to_owned(),
            client.scope.to_string(),
            yes(client.verified_at.is_some()),
            yes(client.disabled_at.is_some()),
        ]
    };
    output::list(
        global,
        &items,
        &output::Rows {
            headings: &[
                "client_id",
                "client_name",
                "kind",
                "made_by",
                "scope",
                "verified",
                "disabled",
            ],
            rows: clients.iter().map(row).collect(),
        },
    )
}

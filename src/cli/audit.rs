//! `consentry audit`: whether the log is as it was written.

use std::{collections::BTreeMap, fs, path::PathBuf};

use clap::Subcommand;
use serde::Deserialize;
use serde_json::json;

use crate::{
    audit::verify::{self, Broken, Chain, Fault, Kept},
    cli::{CliError, Global, output, workspace::named},
    platform::id::WorkspaceId,
    workspaces::workspace,
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Compare every row of the audit log with its seal, and say which is the first that is not as it was
    #[command(after_help = "\
Each workspace's rows are one chain of seals, and those of no workspace another. Exit code 1 if one is broken.

Whoever may write everything in the database can also make all seals anew. So keep what --json prints somewhere else, \
and give it back with --kept: the chains must still go through it.

Examples:
  consentry audit verify
  consentry audit verify --json > /mnt/elsewhere/audit-2026-11.json
  consentry audit verify --kept /mnt/elsewhere/audit-2026-11.json")]
    Verify {
        /// Only the chain of this workspace
        #[arg(long, value_name = "SLUG")]
        workspace: Option<String>,
        /// What an earlier run printed with --json
        #[arg(long, value_name = "FILE")]
        kept: Option<PathBuf>,
    },
}

pub(super) fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    let Command::Verify { workspace, kept } = command;
    let kept = kept.as_ref().map(read).transpose()?.unwrap_or_default();
    let mut context = global.open()?;
    let only = match workspace {
        Some(slug) => Some(Some(named(&mut context, slug)?.id)),
        None => None,
    };
    let seal = context.seal();
    let chains = verify::verify(&mut context.conn, &seal, only, &kept)?;
    let slugs: BTreeMap<WorkspaceId, String> = workspace::list(&mut context.conn, None, i64::MAX)?
        .into_iter()
        .map(|it| (it.id, it.slug))
        .collect();
    let slug = |chain: &Chain| chain.workspace.and_then(|id| slugs.get(&id)).cloned();
    let broken = chains.iter().find(|chain| chain.broken.is_some());
    if global.json {
        let items: Vec<_> = { chains.iter() }
            .map(|chain| {
                json!({
                    "workspace": slug(chain), "workspace_id": chain.workspace,
                    "sequence": chain.head.sequence, "hash": verify::printed(&chain.head.hash),
                    "compared": chain.compared, "let_go": chain.let_go,
                    "broken": chain.broken.map(|it| json!({
                        "sequence": it.sequence, "event_id": it.event, "fault": it.fault.as_str(),
                    })),
                })
            })
            .collect();
        output::json(&json!({"intact": broken.is_none(), "chains": items}))?;
    } else {
        let row = |chain: &Chain| {
            vec![
                chain_name(chain, slug(chain)),
                if chain.broken.is_none() {
                    "intact"
                } else {
                    "BROKEN"
                }
                .to_owned(),
                chain.compared.to_string(),
                chain.let_go.to_string(),
                chain.head.sequence.to_string(),
                verify::printed(&chain.head.hash),
            ]
        };
        let rows = output::Rows {
            headings: &["chain", "state", "compared", "let_go", "sequence", "hash"],
            rows: chains.iter().map(row).collect(),
        };
        output::list(global, &(), &rows)?;
    }
    match broken.and_then(|chain| Some((chain, chain.broken?))) {
        None => Ok(()),
        Some((chain, broken)) => Err(CliError::failed(
            "audit_log_broken",
            sentence(&chain_name(chain, slug(chain)), broken),
        )
        .fix(
            "somebody else than Consentry wrote to the database: keep a copy of it as it is, and compare with a backup from before",
        )),
    }
}

fn chain_name(chain: &Chain, slug: Option<String>) -> String {
    match (chain.workspace, slug) {
        (None, _) => "(no workspace)".to_owned(),
        (Some(_), Some(slug)) => slug,
        // Its workspace is gone for good.
        (Some(id), None) => id.to_string(),
    }
}

/// Which row, and what is wrong with it.
fn sentence(chain: &str, broken: Broken) -> String {
    let row = match (broken.sequence, broken.event) {
        (Some(sequence), Some(event)) => format!("row {sequence} of {chain} (event {event})"),
        (Some(sequence), None) => format!("row {sequence} of {chain}"),
        (None, Some(event)) => format!("event {event} of {chain}"),
        (None, None) => format!("a row of {chain}"),
    };
    match broken.fault {
        Fault::RowChanged => format!("{row} says something else than when it was sealed"),
        Fault::RowRemoved => format!("{row} was removed"),
        Fault::SealRemoved => format!("the seal of {row} was removed"),
        Fault::SealChanged => format!("the seal of {row} is not the one that was made"),
        Fault::NotSealed => format!(
            "{row} has no seal although younger rows have: it was put in among them, or its seal was removed"
        ),
        Fault::CheckpointChanged => format!(
            "the checkpoint at {row} was changed, or the sealing key of its time is not configured any more"
        ),
        Fault::NotAsKept => {
            format!("{row} is not the one that was kept: seals were made anew, or cut off")
        }
    }
}

#[derive(Deserialize)]
struct Printed {
    chains: Vec<PrintedChain>,
}

#[derive(Deserialize)]
struct PrintedChain {
    workspace_id: Option<WorkspaceId>,
    sequence: i64,
    hash: String,
}

fn read(file: &PathBuf) -> Result<Vec<Kept>, CliError> {
    let text = fs::read_to_string(file)
        .map_err(|error| CliError::failed("file_unreadable", format!("{}: {error}", file.display())))?;
    let printed: Printed = serde_json::from_str(&text).map_err(|_| {
        CliError::failed(
            "file_unreadable",
            format!("{} is not what `audit verify --json` prints", file.display()),
        )
    })?;
    Ok(printed
        .chains
        .into_iter()
        .filter(|chain| chain.sequence > 0)
        .map(|chain| Kept {
            workspace: chain.workspace_id,
            sequence: chain.sequence,
            hash: chain.hash,
        })
        .collect())
}

//! `consentry job`: what was promised and is not done yet, such as mails.
//!
//! What is in a job is never shown: a mail holds a link that lets its reader in. Another attempt is no fact for the audit log: it
//! does what was promised already, and nothing else.

use clap::Subcommand;
use serde_json::json;

use crate::{
    cli::{CliError, Global, output},
    jobs::queue::{self, Listed, Retry},
    platform::{clock::Timestamp, db, id::JobId},
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// List the jobs that are not done, oldest first
    #[command(after_help = "\
A job is waiting, running, or failed: given up after about a day of attempts, or at once where another \
could not help. Failed ones are kept for 30 days.

Example:
  consentry job list --json")]
    List,
    /// Let a job run now, as if it had never been tried
    #[command(after_help = "\
Examples:
  consentry job retry 01938f0e-5c1b-7c3e-9d7a-0d6f4c2b1a90
  consentry job retry --all-failed")]
    Retry {
        /// The id that `job list` shows
        #[arg(value_name = "ID", required_unless_present = "all_failed")]
        id: Option<String>,
        /// All that were given up
        #[arg(long, conflicts_with = "id")]
        all_failed: bool,
    },
}

pub(super) fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    match command {
        Command::List => list(global),
        Command::Retry { id: Some(id), .. } => retry(global, id),
        Command::Retry { id: None, .. } => retry_all_failed(global),
    }
}

fn state(job: &Listed, now: Timestamp) -> &'static str {
    if job.failed_at.is_some() {
        "failed"
    } else if job.leased_until.is_some_and(|until| until > now) {
        "running"
    } else {
        "waiting"
    }
}

fn list(global: &Global) -> Result<(), CliError> {
    let mut context = global.open()?;
    let now = context.now;
    let jobs = queue::list(&mut context.conn)?;
    let items: Vec<_> = jobs
        .iter()
        .map(|job| {
            json!({
                "id": job.id, "kind": job.kind, "state": state(job, now), "attempts": job.attempts,
                "created_at": output::time(job.created_at), "run_at": output::time(job.run_at),
                "failed_at": job.failed_at.map(output::time), "last_error": job.last_error,
            })
        })
        .collect();
    let rows = jobs.iter().map(|job| {
        vec![
            job.id.to_string(),
            job.kind.clone(),
            state(job, now).to_owned(),
            job.attempts.to_string(),
            output::time(job.created_at),
            output::time(job.run_at),
            job.last_error.clone().unwrap_or_default(),
        ]
    });
    output::list(
        global,
        &items,
        &output::Rows {
            headings: &[
                "id",
                "kind",
                "state",
                "attempts",
                "created_at",
                "run_at",
                "last_error",
            ],
            rows: rows.collect(),
        },
    )
}

fn retry(global: &Global, id: &str) -> Result<(), CliError> {
    let unknown = || {
        CliError::not_found(format!("no job has the id `{}`", output::plain(id)))
            .fix("`consentry job list` shows those that are not done")
    };
    let job = JobId::parse(id).ok_or_else(unknown)?;
    let mut context = global.open()?;
    let now = context.now;
    let retry = db::write_on(&mut context.conn, |conn| Ok(queue::retry(conn, job, now)?))?;
    match retry {
        Retry::Due => output::one(
            global,
            &json!({"id": job, "due": true}),
            &[("due", job.to_string())],
        ),
        Retry::UnderWay => Err(CliError::conflict(
            "job_running",
            "a worker has that job in hand at the moment",
        )
        .fix("wait until it ends: `consentry job list` shows how")),
        Retry::Unknown => Err(unknown()),
    }
}

fn retry_all_failed(global: &Global) -> Result<(), CliError> {
    let mut context = global.open()?;
    let now = context.now;
    let due = db::write_on(&mut context.conn, |conn| Ok(queue::retry_all_failed(conn, now)?))?;
    output::one(global, &json!({"due": due}), &[("due", due.to_string())])
}

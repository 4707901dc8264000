//! `consentry workspace`.

mod member;

use clap::Subcommand;
use serde_json::json;

use crate::{
    audit::event::{Event, KeyEvent},
    cli::{CliError, Context, Global, input, output},
    platform::db,
    workspaces::{
        by::By,
        global, manage,
        refused::Refused,
        workspace::{self, Listed, Slug, Workspace},
    },
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make a workspace
    #[command(
        after_help = "Example:\n  consentry workspace create --slug northwind --name 'Northwind Traders'"
    )]
    Create {
        /// Its short name in addresses: 2 to 63 of a-z, 0-9 and single inner hyphens
        #[arg(long, value_parser = slug)]
        slug: Slug,
        /// As people call it
        #[arg(long, value_parser = name)]
        name: String,
    },
    /// List all workspaces
    #[command(after_help = "Example:\n  consentry workspace list --json")]
    List,
    /// Delete a workspace; for seven days it can be restored
    #[command(after_help = "\
On a terminal it asks for the slug first; a script says --yes.

Example:
  consentry workspace delete northwind --yes")]
    Delete {
        /// Its slug
        slug: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Have a deleted workspace back
    #[command(after_help = "Example:\n  consentry workspace restore northwind")]
    Restore {
        /// Its slug
        slug: String,
    },
    /// Say which plan a workspace has, or give it another
    #[command(after_help = "\
Plans are configuration: [[plans]]. Without a plan of its own a workspace has the first.

Example:
  consentry workspace plan northwind pro")]
    Plan {
        /// Its slug
        slug: String,
        /// The name of a plan
        plan: Option<String>,
    },
    /// Put people into a workspace, give them roles, take them out
    #[command(subcommand)]
    Member(member::Command),
}

pub(super) fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    match command {
        Command::Create { slug, name } => create(global, slug, name),
        Command::List => list(global),
        Command::Delete { slug, yes } => delete(global, slug, *yes),
        Command::Restore { slug } => restore(global, slug),
        Command::Plan { slug, plan } => self::plan(global, slug, plan.as_deref()),
        Command::Member(command) => member::run(global, command),
    }
}

fn create(global: &Global, slug: &Slug, name: &str) -> Result<(), CliError> {
    let mut context = global.open()?;
    let by = By::operator(context.now);
    let made = db::write_on(&mut context.conn, |conn| {
        manage::create(conn, &by, name, Some(slug))
    })?;
    let made = made.map_err(|_| {
        CliError::conflict(
            "workspace_exists",
            format!("the slug `{}` is taken", slug.as_str()),
        )
        .fix("choose another slug")
    })?;
    show(global, made)
}

fn list(global: &Global) -> Result<(), CliError> {
    let mut context = global.open()?;
    let all = workspace::list(&mut context.conn, None, i64::MAX)?;
    let deleted = |it: &Listed| it.deleted_at.map(output::time);
    let items: Vec<_> = all
        .iter()
        .map(|it| {
            json!({
                "id": it.id, "slug": it.slug, "name": it.name, "created_at": output::time(it.created_at),
                "deleted_at": deleted(it),
            })
        })
        .collect();
    let row = |it: &Listed| {
        vec![
            it.slug.clone(),
            it.name.clone(),
            it.id.to_string(),
            output::time(it.created_at),
            deleted(it).unwrap_or_default(),
        ]
    };
    output::list(
        global,
        &items,
        &output::Rows {
            headings: &["slug", "name", "id", "created_at", "deleted_at"],
            rows: all.iter().map(row).collect(),
        },
    )
}

fn delete(global: &Global, slug: &str, yes: bool) -> Result<(), CliError> {
    let mut context = global.open()?;
    let workspace = named(&mut context, slug)?;
    let consequence = format!(
        "deleting the workspace `{}` ends what everybody and every app may do in it",
        output::plain(&workspace.name)
    );
    input::confirm(yes, &consequence, &workspace.slug)?;
    let by = By::operator(context.now);
    let deleted = db::write_on(&mut context.conn, |conn| {
        manage::delete(conn, &by, workspace.id, &workspace.slug)
    })?;
    let deleted = deleted.map_err(|refused| refusal(refused, slug))?;
    let until = output::time(workspace::restorable_until(context.now));
    output::one(
        global,
        &json!({"id": deleted.id, "slug": deleted.slug, "deleted": true, "restorable_until": until}),
        &[("deleted", deleted.slug), ("restorable_until", until.clone())],
    )
}

fn restore(global: &Global, slug: &str) -> Result<(), CliError> {
    let mut context = global.open()?;
    let by = By::operator(context.now);
    let restored = db::write_on(&mut context.conn, |conn| manage::restore(conn, &by, slug))?;
    let restored = restored.map_err(|_| {
        CliError::not_found(format!(
            "no workspace with the slug `{}` was deleted in the last seven days",
            output::plain(slug)
        ))
    })?;
    show(global, restored)
}

fn plan(global: &Global, slug: &str, wanted: Option<&str>) -> Result<(), CliError> {
    let mut context = global.open()?;
    let workspace = named(&mut context, slug)?;
    let by = By::operator(context.now);
    let called = |stored: Option<&str>| match (stored, context.config.plan(stored)) {
        (Some(stored), None) => format!("{stored} (which is not configured)"),
        (_, plan) => plan.map(|plan| plan.name.clone()).unwrap_or_default(),
    };
    let before = called(workspace.plan.as_deref());
    if let Some(wanted) = wanted {
        if context.config.plan(Some(wanted)).is_none() {
            let names: Vec<_> = { context.config.plans.iter() }
                .map(|plan| plan.name.as_str())
                .collect();
            return Err(
                CliError::not_found(format!("no plan is called `{}`", output::plain(wanted)))
                    .fix(format!("the configuration has: {}", names.join(", "))),
            );
        }
        db::write_on(&mut context.conn, |conn| {
            if workspace::set_plan(conn, workspace.id, wanted)? {
                let event = KeyEvent::PlanChanged {
                    from: before.clone(),
                    plan: wanted.to_owned(),
                };
                by.note(
                    conn,
                    &Event::Key {
                        workspace: workspace.id,
                        event,
                    },
                )?;
            }
            Ok(())
        })?;
    }
    let now = wanted.map_or(before, str::to_owned);
    output::one(
        global,
        &json!({"id": workspace.id, "slug": workspace.slug, "plan": now}),
        &[("slug", workspace.slug), ("plan", now.clone())],
    )
}

fn show(global: &Global, workspace: Workspace) -> Result<(), CliError> {
    output::one(
        global,
        &json!({"id": workspace.id, "slug": workspace.slug, "name": workspace.name}),
        &[
            ("id", workspace.id.to_string()),
            ("slug", workspace.slug),
            ("name", workspace.name),
        ],
    )
}

/// Why something was not done in the workspace of this slug.
fn refusal(refused: Refused, slug: &str) -> CliError {
    let slug = output::plain(slug);
    match refused {
        Refused::LastOwner => CliError::conflict(
            "last_owner",
            format!("the workspace `{slug}` would be without an owner who can sign in"),
        )
        .fix("make somebody else an owner first: `consentry workspace member role`"),
        // Everything else is refused to people, and the operator is none.
        _ => CliError::not_found(format!(
            "they do not belong to the workspace `{slug}`, or it is gone"
        )),
    }
}

fn slug(text: &str) -> Result<Slug, &'static str> {
    Slug::parse(text).ok_or("a slug has 2 to 63 characters of a-z, 0-9 and single inner hyphens")
}

/// What people are called, and workspaces: visible text of at most 100 characters.
pub(super) fn name(text: &str) -> Result<String, &'static str> {
    workspace::name(text).ok_or("a name has 1 to 100 visible characters")
}

/// The workspace of a slug that somebody typed.
pub(super) fn named(context: &mut Context, slug: &str) -> Result<Workspace, CliError> {
    let now = context.now;
    if slug == global::SLUG {
        // Before the server has run for the first time: its first person is made at the command line.
        let config = &context.config;
        db::write_on(&mut context.conn, |conn| Ok(global::ensure(conn, config, now)?))?;
    }
    workspace::find(&mut context.conn, slug)?.ok_or_else(|| {
        CliError::not_found(format!("no workspace has the slug `{}`", output::plain(slug)))
            .fix("make it with `consentry workspace create --slug S --name N`")
    })
}

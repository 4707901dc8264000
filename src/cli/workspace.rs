//! `consentry workspace`.

use clap::Subcommand;
use serde_json::json;

use crate::{
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    cli::{CliError, Context, Global, output},
    platform::db,
    workspaces::{
        global,
        workspace::{self, Slug, Workspace},
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
}

pub(super) fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    let Command::Create { slug, name } = command;
    let mut context = global.open()?;
    let now = context.now;
    let made = db::write_on(&mut context.conn, |conn| {
        let made = workspace::create(conn, slug, name, now)?;
        if let Some(made) = &made {
            let event = Event::WorkspaceCreated { workspace: made.id };
            log::append(conn, Actor::Operator, &Origin::default(), &event, now)?;
        }
        Ok(made)
    })?;
    let made = made.ok_or_else(|| {
        CliError::conflict(
            "workspace_exists",
            format!("the slug `{}` is taken", slug.as_str()),
        )
        .fix("choose another slug")
    })?;
    output::one(
        global,
        &json!({"id": made.id, "slug": made.slug, "name": made.name}),
        &[
            ("id", made.id.to_string()),
            ("slug", made.slug),
            ("name", made.name),
        ],
    )
}

fn slug(text: &str) -> Result<Slug, &'static str> {
    Slug::parse(text).ok_or("a slug has 2 to 63 characters of a-z, 0-9 and single inner hyphens")
}

/// What people are called, and workspaces: visible text of at most 100 characters.
pub(super) fn name(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err("a name has 1 to 100 visible characters")
    }
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

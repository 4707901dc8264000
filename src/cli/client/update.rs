//! `consentry client update`.

use crate::{
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    cli::{
        CliError, Global,
        client::{fields::Fields, unknown, view::View},
        output,
    },
    oauth::client::registration,
    platform::{db, id::ClientId},
};

#[derive(clap::Args, Debug)]
#[command(after_help = "\
A list replaces the whole list. An empty --uri or --redirect-uri takes away what is registered.

Examples:
  consentry client update 01938f0e-5c1b-7c3e-9d7a-0d6f4c2b1a90 --access-token-ttl 600
  consentry client update 01938f0e-5c1b-7c3e-9d7a-0d6f4c2b1a90 --disable")]
pub(crate) struct Args {
    /// The `client_id`
    #[arg(value_name = "ID")]
    id: String,

    /// As people see it
    #[arg(long)]
    name: Option<String>,

    #[command(flatten)]
    fields: Fields,

    #[command(flatten)]
    access: Access,

    #[command(flatten)]
    word: Word,
}

#[derive(clap::Args, Debug)]
struct Access {
    /// Refuse its requests, and its tokens too, until it is enabled again
    #[arg(long, conflicts_with = "enable")]
    disable: bool,

    /// Let it in again
    #[arg(long)]
    enable: bool,
}

#[derive(clap::Args, Debug)]
struct Word {
    /// Vouch for it: people see that you know who makes it
    #[arg(long, conflicts_with = "unverified")]
    verified: bool,

    /// Vouch for it no more
    #[arg(long)]
    unverified: bool,
}

pub(super) fn run(global: &Global, args: Args) -> Result<(), CliError> {
    let id = ClientId::parse(&args.id).ok_or_else(|| unknown(&args.id))?;
    let metadata = args.fields.into_metadata(args.name);
    let mut context = global.open()?;
    let (config, now) = (&context.config, context.now);
    // A switch that is set, and to which of its two positions.
    let switch = |on: bool, off: bool| (on || off).then(|| on.then_some(now));
    let changed = db::write_on(&mut context.conn, |conn| {
        // Held, so that the rest of the registration still is what the changes were checked against.
        if !registration::lock(conn, id)? {
            return Ok(Err(unknown(&args.id)));
        }
        let Some(client) = registration::find(conn, id)? else {
            return Ok(Err(unknown(&args.id)));
        };
        let mut changes = match metadata.amend(&client, config) {
            Ok(changes) => changes,
            Err(bad) => return Ok(Err(bad.into())),
        };
        changes.disabled_at = switch(args.access.disable, args.access.enable);
        changes.verified_at = switch(args.word.verified, args.word.unverified);
        let fields = changes.fields();
        if fields.is_empty() {
            let nothing = CliError::usage("nothing is named that should change");
            return Ok(Err(
                nothing.fix("see `consentry client update --help` for what can be changed")
            ));
        }
        let Some(client) = registration::update(conn, id, &changes)? else {
            return Ok(Err(unknown(&args.id)));
        };
        let event = Event::ClientUpdated {
            client: id,
            workspace: client.workspace_id,
            fields,
        };
        log::append(conn, Actor::Operator, &Origin::default(), &event, now)?;
        Ok(Ok(client))
    })?;
    let client = changed?;
    let view = View::of(&client);
    output::one(global, &view, &view.fields(&client))
}

//! `consentry client create`.

use crate::{
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    cli::{
        CliError, Global,
        client::{fields::Fields, view::View},
        output, workspace,
    },
    oauth::client::{
        metadata::Registrar,
        registration::{self, Kind},
        secret,
    },
    platform::db,
};

#[derive(clap::Args, Debug)]
#[command(after_help = "\
An app has a secret unless it is --public; by default it may use authorization_code and \
refresh_token, and it must say which scopes it may ask for. A --resource-server is an API that asks \
about tokens: it has audiences, and none of the rest. With --workspace the client is for the people \
of that workspace only, and starts unverified.

Examples:
  consentry client create --name 'Report Builder' --scope 'analytics.read reviews.read' \\
    --default-scope analytics.read --redirect-uri https://reports.example/callback
  consentry client create --name 'Phone app' --public --scope posts.write \\
    --redirect-uri com.example.app:/callback http://127.0.0.1/callback
  consentry client create --name 'Nightly export' --scope analytics.read --workspace northwind \\
    --grant-type client_credentials
  consentry client create --name 'Northwind API' --resource-server --json \\
    --audience https://api.northwind.example")]
pub(crate) struct Args {
    /// As people see it
    #[arg(long)]
    name: String,

    /// It runs where no secret can be kept: on a device, in a browser
    #[arg(long, conflicts_with = "resource_server")]
    public: bool,

    /// It is an API that asks about tokens
    #[arg(
        long,
        requires = "audiences",
        conflicts_with_all = ["redirect_uris", "scope", "default_scope", "grant_types", "access_token_ttl",
            "refresh_token_ttl", "grant_ttl", "require_pkce", "token_format"]
    )]
    resource_server: bool,

    /// The slug of the workspace that it belongs to; without it the client is the operator's, for every workspace
    #[arg(long, value_name = "SLUG")]
    workspace: Option<String>,

    #[command(flatten)]
    fields: Fields,
}

pub(super) fn run(global: &Global, args: Args) -> Result<(), CliError> {
    let kind = match (args.public, args.resource_server) {
        (true, _) => Kind::Public,
        (false, true) => Kind::ResourceServer,
        (false, false) => Kind::Confidential,
    };
    let metadata = args.fields.into_metadata(Some(args.name));
    let mut context = global.open()?;
    let now = context.now;
    let registrar = match args.workspace.as_deref() {
        Some(slug) => Registrar::Workspace(workspace::named(&mut context, slug)?.id),
        None => Registrar::Operator,
    };
    let new = metadata.register(kind, registrar, &context.config, now)?;
    let (client, secret) = db::write_on(&mut context.conn, |conn| {
        let client = registration::create(conn, &new)?;
        let event = Event::ClientCreated {
            client: client.id,
            workspace: client.workspace_id,
            name: client.name.clone(),
        };
        log::append(conn, Actor::Operator, &Origin::default(), &event, now)?;
        // The first secret follows none, so there is no overlap.
        let secret = match kind {
            Kind::Public => None,
            Kind::Confidential | Kind::ResourceServer => {
                Some(secret::roll(conn, client.id, std::time::Duration::ZERO, now)?)
            }
        };
        Ok((client, secret))
    })?;
    let revealed = secret.map(|secret| secret.reveal(&context.config.vendor));
    let view = View::of(&client).with_secret(revealed.as_ref().map(|secret| secret.as_str()));
    output::one(global, &view, &view.fields(&client))?;
    if revealed.is_some() && !global.json {
        output::note("The secret is shown this once; `consentry client secret roll` makes another.");
    }
    Ok(())
}

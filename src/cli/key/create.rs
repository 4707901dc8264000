//! `consentry key create`.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{note, show};
use crate::{
    accounts::account::{self, Email},
    api_keys::{
        api_key::{self, Kind, NewKey},
        owner::Owner,
        service_account,
    },
    audit::event::KeyEvent,
    cli::{
        CliError, Context, Global, output,
        workspace::{name, named},
    },
    platform::{config::Role, db},
    wire::scope::Scope,
    workspaces::membership,
};

/// What a key lives for where nothing else is said.
const USUAL_DAYS: u32 = 90;

#[derive(clap::Args, Debug)]
pub(in crate::cli) struct Create {
    /// The workspace's slug
    #[arg(long, value_name = "SLUG")]
    workspace: String,
    /// The e-mail address of the member whose key it is
    #[arg(
        long,
        value_name = "EMAIL",
        conflicts_with = "service_account",
        required_unless_present = "service_account"
    )]
    owner: Option<String>,
    /// The name of the service account whose key it is; made if it is not there
    #[arg(long, value_name = "NAME", value_parser = name)]
    service_account: Option<String>,
    /// The role of a service account that is made: viewer, member or admin
    #[arg(long, value_parser = role, default_value = "member")]
    role: Role,
    /// As people call the key
    #[arg(long, value_parser = name)]
    name: String,
    /// Scopes of the catalogue, separated by blanks
    #[arg(long)]
    scope: String,
    /// How many days it lives, or never
    #[arg(long, value_name = "DAYS", value_parser = days)]
    expires_in: Option<Days>,
    /// A web page's origin that the key may stand in, which makes it a publishable key; may be repeated
    #[arg(long, value_parser = origin)]
    origin: Vec<String>,
    /// A network that it may be used from, like 192.0.2.0/24; may be repeated
    #[arg(long, value_parser = network)]
    network: Vec<IpNet>,
}

/// How long a key lives.
#[derive(Clone, Copy, Debug)]
enum Days {
    For(u32),
    Never,
}

pub(super) fn run(global: &Global, new: &Create) -> Result<(), CliError> {
    let mut context = global.open()?;
    let workspace = named(&mut context, &new.workspace)?;
    let scope = scope(&context, new)?;
    let plan = context.config.plan(workspace.plan.as_deref());
    if !plan.is_some_and(|plan| plan.can_use_api_access) {
        return Err(CliError::denied(
            "plan_required",
            "the workspace's plan has no API keys",
        ));
    }
    let now = context.now;
    let expires_at = match new.expires_in.unwrap_or(Days::For(USUAL_DAYS)) {
        Days::For(days) => Some(now + chrono::Duration::days(i64::from(days))),
        Days::Never => None,
    };
    let config = &context.config;
    let made = db::write_on(&mut context.conn, |conn| {
        let owner = match (&new.owner, &new.service_account) {
            (_, Some(name)) => {
                let found = service_account::find_named(conn, workspace.id, name)?;
                let made = match found {
                    Some(found) => Some(found),
                    None => {
                        let made = service_account::create(conn, workspace.id, (name, new.role), None, now)?;
                        if let Some(made) = &made {
                            let event = KeyEvent::ServiceAccountCreated {
                                service_account: made.id,
                                name: made.name.clone(),
                                role: made.role.as_str(),
                            };
                            note(conn, workspace.id, event, now)?;
                        }
                        made
                    }
                };
                made.map(|made| Owner::ServiceAccount(made.id))
            }
            (Some(email), None) => match Email::parse(email) {
                Some(email) => match account::find_with_password(conn, &email)? {
                    Some((account, _)) if membership::find(conn, account.id, workspace.id)?.is_some() => {
                        Some(Owner::Account(account.id))
                    }
                    Some(_) | None => None,
                },
                None => None,
            },
            (None, None) => None,
        };
        let Some(owner) = owner else {
            return Ok(None);
        };
        let new = NewKey {
            kind: if new.origin.is_empty() {
                Kind::Secret
            } else {
                Kind::Publishable
            },
            workspace_id: workspace.id,
            owner,
            name: &new.name,
            scope: &scope,
            origins: &new.origin,
            networks: &new.network,
            requests_per_minute: None,
            created_by: None,
            expires_at,
        };
        let (key, secret) = api_key::create(conn, &config.vendor, &new, now)?;
        let event = KeyEvent::Created {
            key: key.id,
            name: key.name.clone(),
            scope: scope.to_string(),
            last_four: secret.last_four(&config.vendor),
        };
        note(conn, workspace.id, event, now)?;
        Ok(Some((key, secret)))
    })?;
    let (key, secret) = made.ok_or_else(|| {
        CliError::not_found(format!(
            "nobody with that address belongs to the workspace `{}`",
            output::plain(&workspace.slug)
        ))
        .fix("name a member, or a service account with --service-account")
    })?;
    show(global, &mut context, &key, Some(&secret))
}

/// The scopes, each of which a key can have.
fn scope(context: &Context, new: &Create) -> Result<Scope, CliError> {
    let scope = Scope::parse(&new.scope).map_err(|bad| CliError::usage(bad.to_string()))?;
    if scope.is_empty() {
        return Err(CliError::usage("a key without scopes can do nothing").fix("name scopes with --scope"));
    }
    for name in scope.iter() {
        let Some(entry) = context.config.key_scope(name) else {
            return Err(CliError::usage(format!("`{name}` is no scope of the catalogue"))
                .fix("see `consentry config show`"));
        };
        if !new.origin.is_empty() && !entry.browser_safe {
            return Err(CliError::usage(format!(
                "`{name}` is not marked browser_safe, so no key in a web page can have it"
            )));
        }
    }
    Ok(scope)
}

fn role(text: &str) -> Result<Role, &'static str> {
    match Role::parse(text) {
        Some(Role::Owner) | None => Err("a service account is viewer, member or admin"),
        Some(role) => Ok(role),
    }
}

fn days(text: &str) -> Result<Days, &'static str> {
    match text {
        "never" => Ok(Days::Never),
        _ => match text.parse() {
            Ok(days @ 1..=3650) => Ok(Days::For(days)),
            Ok(_) | Err(_) => Err("a number of days from 1 to 3650, or never"),
        },
    }
}

/// As browsers write it (RFC 6454 §6.2): scheme, host and, where it is not the usual one, port.
fn origin(text: &str) -> Result<String, &'static str> {
    let url = url::Url::parse(text).map_err(|_| "an origin like https://www.example.com")?;
    let written = url.origin().ascii_serialization();
    if matches!(url.scheme(), "https" | "http") && written == text {
        Ok(written)
    } else {
        Err("an origin as browsers write it, like https://www.example.com: no path, no usual port")
    }
}

/// Without the part that names a machine in it: that is how it is stored.
fn network(text: &str) -> Result<IpNet, &'static str> {
    let network = text.parse::<IpNet>().map(|network| network.trunc());
    network
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| "a network like 192.0.2.0/24, or an address")
}

//! `consentry key`: API keys, as the operator makes, sees and ends them.

mod create;

use std::time::Duration;

use clap::Subcommand;
use serde_json::{Value, json};

use crate::{
    access::{
        answer::Answer,
        resolve::{Dead, From, Question, resolve},
    },
    api_keys::{
        api_key::{self, ApiKey, Because, ShownSecret},
        owner::Owner,
    },
    audit::{
        event::{Event, KeyEvent},
        log::{self, Actor, Origin},
    },
    cli::{CliError, Context, Global, input, output, workspace::named},
    platform::{
        clock::Timestamp,
        db,
        id::{ApiKeyId, WorkspaceId},
        secret::Secret,
    },
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make a key; it is printed once
    #[command(after_help = "\
The key acts in the workspace, and can do what its scopes, its owner's role and the workspace's plan allow.

Example:
  consentry key create --workspace northwind --service-account ci --role member --name deploy --scope 'posts.write'")]
    Create(create::Create),
    /// List the keys of a workspace, newest first
    #[command(after_help = "Example:\n  consentry key list --workspace northwind --json")]
    List {
        /// The workspace's slug
        #[arg(long, value_name = "SLUG")]
        workspace: String,
    },
    /// Show a key, never its secret
    #[command(after_help = "Example:\n  consentry key show 01938a5e-7c00-7000-8000-0123456789ab")]
    Show {
        /// Its id
        id: String,
    },
    /// Give a key a new secret, which is printed once
    #[command(after_help = "\
The older secret works on for the overlap: 0, 1h, 24h or 7d.

Example:
  consentry key roll 01938a5e-7c00-7000-8000-0123456789ab --overlap 24h")]
    Roll {
        /// Its id
        id: String,
        /// How long the older secret works on
        #[arg(long, default_value = "24h", value_parser = overlap)]
        overlap: Duration,
    },
    /// End a key for good
    #[command(after_help = "\
On a terminal it asks for the key's name first; a script says --yes.

Example:
  consentry key revoke 01938a5e-7c00-7000-8000-0123456789ab --yes")]
    Revoke {
        /// Its id
        id: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Ask whether a key works, and what it can do
    #[command(after_help = "\
The key is one line on standard input. Of a key that is bound to addresses or web pages, say from where it comes.

Example:
  consentry key verify < key.txt")]
    Verify {
        /// The address that it is used from
        #[arg(long)]
        address: Option<std::net::IpAddr>,
        /// The origin of the web page that it is used on
        #[arg(long)]
        origin: Option<String>,
    },
}

pub(super) fn run(global: &Global, command: &Command) -> Result<(), CliError> {
    match command {
        Command::Create(new) => create::run(global, new),
        Command::List { workspace } => list(global, workspace),
        Command::Show { id } => {
            let mut context = global.open()?;
            let key = find(&mut context, id)?;
            show(global, &mut context, &key, None)
        }
        Command::Roll { id, overlap } => roll(global, id, *overlap),
        Command::Revoke { id, yes } => revoke(global, id, *yes),
        Command::Verify { address, origin } => verify(
            global,
            From {
                address: *address,
                origin: origin.as_deref(),
            },
        ),
    }
}

fn note(
    conn: &mut diesel::PgConnection,
    workspace: WorkspaceId,
    event: KeyEvent,
    now: Timestamp,
) -> diesel::QueryResult<()> {
    let event = Event::Key { workspace, event };
    log::append(conn, Actor::Operator, &Origin::default(), &event, now)
}

fn list(global: &Global, slug: &str) -> Result<(), CliError> {
    let mut context = global.open()?;
    let workspace = named(&mut context, slug)?;
    let keys = api_key::list(&mut context.conn, workspace.id, None, (None, i64::MAX))?;
    let ids: Vec<_> = keys.iter().map(|key| key.id).collect();
    let secrets = api_key::secrets(&mut context.conn, &ids, context.now)?;
    let items: Vec<_> = keys.iter().map(|key| told(key, &secrets, context.now)).collect();
    let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    output::list(
        global,
        &items,
        &output::Rows {
            headings: &["id", "name", "state", "ends_in", "expires_at", "last_used_at"],
            rows: items
                .iter()
                .map(|item| {
                    ["id", "name", "state", "last_four", "expires_at", "last_used_at"]
                        .map(|name| text(item, name))
                        .to_vec()
                })
                .collect(),
        },
    )
}

/// A key without its secret, newest secret first.
fn told(key: &ApiKey, secrets: &[ShownSecret], now: Timestamp) -> Value {
    let own: Vec<_> = secrets.iter().filter(|secret| secret.key_id == key.id).collect();
    let state = match (key.revoked_at, key.expires_at) {
        (Some(_), _) => "revoked",
        (None, Some(end)) if end <= now => "expired",
        (None, _) if own.len() > 1 => "rolling",
        (None, _) => "active",
    };
    json!({
        "id": key.id, "name": key.name, "kind": key.kind.as_str(), "state": state,
        "workspace_id": key.workspace_id,
        "owner": key.owner().map(Owner::uuid),
        "scope": key.scope.to_string(),
        "origins": key.origins, "networks": key.networks.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "last_four": own.first().map(|secret| secret.last_four.clone()),
        "created_at": output::time(key.created_at),
        "expires_at": key.expires_at.map(output::time),
        "revoked_at": key.revoked_at.map(output::time),
        "last_used_at": key.last_used_at.map(output::time),
        "older_secret": own.get(1).map(|older| json!({
            "last_four": older.last_four,
            "expires_at": older.expires_at.map(output::time),
            "last_used_at": older.last_used_at.map(output::time),
        })),
    })
}

fn show(
    global: &Global,
    context: &mut Context,
    key: &ApiKey,
    secret: Option<&Secret>,
) -> Result<(), CliError> {
    let secrets = api_key::secrets(&mut context.conn, &[key.id], context.now)?;
    let mut json = told(key, &secrets, context.now);
    let mut fields: Vec<(&str, String)> = Vec::new();
    if let Some(secret) = secret {
        let revealed = secret.reveal(&context.config.vendor);
        json["key"] = json!(*revealed);
        fields.push(("key", revealed.to_string()));
        output::note("This key is printed once. Whoever loses it rolls it: consentry key roll");
    }
    for name in [
        "id",
        "name",
        "kind",
        "state",
        "scope",
        "last_four",
        "created_at",
        "expires_at",
    ] {
        if let Some(text) = json[name].as_str() {
            fields.push((name, text.to_owned()));
        }
    }
    output::one(global, &json, &fields)
}

fn find(context: &mut Context, id: &str) -> Result<ApiKey, CliError> {
    let key = match ApiKeyId::parse(id) {
        Some(id) => api_key::hold(&mut context.conn, id)?,
        None => None,
    };
    key.ok_or_else(|| CliError::not_found(format!("no API key has the id `{}`", output::plain(id))))
}

fn roll(global: &Global, id: &str, overlap: Duration) -> Result<(), CliError> {
    let mut context = global.open()?;
    let key = find(&mut context, id)?;
    let (now, vendor) = (context.now, context.config.vendor.clone());
    let rolled = db::write_on(&mut context.conn, |conn| {
        let Some(secret) = api_key::roll(conn, &vendor, key.id, overlap, now)? else {
            return Ok(None);
        };
        let event = KeyEvent::Rotated {
            key: key.id,
            overlap_seconds: overlap.as_secs(),
            last_four: secret.last_four(&vendor),
        };
        note(conn, key.workspace_id, event, now)?;
        Ok(Some(secret))
    })?;
    let secret = rolled.ok_or_else(|| {
        CliError::conflict("key_revoked", "the key was revoked, and stays so").fix("make a new one")
    })?;
    show(global, &mut context, &key, Some(&secret))
}

fn revoke(global: &Global, id: &str, yes: bool) -> Result<(), CliError> {
    let mut context = global.open()?;
    let key = find(&mut context, id)?;
    let consequence = format!(
        "revoking the key `{}` ends it for good, and every token that was made with it",
        output::plain(&key.name)
    );
    input::confirm(yes, &consequence, &key.name)?;
    let now = context.now;
    db::write_on(&mut context.conn, |conn| {
        let because = Because::Operator;
        if api_key::revoke(conn, key.workspace_id, key.id, because, now)? {
            let event = KeyEvent::Revoked {
                key: key.id,
                because: because.as_str(),
            };
            note(conn, key.workspace_id, event, now)?;
        }
        Ok(())
    })?;
    output::one(
        global,
        &json!({"id": key.id, "revoked": true}),
        &[("revoked", key.id.to_string())],
    )
}

fn verify(global: &Global, from: From<'_>) -> Result<(), CliError> {
    let key = input::secret_line("key")?;
    let mut context = global.open()?;
    let question = Question {
        token: key.trim(),
        workspace: None,
        from,
    };
    match resolve(&mut context.conn, &context.config, question, context.now)? {
        Ok(credential) if credential.key().is_some() => {
            output::json(&Answer::to_operator(&credential, &context.config))
        }
        Ok(_) | Err(Dead::Unknown) => output::json(&json!({"active": false})),
        Err(dead) => output::json(&json!({"active": false, "code": dead.code()})),
    }
}

fn overlap(text: &str) -> Result<Duration, &'static str> {
    match text {
        "0" => Ok(Duration::ZERO),
        "1h" => Ok(Duration::from_hours(1)),
        "24h" => Ok(Duration::from_hours(24)),
        "7d" => Ok(Duration::from_hours(7 * 24)),
        _ => Err("0, 1h, 24h or 7d"),
    }
}

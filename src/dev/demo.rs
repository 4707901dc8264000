//! The demo data of `consentry dev`: one workspace, one person, an app, a native app and an API.
//!
//! Made once; each start finds it again through `demo.json`, and mends what is missing.

use std::time::Duration;

use diesel::PgConnection;
use serde_json::{Value, json};

use crate::{
    accounts::account::{self, Email, NewAccount, Verified},
    api_keys::{
        api_key::{self, NewKey},
        facts,
        owner::Owner,
        standing::standing,
    },
    audit::{
        event::{Event, KeyEvent},
        log::{self, Actor, Origin},
    },
    dev::playground,
    oauth::client::{
        registration::{self, Changes, Client, Kind, NewClient, TokenFormat},
        secret,
    },
    platform::{
        clock::Timestamp,
        config::{Config, Role},
        db::Internal,
        id::{AccountId, ClientId},
        password,
        secret::Secret,
    },
    wire::{grant_type::GrantType, scope::Scope},
    workspaces::{
        membership,
        workspace::{self, Slug, Workspace},
    },
};

const EMAIL: &str = "mara@northwind.example";
const SLUG: &str = "northwind";

/// What the pages and the banner of `dev` show.
#[derive(Clone)]
pub struct Demo {
    /// As written to `demo.json`.
    pub json: Value,
}

impl Demo {
    /// A text of it, by its JSON pointer.
    pub(super) fn text(&self, pointer: &str) -> &str {
        self.json
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The person's address.
    #[must_use]
    pub fn email(&self) -> &str {
        self.text("/user/email")
    }

    /// The person's password.
    #[must_use]
    pub fn password(&self) -> &str {
        self.text("/user/password")
    }

    /// The person's API key.
    #[must_use]
    pub fn api_key(&self) -> &str {
        self.text("/api_key")
    }

    /// The beginning of the demo client's flow.
    #[must_use]
    pub fn authorize_url(&self) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", self.text("/client/client_id"))
            .append_pair("redirect_uri", self.text("/client/redirect_uri"))
            .append_pair("scope", "analytics.read posts.write reviews.read")
            .append_pair("state", "demo")
            .finish();
        format!("{}/oauth/authorize?{query}", self.text("/issuer"))
    }

    /// How the demo client exchanges a code.
    #[must_use]
    pub fn exchange_command(&self, code: &str) -> String {
        format!(
            "curl -s {}/oauth/token -u {}:{} -d grant_type=authorization_code -d redirect_uri={} -d code={code}",
            self.text("/issuer"),
            self.text("/client/client_id"),
            self.text("/client/client_secret"),
            self.text("/client/redirect_uri"),
        )
    }

    /// How the demo API asks about a token.
    #[must_use]
    pub fn introspect_command(&self, token: &str) -> String {
        format!(
            "curl -s {}/oauth/token/introspect -u {}:{} -d token={token}",
            self.text("/issuer"),
            self.text("/resource_server/client_id"),
            self.text("/resource_server/client_secret"),
        )
    }
}

/// Makes or mends the demo data; `before` is what `demo.json` said at the last start.
///
/// # Errors
/// The database's; nothing is changed then.
pub fn ensure(
    conn: &mut PgConnection,
    config: &Config,
    before: Option<&Value>,
    password: &str,
    now: Timestamp,
) -> Result<Demo, Internal> {
    let workspace = workspace(conn, now)?;
    let mara = person(conn, &workspace, password, now)?;
    let all: Vec<String> = config
        .resources
        .iter()
        .flat_map(|resource| resource.scopes.iter().map(|scope| scope.name.clone()))
        .collect();
    let audience = config
        .resources
        .first()
        .map(|resource| resource.audience.clone())
        .unwrap_or_default();
    let redirect_uri = config.issuer.url("/dev/callback");
    let playground = config.issuer.url(playground::CALLBACK);
    let loopback = "http://127.0.0.1/callback".to_owned();
    let default: Vec<String> = all.first().cloned().into_iter().collect();

    let template = NewClient {
        id: ClientId::generate(now),
        workspace_id: None,
        name: "Demo app".to_owned(),
        uri: Some(config.issuer.as_str().to_owned()),
        kind: Kind::Confidential.as_str(),
        redirect_uris: vec![redirect_uri.clone(), playground.clone()],
        grant_types: [GrantType::AuthorizationCode, GrantType::RefreshToken]
            .map(|it| it.as_str().to_owned())
            .to_vec(),
        scope: all,
        default_scope: default,
        audiences: Vec::new(),
        require_pkce: false,
        token_format: TokenFormat::Opaque.as_str(),
        access_token_seconds: None,
        refresh_token_seconds: None,
        grant_seconds: None,
        created_at: now,
        verified_at: Some(now),
    };
    let public = NewClient {
        id: ClientId::generate(now),
        name: "Demo desktop app".to_owned(),
        kind: Kind::Public.as_str(),
        redirect_uris: vec![loopback.clone(), playground],
        require_pkce: true,
        ..template.clone()
    };
    let api = NewClient {
        id: ClientId::generate(now),
        name: "Demo API".to_owned(),
        kind: Kind::ResourceServer.as_str(),
        redirect_uris: Vec::new(),
        grant_types: Vec::new(),
        scope: Vec::new(),
        default_scope: Vec::new(),
        audiences: vec![audience.clone()],
        ..template.clone()
    };
    let known = |pointer: &str| {
        before
            .and_then(|json| json.pointer(pointer))
            .and_then(Value::as_str)
    };
    let (app_id, app_secret) = client(
        conn,
        config,
        &template,
        known("/client/client_id"),
        known("/client/client_secret"),
        now,
    )?;
    let (public_id, _) = client(
        conn,
        config,
        &public,
        known("/public_client/client_id"),
        None,
        now,
    )?;
    let (resource_server_id, resource_server_secret) = client(
        conn,
        config,
        &api,
        known("/resource_server/client_id"),
        known("/resource_server/client_secret"),
        now,
    )?;
    let key = api_key(conn, config, (&workspace, mara), before, now)?;
    Ok(Demo {
        json: json!({
            "issuer": config.issuer.as_str(),
            "user": {"email": EMAIL, "password": password},
            "workspace": {"id": workspace.id, "slug": workspace.slug},
            "client": {"client_id": app_id, "client_secret": app_secret, "redirect_uri": redirect_uri},
            "public_client": {"client_id": public_id, "redirect_uri": loopback},
            "resource_server": {"client_id": resource_server_id, "client_secret": resource_server_secret, "audience": audience},
            "api_key": key,
        }),
    })
}

fn workspace(conn: &mut PgConnection, now: Timestamp) -> Result<Workspace, Internal> {
    if let Some(workspace) = workspace::find(conn, SLUG)? {
        return Ok(workspace);
    }
    let slug = Slug::parse(SLUG).ok_or_else(|| Internal::Fault("the demo's slug is no slug".to_owned()))?;
    let made = workspace::create(conn, &slug, "Northwind", now)?;
    let workspace =
        made.ok_or_else(|| Internal::Fault("the demo's workspace was deleted; use --reset".to_owned()))?;
    append(
        conn,
        &Event::WorkspaceCreated {
            workspace: workspace.id,
        },
        now,
    )?;
    Ok(workspace)
}

fn person(
    conn: &mut PgConnection,
    workspace: &Workspace,
    password: &str,
    now: Timestamp,
) -> Result<AccountId, Internal> {
    let email =
        Email::parse(EMAIL).ok_or_else(|| Internal::Fault("the demo's address is no address".to_owned()))?;
    let account = match account::find_with_password(conn, &email)? {
        Some((account, hash)) => {
            if !hash.is_some_and(|hash| password::is_right(password, &hash)) {
                account::set_password(conn, account.id, &password::hash(password))?;
            }
            account
        }
        None => {
            let new = NewAccount {
                email: &email,
                name: "Mara Lindqvist",
                password_hash: Some(&password::hash(password)),
                verified: Verified::Yes,
            };
            let made = account::create(conn, &new, now)?;
            let account =
                made.ok_or_else(|| Internal::Unavailable("another process makes the demo data".to_owned()))?;
            append(conn, &Event::AccountCreated { account: account.id }, now)?;
            account
        }
    };
    if membership::add(conn, workspace.id, account.id, Role::Owner, now)? {
        let event = Event::MemberAdded {
            workspace: workspace.id,
            account: account.id,
            role: Role::Owner.as_str(),
        };
        append(conn, &event, now)?;
    }
    Ok(account.id)
}

/// The key of the last start, or a new one if that does not work any more.
fn api_key(
    conn: &mut PgConnection,
    config: &Config,
    (workspace, mara): (&Workspace, AccountId),
    before: Option<&Value>,
    now: Timestamp,
) -> Result<String, Internal> {
    let known = before.and_then(|json| json["api_key"].as_str());
    if let Some(known) = known
        && let Some(presented) = Secret::parse(&config.vendor, known)
        && let Some((facts, secret)) = facts::find(conn, &presented)?
        && standing(&facts, Some(&secret), config, now).is_ok()
    {
        return Ok(known.to_owned());
    }
    let entries = config.resources.iter().flat_map(|resource| &resource.scopes);
    let scope = Scope::from_stored(entries.map(|entry| entry.name.clone()).collect());
    let new = NewKey {
        kind: api_key::Kind::Secret,
        workspace_id: workspace.id,
        owner: Owner::Account(mara),
        name: "Demo key",
        scope: &scope,
        origins: &[],
        networks: &[],
        requests_per_minute: None,
        created_by: None,
        expires_at: None,
    };
    let (key, secret) = api_key::create(conn, &config.vendor, &new, now)?;
    let event = KeyEvent::Created {
        key: key.id,
        name: key.name,
        scope: scope.to_string(),
        last_four: secret.last_four(&config.vendor),
    };
    let workspace = workspace.id;
    append(conn, &Event::Key { workspace, event }, now)?;
    Ok(secret.reveal(&config.vendor).to_string())
}

/// The client of the last start, or a new one; and its secret, a new one if the old one does not work any more.
fn client(
    conn: &mut PgConnection,
    config: &Config,
    new: &NewClient,
    known_id: Option<&str>,
    known_secret: Option<&str>,
    now: Timestamp,
) -> Result<(ClientId, Option<String>), Internal> {
    let presented = known_secret.and_then(|secret| Secret::parse(&config.vendor, secret));
    let found = match known_id.and_then(ClientId::parse) {
        Some(id) => secret::find_with_client(conn, id, presented.as_ref(), now)?,
        None => None,
    };
    let (client, proved): (Client, bool) = match found {
        Some((client, proved)) => {
            // The port of the issuer may be another than last time.
            if client.redirect_uris != new.redirect_uris || client.uri != new.uri {
                let changes = Changes {
                    redirect_uris: Some(new.redirect_uris.clone()),
                    uri: Some(new.uri.clone()),
                    ..Changes::default()
                };
                registration::update(conn, client.id, &changes)?;
            }
            (client, proved)
        }
        None => {
            let client = registration::create(conn, new)?;
            append(
                conn,
                &Event::ClientCreated {
                    client: client.id,
                    workspace: None,
                    name: client.name.clone(),
                },
                now,
            )?;
            (client, false)
        }
    };
    let secret = match (client.kind, proved, known_secret) {
        (Kind::Public, _, _) => None,
        (Kind::Confidential | Kind::ResourceServer, true, Some(known)) => Some(known.to_owned()),
        (Kind::Confidential | Kind::ResourceServer, _, _) => {
            let secret = secret::roll(conn, client.id, Duration::ZERO, now)?;
            Some(secret.reveal(&config.vendor).to_string())
        }
    };
    Ok((client.id, secret))
}

fn append(conn: &mut PgConnection, event: &Event, now: Timestamp) -> Result<(), Internal> {
    Ok(log::append(
        conn,
        Actor::Operator,
        &Origin::default(),
        event,
        now,
    )?)
}

//! Who and what the loads need: clients, people with their browsers, their grants, tokens that nobody has asked about.
//!
//! Clients are made with the command line, sessions and grants by the real flow over HTTP. People are stored directly,
//! because their passwords are hashed once for all; and so are the tokens that are asked about only once.

use consentry::{
    accounts::account::{self, Email, NewAccount, Verified},
    platform::{
        clock::Clock,
        config::Role,
        password,
        secret::{Kind, Secret},
    },
    workspaces::{membership, workspace},
};
use diesel::{
    PgConnection, RunQueryDsl as _,
    connection::SimpleConnection as _,
    sql_query,
    sql_types::{Array, Binary, Uuid as SqlUuid},
};
use serde_json::Value;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::{
    Outcome,
    browser::{Answer, Browser},
    http::{Connection, basic, form, request},
    pgbench,
    server::Installation,
};

/// What is asked for.
const SCOPE: &str = "analytics.read posts.write";

/// Where the web client takes people back; nobody goes there.
const CALLBACK: &str = "https://client.example/callback";

const WORKSPACE: &str = "acme";
/// Of every person.
pub const PASSWORD: &str = "correct horse battery";
const VENDOR: &str = "cst";

/// How many rows one statement stores.
const BATCH: usize = 5_000;

/// A registered client.
pub struct Client {
    /// Its id.
    pub id: String,
    /// Its `Authorization` header.
    pub authorization: String,
    /// The row of its secret.
    secret_id: Uuid,
}

impl Client {
    fn create(installation: &Installation, args: &[&str]) -> Outcome<Self> {
        let made = installation.cli(&[&["client", "create"], args].concat())?;
        let (id, secret) = (text(&made, "client_id")?, text(&made, "client_secret")?);
        let parsed = Secret::parse(VENDOR, secret).ok_or("the client's secret is not of our form")?;
        Ok(Self {
            id: id.to_owned(),
            authorization: basic(id, secret),
            secret_id: parsed.id(),
        })
    }
}

/// A signed-in person, who has let the web client in.
pub struct Person {
    /// With their session.
    pub browser: Browser,
    /// What the client got.
    pub access_token: String,
    /// What the client got.
    pub refresh_token: String,
}

/// Everything that stands when the loads begin.
pub struct Stage {
    /// The issuer.
    pub origin: String,
    /// What requests name as `Host`.
    pub host: String,
    /// Lets people in.
    pub web: Client,
    /// Acts as itself in a workspace.
    pub service: Client,
    /// Asks about tokens.
    pub api: Client,
    workspace_id: String,
    prefix: String,
}

impl Stage {
    /// Registers the clients.
    pub fn new(installation: &Installation) -> Outcome<Self> {
        let made = installation.cli(&["workspace", "create", "--slug", WORKSPACE, "--name", "Acme"])?;
        let create = |args: &[&str]| Client::create(installation, args);
        let now = Clock::system().now();
        Ok(Self {
            origin: installation.origin(),
            host: installation.address.to_string(),
            web: create(&["--name", "Web", "--scope", SCOPE, "--redirect-uri", CALLBACK])?,
            service: create(
                &[
                    &[
                        "--name",
                        "Service",
                        "--workspace",
                        WORKSPACE,
                        "--scope",
                        "analytics.read",
                    ][..],
                    &[
                        "--default-scope",
                        "analytics.read",
                        "--grant-type",
                        "client_credentials",
                    ],
                ]
                .concat(),
            )?,
            api: create(&[
                "--name",
                "API",
                "--resource-server",
                "--audience",
                "https://api.example",
            ])?,
            workspace_id: text(&made, "id")?.to_owned(),
            prefix: format!("{:012x}70008000", now.timestamp_millis()),
        })
    }

    /// Makes so many people, who sign in and let the web client in, one after the other.
    pub fn people(
        &self,
        conn: &mut PgConnection,
        runtime: &Runtime,
        count: usize,
        installation: &Installation,
    ) -> Outcome<Vec<Person>> {
        let now = Clock::system().now();
        let hash = password::hash(PASSWORD);
        let place = workspace::find(conn, WORKSPACE)?.ok_or("the workspace is gone")?;
        let mut people = Vec::with_capacity(count);
        for number in 0..count {
            let address = format!("person{number}@people.example");
            let email = Email::parse(&address).ok_or("not an address")?;
            let new = NewAccount {
                email: &email,
                name: "Person",
                password_hash: Some(&hash),
                verified: Verified::Yes,
            };
            let made = account::create(conn, &new, now)?.ok_or("the address is taken")?;
            membership::add(conn, place.id, made.id, Role::Member, now)?;
            let signed_in = async {
                let mut connection = Connection::open(installation.address).await?;
                self.connect(&mut connection, &address).await
            };
            people.push(runtime.block_on(signed_in)?);
        }
        Ok(people)
    }

    async fn connect(&self, connection: &mut Connection, email: &str) -> Outcome<Person> {
        let mut browser = Browser::new(&self.origin);
        let page = browser.visit(connection, &self.authorize_path(&[])).await?;
        let form = page
            .form("/login")?
            .with("email", email)
            .with("password", PASSWORD);
        let answer = browser.submit(connection, &form).await?;
        let page = browser.follow(connection, answer).await?;
        let answer = allow(&mut browser, connection, &page).await?;
        let redeem = self.token_request(&self.web, &redemption(&answer.code()?));
        let reply = connection.send(&redeem).await?.expect(200, "refresh_token")?;
        let (access, refresh) = (reply.member("access_token")?, reply.member("refresh_token")?);
        Ok(Person {
            access_token: access.to_owned(),
            refresh_token: refresh.to_owned(),
            browser,
        })
    }

    /// Where the web client sends people.
    pub fn authorize_path(&self, more: &[(&str, &str)]) -> String {
        let params = [
            ("response_type", "code"),
            ("client_id", &self.web.id),
            ("redirect_uri", CALLBACK),
            ("scope", SCOPE),
            ("state", "a-state-of-the-client"),
        ];
        format!("/oauth/authorize?{}", form(&[&params[..], more].concat()))
    }

    /// A request to the token endpoint.
    pub fn token_request(&self, client: &Client, body: &str) -> Vec<u8> {
        let headers = [("authorization", client.authorization.as_str())];
        request(&self.host, "/oauth/token", &headers, Some(body))
    }

    /// A request about a token.
    pub fn introspection(&self, token: &str) -> Vec<u8> {
        let headers = [("authorization", self.api.authorization.as_str())];
        request(
            &self.host,
            "/oauth/token/introspect",
            &headers,
            Some(&form(&[("token", token)])),
        )
    }

    /// Makes what the scripts of `pgbench` stand on.
    pub fn prepare_floors(&self, conn: &mut PgConnection) -> Outcome<()> {
        let prepare = pgbench::text("prepare")?.replace(":prefix", &format!("'{}'", self.prefix));
        conn.batch_execute(&prepare)?;
        // The plans of a database that knows its tables, from the first round on.
        Ok(conn.batch_execute("VACUUM ANALYZE")?)
    }

    /// What the scripts of `pgbench` call `:name`. `client` is the one whose operation it is.
    pub fn variables(&self, client: &Client) -> Vec<(&'static str, String)> {
        vec![
            ("client", client.id.clone()),
            ("secret", client.secret_id.to_string()),
            ("workspace", self.workspace_id.clone()),
            ("prefix", self.prefix.clone()),
        ]
    }
}

/// Stores so many live tokens that nobody has asked about: copies of those of these people, each with an id and a digest
/// of its own.
pub fn unseen_tokens(conn: &mut PgConnection, like: &[String], count: usize) -> Outcome<Vec<String>> {
    let models: Vec<Uuid> = like
        .iter()
        .filter_map(|token| Some(Secret::parse(VENDOR, token)?.id()))
        .collect();
    let now = Clock::system().now();
    let secrets: Vec<Secret> = (0..count)
        .map(|_| Secret::generate(Kind::AccessToken, now))
        .collect();
    for batch in secrets.chunks(BATCH) {
        let ids: Vec<Uuid> = batch.iter().map(Secret::id).collect();
        let digests: Vec<Vec<u8>> = batch.iter().map(|it| it.digest().as_bytes().to_vec()).collect();
        sql_query(
                "INSERT INTO access_token (id, digest, grant_id, client_id, account_id, workspace_id, scope, audience, issued_at, \
                     expires_at) \
                 SELECT n.id, n.digest, a.grant_id, a.client_id, a.account_id, a.workspace_id, a.scope, a.audience, a.issued_at, \
                     a.expires_at \
                 FROM unnest($1, $2) WITH ORDINALITY n(id, digest, place) \
                 JOIN unnest($3) WITH ORDINALITY m(id, place) ON m.place = n.place % cardinality($3) + 1 \
                 JOIN access_token a ON a.id = m.id",
            )
            .bind::<Array<SqlUuid>, _>(ids)
            .bind::<Array<Binary>, _>(digests)
            .bind::<Array<SqlUuid>, _>(&models)
            .execute(conn)?;
    }
    Ok(secrets
        .iter()
        .map(|secret| secret.reveal(VENDOR).to_string())
        .collect())
}

/// Answers the consent page.
pub async fn allow(browser: &mut Browser, connection: &mut Connection, page: &Answer) -> Outcome<Answer> {
    let form = page.form("/oauth/authorize/")?.with("decision", "allow");
    browser.submit(connection, &form).await
}

/// The body that exchanges a code of the web client.
pub fn redemption(code: &str) -> String {
    form(&[
        ("grant_type", "authorization_code"),
        ("redirect_uri", CALLBACK),
        ("code", code),
    ])
}

fn text<'a>(json: &'a Value, name: &str) -> Outcome<&'a str> {
    json[name]
        .as_str()
        .ok_or_else(|| format!("no {name} in {json}").into())
}

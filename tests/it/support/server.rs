//! A server of one test's own.

use std::{
    net::TcpListener,
    sync::{Arc, OnceLock, mpsc},
    thread,
    time::Duration,
};

use consentry::{
    accounts::account::{self, Account, Email, NewAccount, Verified},
    app::App,
    dev::{
        demo::{self, Demo},
        routes::{DevRoutes, TestClock},
    },
    platform::{
        clock::Clock,
        config::{Config, Role, Sources},
        password,
    },
    web::connection::Patience,
    workspaces::{
        membership,
        workspace::{self, Slug, Workspace},
    },
};

use super::{
    browser::Browser,
    client::{Registered, Registration},
    cluster::Database,
};

/// The resource of the tests' catalogue.
pub const AUDIENCE: &str = "https://api.example";

/// A second one.
pub const OTHER_AUDIENCE: &str = "https://other.example";

/// The password of every person.
pub const PASSWORD: &str = "correct horse battery";

const CATALOGUE: &str = r#"
[secrets]
sealing_keys = ["0101010101010101010101010101010101010101010101010101010101010101"]
[branding]
product_name = "Testwind"
[rate_limits]
token = 60_000
revocation = 60_000
credential_failures = 60_000
sign_in = 60_000
register = 60_000
reset = 60_000
verify = 60_000
invite = 60_000
[[resources]]
audience = "https://api.example"
name = "API"
scopes = [
  { name = "analytics.read", title = "See analytics", sentence = "See the numbers.", effect = "reads" },
  { name = "posts.write", title = "Write posts", sentence = "Create and change posts.", effect = "changes" },
  { name = "reviews.read", title = "See reviews", sentence = "See what customers wrote.", effect = "reads", optional = true },
  { name = "members.write", title = "Manage members", sentence = "Invite and remove.", effect = "changes", minimum_role = "admin" },
  { name = "profile.read", title = "See your address", sentence = "See who you are.", effect = "reads", reveals_username = true },
]
[[resources]]
audience = "https://other.example"
name = "Other API"
scopes = [
  { name = "other.read", title = "See other things", sentence = "See other things.", effect = "reads" },
]
"#;

/// The configuration of the tests; `extra` is TOML that is laid over it.
pub fn config(issuer: &str, database_url: &str, extra: &str) -> Config {
    let file = (!extra.is_empty()).then(|| {
        let path =
            std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.toml", uuid::Uuid::now_v7()));
        std::fs::write(&path, extra).unwrap();
        path
    });
    let loaded = Config::load(Sources {
        default_toml: Some(CATALOGUE.to_owned()),
        file: file.clone(),
        overrides: vec![
            ("issuer".to_owned(), issuer.to_owned()),
            ("database.url".to_owned(), database_url.to_owned()),
        ],
        ..Sources::default()
    })
    .unwrap();
    if let Some(file) = file {
        std::fs::remove_file(file).unwrap();
    }
    loaded.config
}

/// A person with an account, in the workspace `acme`.
#[derive(Clone)]
pub struct Person {
    pub account: Account,
    pub email: String,
}

/// A running server, and what the test may do to it from outside.
pub struct Server {
    /// The issuer: where it answers.
    pub origin: String,
    pub config: Config,
    pub clock: Clock,
    pub database: Database,
    pub http: reqwest::Client,
    /// The same server without its listener; `None` once it was stopped.
    app: Option<App>,
    handle: Option<actix_web::dev::ServerHandle>,
    thread: Option<thread::JoinHandle<()>>,
}

/// What a server is started with.
struct Start<'a> {
    database: Database,
    /// Where it reaches the database, if not where the test does.
    url: Option<String>,
    /// If not its own address.
    issuer: Option<&'a str>,
    /// TOML over the tests' configuration.
    extra: &'a str,
    patience: Patience,
    /// Where the demo's data are told, if there are to be any.
    demo: Option<Arc<OnceLock<Demo>>>,
}

impl Default for Start<'_> {
    fn default() -> Self {
        Self {
            database: Database::new(),
            url: None,
            issuer: None,
            extra: "",
            patience: Patience::default(),
            demo: None,
        }
    }
}

impl Server {
    /// With the tests' configuration.
    pub async fn start() -> Self {
        Self::start_with("").await
    }

    /// With TOML laid over it.
    pub async fn start_with(extra: &str) -> Self {
        Self::begin(Start {
            extra,
            ..Start::default()
        })
        .await
    }

    /// With a database that it reaches only through a proxy; the test itself reaches it directly.
    pub async fn start_through(proxy: impl FnOnce(&Database) -> String, extra: &str) -> Self {
        let database = Database::new();
        let url = Some(proxy(&database));
        Self::begin(Start {
            database,
            url,
            extra,
            ..Start::default()
        })
        .await
    }

    /// With an issuer other than its address: as behind a proxy. The address stays what `origin` says.
    pub async fn start_behind(issuer: Option<&str>, extra: &str) -> Self {
        Self::begin(Start {
            issuer,
            extra,
            ..Start::default()
        })
        .await
    }

    /// Over a database of the test's choice, with TOML laid over the configuration.
    pub async fn start_on(database: Database, extra: &str) -> Self {
        Self::begin(Start {
            database,
            extra,
            ..Start::default()
        })
        .await
    }

    /// That waits for slow clients as long as the test says.
    pub async fn start_patient(patience: Patience) -> Self {
        Self::begin(Start {
            patience,
            ..Start::default()
        })
        .await
    }

    /// As `consentry dev` serves it, with the demo's data, playground included.
    pub async fn start_with_demo() -> (Self, Demo) {
        let demo: Arc<OnceLock<Demo>> = Arc::default();
        let server = Self::begin(Start {
            demo: Some(Arc::clone(&demo)),
            ..Start::default()
        })
        .await;
        let demo = demo.get().unwrap().clone();
        (server, demo)
    }

    #[expect(clippy::unused_async, reason = "starting a server is something to wait for")]
    async fn begin(start: Start<'_>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let Start {
            database,
            url,
            issuer,
            extra,
            patience,
            demo,
        } = start;
        let url = url.unwrap_or_else(|| database.server_url.clone());
        let config = config(issuer.unwrap_or(&origin), &url, extra);
        let clock = Clock::system();
        let demo = demo.map(|told| {
            let made = demo::ensure(&mut database.connect(), &config, None, PASSWORD, clock.now()).unwrap();
            told.get_or_init(|| made).clone()
        });
        let (app, handle, thread) = serve(&config, &clock, listener, patience, demo);
        Self {
            app: Some(app),
            origin,
            config,
            clock,
            database,
            http: http_client(),
            handle: Some(handle),
            thread: Some(thread),
        }
    }

    /// Another server process, in all but the process, over the same database: a second node of the same issuer.
    pub fn node(&self) -> Node {
        self.node_with(&self.clock)
    }

    /// The same with a clock of its own.
    pub fn node_with(&self, clock: &Clock) -> Node {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (_, handle, thread) = serve(&self.config, clock, listener, Patience::default(), None);
        Node {
            origin,
            handle,
            thread: Some(thread),
        }
    }

    /// An address of this server.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Moves its clock.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// The workspace of a slug, made if it is new.
    pub fn workspace(&self, slug: &str) -> Workspace {
        let mut conn = self.database.connect();
        workspace::find(&mut conn, slug).unwrap().unwrap_or_else(|| {
            workspace::create(&mut conn, &Slug::parse(slug).unwrap(), slug, self.clock.now())
                .unwrap()
                .unwrap()
        })
    }

    /// A person, who belongs to these workspaces.
    pub fn person_in(&self, name: &str, places: &[(&str, Role)]) -> Person {
        let mut conn = self.database.connect();
        let email = Email::parse(&format!("{name}@people.example")).unwrap();
        let new = NewAccount {
            email: &email,
            name,
            password_hash: Some(hashed_password()),
            verified: Verified::Yes,
        };
        let account = account::create(&mut conn, &new, self.clock.now())
            .unwrap()
            .unwrap();
        for (slug, role) in places {
            let workspace = self.workspace(slug);
            membership::add(&mut conn, workspace.id, account.id, *role, self.clock.now()).unwrap();
        }
        Person {
            account,
            email: email.as_str().to_owned(),
        }
    }

    /// A member of the workspace `acme`.
    pub fn person(&self, name: &str) -> Person {
        self.person_in(name, &[("acme", Role::Member)])
    }

    /// Registers a client.
    pub fn client(&self, registration: Registration) -> Registered {
        registration.register(self)
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser {
        Browser::new(self)
    }

    /// The server as its composition root sees it.
    pub fn app(&self) -> &App {
        self.app.as_ref().expect("it was not stopped")
    }

    /// Stops the server as SIGTERM does: what is under way ends, what was gathered is written. Its database stays.
    pub async fn stop(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.stop(true).await;
        }
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
        self.app = None;
    }

    /// One number from the database.
    pub fn count(&self, rows: &str) -> i64 {
        use diesel::RunQueryDsl;
        diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(&format!(
            "count(*) FROM {rows}"
        )))
        .get_result(&mut self.database.connect())
        .unwrap()
    }

    /// Runs one statement against the database, as no user could: for what an operator or another part does.
    pub fn execute(&self, statement: &str) {
        use diesel::RunQueryDsl;
        diesel::sql_query(statement)
            .execute(&mut self.database.connect())
            .unwrap();
    }

    /// [`Server::digest`] without the log: what no refusal may change.
    pub fn facts(&self) -> Vec<(String, String)> {
        let mut facts = self.digest();
        facts.retain(|(table, _)| !["audit_event", "audit_personal"].contains(&table.as_str()));
        facts
    }

    /// The tables that are not as [`Server::facts`] told them before.
    pub fn changed_since(&self, before: &[(String, String)]) -> Vec<String> {
        let changed = self.facts().into_iter().filter(|fact| !before.contains(fact));
        changed.map(|(table, _)| table).collect()
    }

    /// Of every table, a digest of its rows: what a refused request must leave as it is.
    pub fn digest(&self) -> Vec<(String, String)> {
        use diesel::RunQueryDsl;
        let mut conn = self.database.connect();
        consentry::jobs::timetable::RETENTION
            .iter()
            .map(|(table, _)| {
                let digest: String = diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(&format!(
                    "coalesce((SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t), '')"
                )))
                .get_result(&mut conn)
                .unwrap();
                ((*table).to_owned(), digest)
            })
            .collect()
    }
}

/// A second node. Its tables are those of its [`Server`], which must outlive it.
pub struct Node {
    /// Where it answers; its issuer is the first node's.
    pub origin: String,
    handle: actix_web::dev::ServerHandle,
    thread: Option<thread::JoinHandle<()>>,
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.handle.stop(true));
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !thread::panicking() {
                ended.unwrap();
            }
        }
    }
}

/// Runs a server in a thread of its own until its handle is told to stop.
fn serve(
    config: &Config,
    clock: &Clock,
    listener: TcpListener,
    patience: Patience,
    demo: Option<Demo>,
) -> (App, actix_web::dev::ServerHandle, thread::JoinHandle<()>) {
    let dev = DevRoutes::new(TestClock::On, demo).unwrap();
    let app = App::new(config.clone(), clock.clone())
        .with_patience(patience)
        .with_dev(dev);
    let same = app.clone();
    let (started, waits) = mpsc::channel();
    let thread = thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = app.serve(listener, 2).unwrap();
            started.send(server.handle()).unwrap();
            server.await.unwrap();
            app.finish().await;
        });
    });
    (same, waits.recv().unwrap(), thread)
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            // Only told, not awaited: the thread ends when the server has.
            drop(handle.stop(true));
        }
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !thread::panicking() {
                ended.unwrap();
            }
        }
    }
}

/// Follows no redirect: where a server sends people is what is tested.
pub fn http_client() -> reqwest::Client {
    http_client_from(None)
}

/// The same, at this address.
pub fn http_client_from(address: Option<std::net::IpAddr>) -> reqwest::Client {
    reqwest::Client::builder()
        .local_address(address)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

/// Hashed once for all people of all tests: it is slow on purpose.
fn hashed_password() -> &'static str {
    static HASH: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    HASH.get_or_init(|| password::hash(PASSWORD))
}

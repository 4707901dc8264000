//! A database for each test, copied from a template that has every migration.

use std::{path::Path, sync::OnceLock, time::Duration};

use consentry::{
    app,
    dev::postgres::{Cluster, Durability},
    platform::{clock::Clock, migrations, secret::Digest, serving_role},
    signing::key,
};
use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query};

use super::server;

/// Where the databases of this process are made.
struct Home {
    /// A URL without a database name is `{before}{name}{after}`.
    admin: String,
    template: String,
    /// Lives as long as the process; the guard of the cluster stops it afterwards.
    cluster: Option<Cluster>,
}

static HOME: OnceLock<Home> = OnceLock::new();

fn home() -> &'static Home {
    HOME.get_or_init(|| {
        let (cluster, admin) = match std::env::var("TEST_DATABASE_URL") {
            Ok(url) => (None, url),
            Err(_) => {
                let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tests");
                let cluster = Cluster::start(&directory, Durability::Throwaway).unwrap();
                cluster.ensure_server().unwrap();
                let admin = cluster.url("postgres");
                (Some(cluster), admin)
            }
        };
        let home = Home {
            template: template_name(),
            admin,
            cluster,
        };
        home.make_template();
        home
    })
}

/// Named after what is in it, so that a changed migration makes a new one, and so do changed grants.
fn template_name() -> String {
    let mut all = include_bytes!("../../../src/platform/serving_role.rs").to_vec();
    let mut paths: Vec<_> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().path().join("up.sql"))
        .collect();
    paths.sort();
    for path in paths {
        all.extend(std::fs::read(path).unwrap());
    }
    let digest = Digest::of(&all);
    format!(
        "consentry_template_{:02x}{:02x}{:02x}{:02x}",
        digest.as_bytes()[0],
        digest.as_bytes()[1],
        digest.as_bytes()[2],
        digest.as_bytes()[3]
    )
}

impl Home {
    fn url(&self, database: &str) -> String {
        match &self.cluster {
            Some(cluster) => cluster.url(database),
            None => {
                let mut url = url::Url::parse(&self.admin).unwrap();
                url.set_path(database);
                url.into()
            }
        }
    }

    /// As the role that serves requests. On a cluster that is not ours, as whoever its URL names.
    fn server_url(&self, database: &str) -> String {
        match &self.cluster {
            Some(cluster) => cluster.server_url(database),
            None => self.url(database),
        }
    }

    fn admin(&self) -> PgConnection {
        PgConnection::establish(&self.admin).unwrap()
    }

    fn make_template(&self) {
        let mut admin = self.admin();
        // Several test processes may share the cluster.
        admin.batch_execute("SELECT pg_advisory_lock(7401)").unwrap();
        let found: i64 = diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(&format!(
            "count(*) FROM pg_database WHERE datname = '{}'",
            self.template
        )))
        .get_result(&mut admin)
        .unwrap();
        if found == 0 {
            let draft = format!("{}_draft", self.template);
            sql_query(format!("DROP DATABASE IF EXISTS {draft}"))
                .execute(&mut admin)
                .unwrap();
            sql_query(format!("CREATE DATABASE {draft}"))
                .execute(&mut admin)
                .unwrap();
            {
                let mut conn = PgConnection::establish(&self.url(&draft)).unwrap();
                let now = Clock::system().now();
                migrations::up(&mut conn, now).unwrap();
                let config = server::config("http://127.0.0.1:1", &self.url(&draft), "");
                key::ensure(&mut conn, &app::seal(&config), config.signing.algorithm, now).unwrap();
                if self.cluster.is_some() {
                    let mut server = PgConnection::establish(&self.server_url(&draft)).unwrap();
                    let role = serving_role::current(&mut server).unwrap();
                    serving_role::grant(&mut conn, &role).unwrap();
                }
            }
            sql_query(format!("ALTER DATABASE {draft} RENAME TO {}", self.template))
                .execute(&mut admin)
                .unwrap();
        }
        admin.batch_execute("SELECT pg_advisory_unlock(7401)").unwrap();
    }
}

/// A database of one test; dropped with it.
pub struct Database {
    name: String,
    /// How to reach it, as a superuser.
    pub url: String,
    /// How a server reaches it: as a role that owns nothing.
    pub server_url: String,
}

impl Database {
    /// A copy of the template.
    pub fn new() -> Self {
        let home = home();
        let name = format!("t_{}", uuid::Uuid::now_v7().simple());
        let mut admin = home.admin();
        sql_query(format!("CREATE DATABASE {name} TEMPLATE {}", home.template))
            .execute(&mut admin)
            .unwrap();
        Self {
            url: home.url(&name),
            server_url: home.server_url(&name),
            name,
        }
    }

    /// A database with nothing in it.
    pub fn empty() -> Self {
        let home = home();
        let name = format!("t_{}", uuid::Uuid::now_v7().simple());
        sql_query(format!("CREATE DATABASE {name}"))
            .execute(&mut home.admin())
            .unwrap();
        Self {
            url: home.url(&name),
            server_url: home.server_url(&name),
            name,
        }
    }

    /// A connection of the test's own.
    pub fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.url).unwrap()
    }

    /// Ends every connection to it and lets no new one in, as if it were down; or lets them in again.
    pub fn set_reachable(&self, reachable: bool) {
        let mut admin = home().admin();
        sql_query(format!(
            "ALTER DATABASE {} ALLOW_CONNECTIONS {reachable}",
            self.name
        ))
        .execute(&mut admin)
        .unwrap();
        if !reachable {
            sql_query(format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
                self.name
            ))
            .execute(&mut admin)
            .unwrap();
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let dropped = sql_query(format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name))
            .execute(&mut home().admin());
        if !std::thread::panicking() {
            dropped.unwrap();
        }
    }
}

/// Repeats `look` until it answers, for at most ten seconds.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "{what} did not come true within ten seconds"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

//! A private PostgreSQL for one directory, made of the system's own programs: for `consentry dev`, for commands with
//! `--data-dir`, and for the tests.
//!
//! It listens on a Unix socket that only its user (and root) can reach; there is no port to clash and no password to
//! keep. Whoever starts a [`Cluster`] may find it new, down or running; when the last [`Cluster`] on a directory is gone, so is
//! Postgres, also after `kill -9`.
//!
//! What it puts into the directory: `consentry-dev` (the marker that makes it ours), three `*.lock` files, and `postgres/` with
//! the server's files. When root starts it and the ordinary user that then runs Postgres cannot enter the directory, the
//! server's files lie in `/var/lib/consentry-dev/<digest of the directory's path>`: a directory that is moved starts over.
//!
//! # Decisions
//! * Life-time hangs on a file lock, not on a parent-death signal: the signal fires when the spawning *thread* ends, needs
//!   `unsafe`, and cannot count several users. A lock is released by the kernel however a process ends, and a guard (a
//!   shell that waits for it) stops Postgres in order.
//! * The system's own binaries, not an embedded server: those cannot run as root, turn `fsync` off, or have one connection.

mod binaries;
mod directory;
mod error;
mod guard;
mod home;
mod lock;
mod server;
mod user;

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use diesel::{
    Connection, OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::Text,
};

pub use self::error::StartError;
use self::{binaries::Binaries, directory::Directory, home::Home};

/// How long another process may take to create, start or stop the cluster that we want.
const PATIENCE_WITH_OTHERS: Duration = Duration::from_secs(90);

/// How long a reset waits for the users, who may be about to go.
const PATIENCE_OF_A_RESET: Duration = Duration::from_secs(5);

/// How long the last user waits for Postgres to be gone. The guard goes on if this is over.
const PATIENCE_WITH_A_STOP: Duration = Duration::from_secs(20);

/// Whether what was committed must survive a loss of power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// It must: `fsync` is on.
    Durable,
    /// It need not: for tests. A crash of Postgres may lose the last commits, one of the machine everything.
    Throwaway,
}

/// How a cluster was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// There was none: it was created, and started.
    New,
    /// It was down: it was started.
    Started,
    /// It was running: somebody else uses it too.
    Attached,
}

/// A running private PostgreSQL. It runs as long as a value of this type, in whatever process, is on its directory.
#[derive(Debug)]
pub struct Cluster {
    dir: Directory,
    home: Home,
    binaries: Binaries,
    socket: PathBuf,
    origin: Origin,
    /// The shared lock that keeps the guard waiting.
    users: File,
}

impl Cluster {
    /// Makes the cluster of `data_dir` run: creates it if it is new, starts it if it is down. `durability` is that of a
    /// server started now; one that runs is taken as it is. Takes about 2 s the first time, then 0.2 s.
    ///
    /// The directory may be missing; if it is there it must be empty or ours. Blocks: call it outside of async code.
    pub fn start(data_dir: &Path, durability: Durability) -> Result<Self, StartError> {
        let dir = Directory::create(data_dir)?;
        let start = lock::open(&dir.path, lock::START)?;
        lock::take(&start, File::try_lock, PATIENCE_WITH_OTHERS, &dir.path)?;
        // Waits for a guard that is stopping the server. From here on none can begin to.
        let users = lock::open(&dir.path, lock::USERS)?;
        lock::take(&users, File::try_lock_shared, PATIENCE_WITH_OTHERS, &dir.path)?;

        let home = match Home::find(&dir)? {
            Some(home) => home,
            None => Home::create(&dir)?,
        };
        let made_by = home.made_by();
        let binaries = Binaries::find(home.user, made_by.as_deref(), &dir.path)?;
        let held = server::Held {
            start: &start,
            users: &users,
        };
        if made_by.is_none() {
            server::create(&home, &binaries, durability, &held)?;
        }
        guard::post(&dir.path, home.user, &binaries.dir.join("pg_ctl"), &home.data())?;
        let origin = match (made_by, home.answers()?) {
            (_, true) => Origin::Attached,
            (Some(_), false) => Origin::Started,
            (None, false) => Origin::New,
        };
        if origin != Origin::Attached {
            server::start(&home, &binaries, durability, &held)?;
        }
        let socket = home.socket_directory()?;
        let cluster = Self {
            dir,
            home,
            binaries,
            socket,
            origin,
            users,
        };
        cluster.connect("postgres")?;
        Ok(cluster)
    }

    /// Makes `data_dir` ours without a cluster in it: for a `dev` whose database is another. A later start finds its own.
    pub fn claim(data_dir: &Path) -> Result<(), StartError> {
        let dir = Directory::create(data_dir)?;
        let start = lock::open(&dir.path, lock::START)?;
        lock::take(&start, File::try_lock, PATIENCE_WITH_OTHERS, &dir.path)?;
        dir.token().map(drop)
    }

    /// Deletes everything in `data_dir`, database and all else, so that the next start begins anew. Refuses a directory that
    /// is not ours, and one that is in use. A directory that is not there is fine.
    pub fn reset(data_dir: &Path) -> Result<(), StartError> {
        if !data_dir.exists() {
            return Ok(());
        }
        let dir = Directory::open(data_dir)?;
        let start = lock::open(&dir.path, lock::START)?;
        lock::take(&start, File::try_lock, PATIENCE_WITH_OTHERS, &dir.path)?;
        let users = lock::open(&dir.path, lock::USERS)?;
        lock::take(&users, File::try_lock, PATIENCE_OF_A_RESET, &dir.path)?;
        if let Some(home) = Home::find(&dir)? {
            home.remove()?;
        }
        dir.empty()
    }

    /// Where libpq finds `database` of this cluster, as its superuser.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        self.url_as(server::SUPERUSER, database)
    }

    /// The same, as the role that serves requests, once [`Cluster::ensure_server`] made it.
    #[must_use]
    pub fn server_url(&self, database: &str) -> String {
        self.url_as(server::SERVER, database)
    }

    /// Makes the role that serves requests, if it is not there. Migrations grant it what it needs.
    pub fn ensure_server(&self) -> Result<(), StartError> {
        let statement = format!(
            "DO $$ BEGIN CREATE ROLE {} LOGIN; \
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
            server::SERVER
        );
        let made = sql_query(statement).execute(&mut self.connect("postgres")?);
        made.map(drop).map_err(|source| StartError::NoDatabase {
            name: server::SERVER.to_owned(),
            source,
        })
    }

    fn url_as(&self, user: &str, database: &str) -> String {
        // Port and (empty) host address are named because `PGPORT` and `PGHOSTADDR` would count otherwise.
        format!(
            "postgresql:///{}?host={}&hostaddr=&port=5432&user={}",
            percent_encoded(database),
            self.socket.display(),
            user
        )
    }

    /// Creates the database `name` if it is not there.
    pub fn ensure_database(&self, name: &str) -> Result<(), StartError> {
        #[derive(QueryableByName)]
        struct Found {
            #[diesel(sql_type = Text)]
            #[diesel(column_name = "datname")]
            _name: String,
        }
        let fault = |source| StartError::NoDatabase {
            name: name.to_owned(),
            source,
        };
        let mut conn = self.connect("postgres")?;
        let is_there = |conn: &mut PgConnection| {
            sql_query("SELECT datname::text FROM pg_database WHERE datname = $1")
                .bind::<Text, _>(name)
                .get_result::<Found>(conn)
                .optional()
                .map(|found| found.is_some())
        };
        if is_there(&mut conn).map_err(fault)? {
            return Ok(());
        }
        let quoted = name.replace('"', "\"\"");
        match sql_query(format!("CREATE DATABASE \"{quoted}\"")).execute(&mut conn) {
            // Another process was faster.
            Err(_) if is_there(&mut conn).map_err(fault)? => Ok(()),
            result => result.map(drop).map_err(fault),
        }
    }

    /// The server's version, for instance `15.20`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.binaries.version
    }

    /// Where its programs lie; `psql` and `pg_dump` usually lie there too.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        &self.binaries.dir
    }

    /// Where the server's files lie (what Postgres calls its data directory).
    #[must_use]
    pub fn files(&self) -> PathBuf {
        self.home.data()
    }

    /// How the cluster was found.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Connects, once the server is done with starting or recovering.
    fn connect(&self, database: &str) -> Result<PgConnection, StartError> {
        let url = self.url(database);
        let mut last = None;
        let connected = lock::poll(PATIENCE_WITH_OTHERS, || match PgConnection::establish(&url) {
            Ok(conn) => Some(Some(conn)),
            Err(error) => {
                let soon = error.to_string().contains("the database system is");
                last = Some(error);
                (!soon).then_some(None)
            }
        });
        match (connected.flatten(), last) {
            (Some(conn), _) => Ok(conn),
            (None, Some(source)) => Err(StartError::Refused {
                dir: self.dir.path.clone(),
                log: self.home.log(),
                source,
            }),
            (None, None) => {
                unreachable!("the poll asks at least once, and each time there is a connection or an error")
            }
        }
    }
}

impl Drop for Cluster {
    /// Lets go of the cluster; the last one to do so returns when Postgres is gone.
    fn drop(&mut self) {
        lock::poll(PATIENCE_WITH_A_STOP, || match self.users.try_lock() {
            // Nobody else is there. The guard would do it too, but somewhat later.
            Ok(()) => {
                server::stop(&self.home, &self.binaries);
                Some(())
            }
            // Either others use it, and share the lock with us; or the guard is stopping it, and shares it with nobody.
            Err(TryLockError::WouldBlock) => self.users.try_lock_shared().ok(),
            Err(TryLockError::Error(_)) => Some(()),
        });
    }
}

/// For a part of a URL.
fn percent_encoded(text: &str) -> String {
    use std::fmt::Write as _;

    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

//! Which configuration and which database a command works on.

use std::{env, path::PathBuf};

use clap::Args;
use diesel::PgConnection;

use crate::{
    cli::failure::CliError,
    dev::data_dir::{DataDir, Database},
    platform::{
        clock::{Clock, Timestamp},
        config::{Config, Loaded, SealingKey, Sources},
        db, migrations,
        seal::Seal,
    },
};

/// Options that every command takes.
#[derive(Args, Clone, Debug)]
pub struct Global {
    /// Configuration file (TOML); it and the environment then decide everything
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub config: Option<PathBuf>,

    /// Directory of `consentry dev`: used where neither --config nor `DATABASE_URL` names a database
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        default_value = ".consentry/dev",
        help_heading = "Global options"
    )]
    pub data_dir: PathBuf,

    /// Print the result as JSON
    #[arg(long, global = true, help_heading = "Global options")]
    pub json: bool,
}

/// What a command works on.
pub struct Context {
    /// The way to the database. Before `data_dir`: it is closed before a private database stops.
    pub conn: PgConnection,
    /// The configuration.
    pub config: Config,
    /// When the command began; its one `now`.
    pub now: Timestamp,
    /// Keeps a private database running.
    data_dir: Option<DataDir>,
}

impl Global {
    /// The configuration that applies; and the data directory, where it is used.
    ///
    /// # Errors
    /// All faults of the configuration at once, or that the private database does not start.
    pub fn load(&self) -> Result<(Loaded, Option<DataDir>), CliError> {
        let env = environment();
        if let Some(file) = &self.config {
            let sources = Sources {
                file: Some(file.clone()),
                env,
                ..Sources::default()
            };
            return Ok((Config::load(sources)?, None));
        }
        let given = |name: &str| {
            env.iter().any(|(known, value)| {
                (known == name || known.strip_suffix("_FILE") == Some(name)) && !value.is_empty()
            })
        };
        let has_database = given("DATABASE_URL") || given("CONSENTRY_DATABASE__URL");
        // A server that is configured by its environment alone has no use for a directory, and may not be able to make one.
        if has_database && given("CONSENTRY_SECRETS__SEALING_KEYS") && given("CONSENTRY_ISSUER") {
            let sources = Sources {
                env,
                ..Sources::default()
            };
            return Ok((Config::load(sources)?, None));
        }
        let database = if has_database {
            Database::Configured
        } else {
            Database::Private
        };
        let data_dir = DataDir::open(&self.data_dir, database)?;
        let loaded = Config::load(data_dir.sources(env)?)?;
        Ok((loaded, Some(data_dir)))
    }

    /// The database, whatever its schema.
    ///
    /// # Errors
    /// Also if the database does not answer.
    pub fn connect(&self) -> Result<Context, CliError> {
        let (loaded, data_dir) = self.load()?;
        let config = loaded.config;
        let conn = db::connect(config.database.url.expose())?;
        Ok(Context {
            conn,
            config,
            now: Clock::system().now(),
            data_dir,
        })
    }

    /// The database, with a schema that is current. A private one is brought up to date.
    ///
    /// # Errors
    /// Also if migrations are pending.
    pub fn open(&self) -> Result<Context, CliError> {
        let mut context = self.connect()?;
        let is_private = context
            .data_dir
            .as_ref()
            .is_some_and(|data_dir| data_dir.cluster().is_some());
        if is_private {
            context.migrate()?;
        } else {
            let pending = migrations::pending(&mut context.conn)?;
            if !pending.is_empty() {
                return Err(CliError::failed(
                    "migrations_pending",
                    format!(
                        "the database lacks {} of this version's migrations",
                        pending.len()
                    ),
                )
                .fix("run `consentry migrate up`"));
            }
        }
        Ok(context)
    }
}

impl Context {
    /// Brings the schema up to date, as whoever owns it. Answers the names of what was applied.
    ///
    /// # Errors
    /// What the database said; nothing was applied then.
    pub fn migrate(&mut self) -> Result<Vec<String>, CliError> {
        let owner = match &self.data_dir {
            Some(data_dir) => data_dir.owner_url(&self.config),
            None => self
                .config
                .database
                .migrate_url
                .as_ref()
                .map(|url| url.expose().to_owned()),
        };
        Ok(match owner {
            Some(owner) => migrations::up_and_grant(&mut db::connect(&owner)?, &mut self.conn, self.now)?,
            None => migrations::up(&mut self.conn, self.now)?,
        })
    }

    /// What seals and opens what must be read back.
    #[must_use]
    pub fn seal(&self) -> Seal {
        Seal::new(self.config.secrets.sealing_keys.iter().map(SealingKey::expose))
    }
}

/// The environment, as far as it is text or ours.
pub fn environment() -> Vec<(String, String)> {
    env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, _)| name.starts_with("CONSENTRY_") || name == "DATABASE_URL")
        .map(|(name, value)| (name, value.to_string_lossy().into_owned()))
        .collect()
}

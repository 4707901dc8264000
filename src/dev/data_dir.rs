//! The directory of `consentry dev`: its database, its sealing key, the demo's password, and `demo.json`.
//!
//! Commands that are given it find the same database and keys, whether or not `dev` is running.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use rand::{TryRng, rngs::SysRng};
use serde_json::Value;

use crate::{
    dev::postgres::{Cluster, Durability, StartError},
    platform::config::{Config, Sources},
};

/// The name of the database in the private cluster.
const DATABASE: &str = "consentry";

/// What `dev` protects until a configuration file says otherwise.
const CATALOGUE: &str = include_str!("catalogue.toml");

/// Why the directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// The private database does not start.
    #[error(transparent)]
    Postgres(#[from] StartError),
    /// A file cannot be read or written.
    #[error("{path}: {cause}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// Whose database is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A private one, which lives as long as this value.
    Private,
    /// The one that the configuration names.
    Configured,
}

/// An open directory.
pub struct DataDir {
    path: PathBuf,
    cluster: Option<Cluster>,
}

impl DataDir {
    /// Opens the directory, making it if it is new; starts its database, unless another is configured. Blocks.
    ///
    /// # Errors
    /// [`DataDirError`], which says what to do.
    pub fn open(path: &Path, database: Database) -> Result<Self, DataDirError> {
        let cluster = match database {
            Database::Private => {
                let cluster = Cluster::start(path, Durability::Durable)?;
                cluster.ensure_database(DATABASE)?;
                cluster.ensure_server()?;
                Some(cluster)
            }
            Database::Configured => {
                Cluster::claim(path)?;
                None
            }
        };
        Ok(Self {
            path: path.to_owned(),
            cluster,
        })
    }

    /// The private database, if it is used.
    #[must_use]
    pub fn cluster(&self) -> Option<&Cluster> {
        self.cluster.as_ref()
    }

    /// How the owner of the tables reaches the database of `config`, where that is not who serves.
    #[must_use]
    pub fn owner_url(&self, config: &Config) -> Option<String> {
        if let Some(url) = &config.database.migrate_url {
            return Some(url.expose().to_owned());
        }
        let cluster = self.cluster.as_ref()?;
        // A file may have named another database.
        (config.database.url.expose() == cluster.server_url(DATABASE)).then(|| cluster.url(DATABASE))
    }

    /// Where `demo.json` is.
    #[must_use]
    pub fn demo_json(&self) -> PathBuf {
        self.path.join("demo.json")
    }

    /// The configuration beneath whatever file and environment say. `env` is the process's.
    ///
    /// # Errors
    /// A file of the directory cannot be read or written.
    pub fn sources(&self, env: Vec<(String, String)>) -> Result<Sources, DataDirError> {
        let mut defaults = vec![("secrets.sealing_keys".to_owned(), self.secret("sealing.key", 32)?)];
        if let Some(cluster) = &self.cluster {
            defaults.push(("database.url".to_owned(), cluster.server_url(DATABASE)));
        }
        // A command finds the issuer of the last `dev` here; `dev` itself sets its own.
        let issuer = self
            .demo()
            .and_then(|demo| demo["issuer"].as_str().map(str::to_owned));
        defaults.push((
            "issuer".to_owned(),
            issuer.unwrap_or_else(|| "http://127.0.0.1:8080".to_owned()),
        ));
        Ok(Sources {
            env,
            defaults,
            default_toml: Some(CATALOGUE.to_owned()),
            ..Sources::default()
        })
    }

    /// What the last `dev` wrote to `demo.json`.
    #[must_use]
    pub fn demo(&self) -> Option<Value> {
        serde_json::from_slice(&fs::read(self.demo_json()).ok()?).ok()
    }

    /// The hexadecimal secret of this name, made when it is first asked for, readable by its owner only.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn secret(&self, name: &str, bytes: usize) -> Result<String, DataDirError> {
        use std::fmt::Write as _;
        let path = self.path.join(name);
        let mut random = vec![0; bytes];
        SysRng
            .try_fill_bytes(&mut random)
            .map_err(|cause| DataDirError::File {
                path: path.clone(),
                cause: io::Error::other(cause),
            })?;
        let text = random.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        // Written beside and then given its name, which fails where another process was first: nobody ever reads half of it.
        let draft = self.path.join(format!("{name}.{}", std::process::id()));
        let named = write_private(&draft, &text).and_then(|()| fs::hard_link(&draft, &path));
        let _ = fs::remove_file(&draft);
        match named {
            Ok(()) => Ok(text),
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
                fs::read_to_string(&path).map_err(|cause| DataDirError::File { path, cause })
            }
            Err(cause) => Err(DataDirError::File { path, cause }),
        }
    }

    /// Writes `demo.json`, whole or not at all, readable by its owner only.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_demo(&self, demo: &Value) -> Result<(), DataDirError> {
        let path = self.demo_json();
        let fresh = self.path.join(format!("demo.json.{}", std::process::id()));
        let text = format!("{demo:#}\n");
        write_private(&fresh, &text)
            .and_then(|()| fs::rename(&fresh, &path))
            .map_err(|cause| DataDirError::File { path, cause })
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dev_allows_more_of_everything_than_a_server_does() {
        let load = |toml: &str| {
            let needed = [
                ("issuer", "http://127.0.0.1:8080"),
                ("database.url", "postgres:///x"),
                ("secrets.sealing_keys", &"01".repeat(32)),
            ];
            let sources = Sources {
                overrides: needed
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .to_vec(),
                default_toml: Some(toml.to_owned()),
                ..Sources::default()
            };
            let shown = Config::load(sources).unwrap().show().into_iter();
            let limits = shown.filter(|line| line.key.starts_with("rate_limits."));
            limits
                .map(|line| (line.key, line.value.parse::<u32>().unwrap()))
                .collect::<Vec<_>>()
        };
        let (usual, dev) = (load(""), load(CATALOGUE));
        assert_eq!(usual.len(), 11);
        for ((key, usual), (_, dev)) in usual.iter().zip(&dev) {
            // What is not raised is far beyond one developer already.
            assert!(*dev >= 100 * usual || *usual >= 600_000, "{key}: {dev}");
        }
    }
}

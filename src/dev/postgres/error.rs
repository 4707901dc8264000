//! Why a private cluster cannot be had, and what to do about it.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Why a private cluster cannot be had. Each message says what happened, why, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// This machine has no PostgreSQL server programs.
    #[error(
        "no PostgreSQL server programs (postgres, initdb, pg_ctl) were found in PATH or in the usual places, \
         and a private database needs them. Any one of these helps:\n  \
         install them:     {}\n  \
         use a database:   set DATABASE_URL=postgres://user:password@host/database\n  \
         use a container:  docker run --rm -p 127.0.0.1:5432:5432 -e POSTGRES_PASSWORD=dev postgres:17\n                    \
         and set DATABASE_URL=postgres://postgres:dev@127.0.0.1/postgres",
        install_command()
    )]
    NoBinaries,

    /// Neither `flock` nor `perl` is here, so nobody could stop Postgres after a `kill -9`.
    #[error(
        "neither `flock` (util-linux) nor `perl` was found in PATH. One of them is needed to stop the private \
         PostgreSQL when its last user dies. Install util-linux, or set DATABASE_URL to a database you have"
    )]
    NoLockProgram,

    /// Started as root, and there is nobody else to run Postgres as.
    #[error(
        "PostgreSQL refuses to run as root, and this system has neither a user `postgres` nor `nobody`. \
         Run as an ordinary user, or set DATABASE_URL to a database you have"
    )]
    NoOrdinaryUser,

    /// The files were made by a major version of PostgreSQL that is not installed.
    #[error(
        "the database in {} was made by PostgreSQL {made_by}, but this machine has only {installed}, which cannot \
         read it. Install PostgreSQL {made_by}, or throw this database away and start over with `--reset`",
        dir.display()
    )]
    VersionMismatch {
        /// The data directory, as given.
        dir: PathBuf,
        /// Major version of the files.
        made_by: String,
        /// Major version of the newest programs found.
        installed: String,
    },

    /// The directory holds something else.
    #[error(
        "{} is not empty and was not made by consentry, so it is left alone. Choose another `--data-dir`",
        dir.display()
    )]
    NotOurs {
        /// The data directory, as given.
        dir: PathBuf,
    },

    /// Another user (often root) made the directory.
    #[error(
        "{} belongs to another user: {source}. If it was made with sudo, use sudo again; otherwise choose another \
         `--data-dir`",
        path.display()
    )]
    OfAnotherUser {
        /// What may not be opened.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },

    /// Somebody else is starting, stopping or (for a reset) using the cluster, and does not finish.
    #[error(
        "another consentry still uses the database in {} after {waited} s of waiting. Stop that one first, or choose \
         another `--data-dir`",
        dir.display()
    )]
    InUse {
        /// The data directory.
        dir: PathBuf,
        /// How long we waited, in seconds.
        waited: u64,
    },

    /// One of PostgreSQL's own programs failed.
    #[error("{program} failed in {}:\n{output}\nIf this database may be thrown away, start over with `--reset`", dir.display())]
    Program {
        /// `initdb` or `pg_ctl`.
        program: &'static str,
        /// Where its files are.
        dir: PathBuf,
        /// The end of what it wrote.
        output: String,
    },

    /// Postgres runs but does not let us in.
    #[error(
        "the private PostgreSQL of {} runs but refuses a connection: {source}. Its log is {}",
        dir.display(),
        log.display()
    )]
    Refused {
        /// The data directory.
        dir: PathBuf,
        /// The server's log.
        log: PathBuf,
        /// libpq's words.
        source: diesel::ConnectionError,
    },

    /// A database could not be created.
    #[error("the database {name:?} could not be created: {source}")]
    NoDatabase {
        /// Its name.
        name: String,
        /// The server's words.
        source: diesel::result::Error,
    },

    /// The file system refused.
    #[error("cannot {action} {}: {source}. Check that its directory exists and is yours, and that the disk is not full", path.display())]
    Io {
        /// A verb: "create", "open".
        action: &'static str,
        /// Of what.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl StartError {
    /// For `map_err`: names the deed and the file.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| {
            let path = path.to_owned();
            if source.kind() == std::io::ErrorKind::PermissionDenied {
                Self::OfAnotherUser { path, source }
            } else {
                Self::Io { action, path, source }
            }
        }
    }
}

/// How this system installs the server programs.
fn install_command() -> &'static str {
    if cfg!(target_os = "macos") {
        return "brew install postgresql@17";
    }
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let family = |name: &str| {
        release
            .lines()
            .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")))
            .flat_map(|ids| ids.trim_matches('"').split(' '))
            .any(|id| id == name)
    };
    if family("debian") || family("ubuntu") {
        "sudo apt-get install postgresql"
    } else if family("fedora") || family("rhel") {
        "sudo dnf install postgresql-server"
    } else if family("arch") {
        "sudo pacman -S postgresql"
    } else if family("alpine") {
        "apk add postgresql"
    } else if family("suse") {
        "sudo zypper install postgresql-server"
    } else {
        "the package of your system that brings `initdb` (often postgresql-server)"
    }
}

//! Finding PostgreSQL's own server programs on this machine.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use super::{error::StartError, user::RunAs};

/// One installation of the server programs.
#[derive(Debug)]
pub(super) struct Binaries {
    /// The directory with `postgres`, `initdb` and `pg_ctl`, free of symlinks:
    /// `initdb` finds its share directory relative to it.
    pub(super) dir: PathBuf,
    /// As the programs tell it, for instance `15.20`.
    pub(super) version: String,
}

impl Binaries {
    /// The installation to use: the one in PATH, else the newest elsewhere; for files that exist already (`made_by`
    /// names their major version) the first that can read them.
    pub(super) fn find(user: RunAs, made_by: Option<&str>, data_dir: &Path) -> Result<Self, StartError> {
        let mut elsewhere: Vec<Self> = Vec::new();
        let fits = |found: &Self| made_by.is_none_or(|made_by| found.major() == made_by);

        let in_path = in_path("postgres").and_then(|postgres| Self::at(postgres.parent()?, user));
        if in_path.as_ref().is_some_and(fits) {
            return in_path.ok_or(StartError::NoBinaries);
        }
        for dir in usual_places() {
            elsewhere.extend(Self::at(&dir, user));
        }
        elsewhere.sort_by_key(|found| std::cmp::Reverse(found.major().parse::<u32>().unwrap_or(0)));
        let newest = in_path
            .iter()
            .chain(&elsewhere)
            .next()
            .map(|found| found.major().to_owned());
        match (elsewhere.into_iter().find(fits), newest, made_by) {
            (Some(found), _, _) => Ok(found),
            (None, Some(installed), Some(made_by)) => Err(StartError::VersionMismatch {
                dir: data_dir.to_owned(),
                made_by: made_by.to_owned(),
                installed,
            }),
            _ => Err(StartError::NoBinaries),
        }
    }

    /// The installation in `dir`, if it is whole and `user` may run it.
    fn at(dir: &Path, user: RunAs) -> Option<Self> {
        let dir = dir.join("postgres").canonicalize().ok()?.parent()?.to_owned();
        if !["initdb", "pg_ctl"]
            .iter()
            .all(|program| dir.join(program).is_file())
        {
            return None;
        }
        let output = user
            .command(dir.join("postgres"))
            .arg("--version")
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        // "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"
        let version = text.split_whitespace().nth(2)?.to_owned();
        Some(Self { dir, version })
    }

    /// The part of the version that decides whether files can be read.
    fn major(&self) -> &str {
        let end = self
            .version
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(self.version.len());
        &self.version[..end]
    }
}

/// The first file of that name in PATH.
pub(super) fn in_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|file| file.is_absolute() && file.is_file())
}

/// Where packages put the programs without putting them into PATH.
fn usual_places() -> Vec<PathBuf> {
    let mut places = Vec::new();
    for (parent, prefix) in [
        ("/usr/lib/postgresql", ""),         // Debian, Ubuntu
        ("/usr", "pgsql-"),                  // PostgreSQL's own packages for Fedora and RHEL
        ("/usr/libexec", "postgresql"),      // Alpine
        ("/opt/homebrew/opt", "postgresql"), // Homebrew
        ("/usr/local/opt", "postgresql"),    // Homebrew on Intel
    ] {
        let Ok(entries) = fs::read_dir(parent) else {
            continue;
        };
        for entry in entries.flatten() {
            if entry
                .file_name()
                .to_str()
                .is_some_and(|name| name.starts_with(prefix))
            {
                places.push(entry.path());
                places.push(entry.path().join("bin"));
            }
        }
    }
    places
}

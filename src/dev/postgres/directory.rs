//! The data directory that a person names (`--data-dir`), and the proof that it is one of ours.

use std::{
    fs::{self, DirBuilder},
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use super::{error::StartError, lock, user};

/// Says that a directory is ours, and which cluster belongs to it: see [`Directory::token`].
pub(super) const MARKER: &str = "consentry-dev";
const NEW_MARKER: &str = "consentry-dev.new";

/// The data directory, known to be ours.
#[derive(Debug)]
pub(super) struct Directory {
    /// Canonical: two spellings of one directory are one cluster.
    pub(super) path: PathBuf,
}

impl Directory {
    /// Opens the directory, creating it first if it is not there.
    pub(super) fn create(given: &Path) -> Result<Self, StartError> {
        if let Some(parent) = given.parent() {
            fs::create_dir_all(parent).map_err(StartError::io("create", parent))?;
        }
        // Secrets lie in it. Root's must let Postgres, which is not root, through to its own directory.
        let mode = if user::we_are_root() { 0o711 } else { 0o700 };
        match DirBuilder::new().mode(mode).create(given) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(StartError::io("create", given)(error));
            }
            _ => {}
        }
        Self::open(given)
    }

    /// Opens a directory that is there; refuses one that holds what we did not put there.
    pub(super) fn open(given: &Path) -> Result<Self, StartError> {
        let path = given.canonicalize().map_err(StartError::io("open", given))?;
        let mut foreign = false;
        for entry in fs::read_dir(&path).map_err(StartError::io("read", &path))? {
            let name = entry.map_err(StartError::io("read", &path))?.file_name();
            foreign |= !lock::FILES
                .iter()
                .chain(&[MARKER, NEW_MARKER])
                .any(|ours| name == *ours);
        }
        // The marker is looked for after the rest, since another process that starts now writes it before the rest.
        if foreign && !path.join(MARKER).exists() {
            return Err(StartError::NotOurs { dir: path });
        }
        Ok(Self { path })
    }

    /// What this directory and its cluster both know. Chosen at random when the directory is first used, so that a
    /// directory made anew, or copied, never gets the cluster of another. Call with the start lock held.
    pub(super) fn token(&self) -> Result<String, StartError> {
        let marker = self.path.join(MARKER);
        match fs::read_to_string(&marker) {
            Ok(text) => Ok(text.trim().to_owned()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let token = format!("{:032x}", rand::random::<u128>());
                // Renamed into place: a crash leaves no half a marker.
                let new = self.path.join(NEW_MARKER);
                fs::write(&new, format!("{token}\n"))
                    .and_then(|()| fs::set_permissions(&new, fs::Permissions::from_mode(0o600)))
                    .and_then(|()| fs::rename(&new, &marker))
                    .map_err(StartError::io("write", &marker))?;
                Ok(token)
            }
            Err(error) => Err(StartError::io("read", &marker)(error)),
        }
    }

    /// Deletes all but the locks, which others may be waiting for, and the marker last: until then it is ours.
    pub(super) fn empty(&self) -> Result<(), StartError> {
        for entry in fs::read_dir(&self.path).map_err(StartError::io("read", &self.path))? {
            let entry = entry.map_err(StartError::io("read", &self.path))?;
            let name = entry.file_name();
            if name != MARKER && !lock::FILES.iter().any(|lock| name == *lock) {
                remove(&entry.path())?;
            }
        }
        remove(&self.path.join(MARKER))
    }
}

/// Deletes a file or a whole directory; one that is not there is fine. Never follows a symlink.
pub(super) fn remove(path: &Path) -> Result<(), StartError> {
    let is_dir = fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
    match if is_dir {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    } {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(StartError::io("delete", path)(error)),
        _ => Ok(()),
    }
}

//! Where the files of a cluster lie, and who owns them.
//!
//! In `DIR/postgres`. But when root starts it, Postgres runs as an ordinary user; if that user cannot get to `DIR` (it is in
//! `/root`), the files lie in `/var/lib/consentry-dev/<digest of DIR>` instead. The socket lies beside the files, or in a short directory
//! for temporary files when its path would be too long for a socket or hard to quote.

use std::{
    env, fs,
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, lchown},
        net::UnixStream,
    },
    path::{Path, PathBuf},
    process::Stdio,
};

use aws_lc_rs::digest;

use super::{
    binaries::Binaries,
    directory::{self, Directory, MARKER},
    error::StartError,
    server,
    user::{self, RunAs},
};

/// For clusters whose user cannot enter the directory they belong to.
const ELSEWHERE: &str = "/var/lib/consentry-dev";

/// Named like the port that must be given to libpq, lest it use `PGPORT`.
const SOCKET: &str = ".s.PGSQL.5432";

/// What a socket's path may have in bytes: 107 on Linux, 103 on macOS.
const SOCKET_PATH_MAX: usize = 103;

/// Where the files of one cluster lie.
#[derive(Debug)]
pub(super) struct Home {
    /// Ours for everything about this cluster; of the user who runs it, mode 0700.
    pub(super) path: PathBuf,
    /// Who runs it.
    pub(super) user: RunAs,
}

impl Home {
    /// The home of the cluster of `dir`; `None` if it has none yet. Call with the start lock held.
    pub(super) fn find(dir: &Directory) -> Result<Option<Self>, StartError> {
        let beside = dir.path.join("postgres");
        if let Some(home) = Self::at(&beside) {
            return Ok(Some(home));
        }
        if !user::we_are_root() {
            return Ok(None);
        }
        let Some(home) = Self::at(&elsewhere(dir)) else {
            return Ok(None);
        };
        let theirs = fs::read_to_string(home.path.join(MARKER)).unwrap_or_default();
        if theirs.trim() == dir.token()? {
            return Ok(Some(home));
        }
        // Of a directory that is gone: it was deleted, and a new one made at the same place.
        home.remove()?;
        Ok(None)
    }

    /// Makes a home for a new cluster.
    pub(super) fn create(dir: &Directory) -> Result<Self, StartError> {
        let token = dir.token()?;
        let user = RunAs::for_new_files()?;
        let path = if user.can_enter(&dir.path) {
            dir.path.join("postgres")
        } else {
            fs::create_dir_all(ELSEWHERE).map_err(StartError::io("create", ELSEWHERE.as_ref()))?;
            elsewhere(dir)
        };
        make_private(&path, user)?;
        let home = Self { path, user };
        home.write(MARKER, &token)?;
        Ok(home)
    }

    fn at(path: &Path) -> Option<Self> {
        let found = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_dir)?;
        Some(Self {
            path: path.to_owned(),
            user: RunAs::for_files_of(found.uid(), found.gid()),
        })
    }

    /// What Postgres calls its data directory.
    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// The server's log since its last start.
    pub(super) fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// The major version of the server that made the files; `None` before `initdb`.
    pub(super) fn made_by(&self) -> Option<String> {
        fs::read_to_string(self.data().join("PG_VERSION"))
            .ok()
            .map(|text| text.trim().to_owned())
    }

    /// The directory of the socket; made if need be. Its path has only characters that need no quoting anywhere.
    pub(super) fn socket_directory(&self) -> Result<PathBuf, StartError> {
        if fits_a_socket(&self.path) {
            return Ok(self.path.clone());
        }
        if let Some(short) = self.short_socket_directory() {
            return Ok(short);
        }
        let chosen = env::temp_dir();
        let usable =
            fits_a_socket(&chosen.join("consentry-0123456789abcdef")) && self.user.can_enter(&chosen);
        let parent = if usable { chosen } else { PathBuf::from("/tmp") };
        // The directory must be new, so that nobody can have put it there for us.
        let short = parent.join(format!("consentry-{:016x}", rand::random::<u64>()));
        make_private(&short, self.user)?;
        self.write("socket-directory", &short.to_string_lossy())?;
        Ok(short)
    }

    /// The short directory that an earlier start made, if it still is what we made.
    fn short_socket_directory(&self) -> Option<PathBuf> {
        let short = PathBuf::from(
            fs::read_to_string(self.path.join("socket-directory"))
                .ok()?
                .trim(),
        );
        let owner = fs::symlink_metadata(&self.path).ok()?.uid();
        let found = fs::symlink_metadata(&short).ok()?;
        let ours = found.is_dir()
            && found.uid() == owner
            && found.mode().trailing_zeros() >= 6
            && fits_a_socket(&short);
        ours.then_some(short)
    }

    /// Whether a server listens on the socket.
    pub(super) fn answers(&self) -> Result<bool, StartError> {
        Ok(UnixStream::connect(self.socket_directory()?.join(SOCKET)).is_ok())
    }

    /// Writes a file as the user who owns the home: root must not follow a link that this user could have put there.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), StartError> {
        self.shell("umask 077; printf '%s\\n' \"$2\" > \"$1\"", name, text)
    }

    /// Like [`write`](Self::write), at the end of a file.
    pub(super) fn append(&self, name: &str, text: &str) -> Result<(), StartError> {
        self.shell("printf '%s\\n' \"$2\" >> \"$1\"", name, text)
    }

    fn shell(&self, script: &str, name: &str, text: &str) -> Result<(), StartError> {
        let file = self.path.join(name);
        let status = self
            .user
            .command("/bin/sh")
            .args(["-c", script, "sh", name, text])
            .current_dir(&self.path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .map_err(StartError::io("write", &file))?;
        if status.success() {
            Ok(())
        } else {
            Err(StartError::io("write", &file)(std::io::Error::other(
                "the file system refused it",
            )))
        }
    }

    /// Stops what may still run there, and deletes all.
    pub(super) fn remove(&self) -> Result<(), StartError> {
        if self.data().join("postmaster.pid").exists() {
            let binaries = Binaries::find(self.user, self.made_by().as_deref(), &self.path)?;
            server::stop(self, &binaries);
        }
        if let Some(short) = self.short_socket_directory() {
            directory::remove(&short)?;
        }
        directory::remove(&self.path)
    }
}

fn elsewhere(dir: &Directory) -> PathBuf {
    let digest = digest::digest(&digest::SHA256, dir.path.as_os_str().as_bytes());
    let (start, _) = digest.as_ref().split_at(16);
    let name = uuid::Builder::from_slice(start)
        .expect("it has 16 bytes")
        .as_uuid()
        .simple()
        .to_string();
    Path::new(ELSEWHERE).join(name)
}

/// A new directory for `user` alone. It appears under its name only when handed over: its owner says who runs the cluster.
fn make_private(path: &Path, user: RunAs) -> Result<(), StartError> {
    let new = path.with_extension("new");
    directory::remove(&new)?;
    fs::DirBuilder::new()
        .mode(0o700)
        .create(&new)
        .map_err(StartError::io("create", &new))?;
    if let RunAs::Other { uid, gid } = user {
        lchown(&new, Some(uid), Some(gid)).map_err(StartError::io("hand over", &new))?;
    }
    fs::rename(&new, path).map_err(StartError::io("create", path))
}

/// Whether a socket can lie in `dir`, and libpq and `postgresql.conf` can name it: both take lists there.
fn fits_a_socket(dir: &Path) -> bool {
    let bytes = dir.as_os_str().as_bytes();
    bytes.len() + 1 + SOCKET.len() <= SOCKET_PATH_MAX
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(byte))
}

//! Who uses a cluster, told by locks on files, because the kernel releases those however a process ends.
//!
//! * `start.lock`, exclusive: whoever looks, creates, starts or resets.
//! * `users.lock`, shared: each [`Cluster`](super::Cluster) that lives; exclusive: whoever stops Postgres.
//! * `guard.lock`, exclusive: the one guard (see `guard`).
//!
//! Rust opens files so that programs we start do not inherit them; only those that must hold a lock get it, as their
//! standard input or output.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::error::StartError;

pub(super) const START: &str = "start.lock";
pub(super) const USERS: &str = "users.lock";
pub(super) const GUARD: &str = "guard.lock";

/// All of them.
pub(super) const FILES: [&str; 3] = [START, USERS, GUARD];

/// How often a condition outside this process is looked at: short against the 200 ms that a start takes.
pub(super) const POLL: Duration = Duration::from_millis(5);

/// Opens a lock file. Each call is a lock owner of its own, also within one process.
pub(super) fn open(dir: &Path, name: &str) -> Result<File, StartError> {
    let path = dir.join(name);
    // Exclusive locks on network file systems need a file open for writing.
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(StartError::io("open", &path))
}

/// Takes a lock with `attempt`, or says who is in the way once `patience` has run out.
pub(super) fn take(
    file: &File,
    attempt: fn(&File) -> Result<(), TryLockError>,
    patience: Duration,
    dir: &Path,
) -> Result<(), StartError> {
    match poll(patience, || match attempt(file) {
        Ok(()) => Some(Ok(())),
        Err(TryLockError::WouldBlock) => None,
        Err(TryLockError::Error(error)) => Some(Err(error)),
    }) {
        Some(result) => result.map_err(|error: io::Error| StartError::io("lock a file in", dir)(error)),
        None => Err(StartError::InUse {
            dir: dir.to_owned(),
            waited: patience.as_secs(),
        }),
    }
}

/// Asks until there is an answer or `patience` has run out.
pub(super) fn poll<T>(patience: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + patience;
    loop {
        let answer = ask();
        if answer.is_some() || Instant::now() >= deadline {
            return answer;
        }
        thread::sleep(POLL);
    }
}

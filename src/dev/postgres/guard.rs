//! The guard: a small shell process that stops Postgres when the last user is gone, however it went.
//!
//! It is nobody's child (so nobody who kills a process tree finds it, and nobody must reap it), in a process group of its
//! own, and ignores the signals of a terminal. It waits for the exclusive lock on `users.lock`.

use std::{
    ffi::{OsStr, OsString},
    fs::TryLockError,
    os::unix::process::CommandExt,
    path::Path,
    process::Stdio,
};

use super::{binaries, error::StartError, lock, user::RunAs};

/// `$1` `pg_ctl`, `$2` the server's files, the rest is a program that locks descriptor 4.
///
/// Standard input is the locked `guard.lock`, standard output `users.lock`. `guard.lock` is let go first (and, should the
/// guard be killed, closed first by the kernel, having the lower number): who then gets `users.lock` must not mistake this
/// guard for one that will still act.
const SCRIPT: &str = r#"
pg_ctl=$1 files=$2
shift 2
exec 3<&0 4<&1 </dev/null >/dev/null 2>&1
trap '' HUP INT QUIT TERM
cd /
{
    "$@" 3<&- || exit
    "$pg_ctl" stop -D "$files" -m fast -w -t 20 3<&- 4<&- || "$pg_ctl" stop -D "$files" -m immediate -w -t 20 3<&- 4<&-
    exec 3<&-
    exit
} &
"#;

/// Sees to it that a guard watches over the server whose files are `data`. Call with the start lock and a shared
/// `users.lock` held, before the server is started: then there is no moment at which it runs unwatched.
pub(super) fn post(dir: &Path, user: RunAs, pg_ctl: &Path, data: &Path) -> Result<(), StartError> {
    let posted = lock::open(dir, lock::GUARD)?;
    match posted.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(()), // one is there already
        Err(TryLockError::Error(error)) => return Err(StartError::io("lock a file in", dir)(error)),
    }
    let users = lock::open(dir, lock::USERS)?;
    let mut arguments: Vec<OsString> = vec!["-c".into(), SCRIPT.into(), "consentry-guard".into()];
    arguments.extend([pg_ctl.into(), data.into()]);
    arguments.extend(locking_program()?.iter().map(OsString::from));
    let status = user
        .command("/bin/sh")
        .args(arguments)
        .stdin(Stdio::from(posted))
        .stdout(Stdio::from(users))
        .stderr(Stdio::null())
        .process_group(0)
        .status()
        .map_err(StartError::io("run", OsStr::new("/bin/sh").as_ref()))?;
    if status.success() {
        Ok(())
    } else {
        Err(StartError::NoLockProgram)
    }
}

/// Waits for the exclusive lock on descriptor 4.
fn locking_program() -> Result<&'static [&'static str], StartError> {
    if binaries::in_path("flock").is_some() {
        Ok(&["flock", "-x", "4"])
    } else if binaries::in_path("perl").is_some() {
        Ok(&[
            "perl",
            "-e",
            "open(my $users, '+<&=4') or exit 1; exit(flock($users, 2) ? 0 : 1)",
        ])
    } else {
        Err(StartError::NoLockProgram)
    }
}

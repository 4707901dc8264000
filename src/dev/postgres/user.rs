//! Whom PostgreSQL's programs run as. They refuse to run as root.

use std::{
    env,
    ffi::OsStr,
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Stdio},
};

use super::error::StartError;

/// Whom PostgreSQL's programs run as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RunAs {
    /// The user who started us.
    Ourselves,
    /// We are root: an ordinary user.
    Other { uid: u32, gid: u32 },
}

impl RunAs {
    /// Whoever may run a new cluster: we, or if we are root `postgres`, else `nobody`.
    pub(super) fn for_new_files() -> Result<Self, StartError> {
        if !we_are_root() {
            return Ok(Self::Ourselves);
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| {
                Some(Self::Other {
                    uid: id(&["-u", name])?,
                    gid: id(&["-g", name])?,
                })
            })
            .ok_or(StartError::NoOrdinaryUser)
    }

    /// Whoever may run the cluster that `uid` and `gid` made: root runs it as its maker.
    pub(super) fn for_files_of(uid: u32, gid: u32) -> Self {
        if we_are_root() {
            Self::Other { uid, gid }
        } else {
            Self::Ourselves
        }
    }

    /// A command as this user, without our environment: `PGHOST`, `PGDATA`, `LC_ALL` and the like would change what
    /// the programs do.
    pub(super) fn command(self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("LC_ALL", "C")
            .current_dir("/")
            .stdin(Stdio::null());
        if let Some(path) = env::var_os("PATH") {
            command.env("PATH", path);
        }
        if let Self::Other { uid, gid } = self {
            // The standard library also drops root's supplementary groups then.
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Whether this user may enter `dir`, which we may.
    pub(super) fn can_enter(self, dir: &Path) -> bool {
        self == Self::Ourselves
            || self
                .command("/bin/sh")
                .args([
                    OsStr::new("-c"),
                    OsStr::new("cd -- \"$1\""),
                    OsStr::new("sh"),
                    dir.as_os_str(),
                ])
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
    }
}

/// Whether we run with the rights of root.
pub(super) fn we_are_root() -> bool {
    id(&["-u"]) == Some(0)
}

/// A number from `id`, which knows every source of users that the system has.
fn id(args: &[&str]) -> Option<u32> {
    let output = Command::new("id")
        .args(args)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

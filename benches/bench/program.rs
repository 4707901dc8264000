//! Other programs: run to their end, or not found.

use std::{
    env,
    ffi::OsStr,
    path::Path,
    process::{Command, Stdio},
};

use crate::Outcome;

/// A command with nothing of this process's environment but PATH: `PGHOST` and the like would change what is measured.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().stdin(Stdio::null());
    if let Some(path) = env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// What a program said.
pub struct Said {
    /// On standard output.
    pub printed: String,
    /// On standard error.
    pub complained: String,
}

/// Runs it. Fails with what it said.
pub fn said(command: &mut Command) -> Outcome<Said> {
    let program = Path::new(command.get_program()).display().to_string();
    let output = command.output().map_err(|error| format!("{program}: {error}"))?;
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(format!("{program} failed: {}", complained.trim()).into());
    }
    Ok(Said {
        printed: String::from_utf8_lossy(&output.stdout).into_owned(),
        complained,
    })
}

/// Runs it; answers what it printed.
pub fn output(command: &mut Command) -> Outcome<String> {
    Ok(said(command)?.printed)
}

/// Whether it can be run at all.
pub fn exists(program: &str) -> bool {
    command(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

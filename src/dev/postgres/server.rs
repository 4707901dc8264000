//! Creating, starting and stopping the server with its own programs.

use std::{
    ffi::OsStr,
    fs::{self, File},
    os::unix::{ffi::OsStrExt, process::CommandExt},
    path::Path,
    process::Stdio,
    time::Duration,
};

use super::{Durability, binaries::Binaries, directory, error::StartError, home::Home, lock};

/// The superuser of the cluster, and whom we connect as. Only who may enter the socket's directory can.
pub(super) const SUPERUSER: &str = "consentry";

/// Who serves requests: it owns nothing.
pub(super) const SERVER: &str = "consentry_server";

/// A killed server takes a moment to die, and its last children may hold its shared memory a little longer.
const PATIENCE_WITH_REMAINS: Duration = Duration::from_secs(10);

/// `$1` gets the output of the rest, which is a command.
///
/// Standard input and output are locks, held by this shell (hence the `exit`: it must not become the command) and not by
/// the command: if we are killed while it runs, it comes to its end before anybody stops or starts something.
const HOLDING_THE_LOCKS: &str = r#"log=$1; shift; umask 077; "$@" </dev/null >"$log" 2>&1; exit $?"#;

/// The locks that must outlive us while one of the programs runs.
pub(super) struct Held<'a> {
    pub(super) start: &'a File,
    pub(super) users: &'a File,
}

/// Creates the files of the server.
pub(super) fn create(
    home: &Home,
    binaries: &Binaries,
    durability: Durability,
    held: &Held,
) -> Result<(), StartError> {
    // Named `data` only when whole. What is here was left by an `initdb` that was killed.
    let unfinished = home.path.join("data.new");
    directory::remove(&unfinished)?;
    let mut arguments = vec![
        OsStr::new("--pgdata=data.new"),
        OsStr::new("--auth=trust"),
        OsStr::new("--encoding=UTF8"),
        OsStr::new("--no-locale"),
    ];
    let superuser = format!("--username={SUPERUSER}");
    arguments.push(superuser.as_ref());
    if durability == Durability::Throwaway {
        arguments.push(OsStr::new("--no-sync"));
    }
    run(home, binaries, "initdb", &arguments, held).map_err(|output| output.into_error("initdb", home))?;
    home.append("data.new/postgresql.conf", "include '../consentry.conf'")?;
    fs::rename(&unfinished, home.data()).map_err(StartError::io("rename", &unfinished))
}

/// Starts the server and waits until it takes connections.
pub(super) fn start(
    home: &Home,
    binaries: &Binaries,
    durability: Durability,
    held: &Held,
) -> Result<(), StartError> {
    home.write("consentry.conf", &settings(&home.socket_directory()?, durability))?;
    let (data, log) = (home.data(), home.log());
    let arguments: [&OsStr; 9] = [
        "start".as_ref(),
        "-D".as_ref(),
        data.as_ref(),
        "-l".as_ref(),
        log.as_ref(),
        "-w".as_ref(),
        "-t".as_ref(),
        "120".as_ref(), // recovery after a crash takes its time
        "-s".as_ref(),
    ];
    let mut failure = None;
    lock::poll(PATIENCE_WITH_REMAINS, || {
        let attempt = forget_a_pid_of_somebody_else(home)
            .and_then(|()| directory::remove(&log))
            .map(|()| run(home, binaries, "pg_ctl", &arguments, held));
        let (error, dying) = match attempt {
            Ok(Ok(())) => (None, false),
            Ok(Err(output)) => {
                let dying = ["is still in use", "already exists"]
                    .iter()
                    .any(|sign| output.text.contains(sign));
                (Some(output.into_error("pg_ctl", home)), dying)
            }
            Err(error) => (Some(error), false),
        };
        failure = error;
        (!dying).then_some(())
    });
    failure.map_or(Ok(()), Err)
}

/// Stops the server if it runs. Call with the exclusive lock on the users.
pub(super) fn stop(home: &Home, binaries: &Binaries) {
    let data = home.data();
    if !data.join("postmaster.pid").exists() {
        return;
    }
    for mode in ["fast", "immediate"] {
        let stopped = home
            .user
            .command(binaries.dir.join("pg_ctl"))
            .args([
                OsStr::new("stop"),
                "-D".as_ref(),
                data.as_ref(),
                "-m".as_ref(),
                mode.as_ref(),
            ])
            .args(["-w", "-t", "20"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .status();
        // Its failure is no news: the server may be gone already.
        if stopped.is_ok_and(|status| status.success()) {
            return;
        }
    }
}

/// What a program that failed has said.
struct Output {
    text: String,
}

impl Output {
    fn into_error(self, program: &'static str, home: &Home) -> StartError {
        StartError::Program {
            program,
            dir: home.path.clone(),
            output: self.text,
        }
    }
}

fn run(
    home: &Home,
    binaries: &Binaries,
    program: &'static str,
    arguments: &[&OsStr],
    held: &Held,
) -> Result<(), Output> {
    let said = home.path.join("last-command.log");
    let status = held.users.try_clone().and_then(|users| {
        home.user
            .command("/bin/sh")
            .args(["-c", HOLDING_THE_LOCKS, "sh"])
            .arg(&said)
            .arg(binaries.dir.join(program))
            .args(arguments)
            .current_dir(&home.path)
            .stdin(Stdio::from(users))
            .stdout(Stdio::from(held.start.try_clone()?))
            .stderr(Stdio::null())
            // Ctrl-C is meant for us; it would leave half a start.
            .process_group(0)
            .status()
    });
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Output {
            text: format!("{}\n{}", tail(&said), tail(&home.log()))
                .trim()
                .to_owned(),
        }),
        Err(error) => Err(Output {
            text: error.to_string(),
        }),
    }
}

/// The last lines of a log.
fn tail(file: &Path) -> String {
    let bytes = fs::read(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.trim().lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

/// `socket` needs no quoting: see [`Home::socket_directory`].
fn settings(socket: &Path, durability: Durability) -> String {
    let sync = match durability {
        Durability::Durable => "on",
        Durability::Throwaway => "off",
    };
    format!(
        "# Written by consentry at every start; what is changed here is lost.\n\
         listen_addresses = ''\n\
         unix_socket_directories = '{}'\n\
         unix_socket_permissions = 0700\n\
         port = 5432\n\
         max_connections = 200\n\
         shared_buffers = '128MB'\n\
         fsync = {sync}\n\
         synchronous_commit = {sync}\n\
         full_page_writes = {sync}\n",
        socket.display()
    )
}

/// Above the largest process id of Linux, 2^22.
const NOBODYS_PID: u32 = (1 << 22) + 1;

/// Takes the process id out of `postmaster.pid` if that process is dead but not reaped, or somebody else: after a restart
/// of the machine or the container another process may have the number, and Postgres would refuse to start for as long
/// as that one lives. The rest of the file stays: by it Postgres finds shared memory that children of a killed server hold.
fn forget_a_pid_of_somebody_else(home: &Home) -> Result<(), StartError> {
    let data = home.data();
    let text = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    let Some((Ok(pid), rest)) = text
        .split_once('\n')
        .map(|(pid, rest)| (pid.trim().parse::<u32>(), rest))
    else {
        return Ok(());
    };
    // Only Linux tells; without it Postgres decides alone.
    let Ok(command) = fs::read(format!("/proc/{pid}/cmdline")) else {
        return Ok(());
    };
    if command
        .split(|byte| *byte == 0)
        .any(|argument| argument == data.as_os_str().as_bytes())
    {
        return Ok(());
    }
    home.write(
        "data/postmaster.pid",
        &format!("{NOBODYS_PID}\n{}", rest.trim_end()),
    )
}

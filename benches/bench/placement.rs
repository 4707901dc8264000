//! Who runs on which core: the server has one, the load and Postgres share another. So the figures are those of one core of
//! server, whatever the machine has, and what the load costs is not taken from the server.

use std::{ffi::OsStr, fs, process::Command};

use crate::{
    Outcome,
    program::{command, exists, output},
};

/// Two cores; or none, where there is only one or `taskset` (util-linux) is missing.
#[derive(Clone, Copy, Debug)]
pub struct Placement(Option<Cores>);

#[derive(Clone, Copy, Debug)]
struct Cores {
    server: usize,
    load: usize,
}

impl Placement {
    /// The first two cores that this process may use.
    pub fn find() -> Self {
        let allowed = allowed();
        let cores = match allowed[..] {
            [server, load, ..] if exists("taskset") => Some(Cores { server, load }),
            _ => None,
        };
        Self(cores)
    }

    /// Whether everybody has a place.
    pub fn is_pinned(self) -> bool {
        self.0.is_some()
    }

    /// Puts this process on the core of the load, and with it whatever it starts from now on.
    pub fn take_place(self) -> Outcome<()> {
        let Some(cores) = self.0 else {
            return Ok(());
        };
        let pid = std::process::id().to_string();
        output(command("taskset").args(["-a", "-c", "-p", &cores.load.to_string(), &pid])).map(drop)
    }

    /// A program on the core of the server. `taskset` becomes the program, so its number is the program's.
    pub fn server(self, program: impl AsRef<OsStr>) -> Command {
        let Some(cores) = self.0 else {
            return command(program);
        };
        let mut placed = command("taskset");
        placed.args(["-c", &cores.server.to_string()]).arg(program);
        placed
    }
}

/// The cores that this process may use.
fn allowed() -> Vec<usize> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))
        .unwrap_or_default();
    line.trim()
        .split(',')
        .filter_map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            Some(first.parse::<usize>().ok()?..=last.parse::<usize>().ok()?)
        })
        .flatten()
        .collect()
}

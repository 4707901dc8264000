//! What a process has used, as Linux tells it in `/proc`.

use std::{fs, path::Path};

use crate::Outcome;

/// Linux shows processor time in hundredths of a second, whatever its own clock does.
const TICK_US: u64 = 10_000;

/// Processor time in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cpu {
    /// Of the process itself, user and system.
    pub own: u64,
    /// Of its children that have ended.
    pub ended_children: u64,
}

/// What a process has used so far.
pub fn cpu(pid: u32) -> Outcome<Cpu> {
    let fields = fields(pid)?;
    let ticks = |at: usize| {
        fields
            .get(at)
            .and_then(|text| text.parse::<u64>().ok())
            .unwrap_or(0)
    };
    // proc_pid_stat(5): utime, stime, cutime, cstime are the fields 14 to 17; ours begin with the third.
    Ok(Cpu {
        own: (ticks(11) + ticks(12)) * TICK_US,
        ended_children: (ticks(13) + ticks(14)) * TICK_US,
    })
}

/// The process and its children, as far as they run.
pub fn family(parent: u32) -> Outcome<Vec<u32>> {
    let mut found = vec![parent];
    for entry in fs::read_dir("/proc")? {
        let Some(pid) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        // One that has ended meanwhile is no child.
        let is_child = fields(pid).is_ok_and(|fields| fields.get(1) == Some(&parent.to_string()));
        if is_child {
            found.push(pid);
        }
    }
    Ok(found)
}

/// The fields of `stat` from the third on: the second is a name that may hold anything.
fn fields(pid: u32) -> Outcome<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, rest) = text.rsplit_once(')').ok_or("/proc/PID/stat is not as expected")?;
    Ok(rest.split_whitespace().map(str::to_owned).collect())
}

/// A line of `/proc/PID/status` in KiB: `VmRSS` is the memory now, `VmHWM` its peak.
pub fn memory_kib(pid: u32, line: &str) -> Option<u64> {
    kib(Path::new(&format!("/proc/{pid}/status")), line)
}

/// The memory of a process in KiB, with its share of what it shares. Not everybody may ask.
pub fn proportional_kib(pid: u32) -> Option<u64> {
    kib(Path::new(&format!("/proc/{pid}/smaps_rollup")), "Pss")
}

fn kib(file: &Path, line: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let rest = text
        .lines()
        .find_map(|it| it.strip_prefix(line)?.strip_prefix(':'))?;
    rest.trim().trim_end_matches("kB").trim().parse().ok()
}

//! What it was measured on; nothing that names the machine.

use std::{env, fs, thread::available_parallelism};

use serde::{Deserialize, Serialize};

use crate::{
    placement::Placement,
    program::{command, output},
};

/// A machine.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// How many cores this process may use.
    pub cores: usize,
    /// The memory in KiB.
    pub memory_kib: Option<u64>,
    /// Kind and version of the operating system.
    pub system: String,
    /// The version of Postgres.
    pub postgres: String,
    /// The version of the compiler.
    pub compiler: String,
    /// Whether the server had a core of its own.
    pub pinned: bool,
}

impl Machine {
    /// This one. Before anybody takes a place, which hides the other cores.
    pub fn this(postgres_version: &str, placement: Placement, cores: usize) -> Self {
        let unknown = || "unknown".to_owned();
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let compiler = output(command("rustc").arg("--version")).unwrap_or_else(|_| unknown());
        Self {
            processor: line("/proc/cpuinfo", "model name").unwrap_or_else(unknown),
            cores,
            memory_kib: line("/proc/meminfo", "MemTotal")
                .and_then(|text| text.trim_end_matches("kB").trim().parse().ok()),
            // What follows the second number is the builder's, and says nothing about speed.
            system: format!(
                "{} {}",
                env::consts::OS,
                kernel.trim().splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
            ),
            postgres: postgres_version.to_owned(),
            compiler: compiler.trim().to_owned(),
            pinned: placement.is_pinned(),
        }
    }
}

/// How many cores this process may use.
pub fn cores() -> usize {
    available_parallelism().map_or(1, std::num::NonZero::get)
}

fn line(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(found, _)| found.trim() == name)?;
    Some(value.trim().to_owned())
}

/// How many crates are compiled into the binary, its own included, for this system.
pub fn crates() -> Option<usize> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut tree = command(cargo);
    // Cargo's own directories are found by these.
    for name in ["HOME", "CARGO_HOME", "RUSTUP_HOME"] {
        if let Some(value) = env::var_os(name) {
            tree.env(name, value);
        }
    }
    tree.args([
        "tree",
        "--locked",
        "--offline",
        "--edges=normal,no-proc-macro",
        "--prefix=none",
    ])
    .args(["--no-dedupe", "--format={p}", "--manifest-path"])
    .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    let said = output(&mut tree).ok()?;
    let mut lines: Vec<&str> = said.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    Some(lines.len())
}

//! `make bench`: how fast the server is, beside what its HTTP stack and its database could do at best.
//!
//! It starts a private PostgreSQL, durable as in production, and the release server; drives the server over loopback; and
//! between those measurements takes the floors: `/health` through the very same middleware (it answers a small constant
//! and touches nothing else), and `pgbench` with the same statements. A ratio is always between two measurements of the
//! same round, a figure always the median of the rounds. Nothing passes or fails here.
//!
//! `cargo bench --bench bench` prints a table and writes `target/bench/results.json`; with `-- --write-docs` it also
//! writes `docs/performance.md`, `.json` and `.svg`; `-- --render FILE` writes those from results of before. Settings are
//! environment variables: see `settings.rs`.

mod browser;
mod growth;
mod http;
mod load;
mod machine;
mod page;
mod pgbench;
mod placement;
mod postgres;
mod proc_stat;
mod program;
mod report;
mod results;
mod rounds;
mod server;
mod settings;
mod stage;
mod work;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use results::Results;
use settings::Settings;

/// Whatever goes wrong ends the benchmark: a figure of half a run would be a wrong figure.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let args: Vec<String> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    match args[..] {
        [] => measure(None),
        ["--write-docs"] => measure(Some(&docs)),
        ["--growth"] => growth::run(&directory(), None),
        ["--growth", "--write-docs"] => growth::run(&directory(), Some(&docs)),
        ["--render", file] => report::docs::write(&docs, &read(Path::new(file))?),
        _ => Err(
            "usage: cargo bench --bench bench [-- --write-docs | --growth [--write-docs] | --render FILE]"
                .into(),
        ),
    }
}

fn read(file: &Path) -> Outcome<Results> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(serde_json::from_str(&text)?)
}

fn measure(docs: Option<&Path>) -> Outcome<()> {
    let settings = Settings::from_environment()?;
    let dir = directory();
    let results = rounds::run(&settings, &dir)?;
    println!("{}", report::table::of(&results));
    let file = dir.join("results.json");
    fs::write(&file, serde_json::to_string_pretty(&results)? + "\n")?;
    println!("Written: {}", file.display());
    match docs {
        Some(docs) => report::docs::write(docs, &results),
        None => Ok(()),
    }
}

/// `target/bench`, wherever the target directory is.
fn directory() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench")
}

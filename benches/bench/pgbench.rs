//! The floors of the database: `pgbench` with the statements of `benches/sql`, over the same socket, to the same tables.

use std::{fs, path::PathBuf};

use crate::{
    Outcome,
    postgres::Postgres,
    program::{Said, command, output, said},
    settings::Settings,
};

/// What a run came to.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// Transactions a second, connecting aside.
    pub rate: f64,
    /// How long one took on average, in microseconds.
    pub average_us: f64,
}

/// A `pgbench` that was found.
pub struct Pgbench {
    program: PathBuf,
    url: String,
    variables: Vec<(&'static str, String)>,
}

impl Pgbench {
    /// The one that belongs to the server, else the first in PATH. `variables` are what the scripts call `:name`.
    pub fn find(postgres: &Postgres, variables: Vec<(&'static str, String)>) -> Outcome<Self> {
        let beside = postgres.bin_dir().join("pgbench");
        let program = if beside.is_file() {
            beside
        } else {
            PathBuf::from("pgbench")
        };
        output(command(&program).arg("--version")).map_err(
            |_| "pgbench is missing: it comes with PostgreSQL, on some systems as postgresql-contrib",
        )?;
        Ok(Self {
            program,
            url: postgres.url(),
            variables,
        })
    }

    /// Runs a script of `benches/sql` as often as it can be run.
    pub fn run(&self, script: &str, connections: usize, settings: &Settings) -> Outcome<Measured> {
        let warm_up = warm_up_seconds(connections);
        let mut pgbench = command(&self.program);
        pgbench
            .args([
                "--no-vacuum",
                "--protocol=prepared",
                "--jobs=1",
                "--progress=1",
                "--define=begun=0",
            ])
            .arg(format!("--client={connections}"))
            .arg(format!("--time={}", warm_up + settings.seconds));
        for (name, value) in &self.variables {
            pgbench.arg(format!("--define={name}={value}"));
        }
        let said = said(pgbench.arg("--file").arg(sql(script)).arg(&self.url))?;
        // Absent before PostgreSQL 15, where a failed transaction ends the run.
        let failed = said
            .printed
            .lines()
            .find_map(|line| line.strip_prefix("number of failed transactions: "));
        if failed.is_some_and(|failed| !failed.starts_with("0 ")) {
            return Err(format!("pgbench {script}: transactions failed\n{}", said.printed).into());
        }
        let warm = said
            .complained
            .lines()
            .filter_map(Second::parse)
            .filter(|second| second.at > f64::from(u32::try_from(warm_up).unwrap_or(0)) + 0.5);
        let (mut seconds, mut done, mut spent) = (0.0, 0.0, 0.0);
        let (mut first, mut last) = (None, 0.0);
        for second in warm {
            seconds += 1.0;
            done += second.rate;
            spent += second.rate * second.average_us;
            first.get_or_insert(second.rate);
            last = second.rate;
        }
        let Some(first) = first.filter(|_| done > 0.0) else {
            let Said { printed, complained } = said;
            return Err(format!("pgbench {script}: no figures in\n{printed}{complained}").into());
        };
        if first < last / 2.0 {
            eprintln!("bench: pgbench {script} was not warm when it began to count: is the machine busy?");
        }
        Ok(Measured {
            rate: done / seconds,
            average_us: spent / done,
        })
    }
}

/// How long before it counts: new connections read the catalogue and plan, and all of them share one core.
fn warm_up_seconds(connections: usize) -> u64 {
    1 + connections.div_ceil(32) as u64
}

/// What `pgbench` tells of one second.
struct Second {
    at: f64,
    rate: f64,
    average_us: f64,
}

impl Second {
    /// `progress: 4.0 s, 5123.4 tps, lat 0.195 ms stddev 0.021, 0 failed`
    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.strip_prefix("progress: ")?.split(", ");
        let mut figure = |before: &str, after: &str| -> Option<f64> {
            let part = parts.next()?.strip_prefix(before)?;
            part.split_once(after)?.0.parse().ok()
        };
        let (at, rate) = (figure("", " s")?, figure("", " tps")?);
        let average_ms = figure("lat ", " ms").filter(|average| average.is_finite());
        // A second in which nothing ended has no average; it counts for the rate all the same.
        Some(Self {
            at,
            rate,
            average_us: average_ms.unwrap_or(0.0) * 1000.0,
        })
    }
}

/// The text of a script.
pub fn text(script: &str) -> Outcome<String> {
    let file = sql(script);
    fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()).into())
}

fn sql(script: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("benches/sql")
        .join(format!("{script}.sql"))
}

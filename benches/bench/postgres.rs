//! The private PostgreSQL: durable, fresh, gone afterwards.

use std::{
    fs,
    path::{Path, PathBuf},
};

use consentry::dev::postgres::{Cluster, Durability};
use diesel::{Connection as _, PgConnection};

use crate::{Outcome, proc_stat};

/// The database of the benchmark.
pub const DATABASE: &str = "bench";

/// A running server with one empty database.
pub struct Postgres {
    cluster: Option<Cluster>,
    dir: PathBuf,
    postmaster: u32,
}

impl Postgres {
    /// Starts it on new files in `dir`.
    pub fn start(dir: &Path) -> Outcome<Self> {
        Cluster::reset(dir)?;
        let cluster = Cluster::start(dir, Durability::Durable)?;
        cluster.ensure_database(DATABASE)?;
        let file = cluster.files().join("postmaster.pid");
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let pid = text.lines().next().and_then(|line| line.trim().parse().ok());
        Ok(Self {
            cluster: Some(cluster),
            dir: dir.to_owned(),
            postmaster: pid.ok_or("postmaster.pid names no process")?,
        })
    }

    fn cluster(&self) -> &Cluster {
        self.cluster.as_ref().expect("it is taken only by the drop")
    }

    /// Where libpq finds the database.
    pub fn url(&self) -> String {
        self.cluster().url(DATABASE)
    }

    /// A connection of our own.
    pub fn connect(&self) -> Outcome<PgConnection> {
        Ok(PgConnection::establish(&self.url())?)
    }

    /// The server's version.
    pub fn version(&self) -> &str {
        self.cluster().version()
    }

    /// Where its programs are.
    pub fn bin_dir(&self) -> &Path {
        self.cluster().bin_dir()
    }

    /// Processor time in microseconds that all its processes have used, those that have ended included.
    pub fn cpu_us(&self) -> Outcome<u64> {
        let mut sum = proc_stat::cpu(self.postmaster)?.ended_children;
        for pid in proc_stat::family(self.postmaster)? {
            // One that ends while we look will be counted by the postmaster.
            sum += proc_stat::cpu(pid).map_or(0, |cpu| cpu.own);
        }
        Ok(sum)
    }

    /// Its memory in KiB, shared memory counted once; `None` where we may not ask.
    pub fn memory_kib(&self) -> Option<u64> {
        proc_stat::family(self.postmaster)
            .ok()?
            .into_iter()
            .map(proc_stat::proportional_kib)
            .sum()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.cluster = None;
        if let Err(error) = Cluster::reset(&self.dir) {
            eprintln!("bench: the database was left behind: {error}");
        }
    }
}

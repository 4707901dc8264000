//! The real binary, on a private database of its own.

mod audit;
mod client;
mod config;
mod family;
mod help;
mod login;
mod login_scripted;
mod openapi;
mod people;
mod serve;
mod signing_key;
mod token;
mod workspaces;

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use consentry::dev::postgres::{Cluster, Durability};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt};
use serde_json::Value;

/// A data directory whose database runs as long as this value, so that no command has to start it.
pub(crate) struct Place {
    path: PathBuf,
    cluster: Option<Cluster>,
}

/// How a command ended.
pub(crate) struct Outcome {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// The result of a command that worked.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.exit, 0, "{}", self.stderr);
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// That it failed in this way, and printed no result.
    pub(crate) fn fails(&self, exit: i32, code: &str) -> &Self {
        assert_eq!(self.exit, exit, "{} {}", self.stdout, self.stderr);
        assert!(
            self.stderr.starts_with(&format!("error: {code}: ")),
            "{}",
            self.stderr
        );
        assert_eq!(self.stdout, "");
        self
    }
}

impl Place {
    pub(crate) fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{name}"));
        Cluster::reset(&path).unwrap();
        let cluster = Cluster::start(&path, Durability::Throwaway).unwrap();
        cluster.ensure_database("consentry").unwrap();
        Self {
            path,
            cluster: Some(cluster),
        }
    }

    /// Lets the database go down; a command starts it again.
    pub(crate) fn stop(&mut self) {
        self.cluster = None;
    }

    /// Deletes everything; fails if anybody uses the database.
    pub(crate) fn reset(&self) {
        Cluster::reset(&self.path).unwrap();
    }

    /// Runs a command here, with this on its standard input.
    pub(crate) fn run_with(&self, input: &str, args: &[&str]) -> Outcome {
        let data_dir = self.path.to_str().unwrap();
        run(&[&["--data-dir", data_dir], args].concat(), &[], input)
    }

    pub(crate) fn run(&self, args: &[&str]) -> Outcome {
        self.run_with("", args)
    }

    /// Makes what several tests start from: a workspace.
    pub(crate) fn workspace(&self, slug: &str) -> String {
        let made = self.run(&[
            "workspace",
            "create",
            "--slug",
            slug,
            "--name",
            "Northwind",
            "--json",
        ]);
        made.json()["id"].as_str().unwrap().to_owned()
    }

    /// Where libpq finds this database.
    pub(crate) fn url(&self) -> String {
        self.cluster.as_ref().unwrap().url("consentry")
    }

    /// What a statement counts.
    pub(crate) fn count(&self, from: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let mut conn = PgConnection::establish(&self.url()).unwrap();
        sql_query(format!("SELECT count(*) FROM {from}"))
            .get_result::<Count>(&mut conn)
            .unwrap()
            .count
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.stop();
        if !std::thread::panicking() {
            self.reset();
        }
    }
}

/// Runs the binary with nothing of this process's environment but these.
pub(crate) fn run(args: &[&str], env: &[(&str, &str)], input: &str) -> Outcome {
    let mut child = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(args)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may have gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Outcome {
        exit: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

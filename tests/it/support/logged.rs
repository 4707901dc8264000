//! A journey whose log is read: it runs in a process of its own, because a process has only one log.

use std::{
    env,
    process::{Command, Stdio},
};

use consentry::platform::telemetry::{self, Format};
use serde_json::Value;

use super::server::Server;

/// Says to a test that it is the other process, and in which form it is to log.
const FORMAT: &str = "CONSENTRY_TEST_LOG_FORMAT";

/// Before each line that the journey tells its test, on standard output.
const TOLD: &str = "\u{1}told ";

/// What a journey logged, and what it told.
pub struct Log {
    /// Standard error of the other process: its log.
    pub text: String,
    told: Vec<(String, String)>,
}

impl Log {
    /// What the journey told under this name.
    pub fn told<'a>(&'a self, name: &str) -> Vec<&'a str> {
        self.told
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// The lines of a JSON log, each of which must be one object.
    pub fn lines(&self) -> Vec<Value> {
        self.text
            .lines()
            // Libpq's own word, when the test's database is dropped under a connection that is just being looked at.
            .filter(|line| *line != "FATAL:  terminating connection due to administrator command")
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in log line {line:?}"))
            })
            .collect()
    }
}

/// Runs the test of this name once more, in another process that logs everything it can, and answers what it logged. In
/// that other process: begins to log, and answers `None`.
pub fn log_of(test: &str, format: Format) -> Option<Log> {
    let name = |format| match format {
        Format::Human => "human",
        Format::Json => "json",
    };
    if let Ok(asked) = env::var(FORMAT) {
        let format = if asked == name(Format::Json) {
            Format::Json
        } else {
            Format::Human
        };
        telemetry::init(format, "trace").unwrap();
        return None;
    }
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(FORMAT, name(format))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (said, logged) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert!(
        output.status.success() && said.contains("1 passed"),
        "the journey of {test} failed:\n{said}\n{logged}"
    );
    let told = said
        .lines()
        .filter_map(|line| line.split_once(TOLD)?.1.split_once(' '))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Some(Log { text: logged, told })
}

/// Waits until the server has a connection to its database. One that ends while it is still being made has its last words
/// printed by libpq itself, beside the log.
pub async fn settled(server: &Server) {
    let ready = server.http.get(server.url("/health/ready")).send().await;
    assert!(ready.unwrap().status().is_success());
}

/// Tells the test that started this journey one thing: a name and a value, both without line ends.
pub fn tell(name: &str, value: &str) {
    println!("{TOLD}{name} {value}");
}

//! A headless Chromium of a test's own, driven through chromedriver.
//!
//! A guard, a small shell, waits until this process lets go of it or is gone, however it went. Then it kills the driver
//! with all that the driver started, and removes what they have written.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    os::unix::{fs::DirBuilderExt, process::CommandExt},
    process::{Child, ChildStdin, Stdio},
    time::Duration,
};

use fantoccini::{ClientBuilder, wd::TimeoutConfiguration};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::tab::Tab;
use crate::support::process::command;

/// Browsers at a time: tests run in parallel, and each browser is a dozen processes.
static BROWSERS: Semaphore = Semaphore::const_new(2);

/// `$1` is the directory of the browser; the first line of standard input names its process group. Goes on until standard
/// input ends.
const GUARD: &str = r#"
read -r group
cat >/dev/null
[ -z "$group" ] || kill -s KILL -- "-$group"
tries=0
while [ -e "$1" ] && [ $tries -lt 100 ]; do
    rm -rf "$1" 2>/dev/null || sleep 0.05
    tries=$((tries + 1))
done
"#;

const NO_DRIVER: &str = "chromedriver does not start: `make test` installs it, or says how.";

/// What a browser does by itself and a test does not want: above all, it reaches nothing but loopback.
const ARGUMENTS: &[&str] = &[
    "--headless=new",
    // There is nobody to protect: the pages are ours. Root could not start it otherwise.
    "--no-sandbox",
    // Not a port that others could use; and it ends when its driver does.
    "--remote-debugging-pipe",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--lang=en",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
    "--password-store=basic",
];

/// A running browser with one tab. Gone with this value.
pub struct Chromium {
    pub tab: Tab,
    // Field order: the guard must be told before anybody else may start a browser.
    _guard: Guard,
    _permit: SemaphorePermit<'static>,
}

impl Chromium {
    /// Starts it.
    pub async fn start() -> Self {
        let permit = BROWSERS.acquire().await.unwrap();
        let (guard, port) = Guard::start();
        let mut arguments: Vec<String> = ARGUMENTS.iter().map(|it| (*it).to_owned()).collect();
        arguments.push(format!("--user-data-dir={}/profile", guard.directory));
        let capabilities = json!({
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap_or_else(|error| {
                panic!("Chromium does not start: `make test` installs it, or says how. {error}")
            });
        let patience = Some(Duration::from_secs(30));
        client
            .update_timeouts(TimeoutConfiguration::new(
                patience,
                patience,
                Some(Duration::ZERO),
            ))
            .await
            .unwrap();
        Self {
            tab: Tab::new(client),
            _guard: guard,
            _permit: permit,
        }
    }
}

/// The driver, and its guard.
struct Guard {
    directory: String,
    driver: Child,
    shell: Child,
    /// As long as this is open, the driver lives.
    hold: Option<ChildStdin>,
}

impl Guard {
    /// Starts a driver. Answers its port too.
    fn start() -> (Self, u16) {
        // Under the system's directory, not the build's: a socket in it has a path of at most 107 bytes.
        let path = env::temp_dir().join(format!("consentry-{}", uuid::Uuid::now_v7().simple()));
        fs::DirBuilder::new().mode(0o700).create(&path).unwrap();
        let directory = path.display().to_string();
        // Groups of their own: the signals of a terminal reach neither.
        let mut shell = command("/bin/sh")
            .args(["-c", GUARD, "consentry-browser-guard", &directory])
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut hold = shell.stdin.take().unwrap();
        let driver = command("chromedriver")
            .arg("--port=0")
            // Settings, caches and temporary files of it and of the browser.
            .envs([("HOME", &directory), ("TMPDIR", &directory)])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        let mut driver = driver.unwrap_or_else(|error| panic!("{NO_DRIVER} {error}"));
        writeln!(hold, "{}", driver.id()).unwrap();
        let said = BufReader::new(driver.stdout.take().unwrap());
        let guard = Self {
            directory,
            driver,
            shell,
            hold: Some(hold),
        };
        // It says the port once it listens there.
        let port = said.lines().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("was started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        (guard, port.expect(NO_DRIVER))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.hold.take());
        // Somebody else may have ended them before.
        let _ = self.shell.wait();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

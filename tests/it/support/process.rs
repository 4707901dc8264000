//! The real binary as a process of its own: started, asked, told to stop, killed.

use std::{
    fs::{self, File},
    io::Write,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use consentry::dev::postgres::{Cluster, Durability};
use reqwest::StatusCode;
use serde_json::Value;

use super::{
    Browser, Registered,
    browser::{Answer, callback_params},
    server::http_client,
};

/// How long a process may take for anything, on a machine that does much else.
const DEADLINE: Duration = Duration::from_secs(30);

/// A command with nothing of this process's environment but PATH.
pub fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .stdin(Stdio::null());
    command
}

/// Asks until it holds.
pub fn soon(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < deadline, "not within {DEADLINE:?}: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The processes that work in `files`; all of a Postgres server's do.
pub fn servers(files: &Path) -> Vec<u32> {
    fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok())
        .filter(|pid| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == files))
        .collect()
}

/// Sends a signal to a process, or with a minus before its number to a process group.
pub fn signal(name: &str, pid: &str) {
    let status = Command::new("kill").args([name, "--", pid]).status().unwrap();
    assert!(status.success(), "kill {name} {pid}");
}

/// A running process, in a process group of its own. Killed with this value.
pub struct Process {
    child: Child,
    said: PathBuf,
}

impl Process {
    /// Starts it; what it says goes to files whose names begin with `beside`.
    pub fn spawn(command: &mut Command, beside: &Path) -> Self {
        let mut said = beside.as_os_str().to_owned();
        said.push(format!("-{}", uuid::Uuid::now_v7()));
        let said = PathBuf::from(said);
        let file = |extension| File::create(said.with_extension(extension)).unwrap();
        let child = command
            .stdout(file("out"))
            .stderr(file("err"))
            .process_group(0)
            .spawn()
            .unwrap();
        Self { child, said }
    }

    /// What it has written to standard output.
    pub fn stdout(&self) -> String {
        fs::read_to_string(self.said.with_extension("out")).unwrap()
    }

    /// What it has written to standard error.
    pub fn stderr(&self) -> String {
        fs::read_to_string(self.said.with_extension("err")).unwrap()
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has not ended yet.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Writes a line to its standard input, which must be a pipe.
    pub fn say(&mut self, line: &str) {
        let input = self.child.stdin.as_mut().expect("a pipe");
        writeln!(input, "{line}").unwrap();
    }

    /// Tells it to stop, as a supervisor does.
    pub fn terminate(&self) {
        signal("-TERM", &self.id().to_string());
    }

    /// How it ended.
    pub fn end(&mut self) -> ExitStatus {
        soon("the process ends", || !self.runs());
        self.child.wait().unwrap()
    }

    /// `kill -9`, of it alone.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// `kill -9` of its whole process group.
    pub fn kill_group(&mut self) {
        signal("-KILL", &format!("-{}", self.id()));
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        for extension in ["out", "err"] {
            let file = self.said.with_extension(extension);
            if thread::panicking() {
                eprintln!(
                    "{}:\n{}",
                    file.display(),
                    fs::read_to_string(&file).unwrap_or_default()
                );
            }
            let _ = fs::remove_file(file);
        }
    }
}

/// A data directory, gone with the test.
pub struct Dir(pub PathBuf);

impl Dir {
    /// Nothing is there yet.
    pub fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("dev-{name}"));
        Cluster::reset(&path).unwrap();
        // Of a run that failed the directory may be left.
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    /// Where its Postgres works. Starts it, if it does not run.
    pub fn postgres_files(&self) -> PathBuf {
        self.cluster().files()
    }

    /// Its database server, which this keeps running.
    pub fn cluster(&self) -> Cluster {
        Cluster::start(&self.0, Durability::Durable).unwrap()
    }

    /// `consentry dev` here.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut dev = command(env!("CARGO_BIN_EXE_consentry"));
        dev.args(["dev", "--data-dir"])
            .arg(&self.0)
            .args(["--metrics-listen", "off"]);
        if !args.contains(&"--listen") {
            dev.args(["--listen", "127.0.0.1:0"]);
        }
        dev.args(args);
        dev
    }

    /// Starts `consentry dev` here, and waits until it is ready.
    pub async fn start(&self, args: &[&str]) -> Dev {
        self.start_command(&mut self.command(args)).await
    }

    /// Starts what runs `consentry dev` here, and waits until it is ready.
    pub async fn start_command(&self, command: &mut Command) -> Dev {
        let stale = self.version();
        let mut process = Process::spawn(command, &self.0);
        let http = http_client();
        let deadline = Instant::now() + DEADLINE;
        let demo = loop {
            assert!(process.runs(), "it ended: {}", process.stderr());
            assert!(Instant::now() < deadline, "not ready within {DEADLINE:?}");
            // The file of the last start names a port that may be somebody else's now.
            let version = self.version();
            if version.is_some() && version != stale {
                let demo = self.demo();
                let ready = http.get(format!("{}/health/ready", demo["issuer"].as_str().unwrap()));
                if ready.send().await.is_ok_and(|it| it.status() == StatusCode::OK) {
                    break demo;
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        Dev { process, demo, http }
    }

    /// What `demo.json` says.
    pub fn demo(&self) -> Value {
        serde_json::from_slice(&fs::read(self.0.join("demo.json")).unwrap()).unwrap()
    }

    /// Which writing of `demo.json` is there.
    fn version(&self) -> Option<(u64, i64, i64)> {
        let file = fs::metadata(self.0.join("demo.json")).ok()?;
        Some((file.ino(), file.mtime(), file.mtime_nsec()))
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        if !thread::panicking() {
            Cluster::reset(&self.0).unwrap();
            // Not there, where nothing was to come of the start.
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

/// A running `consentry dev`.
pub struct Dev {
    pub process: Process,
    /// What `demo.json` says.
    pub demo: Value,
    pub http: reqwest::Client,
}

impl Dev {
    /// A text of `demo.json`.
    pub fn text(&self, pointer: &str) -> &str {
        self.demo
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no {pointer} in {}", self.demo))
    }

    /// Where it answers.
    pub fn origin(&self) -> &str {
        self.text("/issuer")
    }

    /// An address of it.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// The demo app.
    pub fn client(&self) -> Registered {
        let (id, secret) = (self.text("/client/client_id"), self.text("/client/client_secret"));
        Registered::at(self.origin(), id, Some(secret), self.text("/client/redirect_uri"))
    }

    /// The demo's native app, listening at this port.
    pub fn public_client(&self, port: u16) -> Registered {
        let redirect_uri = self
            .text("/public_client/redirect_uri")
            .replace("127.0.0.1", &format!("127.0.0.1:{port}"));
        Registered::at(
            self.origin(),
            self.text("/public_client/client_id"),
            None,
            &redirect_uri,
        )
    }

    /// The demo's API.
    pub fn resource_server(&self) -> Registered {
        let id = self.text("/resource_server/client_id");
        let secret = self.text("/resource_server/client_secret");
        Registered::at(self.origin(), id, Some(secret), "")
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser {
        Browser::at(self.origin())
    }

    /// A code for a client, from a browser of the demo's person, who signs in and allows where asked.
    pub async fn code(&self, browser: &Browser, client: &Registered) -> String {
        let path = client.authorize_path(&[]);
        let mut answer = self.go(browser, browser.get(&path).await, client).await;
        if answer.at.starts_with("/login") {
            answer = browser
                .log_in(&answer, self.text("/user/email"), self.text("/user/password"))
                .await;
            answer = self.go(browser, answer, client).await;
        }
        if answer.status == StatusCode::OK {
            answer = browser.decide(&answer, "allow").await;
        }
        let location = answer
            .location()
            .unwrap_or_else(|| panic!("{} {}", answer.status, answer.body));
        assert!(location.starts_with(&client.redirect_uri), "{location}");
        let mut callback = callback_params(location);
        assert_eq!(callback["iss"], self.origin());
        assert_eq!(callback["state"], "st&te=1 %");
        callback.remove("code").unwrap_or_else(|| panic!("{location}"))
    }

    /// Follows until there is a page, or the client is to be called.
    async fn go(&self, browser: &Browser, mut answer: Answer, client: &Registered) -> Answer {
        while let Some(to) = answer.location().map(str::to_owned) {
            if to.starts_with(&client.redirect_uri) {
                break;
            }
            answer = browser.get(&to).await;
        }
        answer
    }
}

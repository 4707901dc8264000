//! The release server as its operator runs it: the real binary, a configuration file, the command line.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{runtime::Runtime, time::sleep};

use crate::{
    Outcome,
    http::{Connection, request},
    placement::Placement,
    program::{command, output},
};

/// The binary that was built with this benchmark, in the same profile.
pub const BINARY: &str = env!("CARGO_BIN_EXE_consentry");

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(20);

/// What an operator would write; all else is as it comes.
const CONFIG: &str = r#"
metrics_listen = "off"

# The load is one client's. What counting costs is in the figures; being refused is not.
[rate_limits]
token = 60_000_000
introspection = 60_000_000

[[resources]]
audience = "https://api.example"
name = "API"
scopes = [
  { name = "analytics.read", title = "See analytics", sentence = "See the numbers.", effect = "reads" },
  { name = "posts.write", title = "Write posts", sentence = "Create and change posts.", effect = "changes" },
]
"#;

/// A configured server, not running yet.
pub struct Installation {
    config: PathBuf,
    /// Where it will answer.
    pub address: SocketAddr,
}

impl Installation {
    /// Writes the configuration into `dir` and brings the schema up to date.
    pub fn new(dir: &Path, database_url: &str) -> Outcome<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let sealing_key = format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>());
        let text = format!(
            "issuer = \"http://{address}\"\nlisten = \"{address}\"\n{CONFIG}\n\
             [database]\nurl = \"{database_url}\"\n[secrets]\nsealing_keys = [\"{sealing_key}\"]\n"
        );
        let config = dir.join("consentry.toml");
        fs::write(&config, text)?;
        let installation = Self { config, address };
        installation.cli(&["migrate", "up"])?;
        Ok(installation)
    }

    /// The issuer.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Runs the command line; answers what it prints.
    pub fn cli(&self, args: &[&str]) -> Outcome<Value> {
        let mut cli = command(BINARY);
        cli.args(args).args(["--json", "--config"]).arg(&self.config);
        Ok(serde_json::from_str(&output(&mut cli)?)?)
    }

    /// Starts the server and waits until it answers; tells how long that took.
    ///
    /// It logs as it comes, one line a request, to nowhere: writing the line is part of the work, keeping it is not.
    pub fn start(&self, runtime: &Runtime, placement: Placement) -> Outcome<(Server, Start)> {
        let began = Instant::now();
        let child = placement
            .server(BINARY)
            .args(["serve", "--config"])
            .arg(&self.config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut server = Server(child);
        let answers = runtime.block_on(wait_for(&mut server, self.address, "/health", began))?;
        let ready = runtime.block_on(wait_for(&mut server, self.address, "/health/ready", began))?;
        Ok((server, Start { answers, ready }))
    }
}

/// How long a start took.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// Until the first answer.
    pub answers: Duration,
    /// Until it said that its database is there and current.
    pub ready: Duration,
}

/// A running server; stopped with this value.
pub struct Server(Child);

impl Server {
    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn wait_for(server: &mut Server, address: SocketAddr, path: &str, began: Instant) -> Outcome<Duration> {
    let health = request(&address.to_string(), path, &[], None);
    loop {
        if let Ok(mut connection) = Connection::open(address).await
            && connection
                .send(&health)
                .await
                .is_ok_and(|reply| reply.status == 200)
        {
            return Ok(began.elapsed());
        }
        if let Some(status) = server.0.try_wait()? {
            return Err(format!("the server ended: {status}").into());
        }
        if began.elapsed() > PATIENCE {
            return Err(format!("{path} does not answer 200 within {PATIENCE:?}").into());
        }
        sleep(Duration::from_micros(500)).await;
    }
}

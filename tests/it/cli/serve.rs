//! `consentry serve`: runs on what it is given, or says all that is missing; ends in order (FA-14).

use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use consentry::{
    app, jobs,
    platform::{clock::Clock, mail::Mail},
};
use diesel::connection::SimpleConnection as _;
use reqwest::StatusCode;
use serde_json::Value;

use crate::support::{
    cluster::{Database, eventually},
    process::{Process, command, soon},
    server::{config, http_client},
};

/// What an operator writes into the file; the secrets come by the environment.
const CONFIG: &str = r#"
issuer = "https://id.example"
listen = "127.0.0.1:0"
metrics_listen = "127.0.0.1:0"
[[resources]]
audience = "https://api.example"
name = "API"
scopes = [{ name = "analytics.read", title = "See analytics", sentence = "See the numbers.", effect = "reads" }]
"#;

/// What it says that sends no mail.
const NO_MAIL: &str = "no mail leaves: mail.smtp_url is not set; mails wait in the queue";

/// Those that the template's signing key is sealed with.
const SEALING_KEY: &str = "0101010101010101010101010101010101010101010101010101010101010101";

/// `consentry serve`, in an empty directory and environment.
fn serve(args: &[&str]) -> Command {
    let mut serve = command(env!("CARGO_BIN_EXE_consentry"));
    serve
        .arg("serve")
        .args(args)
        .current_dir(env!("CARGO_TARGET_TMPDIR"));
    serve
}

/// A configuration file, gone with the test.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("serve-{name}.toml"));
        fs::write(&path, CONFIG).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A running `consentry serve`.
struct Served {
    process: Process,
    address: SocketAddr,
    metrics: SocketAddr,
    http: reqwest::Client,
    // After the process.
    _file: File,
    database: Database,
}

impl Served {
    fn start(name: &str, database: Database) -> Self {
        Self::start_with(name, database, &[])
    }

    /// With more in its environment.
    fn start_with(name: &str, database: Database, env: &[(&str, &str)]) -> Self {
        let file = File::new(name);
        let mut command = serve(&["--config", file.0.to_str().unwrap()]);
        command
            .env("DATABASE_URL", &database.url)
            .env("CONSENTRY_SECRETS__SEALING_KEYS", SEALING_KEY)
            .envs(env.iter().copied());
        let mut process = Process::spawn(&mut command, &file.0);
        let mut said = None;
        soon("it says where it listens", || {
            assert!(process.runs(), "{}", process.stderr());
            // Of the last line half may be there.
            said = process.stderr().split_inclusive('\n').find_map(|line| {
                let line: Value = serde_json::from_str(line.strip_suffix('\n')?).ok()?;
                (line["message"] == "consentry serves").then_some(line)
            });
            said.is_some()
        });
        let said = said.unwrap();
        let address = |name: &str| said[name].as_str().unwrap().parse().unwrap();
        Self {
            address: address("listen"),
            metrics: address("metrics_listen"),
            process,
            http: http_client(),
            _file: file,
            database,
        }
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        self.get_at(self.address, path).await
    }

    async fn get_at(&self, address: SocketAddr, path: &str) -> (StatusCode, String) {
        let answer = self
            .http
            .get(format!("http://{address}{path}"))
            .send()
            .await
            .unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    fn every_line_is_json(&self) {
        let said = self.process.stderr();
        assert_ne!(said, "");
        for line in said.lines() {
            let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
            assert!(
                line["level"].is_string() && line["timestamp"].is_string(),
                "{line}"
            );
        }
    }
}

/// `DESIGN.md` 6: all checked at start, all faults at once; `serve` never invents a secret nor starts a database.
#[test]
fn without_configuration_it_names_everything_that_is_missing() {
    let output = serve(&[]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("error: invalid_configuration: "), "{said}");
    for key in ["issuer", "database.url", "secrets.sealing_keys"] {
        assert!(said.contains(key), "{key} is not in {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(output.stdout, b"");

    // Wrong ones are named together with missing ones, and a secret is not quoted.
    let output = serve(&["--listen", "127.0.0.1:0"])
        .env("CONSENTRY_ISSUER", "http://id.example")
        .env("CONSENTRY_SECRETS__SEALING_KEYS", "hunter2hunter2")
        .env("CONSENTRY_TOKENS__CODE_SECONDS", "61")
        .env("CONSENTRY_TOKEN__CODE_SECONDS", "60")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for key in [
        "issuer",
        "secrets.sealing_keys",
        "tokens.code_seconds",
        "CONSENTRY_TOKEN__CODE_SECONDS",
        "database.url",
    ] {
        assert!(said.contains(key), "{key} is not in {said}");
    }
    assert!(!said.contains("hunter2"), "{said}");
}

/// *Around them* and `DESIGN.md` 6: on a migrated database it is ready; what only `dev` has is not there; metrics have
/// their own listener; off a terminal every log line is JSON.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_migrated_database_it_serves_without_what_only_dev_has() {
    let mut served = Served::start("migrated", Database::new());
    assert_eq!(served.get("/health").await.0, StatusCode::OK);
    let (status, body) = served.get("/health/ready").await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let (status, body) = served.get("/.well-known/oauth-authorization-server").await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let metadata: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(metadata["issuer"], "https://id.example");
    let (status, body) = served.get("/.well-known/jwks.json").await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_ne!(
        serde_json::from_str::<Value>(&body).unwrap()["keys"][0],
        Value::Null
    );

    for path in [
        "/dev/clock",
        "/dev/login",
        "/dev/callback",
        "/dev/playground",
        "/dev/playground/callback",
        "/dev/playground/begin",
        "/dev/",
    ] {
        assert_eq!(served.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
        let posted = served
            .http
            .post(format!("http://{}{path}", served.address))
            .json(&serde_json::json!({"advance": 60}))
            .send()
            .await
            .unwrap();
        assert_eq!(posted.status(), StatusCode::NOT_FOUND, "{path}");
    }

    assert_eq!(served.get("/metrics").await.0, StatusCode::NOT_FOUND);
    let (status, body) = served.get_at(served.metrics, "/metrics").await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains("# TYPE "), "{body}");
    for path in ["/health", "/oauth/token", "/login"] {
        let (status, _) = served.get_at(served.metrics, path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }

    // A line that a caller's words are in.
    let request = served
        .http
        .get(format!("http://{}/nothing%0A\"here\"", served.address));
    request
        .header("user-agent", "\"}\t\\n{\"level\":\"ERROR")
        .header("x-correlation-id", "a\tb")
        .send()
        .await
        .unwrap();
    served.process.terminate();
    assert_eq!(
        served.process.end().code(),
        Some(0),
        "{}",
        served.process.stderr()
    );
    served.every_line_is_json();
    assert_eq!(served.process.stdout(), "");
}

/// Who runs a server that sends no mail is told when it starts, and sees how much waits, for how long, and what was given up.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_it_warns_and_its_metrics_tell_what_waits() {
    let database = Database::new();
    let config = config("https://id.example", &database.url, "");
    let (mut conn, seal) = (database.connect(), app::seal(&config));
    let letter = Mail {
        to: "nia@new.example".to_owned(),
        subject: "Hello".to_owned(),
        text: "Hello.".to_owned(),
        html: "<p>Hello.</p>".to_owned(),
    };
    let hour_ago = Clock::system().now() - Duration::from_hours(1);
    for _ in 0..3 {
        jobs::mail::send(&mut conn, &seal, &letter, hour_ago).unwrap();
    }
    conn.batch_execute("UPDATE job SET failed_at = now() WHERE id = (SELECT min(id::text)::uuid FROM job)")
        .unwrap();
    let mut served = Served::start("no-mail", database);
    let metric = |body: &str, name: &str| {
        let line = body
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name} ")));
        line.map(|value| value.parse::<f64>().unwrap())
    };
    let body = eventually("what waits was measured", async || {
        let (_, body) = served.get_at(served.metrics, "/metrics").await;
        metric(&body, "queue_oldest_age_seconds")
            .is_some()
            .then_some(body)
    })
    .await;
    assert_eq!(metric(&body, "queue_length"), Some(2.0), "{body}");
    assert_eq!(metric(&body, "queue_given_up"), Some(1.0), "{body}");
    let age = metric(&body, "queue_oldest_age_seconds").unwrap();
    assert!((3600.0..3900.0).contains(&age), "{age}");
    soon("it warns", || served.process.stderr().contains(NO_MAIL));
    let said = served.process.stderr();
    let line = said.lines().find(|line| line.contains(NO_MAIL)).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(line).unwrap()["level"],
        "WARN",
        "{line}"
    );
    served.process.terminate();
    assert_eq!(served.process.end().code(), Some(0));
}

/// With one it says nothing of the kind.
#[tokio::test(flavor = "multi_thread")]
async fn with_a_mail_server_it_does_not_warn() {
    let env = [
        ("CONSENTRY_MAIL__SMTP_URL", "smtp://127.0.0.1:9"),
        ("CONSENTRY_MAIL__FROM", "Acme <no-reply@acme.example>"),
    ];
    let mut served = Served::start_with("mail", Database::new(), &env);
    // The worker begins before what recurs, so it would have been said by now.
    eventually("what waits was measured", async || {
        let (_, body) = served.get_at(served.metrics, "/metrics").await;
        body.contains("queue_length 0").then_some(())
    })
    .await;
    served.process.terminate();
    assert_eq!(served.process.end().code(), Some(0));
    assert!(
        !served.process.stderr().contains(NO_MAIL),
        "{}",
        served.process.stderr()
    );
}

/// *Endpoints*: ready only when the schema is current, without a restart.
#[tokio::test(flavor = "multi_thread")]
async fn on_an_unmigrated_database_it_is_not_ready_until_that_is_done() {
    let mut served = Served::start("unmigrated", Database::empty());
    assert_eq!(served.get("/health").await.0, StatusCode::OK);
    let (status, body) = served.get("/health/ready").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let problem: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(problem["code"], "not_ready", "{body}");
    assert!(problem["detail"].as_str().unwrap().contains("migrate"), "{body}");

    let migrated = command(env!("CARGO_BIN_EXE_consentry"))
        .args(["migrate", "up"])
        .env("DATABASE_URL", &served.database.url)
        .env("CONSENTRY_SECRETS__SEALING_KEYS", SEALING_KEY)
        .env("CONSENTRY_ISSUER", "https://id.example")
        .output()
        .unwrap();
    assert!(
        migrated.status.success(),
        "{}",
        String::from_utf8_lossy(&migrated.stderr)
    );
    assert_eq!(served.get("/health/ready").await.0, StatusCode::OK);
    served.process.terminate();
    assert_eq!(
        served.process.end().code(),
        Some(0),
        "{}",
        served.process.stderr()
    );
    served.every_line_is_json();
}

/// FA-14: SIGTERM with a request in flight: it is finished, new ones are refused, the process ends in under 30 s.
#[tokio::test(flavor = "multi_thread")]
async fn fa_14_told_to_stop_it_finishes_what_is_in_flight_and_takes_nothing_new() {
    let mut served = Served::start("stopped", Database::new());
    let connect = || TcpStream::connect_timeout(&served.address, Duration::from_secs(5));
    let mut idle = connect().unwrap();
    idle.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    idle.write_all(b"GET /health HTTP/1.1\r\nhost: id.example\r\n\r\n")
        .unwrap();
    let mut start = [0; 12];
    idle.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");

    let body = "grant_type=refresh_token&refresh_token=none&client_id=none";
    let (sent, kept) = body.split_at(20);
    let mut stream = connect().unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(
        stream,
        "POST /oauth/token HTTP/1.1\r\nhost: id.example\r\nexpect: 100-continue\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .unwrap();
    // The server says so when a handler asks for the body: the request is in flight now.
    let mut going_on = [0; 25];
    stream.read_exact(&mut going_on).unwrap();
    assert_eq!(&going_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(sent.as_bytes()).unwrap();

    let told = Instant::now();
    served.process.terminate();
    soon("new connections are refused", || connect().is_err());
    idle.read_to_end(&mut Vec::new())
        .expect("a connection without a request is closed at once");
    // A slow client: slower than a server that looks once a second whether it may go.
    for byte in kept.bytes() {
        assert!(served.process.runs(), "it left a request unanswered");
        stream.write_all(&[byte]).unwrap();
        thread::sleep(Duration::from_millis(80));
    }
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert!(answer.contains("invalid_client"), "{answer}");

    assert_eq!(
        served.process.end().code(),
        Some(0),
        "{}",
        served.process.stderr()
    );
    assert!(
        told.elapsed() < Duration::from_secs(15),
        "an idle connection keeps it: {:?}",
        told.elapsed()
    );
    served.every_line_is_json();
}

//! `consentry dev`, as a newcomer runs it: the real binary, a directory of its own, nothing but `demo.json` to go by.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{
    Registered,
    cluster::{Database, eventually},
    process::{Dev, Dir, Process, command, servers, signal, soon},
};

/// Every key that the contract of `demo.json` names.
const DEMO_KEYS: &[&str] = &[
    "/issuer",
    "/user/email",
    "/user/password",
    "/workspace/id",
    "/workspace/slug",
    "/client/client_id",
    "/client/client_secret",
    "/client/redirect_uri",
    "/public_client/client_id",
    "/public_client/redirect_uri",
    "/resource_server/client_id",
    "/resource_server/client_secret",
    "/resource_server/audience",
];

/// Consent, code, tokens, one refresh, introspection, revocation: with one app of the demo.
async fn main_job(dev: &Dev, app: &Registered) {
    let (browser, api) = (dev.browser(), dev.resource_server());
    let code = dev.code(&browser, app).await;
    let first = app.exchange(&code).await.ok();
    assert_eq!(first.text("workspace_id"), dev.text("/workspace/id"));
    let told = api.introspect(first.text("access_token")).await.ok();
    assert_eq!(told.json["active"], true, "{}", told.text);
    let audience = &told.json["aud"];
    let expected = dev.text("/resource_server/audience");
    assert!(
        audience == expected || audience == &json!([expected]),
        "{audience}"
    );

    let second = app.refresh(first.text("refresh_token")).await.ok();
    assert!(api.is_active(second.text("access_token")).await);
    let again = app.refresh(first.text("refresh_token")).await;
    assert_eq!(again.error(), "400 invalid_grant");
    assert!(!api.is_active(second.text("access_token")).await);

    // The person is still signed in.
    let code = dev.code(&browser, app).await;
    let third = app.exchange(&code).await.ok();
    assert!(api.is_active(third.text("access_token")).await);
    assert_eq!(
        app.revoke(third.text("refresh_token")).await.status,
        StatusCode::OK
    );
    assert!(!api.is_active(third.text("access_token")).await);
}

/// Issue "The main job", *The two commands*: what `demo.json` says is enough for the whole main job.
#[tokio::test(flavor = "multi_thread")]
async fn with_what_demo_json_says_the_whole_main_job_can_be_done() {
    let dir = Dir::new("main-job");
    let dev = dir.start(&[]).await;
    let mode = fs::metadata(dir.0.join("demo.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o7777, 0o600);
    let said = dev.process.stdout();
    for key in DEMO_KEYS {
        assert_ne!(dev.text(key), "", "{key}");
    }
    for named in ["/issuer", "/user/email", "/user/password"] {
        assert!(said.contains(dev.text(named)), "{named} is not in {said}");
    }
    let playground = dev.url("/dev/playground");
    assert!(said.contains(&format!("Try        {playground} ")), "{said}");
    let mailbox = dev.url("/dev/mail");
    assert!(
        said.contains(&format!("Mail       printed here and at {mailbox}\n")),
        "{said}"
    );
    let page = dev.http.get(playground).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    main_job(&dev, &dev.client()).await;
    // RFC 8252 section 7.3: whatever port the app listens at.
    for port in [49_152, 51_004] {
        let app = dev.public_client(port);
        assert_eq!(app.secret, None);
        main_job(&dev, &app).await;
    }
}

/// *The two commands*: `demo.json` is there and whole before anybody is told that the server is ready.
#[tokio::test(flavor = "multi_thread")]
async fn once_the_server_is_ready_demo_json_is_there() {
    let dir = Dir::new("ready");
    // An address of this test alone, so that its port is still free when the server takes it.
    let free = TcpListener::bind("127.0.0.9:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let mut process = Process::spawn(&mut dir.command(&["--listen", &address.to_string()]), &dir.0);
    let http = crate::support::server::http_client();
    let demo = eventually("ready", async || {
        assert!(process.runs(), "{}", process.stderr());
        let ready = http
            .get(format!("http://{address}/health/ready"))
            .send()
            .await
            .ok()?;
        (ready.status() == StatusCode::OK).then(|| dir.demo())
    })
    .await;
    assert_eq!(demo["issuer"], format!("http://{address}"));
}

/// *The two commands*: a directory keeps what it holds, whatever port the next start has; `--reset` starts over.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_keeps_everything_and_a_reset_nothing() {
    let dir = Dir::new("again");
    let mut first = dir.start(&[]).await;
    let app = first.client();
    let code = first.code(&first.browser(), &app).await;
    let tokens = app.exchange(&code).await.ok();
    first.process.terminate();
    assert_eq!(first.process.end().code(), Some(0), "{}", first.process.stderr());

    let mut second = dir.start(&[]).await;
    for key in DEMO_KEYS {
        if !["/issuer", "/client/redirect_uri"].contains(key) {
            assert_eq!(second.text(key), first.text(key), "{key}");
        }
    }
    assert!(
        second
            .resource_server()
            .is_active(tokens.text("access_token"))
            .await
    );
    let refreshed = second.client().refresh(tokens.text("refresh_token")).await.ok();
    main_job(&second, &second.client()).await;
    second.process.terminate();
    second.process.end();

    let third = dir.start(&["--reset"]).await;
    assert_ne!(third.text("/user/password"), first.text("/user/password"));
    assert_ne!(
        third.text("/client/client_secret"),
        first.text("/client/client_secret")
    );
    let api = third.resource_server();
    assert!(!api.is_active(refreshed.text("access_token")).await);
    let dead = third.client().refresh(refreshed.text("refresh_token")).await;
    assert_eq!(dead.error(), "400 invalid_grant");
}

/// *The two commands*: two at once in different directories, which know nothing of each other.
#[tokio::test(flavor = "multi_thread")]
async fn two_run_at_once_in_two_directories() {
    let (here, there) = (Dir::new("two-here"), Dir::new("two-there"));
    let (one, two) = tokio::join!(here.start(&[]), there.start(&[]));
    main_job(&one, &one.client()).await;
    main_job(&two, &two.client()).await;
    let code = one.code(&one.browser(), &one.client()).await;
    let tokens = one.client().exchange(&code).await.ok();
    let access_token = tokens.text("access_token");
    assert!(one.resource_server().is_active(access_token).await);
    assert!(!two.resource_server().is_active(access_token).await);
}

/// `DESIGN.md` 6: loopback only, and a busy port is named. Neither costs a database.
#[test]
fn an_address_that_is_not_loopback_or_not_free_is_refused_before_anything_is_made() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let busy = taken.local_addr().unwrap().to_string();
    for (address, exit, code, word) in [
        ("0.0.0.0:0", 2, "usage", "loopback"),
        ("[::]:0", 2, "usage", "loopback"),
        ("192.0.2.1:80", 2, "usage", "loopback"),
        (&busy, 1, "address_unavailable", &busy),
    ] {
        let dir = Dir::new(&format!("refused-{exit}"));
        let output = dir.command(&["--listen", address]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(exit), "{address}: {said}");
        assert!(said.starts_with(&format!("error: {code}: ")), "{address}: {said}");
        assert!(said.contains(word), "{address}: {said}");
        assert!(!dir.0.exists(), "{address}");
    }
}

async fn post_clock(dev: &Dev, content_type: &str, body: &str) -> reqwest::Response {
    dev.http
        .post(dev.url("/dev/clock"))
        .header("content-type", content_type)
        .body(body.to_owned())
        .send()
        .await
        .unwrap()
}

/// *The two commands*: `--test-clock` adds `POST /dev/clock`; what is no number of seconds moves nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_clock_moves_only_where_that_was_asked_for() {
    let (with, without) = (Dir::new("clock"), Dir::new("no-clock"));
    let (moving, fixed) = tokio::join!(with.start(&["--test-clock"]), without.start(&[]));

    let app = moving.client();
    let code = moving.code(&moving.browser(), &app).await;
    let tokens = app.exchange(&code).await.ok();
    let api = moving.resource_server();

    let malformed = [
        ("application/json", ""),
        ("application/json", "{"),
        ("application/json", "{}"),
        ("application/json", "[]"),
        ("application/json", "3601"),
        ("application/json", r#"{"advance": -1}"#),
        ("application/json", r#"{"advance": 3601.5}"#),
        ("application/json", r#"{"advance": "3601"}"#),
        ("application/json", r#"{"advance": null}"#),
        ("application/json", r#"{"advance": 99999999999999999999999}"#),
        ("application/json", r#"{"advance": 3601, "advance": 3601}"#),
        ("text/plain", r#"{"advance": 3601}"#),
        ("application/x-www-form-urlencoded", "advance=3601"),
    ];
    for (content_type, body) in malformed {
        let status = post_clock(&moving, content_type, body).await.status();
        assert!(status.is_client_error(), "{content_type} {body}: {status}");
    }
    let long = format!(r#"{{"advance": 3601, "padding": "{}"}}"#, "x".repeat(70_000));
    let status = post_clock(&moving, "application/json", &long).await.status();
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(api.is_active(tokens.text("access_token")).await);

    let got = moving.http.get(moving.url("/dev/clock")).send().await.unwrap();
    assert_eq!(got.status(), StatusCode::METHOD_NOT_ALLOWED);
    let moved = post_clock(&moving, "application/json", r#"{"advance": 3601}"#).await;
    assert_eq!(moved.status(), StatusCode::OK);
    assert!(!api.is_active(tokens.text("access_token")).await);
    let refreshed = app.refresh(tokens.text("refresh_token")).await.ok();
    assert!(api.is_active(refreshed.text("access_token")).await);

    let absent = post_clock(&fixed, "application/json", r#"{"advance": 3601}"#).await;
    assert_eq!(absent.status(), StatusCode::NOT_FOUND);
}

/// *The two commands*: it leaves no Postgres behind, however it ends.
#[tokio::test(flavor = "multi_thread")]
async fn however_it_ends_no_postgres_is_left() {
    type End = fn(&mut Process);
    let dir = Dir::new("ends");
    let ways: [(&str, End); 4] = [
        ("SIGTERM", |process| {
            process.terminate();
            assert_eq!(process.end().code(), Some(0));
        }),
        // As a terminal does on Ctrl-C.
        ("SIGINT to the process group", |process| {
            signal("-INT", &format!("-{}", process.id()));
            assert_eq!(process.end().code(), Some(0));
            let quiet = process.stderr().lines().all(|line| {
                let line: Value = serde_json::from_str(line).unwrap();
                line["level"] == "INFO"
            });
            assert!(quiet, "{}", process.stderr());
        }),
        ("kill -9", Process::kill),
        ("kill -9 of the process group", Process::kill_group),
    ];
    for (way, end) in ways {
        let mut dev = dir.start(&[]).await;
        let files = dir.postgres_files();
        assert!(!servers(&files).is_empty(), "{way}");
        end(&mut dev.process);
        soon(way, || servers(&files).is_empty());
    }
}

/// Killed while it makes its database, it leaves neither Postgres nor a directory that does not start.
#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_starts_it_starts_again() {
    let dir = Dir::new("killed-young");
    let seen = |name: &str| {
        let path = dir.0.join(name);
        move || path.exists()
    };
    for milestone in ["users.lock", "postgres", "sealing.key", "demo.password"] {
        let mut process = Process::spawn(&mut dir.command(&[]), &dir.0);
        soon(milestone, seen(milestone));
        process.kill_group();
    }
    let dev = dir.start(&[]).await;
    main_job(&dev, &dev.client()).await;
}

/// `DESIGN.md` 6: `127.0.0.1` everywhere, so that a browser's cookies have one name to belong to.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_comes_by_another_name_is_sent_to_the_issuer() {
    let dir = Dir::new("localhost");
    let dev = dir.start(&[]).await;
    let other = dev.origin().replace("127.0.0.1", "localhost");
    let get = |url: String, accept: &'static str| dev.http.get(url).header("accept", accept).send();
    let page = "text/html,application/xhtml+xml,*/*;q=0.8";
    for path in [
        "/",
        "/login",
        "/oauth/authorize?client_id=a%20b&x=%26",
        "/dev/login",
        "/dev/playground",
    ] {
        let answer = get(format!("{other}{path}"), page).await.unwrap();
        assert!(answer.status().is_redirection(), "{path}: {}", answer.status());
        assert_eq!(answer.headers()["location"], dev.url(path), "{path}");
    }
    // Nor does a program, or a foreign page with a name of its own that leads here, get what only `dev` has.
    for path in [
        "/dev/callback?code=x",
        "/%64ev/callback?code=x",
        "/dev%2Fcallback",
        "/%2e/dev/callback",
    ] {
        let answer = get(format!("{other}{path}"), "*/*").await.unwrap();
        assert!(answer.status().is_redirection(), "{path}: {}", answer.status());
    }
    for path in ["/dev/clock", "/%64ev/clock"] {
        let answer = dev.http.post(format!("{other}{path}")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST, "{path}");
    }
    // Other programs are not sent away.
    let health = get(format!("{other}/health/ready"), "*/*").await.unwrap();
    assert_eq!(health.status(), StatusCode::OK);
}

/// *The two commands*: with a database of one's own no private one is made, and it is migrated.
#[tokio::test(flavor = "multi_thread")]
async fn with_a_database_of_ones_own_no_private_one_is_made() {
    let dir = Dir::new("own-database");
    // Before the server, so that it is dropped after it.
    let database = Database::empty();
    let dev = dir
        .start_command(dir.command(&[]).env("DATABASE_URL", &database.url))
        .await;
    main_job(&dev, &dev.client()).await;
    assert!(dir.0.join("demo.json").exists());
    assert!(!dir.0.join("postgres").exists());
    drop(dev);
    // There is nothing of a cluster to reset.
    fs::remove_dir_all(&dir.0).unwrap();
}

/// A place that an ordinary user owns, with a copy of the binary; gone with the test.
struct Outside(PathBuf);

impl Outside {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("consentry-dev-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        if !thread::panicking() {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }
}

/// *The two commands*: works as root and as an ordinary user. The tests above run it as whoever runs them; where that is
/// root, this one runs it as somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn it_works_as_an_ordinary_user() {
    let outside = Outside::new();
    let binary = outside.0.join("consentry");
    fs::copy(env!("CARGO_BIN_EXE_consentry"), &binary).unwrap();
    let data_dir = outside.0.join("data");
    fs::create_dir(&data_dir).unwrap();
    let dir = Dir(data_dir);

    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let mut dev = if is_root {
        chown(&dir.0, "65534:65534");
        let mut dev = command("setpriv");
        dev.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
            .arg(&binary);
        dev
    } else {
        command(&binary)
    };
    dev.args(["dev", "--listen", "127.0.0.1:0", "--metrics-listen", "off"])
        .arg("--data-dir")
        .arg(&dir.0)
        .current_dir("/");
    let mut dev = dir.start_command(&mut dev).await;
    main_job(&dev, &dev.client()).await;
    let files = dir.postgres_files();
    assert!(files.starts_with(&dir.0), "{}", files.display());
    if is_root {
        assert_eq!(fs::metadata(&files).unwrap().uid(), 65534);
    }
    dev.process.terminate();
    assert_eq!(dev.process.end().code(), Some(0), "{}", dev.process.stderr());
    soon("no Postgres is left", || servers(&files).is_empty());
}

fn chown(path: &Path, to: &str) {
    let status = Command::new("chown").arg(to).arg(path).status().unwrap();
    assert!(status.success());
}

//! The middlewares of `docs/middleware` before a small API each, against this server: who may pass is known to the API by Consentry's
//! word alone, and whatever goes wrong, nobody passes.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
};

use ::consentry::api_keys::owner::Owner;
use actix_web::{App, HttpMessage as _, HttpRequest, HttpResponse, HttpServer, middleware::from_fn, web};
use serde_json::{Value, json};

use self::consentry::{Caller, Consentry, guard};
use super::app::{pinned, tools};
use crate::{
    access::verify::RULES,
    support::{
        Registered, Registration, Server,
        key::KeyWish,
        process::{Process, command, soon},
        protected::Protected,
        raw::{Connection, Raw},
    },
};

#[path = "../../../docs/middleware/consentry.rs"]
mod consentry;

/// Each file, and how many lines it may have.
const FILES: [&str; 4] = ["consentry.go", "consentry.mjs", "consentry.py", "consentry.rs"];
const MOST_LINES: usize = 40;

fn documented(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/middleware")
        .join(file)
}

/// A small API behind a middleware.
struct Guarded {
    origin: String,
    /// Its process, or the handle of its thread.
    _runs: Runs,
}

enum Runs {
    Process { _process: Process },
    Thread(actix_web::dev::ServerHandle),
}

impl Drop for Runs {
    fn drop(&mut self) {
        if let Self::Thread(handle) = self {
            drop(handle.stop(false));
        }
    }
}

/// How each language is run; `None` where it is not on this machine.
fn runtimes() -> Vec<(&'static str, Option<Runtime>)> {
    vec![
        ("Rust", Some(Runtime::Rust)),
        (
            "Node.js",
            Some(Runtime::Command(
                PathBuf::from("node"),
                "serve.mjs",
                "consentry.mjs",
            )),
        ),
        (
            "Python",
            Some(Runtime::Command(
                tools().join("venv/bin/python"),
                "serve.py",
                "consentry.py",
            )),
        ),
        ("Go", built_with_go()),
    ]
}

#[derive(Clone)]
enum Runtime {
    /// In this process.
    Rust,
    /// A program, the file of `tests/clients/middleware` that it runs, and the middleware that this imports.
    Command(PathBuf, &'static str, &'static str),
    /// A program of its own.
    Program(PathBuf),
}

/// The API in Go, built from the documented file and ours; nothing where there is no Go, which `make test` does not install.
fn built_with_go() -> Option<Runtime> {
    if let Err(missing) = command("go").arg("version").output() {
        eprintln!(
            "skipped: docs/middleware/consentry.go was not run, because Go is not on this machine ({missing})"
        );
        return None;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let dir = tmp.join(format!("go-{}", uuid::Uuid::now_v7()));
    fs::create_dir_all(dir.join("consentry")).unwrap();
    fs::copy(documented("consentry.go"), dir.join("consentry/consentry.go")).unwrap();
    fs::write(dir.join("main.go"), pinned("middleware/serve.go")).unwrap();
    fs::write(dir.join("go.mod"), "module api\n\ngo 1.19\n").unwrap();
    let go = |args: &[&str]| {
        let mut go = command("go");
        go.args(args)
            .current_dir(&dir)
            .env("GOPROXY", "off")
            .env("GOFLAGS", "-mod=mod")
            .env("GOTOOLCHAIN", "local");
        let output = go
            .env("HOME", &dir)
            .env("GOCACHE", tmp.join("go-cache"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "go {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    go(&["vet", "./..."]);
    go(&["build", "-o", "api", "."]);
    Some(Runtime::Program(dir.join("api")))
}

impl Runtime {
    /// Starts the API; it asks at this address.
    fn start(&self, verify: &str) -> Guarded {
        let mut run: Command = match self {
            Self::Rust => return in_this_process(verify),
            Self::Command(program, file, middleware) => {
                let mut run = command(program);
                let ours = Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("tests/clients/middleware")
                    .join(file);
                run.arg(ours)
                    .env("MIDDLEWARE", documented(middleware))
                    .env("PYTHONDONTWRITEBYTECODE", "1");
                run
            }
            Self::Program(program) => command(program),
        };
        run.env("VERIFY", verify).stdin(Stdio::null());
        let mut process = Process::spawn(&mut run, &Path::new(env!("CARGO_TARGET_TMPDIR")).join("guarded"));
        let mut port = None;
        soon("the API says where it answers", || {
            assert!(process.runs(), "{}", process.stderr());
            let said: Option<Value> = serde_json::from_str(&process.stdout()).ok();
            port = said.and_then(|said| said["open"].as_u64());
            port.is_some()
        });
        Guarded {
            origin: format!("http://127.0.0.1:{}", port.unwrap()),
            _runs: Runs::Process { _process: process },
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Self::Program(program) = self {
            let _ = fs::remove_dir_all(program.parent().unwrap());
        }
    }
}

/// The API in Rust.
fn in_this_process(verify: &str) -> Guarded {
    async fn api(req: HttpRequest) -> HttpResponse {
        let extensions = req.extensions();
        let Caller(told) = extensions.get::<Caller>().unwrap();
        let text = |name: &str| told[name].to_str().unwrap();
        HttpResponse::Ok().json(json!({
            "subject": text("x-auth-subject"),
            "workspace": text("x-auth-workspace"),
            "role": text("x-auth-role"),
            "scope": text("x-auth-scope"),
        }))
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let verify = verify.to_owned();
    let (started, waits) = mpsc::channel();
    thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let client = reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(std::time::Duration::from_secs(2))
                .no_proxy()
                .build()
                .unwrap();
            let consentry = web::Data::new(Consentry(client, verify));
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(consentry.clone())
                    .wrap(from_fn(guard))
                    .default_service(web::to(api))
            });
            let server = server
                .workers(1)
                .disable_signals()
                .listen(listener)
                .unwrap()
                .run();
            started.send(server.handle()).unwrap();
            server.await.unwrap();
        });
    });
    Guarded {
        origin,
        _runs: Runs::Thread(waits.recv().unwrap()),
    }
}

/// Sends a request with exactly this request line and these header lines.
async fn ask(api: &Guarded, line: &str, headers: &[String]) -> Raw {
    let origin = api.origin.clone();
    let headers: Vec<_> = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let headers = headers.concat();
    let request = format!("{line} HTTP/1.1\r\nhost: api.example.com\r\nconnection: close\r\n{headers}\r\n");
    tokio::task::spawn_blocking(move || {
        // Their answers may be of unknown length until they end.
        let mut connection = Connection::at(&origin);
        connection.send(request.as_bytes());
        connection.answer_to_its_end()
    })
    .await
    .unwrap()
}

fn bearer(token: &str) -> String {
    format!("authorization: Bearer {token}")
}

/// Issue, "The one door": at most 40 lines each, and named where they are explained.
#[test]
fn every_middleware_fits_on_a_page() {
    let readme = fs::read_to_string(documented("README.md")).unwrap();
    let mut found: Vec<_> = { fs::read_dir(documented("")).unwrap() }
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|file| file != "README.md")
        .collect();
    found.sort();
    assert_eq!(found, FILES);
    for file in FILES {
        let lines = fs::read_to_string(documented(file)).unwrap().lines().count();
        assert!(lines <= MOST_LINES, "{file} has {lines} lines");
        assert!(
            readme.contains(&format!("({file})")),
            "README.md does not name {file}"
        );
    }
}

/// In each language: the right credential reaches the API with what Consentry says of it; anything else is told what Consentry says.
#[tokio::test(flavor = "multi_thread")]
async fn an_api_behind_a_middleware_knows_who_calls_and_nobody_else_gets_there() {
    let trusted = format!("trusted_proxies = [\"127.0.0.1\"]\n{RULES}");
    let mut server = Server::start_with(&trusted).await;
    let alice = server.person("alice");
    let web: Registered = server.client(Registration::web());
    let narrow = [("scope", "analytics.read")];
    let tokens = web.exchange(&web.code(&server, &alice, &narrow).await).await.ok();
    let token = tokens.text("access_token");
    let acme = server.workspace("acme").id.to_string();
    let who = json!({
        "subject": alice.account.id.to_string(), "workspace": acme, "role": "member", "scope": "analytics.read",
    });
    let runtimes = runtimes();
    let started: Vec<_> = { runtimes.iter() }
        .filter_map(|(case, runtime)| Some((*case, runtime.as_ref()?.start(&server.url("/v1/verify")))))
        .collect();
    assert!(started.len() >= 3);
    let near = KeyWish {
        scope: "analytics.read",
        networks: vec!["10.0.0.0/8".parse().unwrap()],
        ..KeyWish::default()
    };
    let near = server
        .api_key_with(Owner::Account(alice.account.id), &near)
        .secret;
    for (case, api) in &started {
        let by_key = |more: &str| vec![format!("X-Api-Key: {near}"), format!("X-Forwarded-For: {more}")];
        for (row, headers, status) in [
            ("AK-12 a key from near", by_key("203.0.113.1, 10.0.0.1"), 200),
            ("RL-01 a key from afar", by_key("10.0.0.1, 203.0.113.1"), 403),
        ] {
            let answer = ask(api, "GET /v1/open/x", &headers).await;
            assert_eq!(answer.status, status, "{case}, {row}: {answer:?}");
        }
        let passed = [
            ("a credential", "GET /v1/open/x?a=%2F", vec![]),
            (
                "a workspace",
                "POST /v1/open/x",
                vec!["x-workspace-id: acme".to_owned()],
            ),
            (
                "AK-12 a cookie beside it",
                "GET /v1/open/x",
                vec![format!("cookie: token={token}x")],
            ),
            (
                "an identity of one's own",
                "GET /v1/open/x",
                vec![
                    "x-auth-role: owner".to_owned(),
                    "x_auth_role: owner".to_owned(),
                    "x-auth-subject: root".to_owned(),
                ],
            ),
        ];
        for (row, line, more) in passed {
            let headers = [vec![bearer(token)], more].concat();
            let answer = ask(api, line, &headers).await;
            assert_eq!(answer.status, 200, "{case}, {row}: {answer:?}");
            let told: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(told, who, "{case}, {row}");
        }
        let refused: [(&str, &str, Vec<String>, u16, &str); 7] = [
            ("nothing", "GET /v1/open/x", vec![], 401, "unauthorized"),
            (
                "AD-14",
                "GET /v1/open/x",
                vec!["user-agent: kube-probe/1.30".to_owned()],
                401,
                "unauthorized",
            ),
            (
                "wrong",
                "GET /v1/open/x",
                vec![bearer("nothing")],
                401,
                "invalid_token",
            ),
            (
                "scope",
                "POST /v1/posts",
                vec![bearer(token)],
                403,
                "insufficient_scope",
            ),
            (
                "no rule",
                "DELETE /v1/nothing",
                vec![bearer(token)],
                403,
                "no_rule",
            ),
            (
                "AK-12",
                "GET /v1/open/x",
                vec![bearer(token), format!("x-api-key: {token}")],
                400,
                "bad_request",
            ),
            (
                "HT-15",
                "GET /v1/open/../admin",
                vec![bearer(token)],
                400,
                "bad_forwarded_request",
            ),
        ];
        for (row, line, headers, status, code) in refused {
            let answer = ask(api, line, &headers).await;
            assert_eq!(
                (answer.status, answer.json("code").as_deref()),
                (status, Some(code)),
                "{case}, {row}: {answer:?}"
            );
            assert!(
                answer.head.contains("\r\ncontent-type: application/problem+json"),
                "{case}, {row}: {}",
                answer.head
            );
            let challenged = status == 401 || code == "insufficient_scope" || code == "bad_request";
            assert_eq!(
                answer.head.contains("\r\nwww-authenticate: bearer"),
                challenged,
                "{case}, {row}: {}",
                answer.head
            );
        }
    }
    server.database.set_reachable(false);
    for (case, api) in &started {
        let answer = ask(api, "GET /v1/open/x", &[bearer(token)]).await;
        assert_eq!(answer.status, 503, "FA-01 {case}: {answer:?}");
        assert!(
            answer.head.contains("\r\nretry-after: "),
            "FA-01 {case}: {}",
            answer.head
        );
    }
    server.stop().await;
    for (case, api) in &started {
        let answer = ask(api, "GET /v1/open/x", &[bearer(token)]).await;
        assert_eq!(answer.status, 503, "FA-01 {case}, Consentry is away: {answer:?}");
    }
}

/// In each language: who answers in Consentry's place and does not say who calls, says nothing, or leads elsewhere, opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_middleware_that_is_not_answered_as_it_should_be_lets_nobody_through() {
    let elsewhere = Protected::start();
    let leads: &'static str =
        Box::leak(format!("location: http://{}/\r\n", elsewhere.address).into_boxed_str());
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let rows = [
        ("200 of nobody", Protected::start().address),
        ("a redirect", Protected::saying("302 Found", leads).address),
        (
            "204",
            Protected::saying("204 No Content", "x-auth-subject: root\r\n").address,
        ),
        ("silence", silent.local_addr().unwrap().to_string()),
    ];
    for (case, runtime) in runtimes() {
        let Some(runtime) = runtime else { continue };
        for (row, address) in &rows {
            let api = runtime.start(&format!("http://{address}/v1/verify"));
            let answer = ask(&api, "GET /v1/open/x", &[bearer("abc")]).await;
            assert_eq!(answer.status, 503, "{case}, {row}: {answer:?}");
        }
    }
    let came = elsewhere.take();
    assert!(came.is_empty(), "the credential went elsewhere: {came:?}");
}

//! Real nginx with the documented configuration before a small API: who has the right credential reaches it with an identity, and
//! everybody else is told what Consentry says, whole.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;

use super::verify::RULES;
use crate::support::{
    Registered, Registration, Server,
    cluster::eventually,
    process::{Process, command, soon},
    protected::{Came, Protected},
    raw::{Connection, Raw},
    server::AUDIENCE,
};

/// As the documentation says, with the tests' own rules.
fn configured() -> String {
    format!("trusted_proxies = [\"127.0.0.1\"]\n[forward_auth]\nnginx = true\n{RULES}")
}

/// A running nginx, with a directory of its own.
struct Nginx {
    origin: String,
    process: Process,
    dir: PathBuf,
}

impl Nginx {
    /// Starts it with `docs/forward-auth/nginx.conf`: the file as it is, but for the addresses.
    fn start(consentry: &str, api: &str) -> Self {
        for _ in 0..3 {
            if let Some(nginx) = Self::try_start(consentry, api) {
                return nginx;
            }
        }
        panic!("no free port");
    }

    /// `None` if somebody took the port in the moment between looking for it and listening.
    fn try_start(consentry: &str, api: &str) -> Option<Self> {
        let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let dir = tmp.join(format!("nginx-{}", uuid::Uuid::now_v7()));
        fs::create_dir(&dir).unwrap();
        let free = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .to_string();
        let documented = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/forward-auth/nginx.conf");
        let mut site = fs::read_to_string(documented).unwrap();
        for (from, to) in [
            ("server 127.0.0.1:8080;", format!("server {consentry};")),
            ("server 127.0.0.1:3000;", format!("server {api};")),
            ("listen 127.0.0.1:8000;", format!("listen {free};")),
            (
                "?resource=https://api.example.com;",
                format!("?resource={AUDIENCE};"),
            ),
        ] {
            assert_eq!(site.matches(from).count(), 1, "{from}");
            site = site.replace(from, &to);
        }
        fs::write(dir.join("site.conf"), site).unwrap();
        let at = dir.display();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {at}/{kind};\n"))
            .concat();
        let main = format!(
            "daemon off; master_process off; pid {at}/pid; error_log stderr;\nevents {{ worker_connections 256; }}\n\
             http {{ access_log off;\n{temporary}include {at}/site.conf; }}\n"
        );
        fs::write(dir.join("nginx.conf"), main).unwrap();
        let mut run = command(program());
        run.arg("-p")
            .arg(&dir)
            .arg("-c")
            .arg(dir.join("nginx.conf"))
            .args(["-e", "stderr"]);
        let mut nginx = Self {
            origin: format!("http://{free}"),
            process: Process::spawn(&mut run, &tmp.join("nginx")),
            dir,
        };
        soon("nginx listens", || {
            std::net::TcpStream::connect(&free).is_ok() || !nginx.process.runs()
        });
        let taken = !nginx.process.runs() && nginx.process.stderr().contains("Address already in use");
        assert!(taken || nginx.process.runs(), "{}", nginx.process.stderr());
        (!taken).then_some(nginx)
    }

    /// Sends a request with exactly this request line and these header lines.
    async fn ask(&self, line: &str, headers: &[String], body: &str) -> Raw {
        let mut connection = Connection::at(&self.origin);
        let headers: Vec<_> = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let headers = headers.concat();
        let length = if body.is_empty() {
            String::new()
        } else {
            format!("content-length: {}\r\n", body.len())
        };
        let request = format!(
            "{line} HTTP/1.1\r\nhost: api.example.com\r\nconnection: close\r\n{headers}{length}\r\n{body}"
        );
        connection.send(request.as_bytes());
        tokio::task::spawn_blocking(move || connection.answer().expect("an answer"))
            .await
            .unwrap()
    }

    async fn get(&self, path: &str, token: &str) -> Raw {
        self.ask(&format!("GET {path}"), &[bearer(token)], "").await
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        self.process.kill();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Debian keeps it where only root's PATH looks.
fn program() -> PathBuf {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/usr/local/sbin")])
        .map(|dir| dir.join("nginx"))
        .find(|file| file.is_file());
    found.expect("nginx is missing: run `make test`, which installs it (scripts/client-tools)")
}

fn bearer(token: &str) -> String {
    format!("authorization: Bearer {token}")
}

/// One header of an answer, which must be there once.
fn header<'a>(answer: &'a Raw, name: &str) -> &'a str {
    let lines: Vec<_> = answer
        .head
        .lines()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .collect();
    let [only] = lines[..] else {
        panic!("{} lines of {name}: {}", lines.len(), answer.head);
    };
    only
}

/// That an answer is a refusal in full, and that the API never heard of it.
fn is_refusal(case: &str, answer: &Raw, api: &Protected, status: u16, expected: &str) {
    assert_eq!(
        (answer.status, answer.json("code").as_deref()),
        (status, Some(expected)),
        "{case}: {answer:?}"
    );
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["status"], status, "{case}");
    assert_eq!(
        header(answer, "content-type"),
        "application/problem+json",
        "{case}"
    );
    assert!(!answer.head.contains("\r\nx-auth-"), "{case}: {}", answer.head);
    let reached = api.take();
    assert!(reached.is_empty(), "{case}: {reached:?} reached the API");
}

struct Stage {
    server: Server,
    api: Protected,
    nginx: Nginx,
    web: Registered,
}

async fn stage(extra: &str) -> Stage {
    let server = Server::start_with(&format!("{}{extra}", configured())).await;
    let api = Protected::start();
    let nginx = Nginx::start(server.origin.strip_prefix("http://").unwrap(), &api.address);
    let web = server.client(Registration::web());
    Stage {
        server,
        api,
        nginx,
        web,
    }
}

fn only(api: &Protected) -> Came {
    let mut came = api.take();
    assert_eq!(came.len(), 1, "{came:?}");
    came.remove(0)
}

/// The right credential: the API sees the request as it was sent, who made it, and no credential.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_pass_reaches_the_api_with_an_identity_and_without_the_credential() {
    let Stage {
        server,
        api,
        nginx,
        web,
    } = stage("").await;
    let alice = server.person("alice");
    let tokens = web.tokens(&server, &alice).await;
    let token = tokens.text("access_token");
    let answer = nginx.get("/v1/posts/a%20b?x=%2F..%2F&y", token).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, "reached"),
        "{answer:?}"
    );
    let came = only(&api);
    assert!(
        came.head
            .starts_with("GET /v1/posts/a%20b?x=%2F..%2F&y HTTP/1.0\r\n"),
        "{}",
        came.head
    );
    for (name, value) in [
        ("x-auth-subject", alice.account.id.to_string()),
        ("x-auth-workspace", server.workspace("acme").id.to_string()),
        ("x-auth-role", "member".to_owned()),
        ("x-auth-credential", "access_token".to_owned()),
        ("x-auth-client", web.id.clone()),
    ] {
        assert_eq!(came.folded(name), [value.as_str()], "{name}");
    }
    assert!(
        came.folded("x-auth-scope")[0]
            .split(' ')
            .any(|scope| scope == "analytics.read")
    );
    assert!(came.folded("x-auth-expires")[0].parse::<u64>().is_ok());
    assert!(!came.head.contains(token), "LG-01: {}", came.head);

    let body = "{\"title\": \"Hello\"}".repeat(2000);
    let kind = "content-type: application/json".to_owned();
    let answer = nginx.ask("POST /v1/posts", &[bearer(token), kind], &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let came = only(&api);
    assert!(
        came.head.starts_with("POST /v1/posts HTTP/1.0\r\n"),
        "{}",
        came.head
    );
    assert_eq!(came.body, body, "the body reaches the API whole");

    let key = server.api_key(&alice, "analytics.read");
    let answer = nginx
        .ask("GET /v1/posts/7", &[format!("X-Api-Key: {}", key.secret)], "")
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let came = only(&api);
    assert_eq!(came.folded("x-auth-key"), [key.id.to_string().as_str()]);
    assert!(!came.head.contains(&key.secret), "LG-01: {}", came.head);

    let session = server.session(&alice).await;
    let named = "x-workspace-id: acme".to_owned();
    let answer = nginx
        .ask("GET /v1/open/x", &[bearer(&session.token), named], "")
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let came = only(&api);
    assert_eq!(came.folded("x-auth-credential"), ["session"]);
    assert_eq!(came.folded("x-auth-client"), [""; 0]);
}

/// 401 and 403 come with their body and one challenge; 400, 429 and 503, which `auth_request` cannot say, are said all the same.
#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_reaches_the_caller_whole_and_nothing_reaches_the_api() {
    let Stage {
        server,
        api,
        nginx,
        web,
    } = stage("[rate_limits]\nverification = 2\n").await;
    let alice = server.person("alice");
    let narrow = [("scope", "analytics.read")];
    let tokens = web.exchange(&web.code(&server, &alice, &narrow).await).await.ok();
    let token = tokens.text("access_token");

    let answer = nginx.ask("GET /v1/posts/1", &[], "").await;
    is_refusal("nothing", &answer, &api, 401, "unauthorized");
    assert!(header(&answer, "www-authenticate").starts_with("bearer resource_metadata=\""));
    let answer = nginx.get("/v1/posts/1", "nothing").await;
    is_refusal("wrong", &answer, &api, 401, "invalid_token");
    assert!(header(&answer, "www-authenticate").starts_with("bearer error=\"invalid_token\", "));
    let answer = nginx
        .ask(
            "GET /v1/posts/1",
            &[bearer(token), format!("x-api-key: {token}")],
            "",
        )
        .await;
    is_refusal("AK-12", &answer, &api, 400, "bad_request");

    let answer = nginx.ask("POST /v1/posts", &[bearer(token)], "{}").await;
    is_refusal("scope", &answer, &api, 403, "insufficient_scope");
    assert!(header(&answer, "www-authenticate").contains("scope=\"posts.write\""));
    let answer = nginx.get("/v1/nothing.html", token).await;
    is_refusal("no rule", &answer, &api, 403, "no_rule");
    assert!(!answer.head.contains("\r\nwww-authenticate"), "{}", answer.head);

    let answer = nginx.get("/v1/posts/1", token).await;
    is_refusal("RL-05", &answer, &api, 429, "too_many_requests");
    let wait: u64 = header(&answer, "retry-after").parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    assert!(!answer.head.contains("\r\nwww-authenticate"), "{}", answer.head);

    server.database.set_reachable(false);
    let answer = nginx.get("/v1/posts/1", token).await;
    is_refusal("FA-01", &answer, &api, 503, "temporarily_unavailable");
    assert!(header(&answer, "retry-after").parse::<u64>().unwrap() >= 1);
    assert!(answer.json("request_id").is_some());
    server.database.set_reachable(true);
    server.advance(Duration::from_mins(1));
    eventually("FA-03: passes again", async || {
        (nginx.get("/v1/posts/1", token).await.status == 200).then_some(())
    })
    .await;
    api.take();

    drop(server);
    let answer = nginx.get("/v1/posts/1", token).await;
    is_refusal("Consentry is away", &answer, &api, 503, "temporarily_unavailable");
    assert_eq!(header(&answer, "retry-after"), "5");
}

/// HT-15: nginx picks a location by its own reading of a path; what the API gets is what was judged, or nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_could_be_read_in_two_ways_never_reaches_the_api() {
    let Stage {
        server, api, nginx, ..
    } = stage("").await;
    let boss = server.person_in("boss", &[("acme", consentry::platform::config::Role::Owner)]);
    let session = server.session(&boss).await;
    for path in [
        "//v1/open/x",
        "/v1//open/x",
        "/v1/open/../admin",
        "/v1/open/%2e%2e/admin",
        "/v1%2fopen/x",
        "/v1/open%5cx",
        "/v1/open/x;y",
        "/v1/open/..;/admin",
        "/v1/%6fpen/x",
        "/v1/OPEN/x",
        "/v1/other/",
        "/v1/open/%252e%252e/admin",
        "/v1/open/%0d%0ax",
        "/v1/open/x?access_token=abc",
        "/_verify/../v1/open/..",
    ] {
        let answer = nginx.get(path, &session.token).await;
        is_refusal(path, &answer, &api, 400, "bad_forwarded_request");
    }
    // What nginx itself does not read, or keeps for itself.
    for (line, status) in [
        ("GET /_verify", 404),
        ("GET /@refused", 403),
        ("get /v1/open/x", 400),
        ("GET /v1/open/\u{0}", 400),
    ] {
        let answer = nginx.ask(line, &[bearer(&session.token)], "").await;
        assert_eq!(answer.status, status, "{line}: {answer:?}");
        assert_eq!(api.take().len(), 0, "{line}");
    }
    // The caller's own word on what it asks for counts nothing.
    let own = [
        "x-forwarded-method: GET",
        "x-forwarded-uri: /v1/open/x",
        "x-original-url: /v1/open/x",
    ]
    .map(str::to_owned);
    let answer = nginx
        .ask(
            "DELETE /v1/nothing",
            &[&own[..], &[bearer(&session.token)]].concat(),
            "",
        )
        .await;
    is_refusal("own x-forwarded", &answer, &api, 403, "no_rule");
    let answer = nginx
        .ask(
            "GET http://api.example.com/v1/open/x",
            &[bearer(&session.token)],
            "",
        )
        .await;
    assert_eq!(
        answer.status, 200,
        "absolute form is nginx's to read (RFC 9112 §3.2.2)"
    );
    assert!(
        only(&api).head.starts_with("GET /v1/open/x "),
        "and the API gets what was judged"
    );
}

/// Identity headers of the caller never reach the API, whatever their spelling: Consentry refuses those that it is shown, and nginx
/// lets none through even where the answer brings none to put in their place.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_cannot_bring_an_identity_along() {
    const SPELLINGS: [&str; 6] = [
        "x-auth-role",
        "X-Auth-Role",
        "X-AUTH-ROLE",
        "x_auth_role",
        "X-Auth_Role",
        "x-auth.role",
    ];
    let Stage {
        server,
        api,
        nginx,
        web,
    } = stage("").await;
    let alice = server.person("alice");
    let tokens = web.tokens(&server, &alice).await;
    let token = tokens.text("access_token");
    let silent = Protected::start();
    let careless = Nginx::start(&silent.address, &api.address);
    let mut dropped = 0;
    for name in SPELLINGS {
        for more in [
            &[][..],
            &[
                "x-auth-role: admin",
                "x-auth-subject: root",
                "x-auth-plan: enterprise",
            ],
        ] {
            let own = more.iter().map(|line| (*line).to_owned());
            let headers: Vec<String> = own.chain([bearer(token), format!("{name}: owner")]).collect();
            let answer = nginx.ask("GET /v1/open/x", &headers, "").await;
            if answer.status == 200 {
                // nginx drops names with `_` or `.` before anybody sees them.
                assert_eq!(only(&api).folded("x-auth-role"), ["member"], "{name}");
                dropped += 1;
            } else {
                is_refusal(name, &answer, &api, 400, "bad_forwarded_request");
            }

            let answer = careless.ask("GET /v1/open/x", &headers, "").await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let came = only(&api);
            for name in ["x-auth-role", "x-auth-subject", "x-auth-plan"] {
                assert_eq!(came.folded(name), [""; 0], "{name}: {}", came.head);
            }
            assert!(!came.head.contains(token), "{}", came.head);
            let asked = only(&silent);
            assert!(
                asked.head.starts_with("GET /v1/verify HTTP/1.1\r\n"),
                "{}",
                asked.head
            );
            assert_eq!(asked.folded("x-forwarded-uri"), ["/v1/open/x"]);
        }
    }
    assert_eq!(dropped, 3);
}

/// RFC 9728 §3: the metadata is where a client looks that knows the API and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn the_api_says_who_issues_its_tokens() {
    let Stage {
        server, api, nginx, ..
    } = stage("").await;
    let answer = nginx
        .ask("GET /.well-known/oauth-protected-resource", &[], "")
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let metadata: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(metadata["resource"], AUDIENCE);
    assert_eq!(
        metadata["authorization_servers"],
        serde_json::json!([server.origin])
    );
    assert_eq!(api.take().len(), 0);
}

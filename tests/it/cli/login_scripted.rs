//! `consentry login`, against a server that is scripted: what it asks, what it believes, how it fails.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
};

use consentry::platform::secret::Digest;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use crate::cli::{Outcome, run};

/// An authorization server that says what it is told to say.
struct Scripted {
    issuer: String,
    /// Head and body of what the token endpoint was sent.
    sent: Arc<Mutex<Vec<(String, String)>>>,
}

impl Scripted {
    /// `claims`: the issuer in the metadata, instead of its own.
    fn start(claims: Option<&str>, status: &'static str, token_response: Value) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", socket.local_addr().unwrap());
        let metadata = json!({
            "issuer": claims.unwrap_or(&issuer),
            "authorization_endpoint": format!("{issuer}/oauth/authorize"),
            "token_endpoint": format!("{issuer}/oauth/token"),
            "authorization_response_iss_parameter_supported": true,
        });
        let sent = Arc::<Mutex<Vec<_>>>::default();
        let log = Arc::clone(&sent);
        thread::spawn(move || {
            for stream in socket.incoming() {
                let mut stream = stream.unwrap();
                let (head, body) = request(&mut stream);
                let (status, answer) = if head.starts_with("POST /oauth/token ") {
                    log.lock().unwrap().push((head, body));
                    (status, &token_response)
                } else {
                    ("200 OK", &metadata)
                };
                let answer = answer.to_string();
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
                     connection: close\r\n\r\n",
                    answer.len()
                );
                stream.write_all(format!("{head}{answer}").as_bytes()).unwrap();
            }
        });
        Self { issuer, sent }
    }
}

fn request(stream: &mut TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
    }
    let length = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length: ")
                .map(str::to_owned)
        })
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

/// A running login, and where it wants the person to go.
struct Login {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    url: Url,
}

impl Login {
    fn start(server: &Scripted, rest: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_consentry"))
            .args(["login", "--client-id", "demo", "--issuer", &server.issuer])
            .args(rest)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let url = loop {
            let mut line = String::new();
            assert!(
                stderr.read_line(&mut line).unwrap() > 0,
                "it did not ask for a sign-in"
            );
            if let Ok(url) = Url::parse(line.trim()) {
                break url;
            }
        };
        Self { child, stderr, url }
    }

    fn param(&self, name: &str) -> String {
        let found = self.url.query_pairs().find(|(known, _)| known == name);
        found.unwrap_or_else(|| panic!("{name}")).1.into_owned()
    }

    /// Comes back with this query; the first line of the page's answer.
    fn come_back(&self, params: &[(&str, &str)]) -> String {
        let redirect_uri = Url::parse(&self.param("redirect_uri")).unwrap();
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(params)
            .finish();
        let mut stream = TcpStream::connect(("127.0.0.1", redirect_uri.port().unwrap())).unwrap();
        let head = format!("GET /callback?{query} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.lines().next().unwrap().to_owned()
    }

    fn end(mut self) -> Outcome {
        let mut stderr = String::new();
        self.stderr.read_to_string(&mut stderr).unwrap();
        let output = self.child.wait_with_output().unwrap();
        Outcome {
            exit: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: stderr.trim_start().to_owned(),
        }
    }
}

fn tokens() -> Value {
    json!({
        "access_token": "cst_at_1", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "cst_rt_1",
        "scope": "a b", "workspace_id": "w-1",
    })
}

#[test]
fn a_login_asks_with_pkce_and_prints_the_tokens_of_its_code() {
    let server = Scripted::start(None, "200 OK", tokens());
    let login = Login::start(&server, &["--scope", "a b", "--workspace", "northwind"]);
    assert!(
        login
            .url
            .as_str()
            .starts_with(&format!("{}/oauth/authorize?", server.issuer))
    );
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "demo"),
        ("scope", "a b"),
        ("workspace", "northwind"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(login.param(name), value);
    }
    let (state, challenge) = (login.param("state"), login.param("code_challenge"));
    let redirect_uri = login.param("redirect_uri");

    // Another page guesses, and the wait goes on.
    let stray = login.come_back(&[("code", "evil"), ("state", "guess"), ("iss", &server.issuer)]);
    assert_eq!(stray, "HTTP/1.1 404 Not Found");
    let good = login.come_back(&[("code", "c-1"), ("state", &state), ("iss", &server.issuer)]);
    assert_eq!(good, "HTTP/1.1 200 OK");
    let mut printed = login.end().json();
    assert_eq!(printed["token_type"].as_str().unwrap().to_lowercase(), "bearer");
    printed["token_type"] = json!("Bearer");
    assert_eq!(printed, tokens());

    let sent = server.sent.lock().unwrap();
    let [(_, body)] = sent.as_slice() else {
        panic!("one token request, not {}", sent.len());
    };
    let param = |name: &str| {
        let mut pairs = form_urlencoded::parse(body.as_bytes());
        pairs.find(|(known, _)| known == name).unwrap().1.into_owned()
    };
    assert_eq!(param("code"), "c-1");
    assert_eq!(param("redirect_uri"), redirect_uri);
    assert_eq!(param("client_id"), "demo");
    // RFC 7636 §4.6.
    let verifier = Digest::of(param("code_verifier").as_bytes());
    assert_eq!(code_challenge(&verifier), challenge);
}

fn code_challenge(digest: &Digest) -> String {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

    BASE64_URL_SAFE_NO_PAD.encode(digest.as_bytes())
}

/// RFC 9207 §2.4: an answer of another server never makes it bring a code.
#[test]
fn an_answer_without_the_right_issuer_is_not_believed() {
    for iss in [None, Some("https://evil.example")] {
        let server = Scripted::start(None, "200 OK", tokens());
        let login = Login::start(&server, &[]);
        let state = login.param("state");
        let mut params = vec![("code", "c-1"), ("state", state.as_str())];
        params.extend(iss.map(|iss| ("iss", iss)));
        login.come_back(&params);
        login.end().fails(1, "issuer_mismatch");
        assert_eq!(server.sent.lock().unwrap().len(), 0);
    }
}

#[test]
fn metadata_of_another_issuer_is_not_believed() {
    let server = Scripted::start(Some("https://id.example"), "200 OK", tokens());
    let args = ["login", "--client-id", "demo", "--issuer", &server.issuer];
    run(&args, &[], "").fails(1, "issuer_mismatch");
}

#[test]
fn a_person_who_says_no_is_a_denial() {
    let server = Scripted::start(None, "200 OK", tokens());
    let login = Login::start(&server, &[]);
    let state = login.param("state");
    login.come_back(&[
        ("error", "access_denied"),
        ("error_description", "they said no\u{1b}[2J"),
        ("state", &state),
        ("iss", &server.issuer),
    ]);
    let outcome = login.end();
    outcome.fails(4, "access_denied");
    assert!(!outcome.stderr.contains('\u{1b}'));
}

#[test]
fn a_client_gets_its_own_token_with_its_secret_from_standard_input() {
    let server = Scripted::start(None, "200 OK", tokens());
    let login = |server: &Scripted| {
        let args = [
            "login",
            "--client-id",
            "demo",
            "--client-secret-stdin",
            "--client-credentials",
            "--issuer",
            &server.issuer,
        ];
        run(&args, &[], "hunter2\n")
    };
    assert_eq!(login(&server).json()["access_token"], "cst_at_1");
    let sent = server.sent.lock().unwrap();
    // RFC 6749 §2.3.1: demo:hunter2.
    assert!(sent[0].0.contains("Basic ZGVtbzpodW50ZXIy"), "{}", sent[0].0);
    assert!(sent[0].1.contains("grant_type=client_credentials"));

    let refusing = json!({"error": "invalid_client", "error_description": "client authentication failed"});
    let outcome = login(&Scripted::start(None, "401 Unauthorized", refusing));
    outcome.fails(4, "invalid_client");
    assert!(!outcome.stderr.contains("hunter2"));
}

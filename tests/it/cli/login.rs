//! `consentry login`, against a running server; the browser's part is played by the test.

use std::path::Path;

use reqwest::StatusCode;
use serde_json::Value;
use url::Url;

use crate::{
    cli::run,
    support::{
        Person, Registered, Registration, Server,
        client::api,
        process::{Process, command, soon},
        server::http_client,
    },
};

#[test]
fn a_login_that_cannot_begin_says_why() {
    let login = |rest: &[&str], input: &str| {
        let args = [
            &["login", "--client-id", "demo", "--data-dir", "/nonexistent"],
            rest,
        ]
        .concat();
        run(&args, &[], input)
    };
    login(&[], "").fails(2, "usage");
    login(&["--issuer", "http://id.example"], "").fails(2, "usage");
    login(&["--client-credentials"], "").fails(2, "usage");
    login(&["--port", "0"], "").fails(2, "usage");
    login(&["--client-secret-stdin", "--issuer", "http://127.0.0.1:9"], "").fails(2, "usage");
    // The discard port: nobody listens there.
    login(&["--issuer", "http://127.0.0.1:9"], "").fails(1, "server_unreachable");
    assert_eq!(run(&["login"], &[], "").exit, 2);
}

/// A client that this command may sign in through.
fn native(server: &Server) -> Registered {
    server.client(Registration::native().with(|new| {
        new.redirect_uris = vec!["http://127.0.0.1/callback".to_owned()];
        new.default_scope = vec!["analytics.read".to_owned()];
    }))
}

/// `consentry login`, waiting for the person's answer.
struct Login {
    process: Process,
    /// The address that it asks the person to open.
    url: Url,
}

impl Login {
    fn start(server: &Server, client: &Registered, rest: &[&str]) -> Self {
        let mut login = command(env!("CARGO_BIN_EXE_consentry"));
        login
            .args(["login", "--issuer", &server.origin, "--client-id", &client.id])
            .args(["--data-dir", "/nonexistent"])
            .args(rest);
        let beside = Path::new(env!("CARGO_TARGET_TMPDIR")).join("login");
        let mut process = Process::spawn(&mut login, &beside);
        let mut url = None;
        soon("it says what to open", || {
            assert!(process.runs(), "{}", process.stderr());
            let said = process.stderr();
            // A line that is there to its end.
            url = said
                .split_inclusive('\n')
                .find_map(|line| Url::parse(line.strip_suffix('\n')?.trim()).ok());
            url.is_some()
        });
        Self {
            process,
            url: url.unwrap(),
        }
    }

    fn param(&self, name: &str) -> String {
        let found = self.url.query_pairs().find(|(known, _)| known == name);
        found
            .unwrap_or_else(|| panic!("no {name} in {}", self.url))
            .1
            .into_owned()
    }

    /// The person's part: signs in and decides. Answers where the browser is sent then.
    async fn decide(&self, server: &Server, person: &Person, decision: &str) -> String {
        let browser = server.browser();
        let page = browser.visit(self.url.as_str()).await;
        let page = browser.sign_in(&page, person).await;
        let answer = browser.decide(&page, decision).await;
        answer.location().unwrap().to_owned()
    }

    /// What a browser gets that is sent to its callback.
    async fn call_back(&self, url: &str) -> (StatusCode, String) {
        let answer = http_client().get(url).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    fn ends(&mut self, exit: i32) -> (String, String) {
        let status = self.process.end();
        let (stdout, stderr) = (self.process.stdout(), self.process.stderr());
        assert_eq!(status.code(), Some(exit), "{stdout} {stderr}");
        (stdout, stderr)
    }

    /// That it failed in this way, and printed no result.
    fn fails(&mut self, exit: i32, code: &str) {
        let (stdout, stderr) = self.ends(exit);
        assert!(stderr.contains(&format!("error: {code}: ")), "{stderr}");
        assert_eq!(stdout, "");
    }
}

/// The address with one parameter changed, or without it.
fn changed(url: &str, name: &str, value: Option<&str>) -> String {
    let mut url = Url::parse(url).unwrap();
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    pairs.retain(|(known, _)| known != name);
    pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    url.query_pairs_mut().clear().extend_pairs(pairs);
    url.into()
}

/// RFC 6749 section 4.1, RFC 7636, RFC 8252 section 7.3: the person allows it, the tokens come to standard output.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_allowed_prints_working_tokens_as_json() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = native(&server);
    let mut login = Login::start(
        &server,
        &client,
        &["--scope", "analytics.read posts.write", "--workspace", "acme"],
    );
    assert_eq!(login.param("response_type"), "code");
    assert_eq!(login.param("code_challenge_method"), "S256");
    assert_eq!(login.param("scope"), "analytics.read posts.write");
    assert_eq!(login.param("workspace"), "acme");
    assert!(login.param("state").len() >= 20);

    let location = login.decide(&server, &alice, "allow").await;
    assert!(location.starts_with(&login.param("redirect_uri")), "{location}");
    let (status, page) = login.call_back(&location).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Signed in"), "{page}");
    let (stdout, stderr) = login.ends(0);
    let tokens: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(tokens["scope"], "analytics.read posts.write");
    assert_eq!(
        tokens["workspace_id"],
        server.workspace("acme").id.to_string(),
        "{stdout}"
    );
    let access_token = tokens["access_token"].as_str().unwrap();
    assert!(!stderr.contains("cst_"), "a secret beside the result: {stderr}");
    assert!(api(&server).is_active(access_token).await);
    let _ = client
        .refresh(tokens["refresh_token"].as_str().unwrap())
        .await
        .ok();
}

/// RFC 6749 section 4.1.2.1: the person's no is exit code 4.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_denied_ends_with_4() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let mut login = Login::start(&server, &native(&server), &[]);
    let location = login.decide(&server, &alice, "deny").await;
    assert!(location.contains("error=access_denied"), "{location}");
    let (status, page) = login.call_back(&location).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!page.contains("Signed in"), "{page}");
    login.fails(4, "access_denied");
}

/// RFC 6749 section 10.12: whoever does not know the state neither logs it in as somebody else nor ends it.
#[tokio::test(flavor = "multi_thread")]
async fn a_callback_with_another_state_is_turned_away_and_the_login_goes_on() {
    let server = Server::start().await;
    let (alice, mallory) = (server.person("alice"), server.person("mallory"));
    let client = native(&server);
    let mut login = Login::start(&server, &client, &[]);
    let theirs = login.decide(&server, &mallory, "allow").await;
    let location = login.decide(&server, &alice, "allow").await;
    let denial = changed(&changed(&theirs, "code", None), "error", Some("access_denied"));
    for stray in [
        changed(&theirs, "state", Some("guessed")),
        changed(&theirs, "state", Some("")),
        changed(&theirs, "state", None),
        changed(&denial, "state", None),
        format!("{theirs}&state={}", login.param("state")),
    ] {
        let (status, _) = login.call_back(&stray).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{stray}");
        assert!(login.process.runs(), "{stray}");
    }
    login.call_back(&location).await;
    let (stdout, _) = login.ends(0);
    let tokens: Value = serde_json::from_str(&stdout).unwrap();
    let told = api(&server)
        .introspect(tokens["access_token"].as_str().unwrap())
        .await
        .ok();
    assert_eq!(told.json["sub"], alice.account.id.to_string());
}

/// RFC 9207 section 2.4: an answer of another server, or of none, is refused, and its code is brought to nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_callback_from_another_issuer_is_refused() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = native(&server);
    for (iss, code) in [
        (Some("https://evil.example"), true),
        (Some(""), true),
        (None, true),
        (Some("https://evil.example"), false),
    ] {
        let mut login = Login::start(&server, &client, &[]);
        let mut location = login.decide(&server, &alice, "allow").await;
        if !code {
            location = changed(&changed(&location, "code", None), "error", Some("access_denied"));
        }
        login.call_back(&changed(&location, "iss", iss)).await;
        login.fails(1, "issuer_mismatch");
    }
    assert_eq!(
        server.count("authorization_code WHERE redeemed_at IS NOT NULL"),
        0
    );
    assert_eq!(server.count("access_token"), 0);
}

/// RFC 6749 section 4.4: a workspace's client signs in as itself, with the secret on standard input only.
#[tokio::test(flavor = "multi_thread")]
async fn a_workspaces_client_logs_in_as_itself_with_its_secret_on_standard_input() {
    let server = Server::start().await;
    let client = server.client(Registration::service(&server));
    let secret = client.secret.clone().unwrap();
    let login = |secret: String, rest: &'static [&'static str]| {
        let (issuer, id) = (server.origin.clone(), client.id.clone());
        tokio::task::spawn_blocking(move || {
            let args = [
                &[
                    "login",
                    "--issuer",
                    &issuer,
                    "--client-id",
                    &id,
                    "--client-credentials",
                    "--client-secret-stdin",
                ],
                rest,
            ]
            .concat();
            run(&args, &[], &format!("{secret}\n"))
        })
    };
    let outcome = login(secret.clone(), &["--scope", "posts.write"]).await.unwrap();
    assert!(
        !outcome.stderr.contains(&secret) && !outcome.stdout.contains(&secret),
        "{}",
        outcome.stderr
    );
    let tokens = outcome.json();
    assert_eq!(tokens["scope"], "posts.write");
    assert_eq!(tokens["refresh_token"], Value::Null, "RFC 6749 section 4.4.3");
    let told = api(&server)
        .introspect(tokens["access_token"].as_str().unwrap())
        .await
        .ok();
    assert_eq!(told.json["sub"], client.id);
    assert_eq!(told.json["role"], Value::Null);

    let outcome = login("wrong".to_owned(), &[]).await.unwrap();
    outcome.fails(4, "invalid_client");
    let outcome = login(secret, &["--scope", "reviews.read"]).await.unwrap();
    outcome.fails(1, "invalid_scope");
}

//! The log tells what happened, one line each, and no secret, whatever happens and however much is logged.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use consentry::platform::telemetry::Format;
use reqwest::StatusCode;

use crate::support::{
    Browser, Registration, Server,
    browser::Answer,
    client::{CHALLENGE, Reply, VERIFIER, api},
    cluster::eventually,
    form,
    logged::{log_of, settled, tell},
    server::PASSWORD,
};

/// The state of the authorization requests: the client's CSRF token, so a secret.
const STATE: &str = "the+state/nobody=may read";

/// A password that is somebody's elsewhere.
const WRONG: &str = "Pa55 word&of another=place";

/// The 33 characters of the random part stand before the 6 of the checksum.
const RANDOM: usize = 33;
const CHECK: usize = 6;

fn secret(what: &str, value: &str) {
    assert!(
        value.len() >= 10,
        "{what} is too short to be searched for: {value}"
    );
    tell(what, value);
}

fn tokens(reply: &Reply) {
    for name in ["access_token", "refresh_token"] {
        if let Some(value) = reply.json[name].as_str() {
            secret(name, value);
        }
    }
}

fn cookies(browser: &Browser) {
    for name in ["consentry_session", "consentry_browser", "consentry_known_device"] {
        if let Some(value) = browser.cookie(name) {
            secret("cookie", &value);
        }
    }
}

fn csrf(page: &Answer, action: &str) {
    let form = page.form(action);
    let token = form.fields.iter().find(|(name, _)| name == "csrf_token");
    secret("csrf", &token.unwrap().1);
}

/// Everything that a secret takes part in, right and wrong, ending with the database away.
async fn journey() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let app = server.client(Registration::web());
    let jwt = server.client(Registration::web().with(|new| new.token_format = "jwt"));
    let (api, service) = (api(&server), server.client(Registration::service(&server)));
    for client in [&app, &jwt, &api, &service] {
        let shown = client.secret.as_deref().unwrap();
        secret("client_secret", shown);
        secret("basic", &BASE64_STANDARD.encode(format!("{}:{shown}", client.id)));
    }
    for (what, value) in [
        ("password", PASSWORD),
        ("password", WRONG),
        ("state", STATE),
        ("verifier", VERIFIER),
    ] {
        secret(what, value);
    }

    let browser = server.browser();
    let params = [
        ("state", STATE),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let login = browser.visit(&app.authorize_path(&params)).await;
    csrf(&login, "/login");
    let wrong = login
        .form("/login")
        .with("email", &alice.email)
        .with("password", WRONG);
    let refused = browser.submit(&wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    eventually("the failure is written down", async || {
        (server.count("audit_event WHERE kind = 'account.sign_in_failed'") == 1).then_some(())
    })
    .await;
    let consent = browser.sign_in(&login, &alice).await;
    cookies(&browser);
    csrf(&consent, "/oauth/authorize/");
    let code = browser
        .decide(&consent, "allow")
        .await
        .callback()
        .remove("code")
        .unwrap();
    secret("code", &code);
    let exchange = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &app.redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    let first = app.token(&exchange).await.ok();
    tokens(&first);
    let second = app.refresh(first.text("refresh_token")).await.ok();
    tokens(&second);
    assert!(api.is_active(second.text("access_token")).await);
    assert_eq!(app.token(&exchange).await.error(), "400 invalid_grant");
    let third = jwt.tokens(&server, &alice).await;
    tokens(&third);
    let fourth = jwt.refresh(third.text("refresh_token")).await.ok();
    tokens(&fourth);
    let again = jwt.refresh(third.text("refresh_token")).await;
    assert_eq!(again.error(), "400 invalid_grant");
    for token in [third.text("access_token"), third.text("refresh_token")] {
        assert_eq!(jwt.revoke(token).await.status, StatusCode::OK);
        assert!(!api.is_active(token).await);
    }
    let own = service.token(&[("grant_type", "client_credentials")]).await;
    tokens(&own.ok());
    exchanged(&server, &alice).await;
    misplaced(&server, &app, second.text("access_token")).await;
    let home = browser.get("/").await;
    csrf(&home, "/logout");
    browser.submit(&home.form("/logout")).await;
    // The browser is known now, and shows it.
    let login = browser.get("/login").await;
    browser.sign_in(&login, &alice).await;
    cookies(&browser);

    let token = app.tokens(&server, &alice).await;
    tokens(&token);
    faults(&server, &app, token.text("refresh_token")).await;
}

/// An API key, as a client and as what is exchanged, right and wrong.
async fn exchanged(server: &Server, owner: &crate::support::Person) {
    let key = server.api_key(owner, "analytics.read");
    secret("api_key", &key.secret);
    let client = crate::support::Registered::at(&server.origin, &key.id.to_string(), Some(&key.secret), "");
    let own = client.token(&[("grant_type", "client_credentials")]).await;
    tokens(&own.ok());
    let subject = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", key.secret.as_str()),
        ("subject_token_type", "urn:consentry:token-type:api-key"),
    ];
    // With a client beside it, which is refused; and where no key belongs.
    assert_eq!(client.token(&subject).await.error(), "400 unauthorized_client");
    assert_eq!(client.introspect(&key.secret).await.error(), "401 invalid_client");
}

/// Secrets where none belongs.
async fn misplaced(server: &Server, app: &crate::support::Registered, access: &str) {
    let shown = app.secret.as_deref().unwrap();
    for path in [
        format!("/oauth/token?{}", form(&[("client_secret", shown)])),
        format!("/{access}"),
        format!(
            "/oauth/authorize?{}",
            form(&[("client_id", shown), ("state", STATE), ("scope", access)])
        ),
    ] {
        let request = server.http.get(server.url(&path)).header("referer", &path);
        assert!(request.send().await.unwrap().status().is_client_error());
        let request = server.http.post(server.url(&path)).bearer_auth(access);
        assert!(request.send().await.unwrap().status().is_client_error());
    }
    let (bearer, address) = (
        format!("Bearer {access}"),
        format!("/{access}?access_token={access}"),
    );
    for (name, value) in [
        ("authorization", bearer.as_str()),
        ("x-api-key", access),
        ("x-workspace-id", access),
        ("x-auth-subject", access),
        ("x-forwarded-uri", &address),
    ] {
        let in_query = format!("&access_token={access}");
        for (query, method) in [("", "GET"), ("", access), (in_query.as_str(), "GET")] {
            let verify = server.url(&format!("/v1/verify?resource=https://api.example{query}"));
            let request = server.http.get(verify).header("x-forwarded-method", method);
            let request = request.header("x-forwarded-uri", "/").header(name, value);
            assert!(request.send().await.unwrap().status().is_client_error());
        }
    }
    let wrong = app.post("/oauth/token", &[("grant_type", shown)]).await;
    assert_eq!(wrong.error(), "400 unsupported_grant_type");
}

/// A row that the database refuses, and no database at all.
async fn faults(server: &Server, app: &crate::support::Registered, refresh: &str) {
    server.execute("ALTER TABLE access_token ADD CHECK (issued_at < '2000-01-01') NOT VALID");
    assert_eq!(app.refresh(refresh).await.error(), "500 server_error");
    server.database.set_reachable(false);
    let browser = server.browser();
    let down = browser.get(&app.authorize_path(&[("state", STATE)])).await.status;
    assert_eq!(down, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(app.refresh(refresh).await.error(), "503 temporarily_unavailable");
    server.database.set_reachable(true);
}

/// In how many ways a secret may stand in a line.
fn forms_of(what: &str, value: &str) -> Vec<String> {
    let mut forms = vec![
        value.to_owned(),
        form(&[("", value)])[1..].to_owned(),
        form(&[("", value)])[1..].replace('+', "%20"),
        BASE64_STANDARD.encode(value),
        BASE64_URL_SAFE_NO_PAD.encode(value),
        format!("{value:?}").trim_matches('"').to_owned(),
    ];
    if value.starts_with("cst_") {
        forms.push(value[value.len() - CHECK - RANDOM..value.len() - CHECK].to_owned());
    } else if value.starts_with("eyJ") {
        forms.extend(value.split('.').skip(1).map(str::to_owned));
    } else {
        assert!(!what.contains("token"), "{what}: no known form");
    }
    forms
}

/// LG-01, LG-02: a whole journey, logged as loudly as can be, leaves none of its secrets in the log: not as it is, not encoded, not
/// its random part alone.
#[test]
fn lg_01_no_secret_of_a_whole_journey_is_in_the_log() {
    let test = "platform::logs::lg_01_no_secret_of_a_whole_journey_is_in_the_log";
    for format in [Format::Json, Format::Human] {
        let Some(log) = log_of(test, format) else {
            return tokio::runtime::Runtime::new().unwrap().block_on(journey());
        };
        assert!(
            log.text.contains("answered") && log.text.contains("a request met a fault"),
            "this is no log of the journey: {}",
            log.text
        );
        let mut searched = 0;
        for (what, at_least) in [
            ("password", 2),
            ("state", 1),
            ("verifier", 1),
            ("client_secret", 4),
            ("basic", 4),
            ("cookie", 3),
            ("csrf", 3),
            ("code", 1),
            ("access_token", 6),
            ("refresh_token", 5),
        ] {
            let values = log.told(what);
            assert!(values.len() >= at_least, "{what}: only {}", values.len());
            for value in values {
                for form in forms_of(what, value) {
                    let line = log.text.lines().find(|line| line.contains(&form));
                    assert_eq!(line, None, "LG-01: {what} {value} is in the log, as {form}");
                    searched += 1;
                }
            }
        }
        assert!(searched > 150, "{searched}");
    }
}

/// LG-03: line ends, terminal escapes, quotes and marks that turn text around leave one request one line, whoever sends them where.
#[test]
fn lg_03_hostile_text_leaves_one_line_for_each_request() {
    const HOSTILE: &str = "a\r\nb\u{1b}[31mc\u{2028}d\u{85}e\"f\u{202e}g {\"level\":\"ERROR\"}";
    let test = "platform::logs::lg_03_hostile_text_leaves_one_line_for_each_request";
    for format in [Format::Json, Format::Human] {
        let Some(log) = log_of(test, format) else {
            return tokio::runtime::Runtime::new().unwrap().block_on(async {
                let server = Server::start().await;
                let app = server.client(Registration::web());
                let browser = server.browser();
                let agent = "a\t\u{85}\u{2028}\u{202e}\"x {}";
                let mut asked = 0;
                for path in [
                    app.authorize_path(&[("state", HOSTILE), ("login_hint", HOSTILE)]),
                    app.authorize_path(&[("scope", HOSTILE)]),
                    format!("/{}", form(&[(HOSTILE, HOSTILE)])),
                ] {
                    let mut request = server.http.get(server.url(&path));
                    for name in ["user-agent", "x-request-id", "referer"] {
                        let value = reqwest::header::HeaderValue::from_bytes(agent.as_bytes()).unwrap();
                        request = request.header(name, value);
                    }
                    request.send().await.unwrap();
                    asked += 1;
                }
                let login = browser.visit("/login").await.form("/login");
                let login = login.with("email", HOSTILE).with("password", HOSTILE);
                browser.submit(&login).await;
                app.token(&[("grant_type", HOSTILE), (HOSTILE, HOSTILE)]).await;
                tell("asked", &(asked + 3).to_string());
            });
        };
        for line in log.text.lines() {
            assert!(
                !line.contains(|c: char| c.is_control() || "\u{2028}\u{202e}".contains(c)),
                "{line:?}"
            );
        }
        let answered = log.text.lines().filter(|line| line.contains("answered")).count();
        assert_eq!(log.told("asked"), [answered.to_string()], "{}", log.text);
        if format == Format::Json {
            assert!(
                log.lines().iter().all(|line| line["level"] != "ERROR"),
                "{}",
                log.text
            );
        }
    }
}

/// LG-02: the line names the pattern of the route, never the path or the query, which may hold anything.
#[test]
fn every_answer_is_one_line_with_route_status_and_duration() {
    let test = "platform::logs::every_answer_is_one_line_with_route_status_and_duration";
    let Some(log) = log_of(test, Format::Json) else {
        return tokio::runtime::Runtime::new().unwrap().block_on(async {
            let server = Server::start().await;
            settled(&server).await;
            let request = server
                .http
                .post(server.url("/oauth/token"))
                .body(vec![b'a'; 70_000]);
            request.send().await.unwrap();
            server
                .http
                .get(server.url("/an/unknown/path?q=1"))
                .send()
                .await
                .unwrap();
        });
    };
    let answered: Vec<_> = log
        .lines()
        .into_iter()
        .filter(|line| line["message"] == "answered")
        .map(|line| {
            assert!(
                line["duration_ms"].as_f64().is_some_and(|took| took >= 0.0),
                "{line}"
            );
            format!("{} {} {}", line["method"], line["route"], line["status"]).replace('"', "")
        })
        .collect();
    assert_eq!(answered[0], "GET /health/ready 200");
    assert!(
        answered[1].starts_with("POST ") && answered[1].ends_with(" 413"),
        "{answered:?}"
    );
    assert_eq!(
        answered[2], "GET unmatched 404",
        "LG-02: a path may hold anything"
    );
    assert_eq!(answered.len(), 3);
}

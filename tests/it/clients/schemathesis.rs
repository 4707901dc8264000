//! Schemathesis, which reads `/openapi.json`, asks everything that it allows and much that it does not, and compares each answer with
//! what is written there: no fault of the server, no status, header, type or member that is not described.
//!
//! It draws the same requests in every run. `CONSENTRY_API_EXAMPLES` says how many an operation gets (`make soak`: more).

use std::{fs, path::Path};

use serde_json::Value;

use super::app::tools;
use crate::support::{
    Registration, Server,
    client::{Reply, basic},
    process::command,
    server::PASSWORD,
};

/// Everything that schemathesis can compare, but for one: that each request which the description allows is accepted. Most of
/// what OAuth refuses cannot be seen from outside: a code that was never issued, the secret of somebody else.
const NOT_COMPARED: &str = "positive_data_acceptance";

/// How many requests an operation gets at least.
const EXAMPLES: &str = "20";

/// Takes something out of the answers of an operation.
type Remove = fn(&mut Value);

/// What came of it.
struct Survey {
    is_clean: bool,
    report: String,
}

/// The description that the server gives of itself.
async fn described(server: &Server) -> Value {
    let answer = server.http.get(server.url("/openapi.json")).send().await.unwrap();
    Reply::read(answer).await.ok().json
}

/// Tells schemathesis what it cannot guess, so that it comes further than to the first refusal.
fn begin_with(document: &mut Value, path: &str, values: &[(&str, &str)]) {
    let parameters = document["paths"][path]["get"]["parameters"]
        .as_array_mut()
        .unwrap();
    for (name, value) in values {
        let known = parameters.iter_mut().find(|it| it["name"] == *name);
        known.unwrap()["example"] = Value::from(*value);
    }
}

/// What is asked, and as whom.
#[derive(Default)]
struct As {
    /// The value of `Authorization`; nobody's without.
    authorization: Option<String>,
    /// The path to stay with.
    only: Option<&'static str>,
    /// The operation to stay with.
    operation: Option<&'static str>,
    /// Operations that would end the caller's own credential.
    except: &'static [&'static str],
}

/// Asks the operations.
async fn survey(server: &Server, document: &Value, by: As) -> Survey {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = tmp.join(format!("openapi-{}.json", uuid::Uuid::now_v7()));
    fs::write(&file, document.to_string()).unwrap();
    let mut run = command(tools().join("venv/bin/schemathesis"));
    run.current_dir(tmp)
        .arg("run")
        .arg(&file)
        .args(["--url", &server.origin])
        .args(["--checks", "all", "--exclude-checks", NOT_COMPARED])
        .args(["--seed", "4", "--generation-database", "none"])
        .args([
            "--max-redirects",
            "0",
            "--suppress-health-check",
            "all",
            "--no-color",
        ])
        .args(["--max-examples"])
        .arg(
            std::env::var("CONSENTRY_API_EXAMPLES")
                .as_deref()
                .unwrap_or(EXAMPLES),
        );
    if let Some(authorization) = by.authorization {
        run.args(["--header", &format!("Authorization: {authorization}")]);
    }
    if let Some(path) = by.only {
        run.args(["--include-path", path]);
    }
    if let Some(operation) = by.operation {
        run.args(["--include-operation-id", operation]);
    }
    for operation in by.except {
        run.args(["--exclude-operation-id", operation]);
    }
    let output = tokio::task::spawn_blocking(move || run.output())
        .await
        .unwrap()
        .unwrap();
    fs::remove_file(file).unwrap();
    Survey {
        is_clean: output.status.success(),
        report: format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}

/// What can end the session of the person who asks: after it everything would be a 401. Each is asked by a session of its own.
const ENDS_THE_CALLER: &[&str] = &["signOut", "endMySession"];

/// The Authorization header of a person's session.
async fn person(server: &Server) -> String {
    let alice = server.person(&format!("alice-{}", uuid::Uuid::now_v7().simple()));
    let body = serde_json::json!({"provider": "local", "email": alice.email, "password": PASSWORD});
    let request = server.http.post(server.url("/v1/auth/session")).json(&body);
    let signed_in = Reply::read(request.send().await.unwrap()).await.ok();
    format!("Bearer {}", signed_in.text("accessToken"))
}

/// As a client of each kind, as a person, and as nobody.
#[tokio::test(flavor = "multi_thread")]
async fn no_endpoint_answers_what_is_not_described() {
    let server = Server::start().await;
    let mut document = described(&server).await;
    let service = server.client(Registration::service(&server));
    let app = server.client(Registration::web());
    begin_with(
        &mut document,
        "/oauth/authorize",
        &[
            ("response_type", "code"),
            ("client_id", &app.id),
            ("redirect_uri", &app.redirect_uri),
        ],
    );
    let proof = basic(&service.id, service.secret.as_deref().unwrap());
    let session = person(&server).await;
    let lives_on = server.http.get(server.url("/v1/auth/session"));
    let lives_on = lives_on.header("authorization", &session);
    for (who, authorization) in [
        ("a client", Some(proof)),
        ("a person", Some(session)),
        ("nobody", None),
    ] {
        let except = if who == "a person" { ENDS_THE_CALLER } else { &[] };
        let by = As {
            authorization,
            except,
            ..As::default()
        };
        let survey = survey(&server, &document, by).await;
        assert!(survey.is_clean, "as {who}: {}", survey.report);
    }
    // Otherwise the answers were those to nobody: whatever ended the session belongs into the list.
    Reply::read(lives_on.send().await.unwrap()).await.ok();
    for operation in ENDS_THE_CALLER {
        let by = As {
            authorization: Some(person(&server).await),
            operation: Some(*operation),
            ..As::default()
        };
        let survey = survey(&server, &document, by).await;
        assert!(survey.is_clean, "{operation}: {}", survey.report);
    }
}

/// The survey can fail: a status, and then a code, is taken out of the description.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_described_is_found() {
    let server = Server::start().await;
    let whole = described(&server).await;
    let without_its_status = |answers: &mut Value| {
        answers.as_object_mut().unwrap().remove("401").unwrap();
    };
    let without_its_code = |answers: &mut Value| {
        let schema = &mut answers["401"]["content"]["application/json"]["schema"];
        let code = &mut schema["allOf"][1]["properties"]["error"]["enum"][0];
        assert_eq!(*code, "invalid_client");
        *code = Value::from("another_code");
    };
    let rows: [(Remove, &str); 2] = [
        (without_its_status, "Undocumented status code"),
        (without_its_code, "Response violates schema"),
    ];
    for (remove, said) in rows {
        let mut document = whole.clone();
        remove(&mut document["paths"]["/oauth/token"]["post"]["responses"]);
        let nobody = As {
            only: Some("/oauth/token"),
            ..As::default()
        };
        let survey = survey(&server, &document, nobody).await;
        assert!(
            !survey.is_clean && survey.report.contains(said),
            "{}",
            survey.report
        );
    }
}

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
};

/// Everything that schemathesis can compare, but for one: that each request which the description allows is accepted. Most of
/// what OAuth refuses cannot be seen from outside: a code that was never issued, the secret of somebody else.
const NOT_COMPARED: &str = "positive_data_acceptance";

/// How many requests an operation gets at least.
const EXAMPLES: &str = "20";

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

/// Asks all operations whose path fits; with this `Authorization`, if any.
async fn survey(server: &Server, document: &Value, paths: &str, authorization: Option<String>) -> Survey {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = tmp.join(format!("openapi-{}.json", uuid::Uuid::now_v7()));
    fs::write(&file, document.to_string()).unwrap();
    let mut run = command(tools().join("venv/bin/schemathesis"));
    run.current_dir(tmp)
        .arg("run")
        .arg(&file)
        .args(["--url", &server.origin, "--include-path-regex", paths])
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
    if let Some(authorization) = authorization {
        run.args(["--header", &format!("Authorization: {authorization}")]);
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

/// As a client of each kind, and as nobody.
#[tokio::test(flavor = "multi_thread")]
async fn no_endpoint_answers_what_is_not_described() {
    let server = Server::start().await;
    let document = described(&server).await;
    let service = server.client(Registration::service(&server));
    let proof = basic(&service.id, service.secret.as_deref().unwrap());
    for (who, authorization) in [("a client", Some(proof)), ("nobody", None)] {
        let survey = survey(&server, &document, ".*", authorization).await;
        assert!(survey.is_clean, "as {who}: {}", survey.report);
    }
}

/// The survey can fail: an answer is taken out of the description.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_described_is_found() {
    let server = Server::start().await;
    let mut document = described(&server).await;
    let answers = document["paths"]["/oauth/token"]["post"]["responses"]
        .as_object_mut()
        .unwrap();
    assert!(answers.remove("401").is_some());
    let survey = survey(&server, &document, "^/oauth/token$", None).await;
    assert!(!survey.is_clean, "{}", survey.report);
    assert!(
        survey.report.contains("Undocumented status code"),
        "{}",
        survey.report
    );
}

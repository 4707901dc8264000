//! A request and what belongs together are known by the ids that the caller chose, or by ours: in the headers, in the error body, and
//! in the log.

use consentry::platform::telemetry::Format;
use serde_json::Value;

use crate::support::{
    Server,
    logged::{log_of, settled, tell},
};

const IDS: [&str; 2] = ["x-request-id", "x-correlation-id"];

/// Each address answers a refusal in another form: OAuth (RFC 6749 §5.2), a problem (RFC 9457), a page for a person.
const REFUSALS: [(&str, &str, &str); 4] = [
    ("POST", "/oauth/token", "*/*"),
    ("GET", "/nowhere", "*/*"),
    ("GET", "/nowhere", "text/html"),
    ("GET", "/oauth/authorize", "text/html"),
];

async fn ask(server: &Server, row: (&str, &str, &str), ids: [Option<&str>; 2]) -> reqwest::Response {
    let (method, path, accept) = row;
    let mut request = server
        .http
        .request(method.parse().unwrap(), server.url(path))
        .header("accept", accept);
    for (name, id) in IDS.into_iter().zip(ids) {
        if let Some(id) = id {
            let value = reqwest::header::HeaderValue::from_bytes(id.as_bytes()).unwrap();
            request = request.header(name, value);
        }
    }
    request.send().await.unwrap()
}

/// The ids in the headers of the answer; the request's must be in its body too.
async fn ids_of(row: (&str, &str, &str), response: reqwest::Response) -> [String; 2] {
    let ids = IDS.map(|name| response.headers()[name].to_str().unwrap().to_owned());
    assert!(response.status().is_client_error(), "{row:?}");
    let body = response.text().await.unwrap();
    if row.2 == "text/html" {
        assert!(body.contains(&ids[0]), "{row:?}: {body}");
    } else {
        let json: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(json["request_id"], ids[0], "{row:?}");
    }
    ids
}

/// Safe ids come back, in the headers and in each form of an error body.
#[tokio::test(flavor = "multi_thread")]
async fn safe_ids_come_back_in_headers_and_bodies() {
    let server = Server::start().await;
    let longest = "a".repeat(128);
    for row in REFUSALS {
        for id in ["r", "0193-AbC_d.e", &longest] {
            let response = ask(&server, row, [Some(id), Some("together")]).await;
            assert_eq!(ids_of(row, response).await, [id, "together"], "{row:?}");
        }
    }
}

/// LG-03: what could end a line, break a page or fill a log is replaced, and so is an absent id; no two are alike.
#[tokio::test(flavor = "multi_thread")]
async fn unsafe_and_absent_ids_are_replaced_by_new_ones() {
    let server = Server::start().await;
    let long = "a".repeat(129);
    let mut seen = std::collections::BTreeSet::new();
    for row in REFUSALS {
        for sent in [
            None,
            Some(""),
            Some("a b"),
            Some("a\"b"),
            Some("<b>x</b>"),
            Some("a\tb"),
            Some("{}"),
            Some("\u{e4}"),
            Some(long.as_str()),
        ] {
            let ids = ids_of(row, ask(&server, row, [sent; 2]).await).await;
            for id in ids {
                assert!(
                    id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
                    "{row:?}: {sent:?} became {id}"
                );
                assert!(seen.insert(id), "{row:?}: an id came twice");
            }
        }
    }
}

/// The log line of a request carries the ids of its answer, and so does what was logged on the way.
#[test]
fn the_log_line_carries_the_ids_of_the_answer() {
    let Some(log) = log_of(
        "web::ids::the_log_line_carries_the_ids_of_the_answer",
        Format::Json,
    ) else {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        return runtime.block_on(async {
            let server = Server::start().await;
            settled(&server).await;
            for (at, row) in REFUSALS.into_iter().enumerate() {
                let sent = format!("mine.{at}");
                for ids in [[Some(sent.as_str()), Some("together")], [None, None]] {
                    let ids = ids_of(row, ask(&server, row, ids).await).await;
                    tell("ids", &ids.join(" "));
                }
            }
        });
    };
    let told = log.told("ids");
    assert_eq!(told.len(), 2 * REFUSALS.len());
    let lines = log.lines();
    for ids in told {
        let [request, correlation] = ids.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let answered: Vec<_> = lines
            .iter()
            .filter(|line| line["message"] == "answered" && line["request_id"] == request)
            .collect();
        assert_eq!(answered.len(), 1, "{ids}: {}", log.text);
        assert_eq!(answered[0]["correlation_id"], correlation);
        assert!(answered[0]["status"].is_u64() && answered[0]["route"].is_string());
    }
}

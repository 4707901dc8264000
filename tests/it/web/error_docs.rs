//! Every refusal names a code, and every code has a page.

use consentry::web::words::errors::ErrorDoc;
use reqwest::{Method, StatusCode};

use crate::support::Server;

#[tokio::test(flavor = "multi_thread")]
async fn each_code_has_a_page_that_says_what_to_do_and_the_list_leads_to_all_of_them() {
    let server = Server::start().await;
    let browser = server.browser();
    let list = browser.get("/docs/errors").await;
    assert_eq!(list.status, StatusCode::OK);
    for doc in ErrorDoc::all() {
        let code = doc.code;
        let link = format!("href=\"/docs/errors/{code}\"");
        assert!(list.body.contains(&link), "{code}: not in the list");
        let page = browser.get(&doc.path()).await;
        assert_eq!(page.status, StatusCode::OK, "{code}");
        assert!(
            page.body
                .contains(&format!("<h1>{}</h1>", doc.title.replace('\'', "&#39;"))),
            "{code}"
        );
        assert!(page.body.contains("What to do"), "{code}");
        assert!(!page.body.contains('`'), "{code}: a backquote is left");
    }
    let none = browser.get("/docs/errors/no_such_code").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

/// RFC 9457 §3.1.1, RFC 6749 §5.2.
#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_both_forms_link_to_their_page() {
    let server = Server::start().await;
    let browser = server.browser();
    let issuer = server.config.issuer.as_str();
    let json = [("accept", "application/json")];
    let problem = browser
        .request(Method::GET, "/nowhere", &json, String::new())
        .await;
    let body: serde_json::Value = serde_json::from_str(&problem.body).unwrap();
    assert_eq!(body["type"], format!("{issuer}/docs/errors/not_found"));
    assert_eq!(body["code"], "not_found");

    let refused = browser
        .request(Method::POST, "/oauth/token", &json, String::new())
        .await;
    let body: serde_json::Value = serde_json::from_str(&refused.body).unwrap();
    let error = body["error"].as_str().unwrap();
    assert_eq!(body["error_uri"], format!("{issuer}/docs/errors/{error}"));

    for (path, code) in [
        ("/nowhere", "not_found"),
        ("/oauth/token", "method_not_allowed"),
        ("/oauth/authorize", "unknown_client"),
        ("/oauth/authorize/none/consent", "request_expired"),
    ] {
        let page = browser
            .request(Method::GET, path, &[("accept", "text/html")], String::new())
            .await;
        assert!(
            page.body.contains(&format!("href=\"/docs/errors/{code}\"")),
            "{path}: {}",
            page.body
        );
    }
}

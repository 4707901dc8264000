//! The headers of every page, whatever its status: no frame, no script, no sniffing, nothing kept (CS-10, CS-11, CS-12, OR-13).

use reqwest::{
    Method, StatusCode,
    header::{HeaderMap, HeaderValue},
};

use crate::support::{Browser, FORM_TYPE, Registration, Server, client::asked, server::PASSWORD};

const AS_A_PERSON: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

fn are_there(case: &str, headers: &HeaderMap, https: bool) {
    let one = |name: &str| {
        let mut all = headers.get_all(name).iter().map(HeaderValue::to_str);
        let first = all.next().unwrap_or_else(|| panic!("{case}: no {name}")).unwrap();
        assert!(all.next().is_none(), "{case}: {name} twice");
        first
    };
    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(one(name), value, "CS-12 {case}: {name}");
    }
    assert!(one("permissions-policy").contains("camera=()"), "CS-12 {case}");
    assert!(
        ["no-referrer", "same-origin"].contains(&one("referrer-policy")),
        "CS-12 {case}"
    );
    let policy = one("content-security-policy");
    for directive in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
        assert!(
            policy.split("; ").any(|it| it == directive),
            "CS-10, CS-11 {case}: {policy}"
        );
    }
    for loose in ["unsafe", "script-src", "object-src", "*", "http:", "data:"] {
        assert!(!policy.contains(loose), "CS-11 {case}: {policy}");
    }
    let hsts = headers.get("strict-transport-security").is_some();
    assert_eq!(hsts, https, "CS-12 {case}: HSTS");
    assert_eq!(headers.get("server"), None, "LG-04 {case}");
    assert_eq!(headers.get("x-powered-by"), None, "LG-04 {case}");
}

/// Asks as a browser does, and answers the headers of a page with this status.
async fn page(
    browser: &Browser,
    status: u16,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
    https: bool,
) {
    let mut headers = headers.to_vec();
    headers.push(AS_A_PERSON);
    let answer = browser
        .request(method.clone(), path, &headers, body.to_owned())
        .await;
    let case = format!("{status} {method} {path}");
    assert_eq!(answer.status.as_u16(), status, "{case}: {}", answer.body);
    let kind = answer.header("content-type").unwrap_or_default();
    assert_eq!(kind, "text/html; charset=utf-8", "{case}");
    are_there(&case, &answer.headers, https);
    for told in [
        "panicked",
        "consentry::",
        "src/",
        "libpq",
        "SELECT ",
        "relation",
        "actix",
        env!("CARGO_PKG_VERSION"),
    ] {
        assert!(
            !answer.body.contains(told),
            "LG-04 {case}: {told} in {}",
            answer.body
        );
    }
}

/// CS-10, CS-11, CS-12: on a page of every status that there is.
#[tokio::test(flavor = "multi_thread")]
async fn cs_10_cs_11_cs_12_every_page_of_every_status_has_them() {
    for issuer in [None, Some("https://id.example")] {
        let https = issuer.is_some();
        let server = Server::start_behind(issuer, "[login]\nmax_failures = 1\n").await;
        let alice = server.person("alice");
        let origin = issuer.unwrap_or(&server.origin).to_owned();
        let own = ("origin", origin.as_str());
        let browser = server.browser();
        let login = browser.get("/login").await;
        let token = login.form("/login").value("csrf_token").unwrap().to_owned();
        let form = |email: &str, password: &str| {
            crate::support::form(&[("csrf_token", &token), ("email", email), ("password", password)])
        };
        let (get, post) = (Method::GET, Method::POST);
        let huge = "x".repeat(70_000);
        let wrong = form("nobody@people.example", "wrong");
        for (status, method, path, headers, body) in [
            (200, &get, "/", &[][..], ""),
            (200, &get, "/login", &[], ""),
            (400, &get, "/login?request=%00", &[], ""),
            (400, &get, "/oauth/authorize?client_id=x", &[], ""),
            (400, &get, "/oauth/authorize?client_id=x&client_id=y", &[], ""),
            (400, &get, "/oauth/authorize/x/consent", &[], ""),
            (403, &post, "/login", &[("origin", "null"), FORM_TYPE], "a=b"),
            (403, &post, "/login", &[own, FORM_TYPE], "a=b"),
            (404, &get, "/nothing/here", &[], ""),
            (404, &get, "/static/nothing.css", &[], ""),
            (405, &Method::DELETE, "/login", &[own], ""),
            (405, &get, "/logout", &[], ""),
            (413, &post, "/login", &[own, FORM_TYPE], &huge),
            (
                415,
                &post,
                "/login",
                &[own, ("content-type", "text/plain")],
                "a=b",
            ),
            (422, &post, "/login", &[own, FORM_TYPE], &wrong),
            (429, &post, "/login", &[own, FORM_TYPE], &wrong),
        ] {
            page(&browser, status, method.clone(), path, headers, body, https).await;
        }
        // Where a redirect is read as a page, it is as strict.
        let right = form(&alice.email, PASSWORD);
        let answer = browser
            .request(post.clone(), "/login", &[own, FORM_TYPE], right)
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        are_there("303", &answer.headers, https);
        for path in ["/", "/settings/integrations"] {
            page(&browser, 200, get.clone(), path, &[], "", https).await;
        }
        page(
            &browser,
            404,
            get.clone(),
            "/settings/integrations/x/remove",
            &[],
            "",
            https,
        )
        .await;

        // A fault of ours, and no database.
        server.execute("ALTER TABLE session RENAME COLUMN digest TO gone");
        page(
            &browser,
            500,
            get.clone(),
            "/settings/integrations",
            &[],
            "",
            https,
        )
        .await;
        server.database.set_reachable(false);
        page(
            &browser,
            503,
            get.clone(),
            "/settings/integrations",
            &[],
            "",
            https,
        )
        .await;
        server.database.set_reachable(true);
    }
}

/// CS-10, CS-11: of the pages of a journey each has them too: consent, its second look, and the page of what is over.
#[tokio::test(flavor = "multi_thread")]
async fn cs_10_every_page_of_a_journey_has_them() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let (browser, consent) = asked(&server, &client, &alice).await;
    let unsure = browser.decide(&consent, "perhaps").await;
    let allowed = browser.decide(&consent, "allow").await;
    let over = browser.decide(&consent, "allow").await;
    for (case, answer) in [
        ("consent", &consent),
        ("unsure", &unsure),
        ("allowed", &allowed),
        ("over", &over),
    ] {
        // Its forms may lead to the client: that alone is wider.
        let mut headers = answer.headers.clone();
        let policy = headers["content-security-policy"].to_str().unwrap();
        let policy = policy.replace(" https://rp.example", "");
        headers.insert("content-security-policy", policy.parse().unwrap());
        are_there(case, &headers, false);
    }
}

/// CR-16: the way back to a client, which carries the code, tells nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn cr_16_the_answer_with_a_code_has_no_body_that_shows_it() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let answer = server.browser().connect(&client, &alice, &[]).await;
    let code = answer.callback().remove("code").unwrap();
    assert!(!answer.body.contains(&code), "CR-16");
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "CR-16");
}

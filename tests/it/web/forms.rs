//! Every form that changes something, and everybody who would send it in the person's place (RFC 9700 §4.7).

use reqwest::{Method, StatusCode};

use crate::support::{
    Browser, FORM_TYPE, Person, Registration, Server, browser::Answer, form, page::Form, server::PASSWORD,
};

/// A form as its page has it, filled in, in the browser that got the page.
struct Opened {
    name: &'static str,
    browser: Browser,
    form: Form,
    /// The methods of its address.
    allow: &'static str,
}

async fn signed_in(server: &Server, person: &Person) -> (Browser, Answer) {
    let browser = server.browser();
    let page = browser.visit("/login").await;
    let page = browser.sign_in(&page, person).await;
    (browser, page)
}

/// Each of them, for this person.
async fn opened(server: &Server, person: &Person) -> Vec<Opened> {
    let (kept, asking) = (
        server.client(Registration::web()),
        server.client(Registration::web()),
    );
    let _ = kept.tokens(server, person).await;
    let arriving = server.browser();
    let login = arriving.visit("/login").await.form("/login");
    let (leaving, home) = signed_in(server, person).await;
    let (removing, _) = signed_in(server, person).await;
    let list = removing.get("/settings/integrations").await;
    let remove = list
        .body
        .split("href=\"")
        .filter_map(|it| it.split('"').next())
        .find(|it| it.ends_with("/remove"))
        .unwrap()
        .to_owned();
    let confirm = removing.get(&remove).await;
    let (consenting, _) = signed_in(server, person).await;
    let consent = consenting.visit(&asking.authorize_path(&[])).await;
    let row = |name, browser, form, allow| Opened {
        name,
        browser,
        form,
        allow,
    };
    vec![
        row(
            "sign-in",
            arriving,
            login.with("email", &person.email).with("password", PASSWORD),
            "GET, HEAD, POST",
        ),
        row("sign-out", leaving, home.form("/logout"), "POST"),
        row(
            "remove access",
            removing,
            confirm.form("/settings/integrations"),
            "GET, HEAD, POST",
        ),
        row(
            "consent",
            consenting,
            consent.form("/oauth/authorize/").with("decision", "allow"),
            "GET, HEAD, POST",
        ),
    ]
}

/// CS-01, CS-02: without the token of this form in this session nothing happens.
#[tokio::test(flavor = "multi_thread")]
async fn cs_01_cs_02_no_form_is_taken_without_its_own_token_of_its_own_session() {
    let server = Server::start().await;
    let (alice, mallory) = (server.person("alice"), server.person("mallory"));
    let (ours, theirs) = (opened(&server, &alice).await, opened(&server, &mallory).await);
    let again = opened(&server, &alice).await;
    let before = server.digest();
    for (at, row) in ours.iter().enumerate() {
        let own = row.form.value("csrf_token").unwrap();
        let token = |form: &Form| form.value("csrf_token").unwrap().to_owned();
        let mut flipped = own.to_owned();
        let last = if flipped.pop() == Some('A') { 'B' } else { 'A' };
        flipped.push(last);
        let other_form = &ours[(at + 1) % ours.len()].form;
        for (case, value) in [
            ("CS-01 no token", None),
            ("CS-01 empty", Some(String::new())),
            ("CS-01 junk", Some("x".repeat(own.len()))),
            ("CS-01 one character changed", Some(flipped)),
            ("CS-01 longer", Some(format!("{own}A"))),
            ("CS-01 of another form", Some(token(other_form))),
            ("CS-02 of another person", Some(token(&theirs[at].form))),
            (
                "CS-02 of another session of the same person",
                Some(token(&again[at].form)),
            ),
        ] {
            let case = format!("{case}: {}", row.name);
            let form = match &value {
                Some(value) => row.form.clone().with("csrf_token", value),
                None => row.form.clone().without("csrf_token"),
            };
            refused(&case, StatusCode::FORBIDDEN, &row.browser.submit(&form).await);
        }
        // The whole form, token and all, in a browser that has not opened it.
        for (case, browser) in [
            ("nobody's browser", server.browser()),
            ("another person's", theirs[at].browser.copy()),
            ("another session's", again[at].browser.copy()),
        ] {
            let case = format!("CS-02 in {case}: {}", row.name);
            refused(&case, StatusCode::FORBIDDEN, &browser.submit(&row.form).await);
        }
    }
    assert_eq!(server.digest(), before, "CS-01");
    for row in &ours {
        let answer = row.browser.submit(&row.form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}: its own", row.name);
    }
}

fn refused(case: &str, status: StatusCode, answer: &Answer) {
    assert_eq!(answer.status, status, "{case}: {}", answer.body);
    assert_eq!(answer.location(), None, "{case}");
    assert_eq!(answer.header("set-cookie"), None, "{case}");
}

/// CS-04, CS-05, CS-08: no form is taken from another site, as anything but a form, or by another method.
#[tokio::test(flavor = "multi_thread")]
async fn cs_04_cs_05_cs_08_no_form_is_taken_from_elsewhere_or_in_another_shape() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let rows = opened(&server, &alice).await;
    let before = server.digest();
    let downgraded = server.origin.replace("http://", "https://");
    let suffixed = format!("{}.evil.test", server.origin);
    let own = ("origin", server.origin.as_str());
    for row in &rows {
        let (path, fields) = (&row.form.action, &row.form.fields);
        for headers in [
            &[("origin", "null")][..],
            &[("origin", "https://evil.test")],
            &[("origin", "")],
            &[("origin", &downgraded)],
            &[("origin", &suffixed)],
            &[("origin", "https://evil.test"), ("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[own, ("origin", "https://evil.test")],
        ] {
            let case = format!("CS-04 {headers:?}: {}", row.name);
            let answer = row.browser.post(path, fields, headers).await;
            refused(&case, StatusCode::FORBIDDEN, &answer);
        }
        let pairs: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let (encoded, json) = (
            form(&pairs),
            serde_json::to_string(
                &pairs
                    .iter()
                    .copied()
                    .collect::<std::collections::BTreeMap<_, _>>(),
            )
            .unwrap(),
        );
        for (kind, body) in [
            ("text/plain", &encoded),
            ("application/json", &json),
            ("application/json", &encoded),
            ("multipart/form-data; boundary=x", &encoded),
            ("", &encoded),
        ] {
            // Also from nowhere named: then the shape alone decides.
            for headers in [&[("content-type", kind), own][..], &[("content-type", kind)]] {
                let case = format!("CS-05 {kind}: {}", row.name);
                let answer = row
                    .browser
                    .request(Method::POST, path, headers, body.clone())
                    .await;
                refused(&case, StatusCode::UNSUPPORTED_MEDIA_TYPE, &answer);
            }
        }
        for method in [
            Method::GET,
            Method::HEAD,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ] {
            let headers = [own, FORM_TYPE, ("x-http-method-override", "POST")];
            let query = format!("{path}{}{encoded}", if path.contains('?') { '&' } else { '?' });
            let answer = row
                .browser
                .request(method.clone(), &query, &headers, encoded.clone())
                .await;
            let case = format!("CS-08 {method}: {}", row.name);
            if row.allow.split(", ").any(|known| known == method.as_str()) {
                refused(&case, StatusCode::OK, &answer);
            } else {
                refused(&case, StatusCode::METHOD_NOT_ALLOWED, &answer);
                assert_eq!(answer.header("allow"), Some(row.allow), "{case}");
            }
        }
    }
    assert_eq!(server.digest(), before, "CS-04, CS-05, CS-08");
    // Not every browser names the origin: then the token decides.
    for row in &rows {
        let answer = row.browser.post(&row.form.action, &row.form.fields, &[]).await;
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "CS-04 missing: {}",
            row.name
        );
    }
}

/// The header of every page of who is signed in leads to their account and workspaces, and out; of no other page.
#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_who_is_signed_in_has_the_same_ways_in_its_header() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let (browser, _) = signed_in(&server, &alice).await;
    let header = |page: &Answer| page.body.split_once("</header>").unwrap().0.to_owned();
    for path in [
        "/",
        "/account",
        "/account/email",
        "/account/security",
        "/account/security/password",
        "/account/sessions",
        "/account/data",
        "/account/data/delete",
        "/settings/integrations",
        "/workspaces",
        "/w/acme/settings/members",
        "/w/acme/settings/invitations",
        "/w/acme/settings/general",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
        for way in ["href=\"/account\"", "href=\"/workspaces\"", "action=\"/logout\""] {
            let times = header(&page).matches(way).count();
            assert_eq!(times, 1, "{path}: {way}");
        }
        // Otherwise the browser would send the form from nowhere that it names.
        assert_eq!(page.header("referrer-policy"), Some("same-origin"), "{path}");
        let (browser, _) = signed_in(&server, &alice).await;
        let page = browser.get(path).await;
        let out = browser.submit(&page.form("/logout")).await;
        assert_eq!(out.location(), Some("/"), "{path}");
    }
    for path in ["/", "/login", "/register", "/forgot"] {
        let page = server.browser().get(path).await;
        assert!(!header(&page).contains("<nav"), "{path}");
    }
}

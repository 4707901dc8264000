//! Sign-in with a password: what is refused, in which words, and where it leads.

use consentry::{
    accounts::account::{self, Email, NewAccount, Verified},
    platform::password,
};
use reqwest::{Method, StatusCode};

use super::{signed_in_as, try_sign_in};
use crate::support::{FORM_TYPE, Registration, Server, browser::Answer, server::PASSWORD};

/// What an answer says, but for what is the request's own: its ids, the date, the typed address.
fn told(answer: &Answer, email: &str) -> String {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| {
            !["date", "x-request-id", "x-correlation-id", "content-length"].contains(&name.as_str())
        })
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    headers.sort();
    let typed = format!("value=\"{email}\"");
    assert!(
        answer.body.contains(&typed),
        "the address stays in the form: {}",
        answer.body
    );
    format!(
        "{} {headers:?} {}",
        answer.status,
        answer.body.replace(&typed, "value")
    )
}

/// UE-01: who is refused learns nothing about the address.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_is_refused_in_the_words_of_a_wrong_password() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let client = server.client(Registration::web());
    let gone = server.person("gone");
    server.execute(&format!(
        "UPDATE account SET disabled_at = now() WHERE id = '{}'",
        gone.account.id
    ));
    // At the plain page, and on the way to a client.
    for path in ["/login".to_owned(), client.authorize_path(&[])] {
        let browser = server.browser();
        let page = browser.visit(&path).await;
        let before = server.rows_but(&["login_throttle"]);
        let mut answers = Vec::new();
        for (email, password) in [
            (alice.email.as_str(), "wrong"),
            ("nobody@people.example", "wrong"),
            ("nobody@people.example", PASSWORD),
            (&gone.email, "wrong"),
            (&alice.email, "Correct horse battery"),
            (&alice.email, "correct horse battery "),
            (&alice.email, ""),
            ("nobody@people.example", ""),
            ("no address", PASSWORD),
            ("", ""),
        ] {
            let form = page
                .form("/login")
                .with("email", email)
                .with("password", password);
            let answer = browser.submit(&form).await;
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "UE-01 {email} {password}"
            );
            assert!(!answer.body.contains("horse"), "UE-01: the password comes back");
            answers.push((email, told(&answer, email)));
        }
        for (email, told) in &answers {
            assert_eq!(*told, answers[0].1, "UE-01 {email}");
        }
        assert_eq!(server.rows_but(&["login_throttle"]), before, "UE-01");
        assert_eq!(browser.cookie("consentry_session"), None, "UE-01");
    }
    // With the right password its owner may know, and is still not let in.
    let browser = server.browser();
    let answer = try_sign_in(&browser, &gone.email, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "UE-01");
    assert!(
        answer.body.contains("This account is disabled."),
        "UE-01: {}",
        answer.body
    );
    assert_eq!(browser.cookie("consentry_session"), None, "UE-01");
}

/// A refused try is told first: in the title, and in a summary that gets the focus and leads to the field.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_try_says_so_first_and_keeps_the_address() {
    let server = Server::start_with("[login]\nmax_failures = 1").await;
    let alice = server.person("alice");
    let gone = server.person("gone");
    server.execute(&format!(
        "UPDATE account SET disabled_at = now() WHERE id = '{}'",
        gone.account.id
    ));
    let plain = server.browser().get("/login").await;
    assert!(
        plain.body.contains("<title>Sign in \u{2013} Testwind</title>"),
        "{}",
        plain.body
    );
    assert!(!plain.body.contains("role=\"alert\"") && !plain.body.contains("aria-invalid"));
    for (case, email, password, what) in [
        (
            "wrong",
            &alice.email,
            "wrong",
            "<a href=\"#email\">The e-mail address or the password is wrong.</a> Check both and try again.",
        ),
        (
            "locked",
            &alice.email,
            PASSWORD,
            "Too many tries. Try again at <time datetime=\"",
        ),
        (
            "disabled",
            &gone.email,
            PASSWORD,
            "This account is disabled. The password is right, but the people who run Testwind have switched",
        ),
    ] {
        let answer = try_sign_in(&server.browser(), email, password).await;
        for shown in [
            "<title>Error: Sign in \u{2013} Testwind</title>",
            "role=\"alert\" tabindex=\"-1\" autofocus id=\"alert\"><h2>You are not signed in</h2>",
            &format!("value=\"{email}\""),
            what,
        ] {
            assert!(answer.body.contains(shown), "{case}: {shown} in {}", answer.body);
        }
        let marked = answer
            .body
            .matches("aria-invalid=\"true\" aria-describedby=\"alert\"")
            .count();
        assert_eq!(marked, if case == "wrong" { 2 } else { 0 }, "{case}");
    }
}

/// UE-18: a password counts to its last byte, and its length harms nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_of_any_length_counts_to_its_last_byte() {
    let server = Server::start().await;
    let person = |name: &str, secret: &str| {
        let email = Email::parse(&format!("{name}@people.example")).unwrap();
        let mut conn = server.database.connect();
        let hash = password::hash(secret);
        let new = NewAccount {
            email: &email,
            name,
            password_hash: Some(&hash),
            verified: Verified::Yes,
        };
        account::create(&mut conn, &new, server.clock.now())
            .unwrap()
            .unwrap();
        email.as_str().to_owned()
    };
    let long = "p".repeat(72);
    let longest = "q".repeat(password::LONGEST);
    let emoji = "\u{1f600}\u{fc}\u{20ac} pass phrase";
    for (name, secret, others) in [
        (
            "bytes-73",
            format!("{long}x"),
            vec![long.clone(), format!("{long}y"), format!("{long}xx")],
        ),
        (
            "longest",
            longest.clone(),
            vec![longest[1..].to_owned(), format!("{longest}q")],
        ),
        (
            "emoji",
            emoji.to_owned(),
            vec![emoji.replace('\u{fc}', "u\u{308}"), emoji.to_uppercase()],
        ),
        (
            "spaces",
            " a b ".to_owned(),
            vec!["a b".to_owned(), " a  b ".to_owned()],
        ),
        (
            "plus",
            "a+b%20c&d=e".to_owned(),
            vec!["a b c&d=e".to_owned(), "a+b c".to_owned()],
        ),
    ] {
        let email = person(name, &secret);
        for other in others {
            let answer = try_sign_in(&server.browser(), &email, &other).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "UE-18 {name}");
        }
        let answer = try_sign_in(&server.browser(), &email, &secret).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "UE-18 {name}");
    }
    let alice = server.person("alice");
    let before = server.rows_but(&["login_throttle"]);
    for (size, status) in [
        (password::LONGEST + 1, StatusCode::UNPROCESSABLE_ENTITY),
        (60_000, StatusCode::UNPROCESSABLE_ENTITY),
        (70_000, StatusCode::PAYLOAD_TOO_LARGE),
        (1 << 20, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let answer = try_sign_in(&server.browser(), &alice.email, &"x".repeat(size)).await;
        assert_eq!(answer.status, status, "UE-18 {size}");
    }
    // An empty password, which stands in for one that is too long, opens nothing either.
    let answer = try_sign_in(&server.browser(), &alice.email, "\0").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "UE-18 NUL");
    let answer = try_sign_in(&server.browser(), &alice.email, &format!("{PASSWORD}\0")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "UE-18 NUL");
    assert_eq!(server.rows_but(&["login_throttle"]), before, "UE-18");
}

/// UE-19: an address has one canonical form; what could be read as two addresses is none.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_read_in_one_way() {
    let server = Server::start().await;
    let alice = server.person("alice");
    for spelled in [
        "alice@people.example",
        "Alice@People.EXAMPLE",
        "\t alice@people.example \r\n",
    ] {
        let browser = server.browser();
        let answer = try_sign_in(&browser, spelled, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "UE-19 {spelled:?}");
        assert_eq!(
            signed_in_as(&browser).await.as_deref(),
            Some(alice.email.as_str()),
            "UE-19"
        );
    }
    for other in [
        "alice+tag@people.example",
        "alice@people.example.",
        "alice@evil.test@people.example",
        "alice@people.example@evil.test",
        "\"alice\"@people.example",
        "alice @people.example",
        "<alice@people.example>",
        "alice@people.example,bob@people.example",
        "alice@people.example\nbcc: x@evil.test",
        "\u{430}lice@people.example",
        "alice@people\u{3002}example",
        "a'or'1'='1@people.example",
        "%@people.example",
    ] {
        let answer = try_sign_in(&server.browser(), other, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "UE-19 {other:?}");
    }
}

/// CS-06, RFC 9700 §4.7: a foreign page cannot sign anybody in to an account of its own choice.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_needs_the_token_of_this_browser_and_this_request() {
    let server = Server::start().await;
    let mallory = server.person("mallory");
    let client = server.client(Registration::web());
    let victim = server.browser();
    let plain = victim.get("/login").await;
    let first = victim.visit(&client.authorize_path(&[])).await;
    let second = victim.visit(&client.authorize_path(&[])).await;
    let attacker = server.browser();
    let theirs = attacker.get("/login").await;
    let token = |page: &Answer| page.form("/login").value("csrf_token").unwrap().to_owned();
    let before = server.rows_but(&[]);
    for (case, page, value) in [
        ("none", &plain, None),
        ("empty", &plain, Some(String::new())),
        ("junk", &plain, Some("x".repeat(43))),
        ("the attacker's", &plain, Some(token(&theirs))),
        ("a request's", &plain, Some(token(&first))),
        ("the plain page's", &first, Some(token(&plain))),
        ("another request's", &first, Some(token(&second))),
    ] {
        let form = page
            .form("/login")
            .with("email", &mallory.email)
            .with("password", PASSWORD);
        let form = match &value {
            Some(value) => form.with("csrf_token", value),
            None => form.without("csrf_token"),
        };
        let answer = victim.submit(&form).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "CS-06 {case}");
        assert!(
            answer.body.contains("csrf_token"),
            "CS-06 {case}: {}",
            answer.body
        );
        assert_eq!(victim.cookie("consentry_session"), None, "CS-06 {case}");
    }
    // A browser that never opened the page has no token at all.
    let form = theirs
        .form("/login")
        .with("email", &mallory.email)
        .with("password", PASSWORD);
    let answer = server.browser().submit(&form).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "CS-06 no cookie");
    for headers in [
        &[("origin", "https://evil.test")][..],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
    ] {
        let answer = attacker.post("/login", &form.fields, headers).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "CS-04 {headers:?}");
    }
    assert_eq!(server.rows_but(&[]), before, "CS-06");
    // Without an origin the token decides.
    let answer = attacker.post("/login", &form.fields, &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "CS-04");
}

/// HT-01, HT-03: one form, each field once.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_is_one_form_with_each_field_once() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let browser = server.browser();
    let page = browser.get("/login").await;
    let form = page
        .form("/login")
        .with("email", &alice.email)
        .with("password", PASSWORD);
    let before = server.rows_but(&[]);
    for name in ["email", "password", "csrf_token"] {
        let mut twice = form.clone();
        twice
            .fields
            .push((name.to_owned(), form.value(name).unwrap().to_owned()));
        let answer = browser.submit(&twice).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "HT-03 {name}");
    }
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&form.fields)
        .finish();
    let origin = ("origin", server.origin.as_str());
    for kind in [
        "text/plain",
        "application/json",
        "multipart/form-data; boundary=x",
    ] {
        let headers = [origin, ("content-type", kind)];
        let answer = browser
            .request(Method::POST, "/login", &headers, body.clone())
            .await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "CS-05 {kind}");
    }
    for bad in ["%zz", "email=%ff", "email=%00"] {
        let headers = [origin, FORM_TYPE];
        let answer = browser.request(Method::POST, "/login", &headers, bad).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "HT-05 {bad}");
    }
    // A password does not travel in an address.
    let answer = browser.get(&format!("/login?{body}")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(!answer.body.contains("horse") && answer.header("set-cookie").is_none());
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = browser.request(method.clone(), "/login", &[origin], "").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.header("allow"), Some("GET, HEAD, POST"), "{method}");
    }
    assert_eq!(server.rows_but(&[]), before);
}

/// OR-15's class: nothing that an address or a form says decides where a signed-in person lands.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_leads_nowhere_but_to_its_own_request_or_the_start_page() {
    let server = Server::start().await;
    let alice = server.person("alice");
    for target in [
        "https://evil.test/",
        "//evil.test/",
        "/\\evil.test",
        "https:evil.test",
        "javascript:alert(1)",
        "/oauth/authorize?client_id=x",
        "\r\nLocation: https://evil.test",
    ] {
        for name in ["return_to", "next", "redirect_uri", "url", "destination"] {
            let query = crate::support::form(&[(name, target)]);
            let browser = server.browser();
            let page = browser.get(&format!("/login?{query}")).await;
            assert_eq!(page.status, StatusCode::OK, "{query}");
            assert!(!page.body.contains("evil"), "{query}: {}", page.body);
            let form = page
                .form("/login")
                .with("email", &alice.email)
                .with("password", PASSWORD);
            assert_eq!(form.action, "/login", "{query}");
            let action = format!("/login?{query}");
            let mut fields = form.fields.clone();
            fields.push((name.to_owned(), target.to_owned()));
            let answer = browser
                .post(&action, &fields, &[("origin", &server.origin)])
                .await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{query}");
            assert_eq!(answer.location(), Some("/"), "{query}");
        }
    }
    // What looks like a request and is none opens no form at all.
    for request in [
        "https://evil.test",
        "//evil.test",
        "x\"><script>",
        "..%2f..",
        "%00",
    ] {
        let answer = server.browser().get(&format!("/login?request={request}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{request}");
        assert!(
            !answer.body.contains("<form") && !answer.body.contains("evil"),
            "{request}"
        );
        assert!(!answer.body.contains("<script"), "{request}");
    }
}

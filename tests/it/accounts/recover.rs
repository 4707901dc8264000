//! Setting a forgotten password anew.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{
    NEW_PASSWORD, call, indistinct, mails_to, refusal, register, sign_in, signed_in_as, token_to, try_sign_in,
};
use crate::support::{
    Registration, Server,
    browser::Answer,
    client::{Reply, api},
    server::PASSWORD,
};

const NIA: &str = "nia@new.example";

async fn forgot(server: &Server, email: &str) -> Reply {
    call(server, "/v1/auth/forgot-password", &json!({"email": email})).await
}

async fn reset(server: &Server, token: &str, password: &str) -> Reply {
    let body = json!({"token": token, "password": password});
    call(server, "/v1/auth/reset-password", &body).await
}

/// UE-04: who says that a password was forgotten does not learn whether there is an account.
#[tokio::test(flavor = "multi_thread")]
async fn the_answer_does_not_tell_whether_there_is_an_account() {
    let server = Server::start().await;
    let (alice, gone) = (server.person("alice"), server.person("gone"));
    server.execute(&format!(
        "UPDATE account SET disabled_at = now() WHERE id = '{}'",
        gone.account.id
    ));
    let mut told = Vec::new();
    for email in [&alice.email, &gone.email, "other@people.example"] {
        let reply = forgot(&server, email).await;
        assert_eq!(
            (reply.status, reply.text.as_str()),
            (StatusCode::ACCEPTED, "{}"),
            "UE-04"
        );
        told.push(indistinct(reply.status, &reply.headers, &reply.text));
        let browser = server.browser();
        let page = browser.get("/forgot").await;
        let sent = browser.submit(&page.form("/forgot").with("email", email)).await;
        assert_eq!(sent.status, StatusCode::OK, "UE-04");
        let length = sent.body.len().to_string();
        let body = sent.body.replace(email, "ADDRESS");
        told.push(indistinct(sent.status, &sent.headers, &body).replace(&length, "LENGTH"));
    }
    for pair in told.chunks(2) {
        assert_eq!(pair, &told[..2], "UE-04");
    }
    assert_eq!(mails_to(&server, &alice.email).await, 2);
    assert_eq!(
        server.mail().await.len(),
        2,
        "UE-04: a disabled account gets none"
    );
}

/// UE-06: links are made from the issuer, whatever a request says of its host.
#[tokio::test(flavor = "multi_thread")]
async fn no_header_of_a_request_changes_where_a_link_leads() {
    let server = Server::start_with("[rate_limits]\nmails_per_address = 100").await;
    let alice = server.person("alice");
    for (name, value) in [
        ("host", "evil.test"),
        ("x-forwarded-host", "evil.test"),
        ("x-host", "evil.test"),
        ("forwarded", "host=evil.test;proto=http"),
        ("x-forwarded-proto", "http"),
        ("x-original-url", "https://evil.test/reset"),
        ("x-rewrite-url", "/evil"),
        ("origin", "https://evil.test"),
        ("referer", "https://evil.test/"),
    ] {
        for (path, body) in [
            ("/v1/auth/forgot-password", json!({"email": alice.email})),
            (
                "/v1/auth/register",
                json!({"email": NIA, "password": NEW_PASSWORD, "name": "Nia"}),
            ),
            ("/v1/auth/resend-verification", json!({"email": NIA})),
        ] {
            let request = server.http.post(server.url(path)).header(name, value).json(&body);
            assert_eq!(
                request.send().await.unwrap().status(),
                StatusCode::ACCEPTED,
                "UE-06 {name}"
            );
        }
    }
    let letters = server.mail().await;
    assert_eq!(letters.len(), 27, "UE-06");
    for letter in letters {
        assert!(!letter.text.contains("evil"), "UE-06: {}", letter.text);
        let issuer = format!("{}/", server.origin);
        assert!(
            letter.links.iter().all(|link| link.starts_with(&issuer)),
            "UE-06: {:?}",
            letter.links
        );
    }
}

/// UE-07: a token is long, stored as a digest, good once, for half an hour, and until the next one is sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_good_once_for_half_an_hour_and_until_the_next() {
    let server = Server::start().await;
    let alice = server.person("alice");
    forgot(&server, &alice.email).await;
    let letter = server.mail_to(&alice.email).await;
    assert!(
        letter.text.contains("good for 30 minutes"),
        "UE-07: {}",
        letter.text
    );
    let first = token_to(&server, &alice.email).await;
    assert_eq!(server.tables_with(&first), Vec::<String>::new(), "UE-07");
    forgot(&server, &alice.email).await;
    let second = token_to(&server, &alice.email).await;
    assert_eq!(
        refusal(&reset(&server, &first, NEW_PASSWORD).await),
        "410 code_not_valid",
        "UE-07 older"
    );
    server.advance(Duration::from_mins(30));
    assert_eq!(
        refusal(&reset(&server, &second, NEW_PASSWORD).await),
        "410 code_not_valid",
        "UE-07 late"
    );
    sign_in(&server, &alice.email, PASSWORD).await.ok();
    forgot(&server, &alice.email).await;
    let third = token_to(&server, &alice.email).await;
    server.advance(Duration::from_mins(29));
    reset(&server, &third, NEW_PASSWORD).await.ok();
    assert_eq!(
        refusal(&reset(&server, &third, PASSWORD).await),
        "410 code_not_valid",
        "UE-07 again"
    );
    assert_eq!(
        refusal(&sign_in(&server, &alice.email, PASSWORD).await),
        "401 invalid_credentials",
        "UE-07"
    );
    sign_in(&server, &alice.email, NEW_PASSWORD).await.ok();
    let changed = server.mail_to(&alice.email).await;
    assert_eq!(
        (changed.subject.as_str(), changed.path()),
        ("Your password was changed", "/forgot")
    );
    assert_eq!(
        server.count("audit_event WHERE kind = 'account.password_reset'"),
        1
    );
}

/// UE-08: whose password is set says the token, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_sets_no_other_persons_password() {
    let server = Server::start().await;
    let (alice, bob) = (server.person("alice"), server.person("bob"));
    forgot(&server, &alice.email).await;
    let letter = server.mail_to(&alice.email).await;
    let token = token_to(&server, &alice.email).await;
    for (name, value) in [
        ("email", bob.email.clone()),
        ("accountId", bob.account.id.to_string()),
    ] {
        let mut body = json!({"token": token, "password": NEW_PASSWORD});
        body[name] = value.into();
        let refused = call(&server, "/v1/auth/reset-password", &body).await;
        assert_eq!(refusal(&refused), "400 malformed_body", "UE-08 {name}");
    }
    let browser = server.browser();
    let mut form = browser
        .get(letter.path())
        .await
        .form("/reset")
        .with("password", NEW_PASSWORD);
    for (name, value) in [
        ("email", bob.email.clone()),
        ("account_id", bob.account.id.to_string()),
    ] {
        form.fields.push((name.to_owned(), value));
    }
    form = form.with("username", &bob.email);
    assert_eq!(browser.submit(&form).await.status, StatusCode::OK);
    sign_in(&server, &alice.email, NEW_PASSWORD).await.ok();
    sign_in(&server, &bob.email, PASSWORD).await.ok();
    assert_eq!(
        refusal(&sign_in(&server, &bob.email, NEW_PASSWORD).await),
        "401 invalid_credentials",
        "UE-08"
    );
}

/// UE-09: after a reset nothing lives that began under the old password, and what another began to change comes to nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_ends_every_session_and_grant() {
    let server = Server::start().await;
    let (alice, bob) = (server.person("alice"), server.person("bob"));
    let client = server.client(Registration::web());
    let at_api = api(&server);
    let browser = server.browser();
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    let signed_in = sign_in(&server, &alice.email, PASSWORD).await.ok();
    let tokens = client.tokens(&server, &alice).await;
    let bobs = client.tokens(&server, &bob).await;
    assert!(at_api.is_active(tokens.text("access_token")).await);
    for _ in 0..20 {
        try_sign_in(&server.browser(), &alice.email, "wrong").await;
    }

    forgot(&server, &alice.email).await;
    reset(&server, &token_to(&server, &alice.email).await, NEW_PASSWORD)
        .await
        .ok();

    assert_eq!(signed_in_as(&browser).await, None, "UE-09");
    let whoami = server
        .http
        .get(server.url("/v1/auth/session"))
        .bearer_auth(signed_in.text("accessToken"));
    assert_eq!(
        whoami.send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED,
        "UE-09"
    );
    let body = json!({"refreshToken": signed_in.text("refreshToken")});
    let renewed = call(&server, "/v1/auth/session/refresh", &body).await;
    assert_eq!(renewed.status, StatusCode::UNAUTHORIZED, "UE-09 {}", renewed.text);
    assert!(!at_api.is_active(tokens.text("access_token")).await, "UE-09");
    assert_eq!(
        client.refresh(tokens.text("refresh_token")).await.error(),
        "400 invalid_grant",
        "UE-09"
    );
    // Others are not touched; and the owner need not wait for the end of the lock.
    assert!(at_api.is_active(bobs.text("access_token")).await, "UE-09");
    sign_in(&server, &alice.email, NEW_PASSWORD).await.ok();
}

/// A reset proves the address: it also helps who never verified it, and who has no password.
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_verifies_the_address_and_gives_a_first_password() {
    let server = Server::start().await;
    let alice = server.person("alice");
    server.execute(&format!(
        "UPDATE account SET password_hash = NULL WHERE id = '{}'",
        alice.account.id
    ));
    register(&server, NIA, "the attacker's pass phrase").await;
    let verifying = token_to(&server, NIA).await;
    for email in [NIA, &alice.email] {
        forgot(&server, email).await;
        reset(&server, &token_to(&server, email).await, NEW_PASSWORD)
            .await
            .ok();
        sign_in(&server, email, NEW_PASSWORD).await.ok();
    }
    let refused = call(&server, "/v1/auth/verify-email", &json!({"token": verifying})).await;
    assert_eq!(refusal(&refused), "410 code_not_valid");
    assert_eq!(server.count("audit_event WHERE kind = 'account.verified'"), 1);
}

/// A disabled account gets no mail, and a token that it got before is worth nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_sets_no_password() {
    let server = Server::start().await;
    let alice = server.person("alice");
    forgot(&server, &alice.email).await;
    let token = token_to(&server, &alice.email).await;
    server.execute("UPDATE account SET disabled_at = now()");
    let before = server.rows_but(&[]);
    assert_eq!(
        refusal(&reset(&server, &token, NEW_PASSWORD).await),
        "410 code_not_valid"
    );
    assert_eq!(server.rows_but(&[]), before);
}

/// UE-11: what opens the links of a mail spends nothing; the page says for whom it is, and keeps its token for another try.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_sets_the_password_and_its_link_alone_does_nothing() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let browser = server.browser();
    let login = browser.get("/login").await;
    assert!(
        login
            .body
            .contains("<a href=\"/forgot\">Forgot your password?</a>"),
        "{}",
        login.body
    );
    let page = browser.get("/forgot").await;
    let bad = browser
        .submit(&page.form("/forgot").with("email", "no address"))
        .await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        bad.body.contains("value=\"no address\"") && bad.body.contains("role=\"alert\""),
        "{}",
        bad.body
    );
    browser
        .submit(&page.form("/forgot").with("email", &alice.email))
        .await;
    let letter = server.mail_to(&alice.email).await;
    let before = server.rows_but(&[]);
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let answer = server.browser().request(method, letter.path(), &[], "").await;
        assert_eq!(answer.status, StatusCode::OK, "UE-11");
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "UE-11");
    }
    assert_eq!(server.rows_but(&[]), before, "UE-11");
    let page = browser.get(letter.path()).await;
    assert!(page.body.contains(&alice.email), "{}", page.body);
    let weak = browser
        .submit(&page.form("/reset").with("password", "password1"))
        .await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        weak.body
            .contains("<a href=\"#password\">The password is too easy to guess."),
        "{}",
        weak.body
    );
    let form = weak.form("/reset").with("password", NEW_PASSWORD);
    let done = browser.submit(&form).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    assert!(done.body.contains("Your password is changed"), "{}", done.body);
    let again = browser.submit(&form).await;
    assert_eq!(again.status, StatusCode::GONE);
    assert!(
        again.body.contains("code_not_valid") && again.body.contains("/forgot"),
        "{}",
        again.body
    );
    assert_eq!(
        try_sign_in(&browser, &alice.email, NEW_PASSWORD).await.status,
        StatusCode::SEE_OTHER
    );
}

/// Too many from one network are told so, at each of these doors.
#[tokio::test(flavor = "multi_thread")]
async fn each_door_is_limited_by_network() {
    let server = Server::start_with("[rate_limits]\nregister = 1\nreset = 1\nverify = 1").await;
    for (path, body) in [
        (
            "/v1/auth/register",
            json!({"email": NIA, "password": NEW_PASSWORD, "name": "Nia"}),
        ),
        ("/v1/auth/forgot-password", json!({"email": NIA})),
        ("/v1/auth/resend-verification", json!({"email": NIA})),
    ] {
        assert_eq!(
            call(&server, path, &body).await.status,
            StatusCode::ACCEPTED,
            "{path}"
        );
        assert_eq!(
            refusal(&call(&server, path, &body).await),
            "429 too_many_requests",
            "{path}"
        );
    }
    for (path, body) in [
        (
            "/v1/auth/reset-password",
            json!({"token": "x", "password": NEW_PASSWORD}),
        ),
        ("/v1/auth/verify-email", json!({"token": "x"})),
    ] {
        assert_eq!(
            refusal(&call(&server, path, &body).await),
            "429 too_many_requests",
            "{path}"
        );
    }
    // A page is the form again, with what was typed and when to try again, and never with the password.
    let browser = server.browser();
    let before = server.rows_but(&[]);
    for path in ["/register", "/forgot", "/verify/resend"] {
        let mut form = browser.get(path).await.form(path).with("email", NIA);
        for (name, value) in [("name", "Nia"), ("password", NEW_PASSWORD)] {
            if form.value(name).is_some() {
                form = form.with(name, value);
            }
        }
        let answer = browser.submit(&form).await;
        is_told_when(&answer, path);
        let again = answer.form(path);
        assert_eq!(again.value("email"), Some(NIA), "{path}");
        if path == "/register" {
            assert_eq!(again.value("name"), Some("Nia"), "{path}");
        }
    }
    assert_eq!(server.rows_but(&[]), before);
}

/// The pages that mails lead to: the same, and their tokens stay good.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_a_link_are_limited_by_network_and_keep_their_token() {
    let server = Server::start_with("[rate_limits]\nreset = 2\nverify = 1").await;
    let alice = server.person("alice");
    register(&server, NIA, NEW_PASSWORD).await;
    forgot(&server, &alice.email).await;
    for (path, email, right) in [
        ("/reset", alice.email.as_str(), "another good pass phrase"),
        ("/verify", NIA, NEW_PASSWORD),
    ] {
        let browser = server.browser();
        let page = browser.get(server.mail_to(email).await.path()).await;
        let form = page.form(path);
        let wrong = browser.submit(&form.clone().with("password", "password1")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        let right = form.with("password", right);
        let limited = browser.submit(&right).await;
        is_told_when(&limited, path);
        let again = limited.form(path);
        assert_eq!(again.value("token"), right.value("token"), "{path}");
        // A link that is worth nothing has no form to show again.
        let nothing = browser.submit(&right.clone().with("token", "cst_ec_0")).await;
        assert_eq!(nothing.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
        server.advance(Duration::from_mins(2));
        let done = browser.submit(&right).await;
        assert_eq!(done.status, StatusCode::OK, "{path}: {}", done.body);
    }
}

/// An answer of 429 is a page with its form.
fn is_told_when(answer: &Answer, path: &str) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{path} {wait}");
    for shown in [
        "role=\"alert\"",
        "Too many tries. Try again at ",
        "/docs/errors/too_many_requests",
    ] {
        assert!(answer.body.contains(shown), "{path}: {shown} in {}", answer.body);
    }
    assert!(!answer.body.contains(NEW_PASSWORD), "{path}: {}", answer.body);
}

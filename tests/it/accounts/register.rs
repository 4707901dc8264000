//! Registering: what it says to whom, and what it leaves behind.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{NEW_PASSWORD, call, indistinct, mails_to, refusal, register, sign_in, token_to, try_sign_in};
use crate::support::{Browser, Registration, Server, browser::Answer, race::race, server::PASSWORD};

const NIA: &str = "nia@new.example";

/// Sends the form of the page.
async fn fill_in(browser: &Browser, at: &str, email: &str, password: &str) -> Answer {
    let page = browser.get(at).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let form = { page.form("/register").with("name", "Nia") }
        .with("email", email)
        .with("password", password);
    browser.submit(&form).await
}

/// EM-01: an account is good for nothing before its address is verified, and says so only to who knows the password.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_in_before_the_address_is_verified() {
    let server = Server::start().await;
    let registered = register(&server, "  Nia@New.Example ", NEW_PASSWORD).await;
    assert_eq!(
        (registered.status, registered.text.as_str()),
        (StatusCode::ACCEPTED, "{}")
    );
    assert_eq!(
        refusal(&sign_in(&server, NIA, NEW_PASSWORD).await),
        "403 email_unverified",
        "EM-01"
    );
    assert_eq!(
        refusal(&sign_in(&server, NIA, "wrong").await),
        "401 invalid_credentials",
        "UE-01"
    );
    let browser = server.browser();
    let page = try_sign_in(&browser, NIA, NEW_PASSWORD).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "EM-01");
    assert!(page.body.contains("email_unverified"), "{}", page.body);
    assert_eq!(browser.cookie("consentry_session"), None, "EM-01");
    assert_eq!(server.count("session"), 0, "EM-01");
    assert_eq!(mails_to(&server, NIA).await, 1);
    // The page has a button for the mail that is missing.
    let sent = browser.submit(&page.form("/verify/resend")).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    assert_eq!(mails_to(&server, NIA).await, 2);
    let token = token_to(&server, NIA).await;
    call(&server, "/v1/auth/verify-email", &json!({"token": token}))
        .await
        .ok();
    let signed_in = sign_in(&server, NIA, NEW_PASSWORD).await.ok();
    assert_eq!(signed_in.json["user"]["emailVerified"], true);
    assert_eq!(signed_in.json["user"]["name"], "Nia");
    for kind in ["account.registered", "account.verified"] {
        assert_eq!(
            server.count(&format!("audit_event WHERE kind = '{kind}'")),
            1,
            "{kind}"
        );
    }
}

/// UE-03: the answer for a known address is that for an unknown one; only the mails differ.
#[tokio::test(flavor = "multi_thread")]
async fn who_registers_does_not_learn_whether_the_address_is_known() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let gone = server.person("gone");
    server.execute(&format!(
        "UPDATE account SET disabled_at = now() WHERE id = '{}'",
        gone.account.id
    ));
    register(&server, "waits@new.example", NEW_PASSWORD).await;
    let mut told = Vec::new();
    for email in [NIA, &alice.email, &gone.email, "waits@new.example"] {
        let reply = register(&server, email, "another good pass phrase").await;
        told.push(indistinct(reply.status, &reply.headers, &reply.text));
        let page = fill_in(&server.browser(), "/register", email, "another good pass phrase").await;
        assert_eq!(page.status, StatusCode::OK);
        let body = page.body.replace(email, "ADDRESS");
        told.push(
            indistinct(page.status, &page.headers, &body).replace(&format!("{}", page.body.len()), "LENGTH"),
        );
    }
    for pair in told.chunks(2) {
        assert_eq!(pair, &told[..2], "UE-03");
    }
    let known = server.mail_to(&alice.email).await;
    assert_eq!(known.subject, "You already have an account");
    assert_eq!(known.path(), "/login");
    assert_eq!(mails_to(&server, &gone.email).await, 0, "UE-03");
    // Nothing of hers was touched.
    sign_in(&server, &alice.email, PASSWORD).await.ok();
    assert_eq!(
        refusal(&sign_in(&server, &alice.email, "another good pass phrase").await),
        "401 invalid_credentials"
    );
    assert_eq!(
        server.count(&format!(
            "account WHERE name = 'alice' AND id = '{}'",
            alice.account.id
        )),
        1
    );
}

/// RC-19: of any number of registrations that race, however the address is written, one makes the account.
#[tokio::test(flavor = "multi_thread")]
async fn parallel_registrations_of_one_address_make_one_account() {
    let server = Server::start_with("[rate_limits]\nmails_per_address = 100").await;
    let spelled = [
        "nia@new.example",
        "Nia@New.Example",
        "NIA@NEW.EXAMPLE",
        " nia@new.EXAMPLE ",
    ];
    let requests = (0..20).map(|at| {
        let request = server.http.post(server.url("/v1/auth/register")).json(
            &json!({"email": spelled[at % 4], "password": format!("{NEW_PASSWORD} {at}"), "name": "Nia"}),
        );
        async move { request.send().await.unwrap().status() }
    });
    let answers = race(requests).await;
    assert!(
        answers.iter().all(|status| *status == StatusCode::ACCEPTED),
        "RC-19: {answers:?}"
    );
    assert_eq!(
        server.count("account WHERE lower(email) = 'nia@new.example'"),
        1,
        "RC-19"
    );
    assert_eq!(server.count("account"), 1, "RC-19");
    // One of the mails is good, and only one. It does not say who of the twenty reads it.
    assert_eq!(server.count("email_code WHERE used_at IS NULL"), 1, "RC-19");
    assert_eq!(mails_to(&server, NIA).await, 20);
    let good = race(server.mail().await.into_iter().map(|letter| {
        let token = letter.path().split_once("?token=").unwrap().1.to_owned();
        let request = server
            .http
            .post(server.url("/v1/auth/verify-email"))
            .json(&json!({"token": token}));
        async move { request.send().await.unwrap().status() }
    }))
    .await;
    let good = good.iter().filter(|status| **status != StatusCode::GONE);
    assert_eq!(
        good.collect::<Vec<_>>(),
        [&StatusCode::FORBIDDEN],
        "RC-19: {NIA} is not confirmed for anybody"
    );
}

/// EM-12: where people join by invitation nobody registers, whatever they send.
#[tokio::test(flavor = "multi_thread")]
async fn where_registration_is_closed_nobody_registers() {
    let server = Server::start_with("registration = \"invitation\"").await;
    let alice = server.person("alice");
    let before = server.rows_but(&[]);
    for (email, password) in [
        (NIA, NEW_PASSWORD),
        (&alice.email, NEW_PASSWORD),
        ("no address", "weak"),
    ] {
        let refused = register(&server, email, password).await;
        assert_eq!(refusal(&refused), "403 registration_closed", "EM-12");
    }
    let browser = server.browser();
    let page = browser.get("/register").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "EM-12");
    assert!(
        page.body.contains("New accounts are made by invitation"),
        "{}",
        page.body
    );
    let login = browser.get("/login").await;
    assert!(!login.body.contains("/register"), "{}", login.body);
    // A form that was kept from before is refused too.
    let token =
        consentry::platform::secret::Secret::parse("cst", &browser.cookie("consentry_browser").unwrap())
            .unwrap()
            .derive("register");
    let fields = [
        ("csrf_token", token.as_str()),
        ("name", "Nia"),
        ("email", NIA),
        ("password", NEW_PASSWORD),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let answer = browser
        .post("/register", &fields, &[("origin", &server.origin)])
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "EM-12");
    assert!(answer.body.contains("registration_closed"), "{}", answer.body);
    assert_eq!(server.rows_but(&[]), before, "EM-12");
}

/// UE-19: what could be read as two addresses is none.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_address_or_no_name_is_refused_in_the_same_words_for_everybody() {
    let server = Server::start().await;
    let before = server.rows_but(&[]);
    for email in [
        "nobody",
        "a@evil.com@corp.example",
        "\"a b\"@c.example",
        "a@c.example.",
        "a@c.example\r\nBcc: x@y.example",
        "a@c",
        "",
    ] {
        let refused = register(&server, email, NEW_PASSWORD).await;
        assert_eq!(refusal(&refused), "422 invalid_value", "UE-19 {email:?}");
        for path in ["/v1/auth/forgot-password", "/v1/auth/resend-verification"] {
            let refused = call(&server, path, &json!({"email": email})).await;
            assert_eq!(refusal(&refused), "422 invalid_value", "UE-19 {path} {email:?}");
        }
    }
    for name in ["", "  ", "a\nb", "x\0", &"n".repeat(101)] {
        let body = json!({"email": NIA, "password": NEW_PASSWORD, "name": name});
        let refused = call(&server, "/v1/auth/register", &body).await;
        assert_eq!(refusal(&refused), "422 invalid_value", "{name:?}");
    }
    let extra = json!({"email": NIA, "password": NEW_PASSWORD, "name": "Nia", "verified": true});
    assert_eq!(
        refusal(&call(&server, "/v1/auth/register", &extra).await),
        "400 malformed_body"
    );
    assert_eq!(server.rows_but(&[]), before, "UE-19");
}

/// What is wrong is told first, each thing with a link to its field; what was typed stays, but for the password.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_refused_keeps_what_was_typed() {
    let server = Server::start().await;
    let page = fill_in(&server.browser(), "/register", "no address", "password1").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for shown in [
        "<title>Error: Create an account \u{2013} Testwind</title>",
        "role=\"alert\" tabindex=\"-1\" autofocus",
        "<a href=\"#email\">This is not an e-mail address",
        "<a href=\"#password\">The password is too easy to guess.",
        "value=\"no address\"",
        "value=\"Nia\"",
    ] {
        assert!(page.body.contains(shown), "{shown} in {}", page.body);
    }
    assert!(!page.body.contains("password1"), "{}", page.body);
    assert_eq!(page.body.matches("aria-invalid=\"true\"").count(), 2);
}

/// Where somebody was going is kept from the first page to the last, also through the mail.
#[tokio::test(flavor = "multi_thread")]
async fn who_registers_on_the_way_to_an_app_comes_out_there() {
    let server = Server::start().await;
    let client = server.client(Registration::web());
    let browser = server.browser();
    let login = browser.visit(&client.authorize_path(&[])).await;
    let register = login
        .body
        .split("href=\"")
        .find(|it| it.starts_with("/register?request="))
        .unwrap();
    let at = register.split('"').next().unwrap();
    let page = browser.get(at).await;
    assert!(
        page.body.contains("to continue to <bdi>Acme Sync</bdi>"),
        "{}",
        page.body
    );
    let sent = fill_in(&browser, at, NIA, NEW_PASSWORD).await;
    assert!(sent.body.contains("Acme Sync"), "{}", sent.body);
    let letter = server.mail_to(NIA).await;
    assert!(letter.path().starts_with("/verify?token=cst_ec_") && letter.path().contains("&request="));
    assert!(
        !letter.text.contains("Nia"),
        "a name that anybody chose: {}",
        letter.text
    );
    let verify = browser.get(letter.path()).await;
    assert!(
        verify.body.contains("Acme Sync") && verify.body.contains(NIA),
        "{}",
        verify.body
    );
    // In another browser the same link works, and leads to nobody else's request.
    let other = server.browser().get(letter.path()).await;
    assert_eq!(other.status, StatusCode::OK);
    assert!(
        !other.body.contains("Acme Sync") && !other.body.contains("request="),
        "{}",
        other.body
    );
    let done = browser
        .submit(&verify.form("/verify").with("password", NEW_PASSWORD))
        .await;
    let back = done
        .body
        .split("href=\"")
        .find(|it| it.starts_with("/login?request="))
        .unwrap();
    let page = browser.get(back.split('"').next().unwrap()).await;
    assert!(page.body.contains("Acme Sync"), "{}", page.body);
    let answer = browser.log_in(&page, NIA, NEW_PASSWORD).await;
    assert!(answer.location().unwrap().starts_with("/oauth/authorize/"));
}

/// An address gets a few mails an hour; beyond that the answer is the same, and no registration is replaced that its mail is about.
#[tokio::test(flavor = "multi_thread")]
async fn a_flooded_address_gets_no_more_mails_and_the_same_answers() {
    let server = Server::start_with("[rate_limits]\nmails_per_address = 2").await;
    let alice = server.person("alice");
    for path in [
        "/v1/auth/register",
        "/v1/auth/forgot-password",
        "/v1/auth/resend-verification",
    ] {
        let (unknown, known) = (format!("{}@new.example", path.len()), alice.email.as_str());
        let mut told = Vec::new();
        for email in [known, &unknown] {
            for at in 0..4 {
                let mut body = json!({"email": email});
                if path.ends_with("register") {
                    body["password"] = format!("{NEW_PASSWORD} {at}").into();
                    body["name"] = "Nia".into();
                }
                let reply = call(&server, path, &body).await;
                // So that the newest arrives last.
                server.mail().await;
                told.push(indistinct(reply.status, &reply.headers, &reply.text));
            }
        }
        assert!(told.iter().all(|it| *it == told[0]), "{path}: {told:#?}");
    }
    assert_eq!(mails_to(&server, &alice.email).await, 4);
    let unknown = format!("{}@new.example", "/v1/auth/register".len());
    assert_eq!(mails_to(&server, &unknown).await, 2);
    let token = token_to(&server, &unknown).await;
    // What no mail was sent for is not kept.
    for (at, told) in [(2, "401 invalid_credentials"), (1, "200 -")] {
        let body = json!({"token": token, "password": format!("{NEW_PASSWORD} {at}")});
        let reply = call(&server, "/v1/auth/verify-email", &body).await;
        assert_eq!(refusal(&reply), told, "{at}");
    }
    sign_in(&server, &unknown, &format!("{NEW_PASSWORD} 1"))
        .await
        .ok();
    // An hour later there is another.
    server.advance(Duration::from_mins(61));
    call(
        &server,
        "/v1/auth/forgot-password",
        &json!({"email": alice.email}),
    )
    .await;
    assert_eq!(mails_to(&server, &alice.email).await, 5);
}

/// CS-01, CS-04, CS-05, HT-03: each form of these pages is sent from its own page, whole and once.
#[tokio::test(flavor = "multi_thread")]
async fn each_form_needs_its_own_token_our_origin_and_each_field_once() {
    let server = Server::start().await;
    let alice = server.person("alice");
    register(&server, NIA, NEW_PASSWORD).await;
    let verify = server.mail_to(NIA).await.path().to_owned();
    call(
        &server,
        "/v1/auth/forgot-password",
        &json!({"email": alice.email}),
    )
    .await;
    let reset = server.mail_to(&alice.email).await.path().to_owned();
    let victim = server.browser();
    let attacker = server.browser();
    let before = server.rows_but(&[]);
    for path in ["/register", "/forgot", "/verify/resend", &verify, &reset] {
        let action = path.split('?').next().unwrap();
        let page = victim.get(path).await;
        let fill = |page: &Answer| {
            let mut form = page.form(action);
            for (name, value) in [
                ("name", "Mo"),
                ("email", "mo@new.example"),
                ("password", "good pass phrase 9"),
            ] {
                if form.value(name).is_some() {
                    form = form.with(name, value);
                }
            }
            form
        };
        let form = fill(&page);
        let theirs = fill(&attacker.get(path).await);
        let other = victim
            .get(if action == "/forgot" {
                "/register"
            } else {
                "/forgot"
            })
            .await;
        let another = other.form("/").value("csrf_token").unwrap().to_owned();
        for (case, form) in [
            ("none", form.clone().without("csrf_token")),
            ("empty", form.clone().with("csrf_token", "")),
            ("another page's", form.clone().with("csrf_token", &another)),
            (
                "another browser's",
                form.clone()
                    .with("csrf_token", theirs.value("csrf_token").unwrap()),
            ),
        ] {
            let answer = victim.submit(&form).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "CS-01 {path} {case}");
            assert!(
                answer.body.contains("csrf_token"),
                "CS-01 {path} {case}: {}",
                answer.body
            );
        }
        assert_eq!(
            server.browser().submit(&form).await.status,
            StatusCode::FORBIDDEN,
            "CS-01 {path}"
        );
        for origin in ["null", "https://evil.test"] {
            let answer = victim
                .post(&form.action, &form.fields, &[("origin", origin)])
                .await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "CS-04 {path} {origin}");
        }
        for (name, value) in &form.fields {
            let mut twice = form.clone();
            twice.fields.push((name.clone(), value.clone()));
            assert_eq!(
                victim.submit(&twice).await.status,
                StatusCode::BAD_REQUEST,
                "HT-03 {path} {name}"
            );
        }
        for kind in ["text/plain", "application/json"] {
            let headers = [("origin", server.origin.as_str()), ("content-type", kind)];
            let answer = victim.request(Method::POST, action, &headers, "{}").await;
            assert_eq!(
                answer.status,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "CS-05 {path} {kind}"
            );
        }
        for query in ["?token=a&token=b", "?request=a&request=b", "?token=%zz"] {
            let answer = victim.get(&format!("{action}{query}")).await;
            assert!(
                [StatusCode::BAD_REQUEST, StatusCode::OK].contains(&answer.status),
                "HT-03 {action}{query}"
            );
            assert_eq!(
                answer.status == StatusCode::OK,
                query.starts_with("?token=a") && !path.contains('?'),
                "HT-03 {action}{query}"
            );
        }
    }
    assert_eq!(server.rows_but(&[]), before, "CS-01");
}

/// Where people sign in with another provider they can also begin there: its buttons are those of the sign-in page, on the same way.
#[tokio::test(flavor = "multi_thread")]
async fn the_buttons_of_providers_are_on_the_page_too_and_lead_on() {
    use super::federate::{press, with};
    use crate::support::provider::Provider;

    let provider = Provider::start();
    let server = with(&provider, "google", "name = \"Acme\"").await;
    let client = server.client(Registration::web());
    let browser = server.browser();
    let login = browser.visit(&client.authorize_path(&[])).await;
    let on_the_way = { login.body.split('"') }
        .find(|it| it.starts_with("/register?request="))
        .unwrap()
        .to_owned();
    for at in ["/register", &on_the_way] {
        let page = browser.get(at).await;
        assert!(
            page.body.contains("Continue with <bdi>Acme</bdi>"),
            "{at}: {}",
            page.body
        );
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains(&format!(" {}", provider.issuer)),
            "{at}: {policy}"
        );
        let sent = press(&browser, &page).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{at}: {}", sent.body);
        let to = sent.location().unwrap();
        assert!(to.starts_with(&provider.issuer), "{at}: {to}");
    }
}

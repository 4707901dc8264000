//! Proving an address.

use std::time::Duration;

use consentry::platform::secret::{Kind, Secret};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{NEW_PASSWORD, call, mails_to, refusal, register, sign_in, token_to};
use crate::support::{Browser, Server, client::Reply, forge::forged, race::race};

const NIA: &str = "nia@new.example";

async fn verify(server: &Server, token: &str) -> Reply {
    call(server, "/v1/auth/verify-email", &json!({"token": token})).await
}

/// EM-03: a token verifies its own account, once, in time.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_good_once_and_in_time() {
    let server = Server::start().await;
    register(&server, NIA, NEW_PASSWORD).await;
    register(&server, "mo@new.example", NEW_PASSWORD).await;
    let (nias, mos) = (
        token_to(&server, NIA).await,
        token_to(&server, "mo@new.example").await,
    );
    call(&server, "/v1/auth/forgot-password", &json!({"email": NIA})).await;
    let resets = token_to(&server, NIA).await;
    let unknown = Secret::generate(Kind::EmailCode, server.clock.now())
        .reveal("cst")
        .to_string();
    let before = server.rows_but(&[]);
    for (case, token) in [
        ("never issued", unknown.as_str()),
        ("of another id", &forged(&nias, &mos)),
        ("of another purpose", &resets),
        ("cut short", &nias[..nias.len() - 1]),
        ("empty", ""),
        ("with a NUL", "cst_ec_\0"),
    ] {
        assert_eq!(
            refusal(&verify(&server, token).await),
            "410 code_not_valid",
            "EM-03 {case}"
        );
    }
    assert_eq!(server.rows_but(&[]), before, "EM-03");
    let answers = race((0..8).map(|_| {
        let request = server
            .http
            .post(server.url("/v1/auth/verify-email"))
            .json(&json!({"token": nias}));
        async move { request.send().await.unwrap().status() }
    }));
    let good = answers
        .await
        .into_iter()
        .filter(|status| *status == StatusCode::OK)
        .count();
    assert_eq!(good, 1, "EM-03");
    assert_eq!(
        server.count("account WHERE verified_at IS NOT NULL AND email = 'nia@new.example'"),
        1,
        "EM-03"
    );
    server.advance(Duration::from_hours(24));
    assert_eq!(
        refusal(&verify(&server, &mos).await),
        "410 code_not_valid",
        "EM-03 too old"
    );
    assert_eq!(server.count("account WHERE verified_at IS NOT NULL"), 1, "EM-03");
    // It is stored as a digest.
    assert_eq!(server.tables_with(&mos), Vec::<String>::new(), "UE-07");
}

/// EM-02: a code proves the address that it was sent to, and no other that the account has by then.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_an_address_that_the_account_no_longer_has_verifies_nothing() {
    let server = Server::start().await;
    register(&server, NIA, NEW_PASSWORD).await;
    let token = token_to(&server, NIA).await;
    server.execute("UPDATE account SET email = 'other@new.example'");
    assert_eq!(
        refusal(&verify(&server, &token).await),
        "410 code_not_valid",
        "EM-02"
    );
    assert_eq!(server.count("account WHERE verified_at IS NOT NULL"), 0, "EM-02");
}

/// UE-11: what opens the links of a mail verifies nothing; the button does, once.
#[tokio::test(flavor = "multi_thread")]
async fn opening_the_link_verifies_nothing() {
    let server = Server::start().await;
    register(&server, NIA, NEW_PASSWORD).await;
    let letter = server.mail_to(NIA).await;
    assert!(letter.text.contains("good for 1 day"), "{}", letter.text);
    let before = server.rows_but(&[]);
    for method in [Method::GET, Method::HEAD] {
        for _ in 0..2 {
            let answer = server
                .browser()
                .request(method.clone(), letter.path(), &[], "")
                .await;
            assert_eq!(answer.status, StatusCode::OK, "UE-11");
            // No page that this one leads to learns the token.
            assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "UE-11");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "UE-11");
        }
    }
    assert_eq!(server.rows_but(&[]), before, "UE-11");
    let browser = server.browser();
    let page = browser.get(letter.path()).await;
    assert!(page.body.contains("<bdi>nia@new.example</bdi>"), "{}", page.body);
    let form = page.form("/verify");
    assert!(
        !form.action.contains("token"),
        "the address of the form keeps no token: {}",
        form.action
    );
    let form = form.with("password", NEW_PASSWORD);
    let done = browser.submit(&form).await;
    assert_eq!(done.status, StatusCode::OK);
    assert!(done.body.contains("Your address is confirmed"), "{}", done.body);
    sign_in(&server, NIA, NEW_PASSWORD).await.ok();
    // Again, and as a link that was never one: the same page.
    let again = browser.submit(&form).await;
    let over = browser.get("/verify?token=cst_ec_whatever").await;
    for answer in [again, over, browser.get("/verify").await] {
        assert_eq!(answer.status, StatusCode::GONE);
        assert!(
            answer.body.contains("code_not_valid") && answer.body.contains("/verify/resend"),
            "{}",
            answer.body
        );
        assert!(!answer.body.contains(NIA), "{}", answer.body);
    }
}

/// Another mail is sent to who waits for it, takes the place of the one before, and nobody is told whether it was sent.
#[tokio::test(flavor = "multi_thread")]
async fn another_mail_takes_the_place_of_the_first() {
    let server = Server::start().await;
    let alice = server.person("alice");
    register(&server, NIA, NEW_PASSWORD).await;
    let first = token_to(&server, NIA).await;
    for email in [NIA, &alice.email, "unknown@new.example"] {
        let reply = call(&server, "/v1/auth/resend-verification", &json!({"email": email})).await;
        assert_eq!(
            (reply.status, reply.text.as_str()),
            (StatusCode::ACCEPTED, "{}"),
            "{email}"
        );
    }
    assert_eq!(mails_to(&server, NIA).await, 2);
    assert_eq!(mails_to(&server, &alice.email).await, 0);
    assert_eq!(server.mail().await.len(), 2);
    let second = token_to(&server, NIA).await;
    assert_eq!(refusal(&verify(&server, &first).await), "410 code_not_valid");
    verify(&server, &second).await.ok();
    // Now there is nothing to send.
    call(&server, "/v1/auth/resend-verification", &json!({"email": NIA})).await;
    assert_eq!(mails_to(&server, NIA).await, 2);
}

/// The mail is in the language of who asked, or of the account where it names one.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_and_mails_are_in_the_language_of_their_reader() {
    let server = Server::start().await;
    let greta = server.person("greta");
    server.execute("UPDATE account SET language = 'de'");
    let browser = Browser::in_language(&server, "de");
    let page = browser.get("/register").await;
    let form = { page.form("/register").with("name", "Nia") }
        .with("email", NIA)
        .with("password", NEW_PASSWORD);
    let sent = browser.submit(&form).await;
    assert!(sent.body.contains("<html lang=\"de\">") && sent.body.contains("Sehen Sie in Ihr Postfach"));
    let letter = server.mail_to(NIA).await;
    assert_eq!(letter.subject, "Best\u{e4}tigen Sie Ihre Adresse");
    assert!(
        letter.text.contains("Der Link gilt 1 Tag lang"),
        "{}",
        letter.text
    );
    let english = Browser::in_language(&server, "en");
    let page = english.get("/forgot").await;
    english
        .submit(&page.form("/forgot").with("email", &greta.email))
        .await;
    assert_eq!(
        server.mail_to(&greta.email).await.subject,
        "Setzen Sie ein neues Passwort"
    );
}

/// LG-02: the token of a link stands in no line of the log.
#[tokio::test(flavor = "multi_thread")]
async fn lg_02_no_token_of_a_mail_is_logged() {
    use crate::support::logged::log_of;
    use consentry::platform::telemetry::Format;

    const NAME: &str = "accounts::verify_email::lg_02_no_token_of_a_mail_is_logged";
    let Some(log) = log_of(NAME, Format::Json) else {
        let server = Server::start().await;
        let alice = server.person("alice");
        register(&server, NIA, NEW_PASSWORD).await;
        call(
            &server,
            "/v1/auth/forgot-password",
            &json!({"email": alice.email}),
        )
        .await;
        for email in [NIA, &alice.email] {
            let letter = server.mail_to(email).await;
            crate::support::logged::tell("token", letter.path().split_once("?token=").unwrap().1);
            let browser = server.browser();
            let page = browser.get(letter.path()).await;
            let form = page.form("/");
            browser.submit(&form.with("password", NEW_PASSWORD)).await;
        }
        return;
    };
    let tokens = log.told("token");
    assert_eq!(tokens.len(), 2, "LG-02");
    assert!(log.text.contains("/verify"), "LG-02: nothing was logged");
    for token in tokens {
        // The mailbox of `consentry dev` says what arrives: that is how a developer reads it.
        let line = { log.text.lines() }.find(|line| line.contains(token) && !line.contains("mail::mailbox"));
        assert_eq!(line, None, "LG-02");
    }
    assert!(!log.text.contains(NEW_PASSWORD), "LG-02");
}

//! Anybody can register anybody's address. In whatever order a stranger and the owner do: only what the owner types is in force once the
//! address is verified (account pre-hijacking).

use reqwest::StatusCode;
use serde_json::json;

use super::{NEW_PASSWORD, call, mails_to, refusal, register, sign_in, token_to};
use crate::support::{Server, browser::Answer, client::Reply, race::race};

/// Whose the address is.
const NIA: &str = "nia@new.example";

/// What the stranger knows.
const STRANGERS: &str = "the stranger's pass phrase";

/// A stranger registers with the address.
async fn stranger(server: &Server) {
    let body = json!({"email": NIA, "password": STRANGERS, "name": "Mo was here"});
    assert_eq!(
        call(server, "/v1/auth/register", &body).await.status,
        StatusCode::ACCEPTED
    );
    server.mail().await;
}

/// And she does. Either waits for the mail, so that the newest arrives last.
async fn owner(server: &Server) {
    register(server, NIA, NEW_PASSWORD).await;
    server.mail().await;
}

/// Nia opens her newest mail, and sends the form of its page with this password.
async fn confirm(server: &Server, password: &str) -> Answer {
    let browser = server.browser();
    let page = browser.get(server.mail_to(NIA).await.path()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    browser
        .submit(&page.form("/verify").with("password", password))
        .await
}

/// The same by a program.
async fn verify(server: &Server, password: Option<&str>) -> Reply {
    let mut body = json!({"token": token_to(server, NIA).await});
    if let Some(password) = password {
        body["password"] = password.into();
    }
    call(server, "/v1/auth/verify-email", &body).await
}

/// The account is hers, and nothing of the stranger's is left.
async fn is_hers(server: &Server, password: &str, case: &str) {
    let signed_in = sign_in(server, NIA, password).await.ok();
    assert_eq!(signed_in.json["user"]["emailVerified"], true, "{case}");
    assert_ne!(signed_in.json["user"]["name"], "Mo was here", "{case}");
    assert_eq!(
        refusal(&sign_in(server, NIA, STRANGERS).await),
        "401 invalid_credentials",
        "{case}"
    );
    // No hash is kept of a password that is not in force.
    assert_eq!(server.count("registration"), 0, "{case}");
}

/// Somebody who never registered opens the mail that a stranger had sent, and clicks: the stranger gets nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_click_on_a_strangers_mail_verifies_nothing() {
    let server = Server::start().await;
    stranger(&server).await;
    let before = server.rows_but(&[]);
    for guess in ["", NEW_PASSWORD, &"x".repeat(1025)] {
        let answer = confirm(&server, guess).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{guess:?}");
        for shown in [
            "<a href=\"#password\">This is not a password that you registered with.",
            "href=\"/forgot\"",
        ] {
            assert!(answer.body.contains(shown), "{shown} in {}", answer.body);
        }
        assert!(
            guess.is_empty() || !answer.body.contains(guess),
            "a password is not shown again: {}",
            answer.body
        );
    }
    // Nor does the form as it was before there was a password in it.
    let browser = server.browser();
    let page = browser.get(server.mail_to(NIA).await.path()).await;
    let bare = browser.submit(&page.form("/verify").without("password")).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(server.rows_but(&[]), before);
    assert_eq!(
        refusal(&sign_in(&server, NIA, STRANGERS).await),
        "403 email_unverified"
    );
    assert_eq!(server.count("session"), 0);
    // The same by a program that says what its user typed.
    let refused = verify(&server, Some(NEW_PASSWORD)).await;
    assert_eq!(refusal(&refused), "401 invalid_credentials");
    assert_eq!(server.count("account WHERE verified_at IS NOT NULL"), 0);
}

/// Before the owner or after, once or twice, with another mail or not: the newest mail and her own password make the account hers.
#[tokio::test(flavor = "multi_thread")]
async fn the_owners_password_counts_whenever_a_stranger_registers() {
    const OWNER: bool = true;
    const STRANGER: bool = false;

    for by_page in [true, false] {
        for (case, order, resend) in [
            ("the stranger first", &[STRANGER, OWNER][..], false),
            ("the stranger last", &[OWNER, STRANGER], false),
            ("the stranger around", &[STRANGER, OWNER, STRANGER], false),
            ("the stranger last, and the mail again", &[OWNER, STRANGER], true),
        ] {
            let case = format!("{case}, by a page: {by_page}");
            let server = Server::start_with("[rate_limits]\nmails_per_address = 100").await;
            for who in order {
                if *who == OWNER {
                    owner(&server).await;
                } else {
                    stranger(&server).await;
                }
            }
            if resend {
                call(&server, "/v1/auth/resend-verification", &json!({"email": NIA})).await;
                server.mail().await;
            }
            if by_page {
                let answer = confirm(&server, NEW_PASSWORD).await;
                assert_eq!(answer.status, StatusCode::OK, "{case}: {}", answer.body);
            } else {
                // A token alone would leave open which of them it is. Nothing is spent.
                let before = server.rows_but(&[]);
                assert_eq!(
                    refusal(&verify(&server, None).await),
                    "403 password_required",
                    "{case}"
                );
                assert_eq!(server.rows_but(&[]), before, "{case}");
                verify(&server, Some(NEW_PASSWORD)).await.ok();
            }
            is_hers(&server, NEW_PASSWORD, &case).await;
            let name = "account WHERE name = 'Nia' AND verified_at IS NOT NULL";
            assert_eq!(server.count(name), 1, "{case}");
        }
    }
}

/// A program that knows whom it registered needs no password, while nobody else registers with the address.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_alone_verifies_the_only_registration() {
    let server = Server::start().await;
    owner(&server).await;
    call(&server, "/v1/auth/resend-verification", &json!({"email": NIA})).await;
    verify(&server, None).await.ok();
    is_hers(&server, NEW_PASSWORD, "alone").await;
}

/// However a stranger's registration races with a token alone, it is never the stranger's password that is in force.
#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_races_with_a_token_puts_nothing_in_force() {
    let server = Server::start_with("[rate_limits]\nmails_per_address = 100").await;
    for at in 0..6 {
        let email = format!("nia{at}@new.example");
        register(&server, &email, NEW_PASSWORD).await;
        let token = token_to(&server, &email).await;
        let requests = (0..6).map(|n| {
            let (path, body) = if n % 3 == 1 {
                ("/v1/auth/verify-email", json!({"token": token}))
            } else {
                let body = json!({"email": email, "password": STRANGERS, "name": "Mo was here"});
                ("/v1/auth/register", body)
            };
            let request = server.http.post(server.url(path)).json(&body);
            async move { request.send().await.unwrap().status().as_u16() }
        });
        let answers = race(requests).await;
        let verified = answers.iter().filter(|status| **status == 200).count();
        assert!(
            verified <= 1 && answers.iter().all(|status| [200, 202, 403, 410].contains(status)),
            "{answers:?}"
        );
        let strangers = refusal(&sign_in(&server, &email, STRANGERS).await);
        let expected = if verified == 1 {
            "401 invalid_credentials"
        } else {
            "403 email_unverified"
        };
        assert_eq!(strangers, expected, "{answers:?}");
        if verified == 1 {
            sign_in(&server, &email, NEW_PASSWORD).await.ok();
        }
    }
}

/// Who registers often enough pushes out what the owner typed. Then nobody's password counts until she sets one, by a mail.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_pushed_out_sets_a_new_password_and_keeps_nothing_of_the_strangers() {
    let server = Server::start_with("[rate_limits]\nmails_per_address = 100").await;
    owner(&server).await;
    for _ in 0..5 {
        stranger(&server).await;
    }
    assert_eq!(server.count("registration"), 5, "an address has only so many");
    assert_eq!(mails_to(&server, NIA).await, 6);
    let answer = confirm(&server, NEW_PASSWORD).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let browser = server.browser();
    let page = browser.get("/forgot").await;
    browser.submit(&page.form("/forgot").with("email", NIA)).await;
    let page = browser.get(server.mail_to(NIA).await.path()).await;
    let chosen = "another good pass phrase";
    let done = browser
        .submit(&page.form("/reset").with("password", chosen))
        .await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    is_hers(&server, chosen, "pushed out").await;
    assert_eq!(server.count("account WHERE name = 'nia'"), 1);
}

//! One rule for new passwords, at every door that takes one.

use reqwest::StatusCode;
use serde_json::json;

use super::{NEW_PASSWORD, call, mails_to, refusal, register, sign_in, token_to};
use crate::support::{Server, server::PASSWORD};

/// UE-18: what may not be set is refused before anything is done, and what may counts to its last byte.
#[tokio::test(flavor = "multi_thread")]
async fn a_weak_password_registers_nobody_and_a_strong_one_counts_to_its_last_byte() {
    let server = Server::start().await;
    let before = server.rows_but(&[]);
    for (password, said) in [
        ("short", "at least 8"),
        ("", "at least 8"),
        ("password1", "too easy to guess"),
        ("nia@new.example", "too easy to guess"),
        ("Testwind-77", "too easy to guess"),
        ("wine poem\0lorry 4", "control character"),
        (&"wine poem lorry 4".repeat(16), "at most 256"),
    ] {
        let refused = register(&server, "nia@new.example", password).await;
        assert_eq!(refusal(&refused), "422 invalid_value", "UE-18 {password:?}");
        assert!(
            refused.text("detail").contains(said),
            "{password:?}: {}",
            refused.text
        );
        assert!(password.is_empty() || !refused.text.contains(password), "UE-18");
    }
    let huge = register(&server, "nia@new.example", &"x".repeat(1 << 20)).await;
    assert_eq!(refusal(&huge), "413 payload_too_large", "UE-18");
    assert_eq!(server.rows_but(&[]), before, "UE-18");

    let stem =
        "\u{e9}\u{1f984} wine poem lorry and a good deal more of it, to come beyond seventy-two bytes ";
    assert!(stem.len() > 73);
    let password = format!("{stem}1");
    assert_eq!(
        register(&server, "nia@new.example", &password).await.status,
        StatusCode::ACCEPTED
    );
    let token = token_to(&server, "nia@new.example").await;
    call(&server, "/v1/auth/verify-email", &json!({"token": token}))
        .await
        .ok();
    let decomposed = password.replace('\u{e9}', "e\u{301}");
    for other in [&format!("{stem}2"), stem, &decomposed] {
        let wrong = sign_in(&server, "nia@new.example", other).await;
        assert_eq!(refusal(&wrong), "401 invalid_credentials", "UE-18 {other}");
    }
    sign_in(&server, "nia@new.example", &password).await.ok();
}

/// A reset takes no weaker password than registering, knows whose it is, and keeps its token for another try.
#[tokio::test(flavor = "multi_thread")]
async fn a_weak_password_spends_no_token() {
    let server = Server::start().await;
    let alice = server.person("alice");
    call(
        &server,
        "/v1/auth/forgot-password",
        &json!({"email": alice.email}),
    )
    .await;
    let token = token_to(&server, &alice.email).await;
    for weak in ["short", "password1", "alice@people.example", "wine poem\0lorry 4"] {
        let body = json!({"token": token, "password": weak});
        let refused = call(&server, "/v1/auth/reset-password", &body).await;
        assert_eq!(refusal(&refused), "422 invalid_value", "{weak:?}");
    }
    assert_eq!(mails_to(&server, &alice.email).await, 1);
    let body = json!({"token": token, "password": NEW_PASSWORD});
    call(&server, "/v1/auth/reset-password", &body).await.ok();
    sign_in(&server, &alice.email, NEW_PASSWORD).await.ok();
}

/// A hash of less work than today's is made anew when its password is known, and nothing ends with it.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_hash_is_made_anew_at_the_next_sign_in() {
    use consentry::platform::password;

    // "correct horse battery" with 8 KiB and one pass.
    const OLD: &str = "$argon2id$v=19$m=8,t=1,p=1$";
    let server = Server::start().await;
    let alice = server.person("alice");
    let signed_in = sign_in(&server, &alice.email, PASSWORD).await.ok();
    let hash = password_of_less_work();
    assert!(hash.starts_with(OLD) && password::is_outdated(&hash));
    server.execute(&format!(
        "UPDATE account SET password_hash = '{hash}' WHERE id = '{}'",
        alice.account.id
    ));
    let outdated = || server.count("account WHERE password_hash LIKE '$argon2id$v=19$m=8,%'");
    let wrong = sign_in(&server, &alice.email, "wrong").await;
    assert_eq!(
        (refusal(&wrong).as_str(), outdated()),
        ("401 invalid_credentials", 1)
    );
    sign_in(&server, &alice.email, PASSWORD).await.ok();
    assert_eq!(outdated(), 0);
    assert_eq!(
        server.count("account WHERE password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'"),
        1
    );
    sign_in(&server, &alice.email, PASSWORD).await.ok();
    let body = json!({"refreshToken": signed_in.text("refreshToken")});
    call(&server, "/v1/auth/session/refresh", &body).await.ok();
}

/// The hash of everybody's password, as a version with weaker parameters would have made it.
fn password_of_less_work() -> String {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};

    let params = Params::new(8, 1, 1, None).unwrap();
    let password = PASSWORD.as_bytes();
    { Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password(password) }
        .unwrap()
        .to_string()
}

//! `/v1/me`: only one's own, and nothing that a person may not set.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{signed_in_as, try_sign_in};
use crate::support::{Server, server::PASSWORD};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_and_changes_their_profile() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let token = server.token_of(&alice.email).await;
    let me = server.ask(Method::GET, "/v1/me", Some(&token), None).await;
    let expected = json!({
        "id": alice.account.id, "email": alice.email, "emailVerified": true, "name": "alice", "language": null,
        "secondFactor": false
    });
    assert_eq!((me.status, &me.body), (StatusCode::OK, &expected));
    for (change, name, language) in [
        (json!({"name": " Alice Ö. "}), "Alice Ö.", Value::Null),
        (json!({"language": "de"}), "Alice Ö.", json!("de")),
        (json!({}), "Alice Ö.", json!("de")),
        (json!({"language": null, "name": "A"}), "A", Value::Null),
    ] {
        let me = server
            .ask(Method::PATCH, "/v1/me", Some(&token), Some(change))
            .await;
        assert_eq!(me.status, StatusCode::OK, "{}", me.body);
        assert_eq!(
            (&me.body["name"], &me.body["language"]),
            (&json!(name), &language)
        );
    }
    for bad in [
        json!({"name": ""}),
        json!({"name": " "}),
        json!({"name": "x".repeat(101)}),
        json!({"name": "a\u{0}"}),
        json!({"language": "fr"}),
    ] {
        let told = server
            .ask(Method::PATCH, "/v1/me", Some(&token), Some(bad.clone()))
            .await;
        assert_eq!(told.code(), "invalid_value", "{bad}");
    }
    let nobody = server.ask(Method::GET, "/v1/me", None, None).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
}

/// AD-03: what a caller may not set is refused, and nothing else of that body is taken.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_sets_what_is_not_theirs_to_set() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let token = server.token_of(&alice.email).await;
    let before = server.rows_but(&["session"]);
    for (field, value) in [
        ("id", json!("0199aaaa-0000-7000-8000-000000000000")),
        ("email", json!("root@people.example")),
        ("emailVerified", json!(true)),
        ("verified", json!(true)),
        ("role", json!("owner")),
        ("is_admin", json!(true)),
        ("workspace_id", json!("x")),
        ("password", json!("lorry wine poem 4")),
        ("secondFactor", json!(false)),
        ("credentialsEpoch", json!(7)),
    ] {
        let mut body = json!({"name": "Mallory"});
        body[field] = value;
        let told = server
            .ask(Method::PATCH, "/v1/me", Some(&token), Some(body))
            .await;
        assert_eq!(
            (told.status, told.code()),
            (StatusCode::BAD_REQUEST, "malformed_body"),
            "AD-03 {field}"
        );
    }
    assert_eq!(server.rows_but(&["session"]), before, "AD-03");
}

/// AD-10, CS-24.
#[tokio::test(flavor = "multi_thread")]
async fn the_list_has_only_own_sessions_and_an_ended_one_is_refused_at_once() {
    let server = Server::start().await;
    let (alice, bob) = (server.person("alice"), server.person("bob"));
    let bobs = server.token_of(&bob.email).await;
    let (first, second) = (
        server.token_of(&alice.email).await,
        server.token_of(&alice.email).await,
    );
    let browser = server.browser();
    try_sign_in(&browser, &alice.email, PASSWORD).await;
    let list = async |token: &str| {
        server
            .ask(Method::GET, "/v1/me/sessions", Some(token), None)
            .await
            .body
    };
    let hers = list(&first).await;
    let items = hers["items"].as_array().unwrap();
    assert_eq!(
        (items.len(), &hers["nextCursor"]),
        (3, &Value::Null),
        "AD-10 {hers}"
    );
    let current: Vec<_> = items.iter().filter(|it| it["current"] == true).collect();
    assert_eq!(current.len(), 1);
    assert_eq!(items.iter().filter(|it| it["kind"] == "browser").count(), 1);
    let his = list(&bobs).await;
    let his_id = his["items"][0]["id"].as_str().unwrap().to_owned();
    assert!(items.iter().all(|it| it["id"] != json!(his_id)), "AD-10");
    // Another person's session is not there to be ended.
    let before = server.rows_but(&[]);
    for id in [his_id.as_str(), "0199aaaa-0000-7000-8000-000000000000", "x"] {
        let told = server
            .ask(
                Method::DELETE,
                &format!("/v1/me/sessions/{id}"),
                Some(&first),
                None,
            )
            .await;
        assert_eq!(told.status, StatusCode::NOT_FOUND, "AD-10 {id}");
    }
    assert_eq!(server.rows_but(&[]), before, "AD-10");
    let other = list(&second).await;
    let id = other["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["current"] == true)
        .unwrap()["id"]
        .clone();
    let path = format!("/v1/me/sessions/{}", id.as_str().unwrap());
    assert_eq!(
        server.ask(Method::DELETE, &path, Some(&first), None).await.status,
        StatusCode::NO_CONTENT
    );
    let refused = server.ask(Method::GET, "/v1/me", Some(&second), None).await;
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::UNAUTHORIZED, "invalid_token"),
        "CS-24"
    );
    assert_eq!(signed_in_as(&browser).await.as_ref(), Some(&alice.email));
    let all = server
        .ask(Method::DELETE, "/v1/me/sessions", Some(&first), None)
        .await;
    assert_eq!(all.status, StatusCode::NO_CONTENT);
    assert_eq!(signed_in_as(&browser).await, None, "CS-24");
    assert_eq!(list(&first).await["items"].as_array().unwrap().len(), 1);
    assert_eq!(list(&bobs).await["items"].as_array().unwrap().len(), 1, "AD-10");
}

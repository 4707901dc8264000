//! The metadata of the operator's APIs (RFC 9728): true, and of no other API.

use serde_json::json;

use crate::support::{Server, client::Reply, server::AUDIENCE};

async fn get(server: &Server, query: &str) -> Reply {
    let address = server.url(&format!("/.well-known/oauth-protected-resource{query}"));
    Reply::read(server.http.get(address).send().await.unwrap()).await
}

/// RFC 9728 §2 and §3.3: a challenge leads to metadata whose `resource` is the API, and whose issuer is this server.
#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_leads_to_the_metadata_of_the_api() {
    let server = Server::start().await;
    let address = server.url(&format!("/v1/verify?resource={AUDIENCE}"));
    let request = server
        .http
        .get(address)
        .header("x-forwarded-method", "GET")
        .header("x-forwarded-uri", "/");
    let refused = Reply::read(request.send().await.unwrap()).await;
    let challenge = refused.headers["www-authenticate"].to_str().unwrap();
    let address = challenge
        .strip_prefix("Bearer resource_metadata=\"")
        .unwrap()
        .strip_suffix('"')
        .unwrap();
    let told = Reply::read(server.http.get(address).send().await.unwrap())
        .await
        .ok();
    assert_eq!(
        told.json,
        json!({
            "resource": AUDIENCE,
            "authorization_servers": [server.origin],
            "scopes_supported": ["analytics.read", "posts.write", "reviews.read", "members.write", "profile.read"],
            "bearer_methods_supported": ["header"],
            "resource_name": "API",
        })
    );
    let issuer = format!("{}/.well-known/oauth-authorization-server", server.origin);
    let issuer = Reply::read(server.http.get(issuer).send().await.unwrap())
        .await
        .ok();
    assert_eq!(issuer.text("issuer"), told.json["authorization_servers"][0]);
}

/// There is none of what is not configured, and none of this server's own API, whose sessions no authorization server hands out.
#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_metadata_of_anything_else() {
    let server = Server::start().await;
    for (query, expected) in [
        ("", "404 not_found"),
        ("?resource=https://nothing.example", "404 not_found"),
        ("?resource=https://api.example/", "404 not_found"),
        (
            "?resource=https://api.example&resource=https://other.example",
            "400 malformed_query",
        ),
        ("?resource=%", "400 malformed_query"),
    ] {
        assert_eq!(get(&server, query).await.outcome(), expected, "{query}");
    }
}

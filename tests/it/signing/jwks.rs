//! The published keys (RFC 7517), compared with what is signed.

use std::{collections::BTreeSet, time::Duration};

use consentry::{
    app::seal,
    oauth::client::registration::TokenFormat,
    signing::{key, life::Rotation},
};
use jsonwebtoken::{DecodingKey, Validation, jwk::Jwk};
use serde_json::Value;

use crate::support::{
    Person, Registered, Registration, Server,
    client::{Reply, api},
    server::AUDIENCE,
};

/// The published keys by their ids.
async fn published(server: &Server) -> Vec<Value> {
    let url = server.url("/.well-known/jwks.json");
    let reply = Reply::read(server.http.get(url).send().await.unwrap()).await.ok();
    assert_eq!(reply.headers["content-type"], "application/jwk-set+json", "MX-07");
    assert_eq!(reply.json.as_object().unwrap().len(), 1, "MX-07 {}", reply.text);
    reply.json["keys"].as_array().unwrap().clone()
}

/// MX-07: RFC 7517 §4: public members only.
fn assert_public(key: &Value) {
    let members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
    let expected: &[&str] = match key["kty"].as_str().unwrap() {
        "EC" => &["alg", "crv", "kid", "kty", "use", "x", "y"],
        "OKP" => &["alg", "crv", "kid", "kty", "use", "x"],
        other => panic!("MX-07: {other}"),
    };
    let mut sorted = members.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected, "MX-07 {key}");
    assert_eq!(key["use"], "sig", "MX-07 {key}");
}

fn kid_of(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

/// Whether one of these keys verifies the token (its times are the server's, not the system's).
fn verifies(keys: &[Value], token: &str) -> bool {
    let header = jsonwebtoken::decode_header(token).unwrap();
    let Some(jwk) = keys
        .iter()
        .find(|key| key["kid"].as_str() == header.kid.as_deref())
    else {
        return false;
    };
    assert_eq!(
        jwk["alg"],
        format!("{:?}", header.alg),
        "MX-06: the alg of its key"
    );
    let jwk: Jwk = serde_json::from_value(jwk.clone()).unwrap();
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&[AUDIENCE]);
    validation.validate_exp = false;
    let public = DecodingKey::from_jwk(&jwk).unwrap();
    jsonwebtoken::decode::<Value>(token, &public, &validation).is_ok()
}

async fn jwt(server: &Server, client: &Registered, person: &Person) -> String {
    client
        .tokens(server, person)
        .await
        .text("access_token")
        .to_owned()
}

/// MX-07, MX-08: a new key is published before it signs, and an old one as long as what it signed may live.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_published_before_it_signs_and_as_long_as_its_tokens_live() {
    for algorithm in ["ES256", "EdDSA"] {
        let server = Server::start_with(&format!("[signing]\nalgorithm = \"{algorithm}\"")).await;
        let alice = server.person("alice");
        let client = server.client(Registration::web().with(|new| {
            new.token_format = TokenFormat::Jwt.as_str();
        }));
        let api = api(&server);
        let config = &server.config;
        let before = published(&server).await;
        assert_eq!(before.len(), 1, "MX-07 {before:?}");
        let old = jwt(&server, &client, &alice).await;
        assert!(verifies(&before, &old), "MX-08");

        let rotation = key::rotate(
            &mut server.database.connect(),
            &seal(config),
            config.signing.algorithm,
            config.signing.announce,
            config.limits.max_access,
            server.clock.now(),
        )
        .unwrap();
        let Rotation::Begun(rotated) = rotation else {
            panic!("MX-08: {rotation:?}");
        };
        // Announced: published, and not yet signing.
        let announced = published(&server).await;
        let kids: BTreeSet<&str> = announced.iter().map(|key| key["kid"].as_str().unwrap()).collect();
        assert_eq!(
            kids,
            BTreeSet::from([rotated.old_kid.as_str(), &rotated.new_kid]),
            "MX-08"
        );
        announced.iter().for_each(assert_public);
        assert!(
            announced.iter().any(|key| key["alg"] == algorithm),
            "MX-07 {announced:?}"
        );
        assert_eq!(
            kid_of(&jwt(&server, &client, &alice).await),
            rotated.old_kid,
            "MX-08"
        );

        // Active: signs, and whoever fetched the set since the announcement can verify it.
        server.advance(config.signing.announce);
        let new = jwt(&server, &client, &alice).await;
        assert_eq!(kid_of(&new), rotated.new_kid, "MX-08");
        assert!(verifies(&announced, &new), "MX-08");
        assert!(!verifies(&before, &new), "MX-08: the old set does not know it");
        assert!(
            verifies(&published(&server).await, &old),
            "MX-08: the old key still verifies"
        );
        assert_eq!(api.introspect(&new).await.ok().json["active"], true, "MX-08");

        // Gone once nothing that it signed can be alive.
        let last_minute = Duration::from_mins(1);
        server.advance(config.limits.max_access.saturating_sub(last_minute));
        assert!(verifies(&published(&server).await, &old), "MX-08");
        server.advance(last_minute);
        let after = published(&server).await;
        assert!(
            !verifies(&after, &old) && verifies(&after, &new),
            "MX-08 {after:?}"
        );
        assert_eq!(after.len(), 1, "MX-08");
    }
}

//! Access tokens that an API can verify by itself (RFC 9068), with the keys that we publish (RFC 7517).

use std::{collections::BTreeSet, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use consentry::{
    app,
    oauth::client::registration::TokenFormat,
    signing::key::{self, Algorithm, Rotation},
};
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation, jwk::JwkSet};
use serde_json::{Value, json};

use crate::support::{
    Registered, Registration, Server,
    client::api,
    server::{AUDIENCE, OTHER_AUDIENCE},
};

fn client(server: &Server) -> Registered {
    server.client(Registration::web().with(|new| new.token_format = TokenFormat::Jwt.as_str()))
}

async fn key_set(server: &Server) -> JwkSet {
    let response = server
        .http
        .get(server.url("/.well-known/jwks.json"))
        .send()
        .await
        .unwrap();
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

/// What an API does with a token that it verifies by itself.
fn verify(token: &str, keys: &JwkSet, issuer: &str, audience: &str) -> Result<Value, String> {
    let header = jsonwebtoken::decode_header(token).map_err(|error| error.to_string())?;
    // RFC 9068 §4.
    if header.typ.as_deref() != Some("at+jwt") {
        return Err(format!("typ {:?}", header.typ));
    }
    let jwk = header
        .kid
        .as_deref()
        .and_then(|kid| keys.find(kid))
        .ok_or_else(|| format!("kid {:?} is not published", header.kid))?;
    let published = jwk.common.key_algorithm.map(|it| it.to_string());
    if published.as_deref() != Some(format!("{:?}", header.alg).as_str()) {
        return Err(format!("a key for {published:?} verifies no {:?}", header.alg));
    }
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    let key = DecodingKey::from_jwk(jwk).map_err(|error| error.to_string())?;
    jsonwebtoken::decode::<Value>(token, &key, &validation)
        .map(|data| data.claims)
        .map_err(|error| error.to_string())
}

fn parts(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}

/// RFC 9068 §2: typ, kid and claims; it verifies with what we publish, and everything that an opaque token can do it can.
#[tokio::test(flavor = "multi_thread")]
async fn a_jwt_verifies_with_the_published_keys_and_is_revoked_like_any_token() {
    for (algorithm, key_algorithm) in [("ES256", Algorithm::Es256), ("EdDSA", Algorithm::EdDsa)] {
        let server = Server::start_with(&format!("[signing]\nalgorithm = \"{algorithm}\"")).await;
        server.execute("DELETE FROM signing_key");
        let configured = server.config.signing.algorithm;
        assert_eq!(configured, key_algorithm, "the configuration decides");
        key::ensure(
            &mut server.database.connect(),
            &app::seal(&server.config),
            configured,
            server.clock.now(),
        )
        .unwrap()
        .unwrap();
        let alice = server.person("alice");
        let web = client(&server);
        let api = api(&server);
        let scope = [("scope", "analytics.read other.read")];
        let tokens = web.exchange(&web.code(&server, &alice, &scope).await).await.ok();
        let token = tokens.text("access_token");
        let header = jsonwebtoken::decode_header(token).unwrap();
        assert_eq!(format!("{:?}", header.alg), algorithm);

        let keys = key_set(&server).await;
        let claims = verify(token, &keys, &server.origin, AUDIENCE).unwrap();
        verify(token, &keys, &server.origin, OTHER_AUDIENCE).unwrap();
        verify(token, &keys, &server.origin, "https://nowhere.example").unwrap_err();
        let names: BTreeSet<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = "aud auth_time client_id exp iat iss jti scope sub workspace_id";
        assert_eq!(
            names,
            expected.split(' ').collect(),
            "{algorithm}: RFC 9068 §2.2, and the workspace"
        );

        let told = api.introspect(token).await.ok();
        assert_eq!(told.json["active"], true, "{algorithm}");
        for same in [
            "aud",
            "client_id",
            "exp",
            "iat",
            "iss",
            "jti",
            "scope",
            "sub",
            "workspace_id",
        ] {
            assert_eq!(claims[same], told.json[same], "{algorithm} {same}");
        }
        assert_eq!(claims["scope"], "analytics.read other.read");
        assert_eq!(claims["sub"], alice.account.id.to_string());
        assert_eq!(
            claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
            3600
        );
        assert!(claims["auth_time"].as_i64().unwrap() <= claims["iat"].as_i64().unwrap());

        // A role is looked up, never carried: what the token says is the most that it can do.
        server.execute(
            "UPDATE client SET scope = ARRAY['other.read'], default_scope = '{}' WHERE kind = 'confidential'",
        );
        assert_eq!(
            api.introspect(token).await.ok().text("scope"),
            "other.read",
            "{algorithm}"
        );
        web.revoke(token).await.ok();
        assert!(!api.is_active(token).await, "{algorithm}");
        assert!(web.is_active(tokens.text("refresh_token")).await, "{algorithm}");
        let next = web.refresh(tokens.text("refresh_token")).await.ok();
        assert!(api.is_active(next.text("access_token")).await, "{algorithm}");
        web.revoke(next.text("refresh_token")).await.ok();
        assert!(
            !api.is_active(next.text("access_token")).await,
            "{algorithm}: with its grant"
        );
    }
}

/// RFC 9068 §2.2: a client in its own name is its own subject, and nobody signed in for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_clients_own_jwt_says_that_no_person_is_behind_it() {
    let server = Server::start().await;
    let service = server
        .client(Registration::service(&server).with(|new| new.token_format = TokenFormat::Jwt.as_str()));
    let tokens = service.token(&[("grant_type", "client_credentials")]).await.ok();
    let keys = key_set(&server).await;
    let claims = verify(tokens.text("access_token"), &keys, &server.origin, AUDIENCE).unwrap();
    assert_eq!(claims["sub"], service.id);
    assert_eq!(claims["client_id"], service.id);
    assert!(claims.get("auth_time").is_none(), "{claims}");
}

/// RFC 8725 §3: only the very token that we issued is good: not with other claims, another header, another signature or none.
#[tokio::test(flavor = "multi_thread")]
async fn a_jwt_that_differs_in_anything_is_not_active_and_revokes_nothing() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = client(&server);
    let tokens = web.tokens(&server, &alice).await;
    let token = tokens.text("access_token");
    let [header, payload, signature] = parts(token);
    let decode = |part: &str| -> Value {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let with = |part: &str, name: &str, value: Value| {
        let mut changed = decode(part);
        changed[name] = value;
        encode(&changed)
    };
    let flip = |text: &str, at: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    // 64 bytes leave four bits of the last character unused: a lenient decoder takes it for the same signature.
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = alphabet.find(signature.chars().last().unwrap()).unwrap();
    let neighbour = alphabet.chars().nth(last ^ 1).unwrap();
    let malleable = format!("{}{neighbour}", &signature[..signature.len() - 1]);
    let hmac = {
        let mut claims = decode(payload);
        claims["scope"] = json!("analytics.read members.write");
        let kid = decode(header)["kid"].as_str().unwrap().to_owned();
        let public = serde_json::to_vec(key_set(&server).await.find(&kid).unwrap()).unwrap();
        let mut forged = Header::new(jsonwebtoken::Algorithm::HS256);
        forged.typ = Some("at+jwt".to_owned());
        forged.kid = Some(kid);
        jsonwebtoken::encode(&forged, &claims, &EncodingKey::from_secret(&public)).unwrap()
    };
    let own_key = {
        let pair = consentry::signing::key_pair::KeyPair::generate(Algorithm::Es256);
        let mut forged = Header::new(jsonwebtoken::Algorithm::ES256);
        forged.typ = Some("at+jwt".to_owned());
        forged.kid = decode(header)["kid"].as_str().map(str::to_owned);
        let private = EncodingKey::from_ec_der(&pair.private_pkcs8);
        jsonwebtoken::encode(&forged, &decode(payload), &private).unwrap()
    };
    let keys = key_set(&server).await;
    verify(token, &keys, &server.origin, AUDIENCE).unwrap();
    let before = server.facts();
    for (case, forged) in [
        (
            "wider scope",
            format!(
                "{header}.{}.{signature}",
                with(payload, "scope", json!("members.write"))
            ),
        ),
        (
            "longer life",
            format!(
                "{header}.{}.{signature}",
                with(payload, "exp", json!(4_000_000_000_u64))
            ),
        ),
        (
            "another person",
            format!("{header}.{}.{signature}", with(payload, "sub", json!("somebody"))),
        ),
        (
            "another spelling of the claims",
            format!(
                "{header}.{}.{signature}",
                BASE64_URL_SAFE_NO_PAD.encode(format!("{} ", decode(payload)))
            ),
        ),
        (
            "signature changed",
            format!("{header}.{payload}.{}", flip(signature, 10)),
        ),
        ("signature respelt", format!("{header}.{payload}.{malleable}")),
        (
            "signature cut",
            format!("{header}.{payload}.{}", &signature[..40]),
        ),
        ("no signature", format!("{header}.{payload}.")),
        (
            "alg none",
            format!("{}.{payload}.", with(header, "alg", json!("none"))),
        ),
        (
            "alg none, signed",
            format!("{}.{payload}.{signature}", with(header, "alg", json!("none"))),
        ),
        (
            "another kid",
            format!("{}.{payload}.{signature}", with(header, "kid", json!("another"))),
        ),
        (
            "another typ",
            format!("{}.{payload}.{signature}", with(header, "typ", json!("JWT"))),
        ),
        ("signed with our public key as a secret", hmac),
        ("signed with somebody's own key", own_key),
        ("two of them", format!("{token}.{token}")),
    ] {
        let told = web.introspect(&forged).await.ok();
        assert_eq!(told.text, r#"{"active":false}"#, "{case}");
        assert!(
            verify(&forged, &keys, &server.origin, AUDIENCE).is_err(),
            "{case}: an API is not deceived"
        );
        web.revoke(&forged).await.ok();
        assert_eq!(server.changed_since(&before), [""; 0], "{case}");
    }
    assert!(web.is_active(token).await);
}

/// MX-08: a key is published before it signs, and after it signed for as long as what it signed can live.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_leaves_no_moment_in_which_a_good_token_does_not_verify() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = client(&server);
    let seal = app::seal(&server.config);
    let announce = server.config.signing.announce;
    let longest = server.config.limits.max_access;
    let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    let first = web.tokens(&server, &alice).await;
    let old_kid = kid(first.text("access_token"));

    let Rotation::Begun(rotated) = key::rotate(
        &mut server.database.connect(),
        &seal,
        Algorithm::EdDsa,
        announce,
        longest,
        server.clock.now(),
    )
    .unwrap() else {
        panic!("a rotation begins");
    };
    assert_eq!(rotated.old_kid, old_kid);
    let keys = key_set(&server).await;
    assert!(keys.find(&rotated.new_kid).is_some(), "MX-08: announced at once");
    server.advance(announce.saturating_sub(Duration::from_mins(5)));
    let second = web.refresh(first.text("refresh_token")).await.ok();
    assert_eq!(
        kid(second.text("access_token")),
        old_kid,
        "MX-08: the new key is known before it signs"
    );

    server.advance(Duration::from_mins(5));
    let third = web.refresh(second.text("refresh_token")).await.ok();
    assert_eq!(
        kid(third.text("access_token")),
        rotated.new_kid,
        "MX-08: then it signs"
    );
    verify(third.text("access_token"), &keys, &server.origin, AUDIENCE)
        .expect("MX-08: also for who fetched the keys before it signed");
    let keys = key_set(&server).await;
    for tokens in [&second, &third] {
        verify(tokens.text("access_token"), &keys, &server.origin, AUDIENCE).expect("MX-08: both");
        assert!(web.is_active(tokens.text("access_token")).await, "MX-08");
    }

    server.advance(longest.saturating_sub(Duration::from_mins(1)));
    assert!(
        key_set(&server).await.find(&old_kid).is_some(),
        "MX-08: while what it signed can live"
    );
    server.advance(Duration::from_mins(1));
    let keys = key_set(&server).await;
    assert!(
        keys.find(&old_kid).is_none(),
        "MX-08: gone when nothing of it can be alive"
    );
    assert!(keys.find(&rotated.new_kid).is_some());
    assert!(!web.is_active(second.text("access_token")).await);
    let last = web.tokens(&server, &alice).await;
    verify(last.text("access_token"), &keys, &server.origin, AUDIENCE).unwrap();
}

//! What a token means, for whoever may know, and nothing for anybody else (RFC 7662).

use std::{collections::BTreeSet, time::Duration};

use chrono::Timelike;
use consentry::oauth::client::registration::TokenFormat;
use reqwest::header::HeaderMap;

use crate::support::{
    Registered, Registration, Server,
    client::{Reply, api},
    server::{AUDIENCE, OTHER_AUDIENCE},
};

fn members(reply: &Reply) -> BTreeSet<&str> {
    reply
        .json
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// Every header that could tell one answer from another.
fn telling(reply: &Reply) -> HeaderMap {
    let mut headers = reply.headers.clone();
    for own in ["date", "x-request-id", "x-correlation-id"] {
        headers.remove(own).unwrap();
    }
    headers
}

/// RFC 7662 §2.2 and §5: what the issue names and nothing more. A role is a person's; a refresh token has no type of use.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_has_exactly_the_members_that_are_promised() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let jwt = server.client(Registration::web().with(|new| new.token_format = TokenFormat::Jwt.as_str()));
    let service = server.client(Registration::service(&server));
    let acme = server.workspace("acme").id.to_string();
    let always = "active scope client_id exp iat nbf sub aud iss jti workspace_id credential plan";
    let opaque = web.tokens(&server, &alice).await;
    let signed = jwt.tokens(&server, &alice).await;
    let own = service.token(&[("grant_type", "client_credentials")]).await.ok();
    for (case, client, token, more, credential, sub) in [
        (
            "IN-12 opaque",
            &web,
            opaque.text("access_token"),
            "token_type role parent",
            "access_token",
            alice.account.id.to_string(),
        ),
        (
            "IN-12 at+jwt",
            &jwt,
            signed.text("access_token"),
            "token_type role parent",
            "access_token",
            alice.account.id.to_string(),
        ),
        (
            "IN-12 refresh token",
            &web,
            opaque.text("refresh_token"),
            "role parent",
            "refresh_token",
            alice.account.id.to_string(),
        ),
        (
            "IN-12 client_credentials",
            &service,
            own.text("access_token"),
            "token_type",
            "access_token",
            service.id.clone(),
        ),
    ] {
        let told = client.introspect(token).await.ok();
        let expected: BTreeSet<&str> = always.split(' ').chain(more.split(' ')).collect();
        assert_eq!(members(&told), expected, "{case}");
        assert_eq!(told.headers["cache-control"], "no-store", "{case}");
        assert_eq!(told.headers["content-type"], "application/json", "{case}");
        assert_eq!(told.json["active"], true, "{case}");
        assert_eq!(told.text("client_id"), client.id, "{case}");
        assert_eq!(told.text("iss"), server.origin, "{case}");
        assert_eq!(told.text("aud"), AUDIENCE, "{case}: one audience stands alone");
        assert_eq!(told.text("sub"), sub, "{case}");
        assert_eq!(told.text("workspace_id"), acme, "{case}");
        assert_eq!(told.text("credential"), credential, "{case}");
        assert_eq!(told.json["nbf"], told.json["iat"], "{case}");
        if more.contains("token_type") {
            assert_eq!(told.text("token_type"), "Bearer", "{case}");
            let lives = told.json["exp"].as_i64().unwrap() - told.json["iat"].as_i64().unwrap();
            assert_eq!(lives, 3600, "{case}");
        }
        if more.contains("role") {
            assert_eq!(told.text("role"), "member", "{case}");
        }
        assert!(!told.text.contains(token), "{case}: repeats the token");
        assert!(
            !told.text.contains(&alice.email),
            "{case}: no scope reveals the address"
        );
    }
}

/// RFC 7662 §5: who a person is stays theirs unless a scope that says so was granted, and still reaches.
#[tokio::test(flavor = "multi_thread")]
async fn the_username_is_told_only_with_the_scope_that_reveals_it() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let api = api(&server);
    let both = [("scope", "analytics.read profile.read")];
    let tokens = web.exchange(&web.code(&server, &alice, &both).await).await.ok();
    for (case, client, token) in [
        ("IN-12 an API", &api, tokens.text("access_token")),
        ("IN-12 its own client", &web, tokens.text("access_token")),
        ("IN-12 refresh token", &web, tokens.text("refresh_token")),
    ] {
        assert_eq!(
            client.introspect(token).await.ok().text("username"),
            alice.email,
            "{case}"
        );
    }
    let narrow = [("scope", "analytics.read")];
    let next = web.refresh_with(tokens.text("refresh_token"), &narrow).await.ok();
    let told = api.introspect(next.text("access_token")).await.ok();
    assert!(told.json.get("username").is_none(), "IN-12: {}", told.text);
    server.execute(
        "UPDATE client SET scope = ARRAY['analytics.read'], default_scope = '{}' WHERE kind = 'confidential'",
    );
    let told = api.introspect(tokens.text("access_token")).await.ok();
    assert!(
        told.json.get("username").is_none(),
        "IN-12, no longer: {}",
        told.text
    );
}

/// SCHEMA, "Who may ask about a token": its own client, and of access tokens the resource servers that they are meant for, a
/// workspace's only in that workspace.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_answered_for_to_its_client_and_to_the_apis_that_it_is_meant_for() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let native = server.client(Registration::native());
    let other = server.client(Registration::web());
    let other_public = server.client(Registration::native());
    let globex = server.workspace("globex").id;
    let acme = server.workspace("acme").id;
    let operators = api(&server);
    let elsewhere = server.client(Registration::api(OTHER_AUDIENCE));
    let of_acme = server.client(Registration::api(AUDIENCE).with(|new| new.workspace_id = Some(acme)));
    let of_globex = server.client(Registration::api(AUDIENCE).with(|new| new.workspace_id = Some(globex)));
    let acme_elsewhere =
        server.client(Registration::api(OTHER_AUDIENCE).with(|new| new.workspace_id = Some(acme)));
    let service = server.client(Registration::service(&server));
    let colleague = server.client(Registration::service(&server));

    let tokens = web.tokens(&server, &alice).await;
    let natives = native.tokens(&server, &alice).await;
    let own = service.token(&[("grant_type", "client_credentials")]).await.ok();
    let (access, refresh) = ("access_token", "refresh_token");
    let rows: Vec<(&str, &Registered, &str, bool)> = vec![
        ("its own client", &web, tokens.text(access), true),
        ("its own client, refresh token", &web, tokens.text(refresh), true),
        ("its own public client", &native, natives.text(access), true),
        (
            "its own public client, refresh token",
            &native,
            natives.text(refresh),
            true,
        ),
        ("the operator's API", &operators, tokens.text(access), true),
        (
            "the operator's API, public client's token",
            &operators,
            natives.text(access),
            true,
        ),
        (
            "RT-07 the operator's API, refresh token",
            &operators,
            tokens.text(refresh),
            false,
        ),
        (
            "XT-02 the operator's API of another resource",
            &elsewhere,
            tokens.text(access),
            false,
        ),
        ("the workspace's API", &of_acme, tokens.text(access), true),
        (
            "RT-07 the workspace's API, refresh token",
            &of_acme,
            tokens.text(refresh),
            false,
        ),
        (
            "XT-01 IN-03 another workspace's API",
            &of_globex,
            tokens.text(access),
            false,
        ),
        (
            "XT-02 the workspace's API of another resource",
            &acme_elsewhere,
            tokens.text(access),
            false,
        ),
        ("IN-03 another client", &other, tokens.text(access), false),
        (
            "IN-03 another client, refresh token",
            &other,
            tokens.text(refresh),
            false,
        ),
        (
            "IN-02 another public client",
            &other_public,
            tokens.text(access),
            false,
        ),
        (
            "IN-02 another public client, refresh token",
            &other_public,
            natives.text(refresh),
            false,
        ),
        (
            "IN-03 a client of the workspace",
            &service,
            tokens.text(access),
            false,
        ),
        ("client_credentials: itself", &service, own.text(access), true),
        (
            "client_credentials: the operator's API",
            &operators,
            own.text(access),
            true,
        ),
        (
            "client_credentials: the workspace's API",
            &of_acme,
            own.text(access),
            true,
        ),
        (
            "XT-01 client_credentials: another workspace's API",
            &of_globex,
            own.text(access),
            false,
        ),
        (
            "IN-03 client_credentials: a client of the workspace",
            &colleague,
            own.text(access),
            false,
        ),
    ];
    let before = server.facts();
    for (case, asks, token, may_know) in rows {
        let told = asks.introspect(token).await.ok();
        if may_know {
            assert_eq!(told.json["active"], true, "{case}");
        } else {
            assert_eq!(told.text, r#"{"active":false}"#, "{case}");
        }
    }
    assert_eq!(server.changed_since(&before), [""; 0], "asking changes nothing");
}

/// RFC 7662 §2.2: why a token is not active is nobody's business. Byte for byte one answer, headers included.
#[tokio::test(flavor = "multi_thread")]
async fn every_token_that_is_not_active_gets_the_very_same_answer() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let other = server.client(Registration::web());
    let expired = web.tokens(&server, &alice).await;
    let kept = expired.text("refresh_token");
    server.advance(Duration::from_hours(2));
    let code = web.code(&server, &alice, &[]).await;
    let revoked = web.tokens(&server, &alice).await;
    web.revoke(revoked.text("refresh_token")).await.ok();
    let used = web.tokens(&server, &alice).await;
    web.refresh(used.text("refresh_token")).await.ok();
    let foreign = other.tokens(&server, &alice).await;
    let bob = server.person("bob");
    let deleted = web.tokens(&server, &bob).await;
    server.execute(&format!("DELETE FROM account WHERE id = '{}'", bob.account.id));
    let unknown = {
        // Good in form, made by nobody here.
        use consentry::platform::secret::{Kind, Secret};
        let secret = Secret::generate(Kind::AccessToken, server.clock.now());
        secret.reveal(&server.config.vendor).to_string()
    };
    let secret = web.secret.clone().unwrap();
    let long = "x".repeat(20_000);
    let claims = "eyJqdGkiOiIwMTkzOGE1ZS03YzAwLTcwMDAtODAwMC0wMTIzNDU2Nzg5YWIifQ";
    let forged = format!("e30.{claims}.c2ln");
    assert!(web.is_active(kept).await, "the frame is right");
    let reference = web.introspect("nothing").await.ok();
    assert_eq!(reference.text, r#"{"active":false}"#);
    for (case, token) in [
        ("expired", expired.text("access_token")),
        ("revoked with its grant", revoked.text("access_token")),
        ("revoked refresh token", revoked.text("refresh_token")),
        ("used refresh token", used.text("refresh_token")),
        ("foreign access token", foreign.text("access_token")),
        ("foreign refresh token", foreign.text("refresh_token")),
        ("access token of a deleted person", deleted.text("access_token")),
        ("refresh token of a deleted person", deleted.text("refresh_token")),
        ("unknown", &unknown),
        ("a code", &code),
        ("a client secret", &secret),
        ("its own id", &web.id),
        ("malformed", "' OR 1=1--"),
        ("a JWT of nobody", &forged),
        ("three dots", "..."),
        ("long", &long),
    ] {
        let told = web.introspect(token).await.ok();
        assert_eq!(told.text, reference.text, "IN-04 {case}");
        assert_eq!(telling(&told), telling(&reference), "IN-04 {case}");
    }
}

/// RFC 7662 §2.1: who does not prove itself hears nothing, of whatever token.
#[tokio::test(flavor = "multi_thread")]
async fn only_an_authenticated_client_is_answered_and_only_about_a_token() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let other = server.client(Registration::web());
    let tokens = web.tokens(&server, &alice).await;
    let token = tokens.text("access_token");
    for (case, client) in [
        ("IN-01 no secret", web.with_secret(None)),
        ("IN-01 wrong secret", web.with_secret(other.secret.as_deref())),
    ] {
        let refused = client.introspect(token).await;
        assert_eq!(refused.error(), "401 invalid_client", "{case}");
        assert!(refused.json.get("active").is_none(), "{case}");
    }
    for (case, params) in [
        ("IN-05", &[][..]),
        ("IN-05 empty", &[("token", "")]),
        ("IN-05 only a hint", &[("token_type_hint", "access_token")]),
        ("IN-05 twice", &[("token", token), ("token", token)]),
    ] {
        let refused = web.post("/oauth/token/introspect", params).await;
        assert_eq!(refused.error(), "400 invalid_request", "{case}");
    }
    for kind in ["access_token", "refresh_token"] {
        for hint in ["access_token", "refresh_token", "id_token", "nonsense", ""] {
            let asked = [("token", tokens.text(kind)), ("token_type_hint", hint)];
            let told = web.post("/oauth/token/introspect", &asked).await.ok();
            assert_eq!(told.text("credential"), kind, "IN-07 {kind} as {hint}");
        }
    }
}

/// RFC 7519 §4.1.4: `exp` is when it ends, not about when; whoever asks at that second is told the same as whoever reads it.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_active_until_the_second_that_its_exp_names() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let browser = server.browser();
    for kind in ["access_token", "refresh_token"] {
        let answer = browser.connect(&web, &alice, &[]).await;
        let code = answer.callback().remove("code").unwrap();
        // Issued late in a second, so that a lifetime counted from there would outlast `exp`.
        let since = u64::from(server.clock.now().nanosecond());
        server.advance(Duration::from_nanos(1_700_000_000 - since));
        let tokens = web.exchange(&code).await.ok();
        let exp = web.introspect(tokens.text(kind)).await.ok().json["exp"]
            .as_i64()
            .unwrap();
        let advance_to = |millis: i64| {
            let ahead = millis - server.clock.now().timestamp_millis();
            server.advance(Duration::from_millis(ahead.try_into().unwrap()));
        };
        advance_to((exp - 1) * 1000);
        assert!(web.is_active(tokens.text(kind)).await, "CL-05 {kind} at exp - 1");
        advance_to(exp * 1000 + 1);
        assert!(!web.is_active(tokens.text(kind)).await, "CL-05 {kind} at exp");
        if kind == "refresh_token" {
            assert_eq!(
                web.refresh(tokens.text(kind)).await.error(),
                "400 invalid_grant",
                "CL-05"
            );
        }
        server.advance(Duration::from_secs(1));
        assert!(!web.is_active(tokens.text(kind)).await, "CL-05 {kind} at exp + 1");
    }
}

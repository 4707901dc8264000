//! An API key at the token endpoint: as a client (RFC 6749 §4.4) and as what is exchanged (RFC 8693). Nowhere else (K8).

use std::time::Duration;

use consentry::{
    api_keys::{
        api_key::{self, Because},
        owner::Owner,
    },
    platform::config::Role,
};
use serde_json::{Value, json};

use crate::support::{
    FORM_TYPE, Registered, Registration, Server,
    client::{Reply, api},
    form,
    key::{KeyWish, TestKey},
    race::race,
    server::{AUDIENCE, OTHER_AUDIENCE},
};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const API_KEY: &str = "urn:consentry:token-type:api-key";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// The key as a client that has its id and itself as secret.
fn client(server: &Server, key: &TestKey) -> Registered {
    Registered::at(&server.origin, &key.id.to_string(), Some(&key.secret), "")
}

async fn as_client(server: &Server, key: &TestKey, params: &[(&str, &str)]) -> Reply {
    let params = [&[("grant_type", "client_credentials")], params].concat();
    client(server, key).token(&params).await
}

/// A form of nobody in particular.
async fn post(server: &Server, params: &[(&str, &str)]) -> Reply {
    let request = server
        .http
        .post(server.url("/oauth/token"))
        .header(FORM_TYPE.0, FORM_TYPE.1)
        .body(form(params));
    Reply::read(request.send().await.unwrap()).await
}

/// An exchange of this; `params` replace or add, and an empty value leaves one out.
async fn exchange(server: &Server, subject: &str, params: &[(&str, &str)]) -> Reply {
    let usual = [
        ("grant_type", EXCHANGE),
        ("subject_token", subject),
        ("subject_token_type", API_KEY),
    ];
    let named = |name: &str| params.iter().any(|(other, _)| *other == name);
    let mut all: Vec<_> = { usual.into_iter() }.filter(|(name, _)| !named(name)).collect();
    all.extend(params.iter().filter(|(_, value)| !value.is_empty()));
    post(server, &all).await
}

fn revoke(server: &Server, key: &TestKey) {
    let mut conn = server.database.connect();
    let now = server.clock.now();
    assert!(api_key::revoke(&mut conn, key.workspace, key.id, Because::Person, now).unwrap());
}

fn roll(server: &Server, key: &TestKey, overlap: Duration) {
    let mut conn = server.database.connect();
    let vendor = &server.config.vendor;
    let rolled = api_key::roll(&mut conn, vendor, key.id, overlap, server.clock.now());
    assert!(rolled.unwrap().is_some());
}

/// K8: both ways lead to a short-lived opaque token of the same key, without a refresh token (RFC 6749 §4.4.3).
#[tokio::test(flavor = "multi_thread")]
async fn a_key_gets_a_token_that_does_the_same_or_less_for_a_shorter_time() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let ci = server.service_account("ci", Role::Member);
    let api = api(&server);
    let scope = "analytics.read posts.write other.read members.write consentry.keys.read";
    let wish = KeyWish {
        scope,
        ..KeyWish::default()
    };
    let all = "analytics.read other.read posts.write";
    for (case, owner, sub) in [
        (
            "a person's",
            Owner::Account(alice.account.id),
            alice.account.id.to_string(),
        ),
        ("a service account's", Owner::ServiceAccount(ci), ci.to_string()),
    ] {
        let key = server.api_key_with(owner, &wish);
        for (part, params, scope) in [
            (
                "all, but for our own and what the role does not reach",
                &[][..],
                all,
            ),
            ("empty is omitted", &[("scope", "")], all),
            ("fewer", &[("scope", "analytics.read")], "analytics.read"),
            (
                "RFC 8707",
                &[("resource", AUDIENCE)],
                "analytics.read posts.write",
            ),
        ] {
            for exchanged in [false, true] {
                let case = format!("{case}, {part}, exchanged: {exchanged}");
                let tokens = if exchanged {
                    exchange(&server, &key.secret, params).await.ok()
                } else {
                    as_client(&server, &key, params).await.ok()
                };
                assert_eq!(tokens.headers["cache-control"], "no-store", "HT-18 {case}");
                assert_eq!(tokens.text("scope"), scope, "{case}");
                assert_eq!(tokens.text("token_type"), "Bearer", "{case}");
                assert_eq!(tokens.json["expires_in"], 3600, "{case}");
                assert!(tokens.json.get("refresh_token").is_none(), "RT {case}");
                let kind = exchanged.then_some(ACCESS_TOKEN);
                assert_eq!(
                    tokens.json["issued_token_type"],
                    json!(kind),
                    "RFC 8693 §2.2.1 {case}"
                );
                assert!(!tokens.text("access_token").starts_with("eyJ"), "opaque {case}");
                let told = api.introspect(tokens.text("access_token")).await.ok();
                assert_eq!(told.text("credential"), "access_token", "{case}");
                assert_eq!(told.text("key_id"), key.id.to_string(), "{case}");
                assert_eq!(told.text("parent"), key.id.to_string(), "{case}");
                assert_eq!(told.text("sub"), sub, "{case}");
                assert_eq!(told.text("scope"), scope, "{case}");
                assert_eq!(
                    told.text("workspace_id"),
                    key.workspace.to_string(),
                    "XT-01 {case}"
                );
                assert!(told.json.get("client_id").is_none(), "{case}: {}", told.text);
            }
        }
    }
    assert_eq!(server.count("refresh_token"), 0, "RT");
    assert_eq!(
        server.count("access_token WHERE client_id IS NOT NULL OR key_id IS NULL"),
        0
    );
    assert_eq!(server.count("audit_event WHERE kind = 'api_key.exchanged'"), 16);
    let of_accounts = "audit_event WHERE actor_kind = 'account' AND credential_kind = 'api_key' AND credential_last_four IS NOT NULL";
    assert_eq!(server.count(of_accounts), 8);
}

/// TX-08 (CVE-2026-9704), TX-09, TX-10, XT-02, HT-03: what is not exactly an exchange of a living key for less is none.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_exchange_of_a_living_key_gets_nothing() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let key = server.api_key(&alice, "analytics.read members.write consentry.keys.read");
    let made = |wish: KeyWish<'_>| server.api_key_with(Owner::Account(alice.account.id), &wish);
    let publishable = made(KeyWish {
        scope: "analytics.read",
        origins: vec!["https://app.example".to_owned()],
        ..KeyWish::default()
    });
    let expired = made(KeyWish {
        scope: "analytics.read",
        lifetime: Some(Duration::from_mins(1)),
        ..KeyWish::default()
    });
    let elsewhere = made(KeyWish {
        scope: "analytics.read",
        networks: vec!["192.0.2.0/24".parse().unwrap()],
        ..KeyWish::default()
    });
    let powerless = server.api_key(&alice, "members.write consentry.keys.read");
    let revoked = server.api_key(&alice, "analytics.read");
    revoke(&server, &revoked);
    let rolled = server.api_key(&alice, "analytics.read");
    roll(&server, &rolled, Duration::ZERO);
    server.advance(Duration::from_mins(1));
    let web = server.client(Registration::web());
    let tokens = web.tokens(&server, &alice).await;
    let access = tokens.text("access_token");
    let typo = format!("{}x", &key.secret[..key.secret.len() - 1]);
    let session = server.session(&alice).await.token;
    let secret = web.secret.clone().unwrap();
    let before = server.facts();
    let good = key.secret.as_str();
    for (case, subject, params, expected) in [
        (
            "TX-08 none",
            good,
            &[("subject_token", "")][..],
            "400 invalid_request",
        ),
        (
            "TX-08 no type",
            good,
            &[("subject_token_type", "")],
            "400 invalid_request",
        ),
        (
            "TX-10 another type",
            good,
            &[("subject_token_type", ACCESS_TOKEN)],
            "400 invalid_request",
        ),
        (
            "TX-10 a refresh token is wanted",
            good,
            &[(
                "requested_token_type",
                "urn:ietf:params:oauth:token-type:refresh_token",
            )],
            "400 invalid_request",
        ),
        (
            "TX-10 for another",
            good,
            &[("actor_token", good), ("actor_token_type", API_KEY)],
            "400 invalid_request",
        ),
        (
            "TX-10 actor type",
            good,
            &[("actor_token_type", API_KEY)],
            "400 invalid_request",
        ),
        ("TX-10 revoked", &revoked.secret, &[], "400 invalid_request"),
        ("TX-10 expired", &expired.secret, &[], "400 invalid_request"),
        ("TX-10 replaced", &rolled.secret, &[], "400 invalid_request"),
        (
            "TX-10 publishable",
            &publishable.secret,
            &[],
            "400 invalid_request",
        ),
        ("TX-10 network", &elsewhere.secret, &[], "400 invalid_request"),
        ("TX-10 a typo", &typo, &[], "400 invalid_request"),
        ("TX-10 foreign", "ghp_0123456789", &[], "400 invalid_request"),
        ("TX-10 an access token", access, &[], "400 invalid_request"),
        ("TX-10 a session", &session, &[], "400 invalid_request"),
        ("TX-10 a client secret", &secret, &[], "400 invalid_request"),
        ("TX-10 the id", &key.id.to_string(), &[], "400 invalid_request"),
        (
            "TX-09 not the key's",
            good,
            &[("scope", "posts.write")],
            "400 invalid_scope",
        ),
        (
            "TX-09 AK-08 above the role",
            good,
            &[("scope", "analytics.read members.write")],
            "400 invalid_scope",
        ),
        (
            "TX-09 our own",
            good,
            &[("scope", "analytics.read consentry.keys.read")],
            "400 invalid_scope",
        ),
        (
            "TX-09 nothing is left",
            &powerless.secret,
            &[],
            "400 invalid_scope",
        ),
        (
            "TX-09 resource",
            good,
            &[("resource", OTHER_AUDIENCE)],
            "400 invalid_target",
        ),
        (
            "TX-09 audience",
            good,
            &[("audience", OTHER_AUDIENCE)],
            "400 invalid_target",
        ),
        (
            "TX-09 our own audience",
            good,
            &[("audience", &server.origin)],
            "400 invalid_target",
        ),
        (
            "TX-09 one of two",
            good,
            &[("audience", AUDIENCE), ("resource", OTHER_AUDIENCE)],
            "400 invalid_target",
        ),
        (
            "HT-03",
            good,
            &[("scope", "analytics.read"), ("scope", "analytics.read")],
            "400 invalid_request",
        ),
        (
            "a client beside it",
            good,
            &[("client_id", &web.id)],
            "401 invalid_client",
        ),
        (
            "a proven client beside it",
            good,
            &[("client_id", &web.id), ("client_secret", &secret)],
            "400 unauthorized_client",
        ),
        (
            "itself beside it",
            good,
            &[("client_id", &key.id.to_string()), ("client_secret", good)],
            "400 unauthorized_client",
        ),
        (
            "a secret of nobody",
            good,
            &[("client_secret", &secret)],
            "401 invalid_client",
        ),
    ] {
        let refused = exchange(&server, subject, params).await;
        assert_eq!(refused.error(), expected, "{case}: {}", refused.text);
        assert!(refused.json.get("access_token").is_none(), "{case}");
        assert_eq!(server.changed_since(&before), [""; 0], "{case}");
    }
    let twice = [("subject_token", good), ("subject_token", good)];
    assert_eq!(
        exchange(&server, good, &twice).await.error(),
        "400 invalid_request",
        "HT-03"
    );
    // CA-08: what stands in the URI stands in logs, whoever's it is.
    let subject = [
        ("grant_type", EXCHANGE),
        ("subject_token", good),
        ("subject_token_type", API_KEY),
    ];
    let request = { server.http.post(server.url("/oauth/token?client%5fsecret=x")) }
        .header(FORM_TYPE.0, FORM_TYPE.1)
        .body(form(&subject));
    let refused = Reply::read(request.send().await.unwrap()).await;
    assert_eq!(refused.error(), "400 invalid_request", "CA-08");
    // RFC 8693 §2.1: only an exchange has audiences that may repeat.
    let both = [("audience", AUDIENCE), ("audience", AUDIENCE)];
    exchange(&server, good, &both).await.ok();
    assert_eq!(
        as_client(&server, &key, &both).await.error(),
        "400 invalid_request",
        "HT-03"
    );
    // XT-02: the audience that was asked for is the only one.
    let other = server.client(Registration::api(OTHER_AUDIENCE));
    let tokens = exchange(&server, good, &[]).await.ok();
    assert!(!other.is_active(tokens.text("access_token")).await, "XT-02");
}

/// RFC 6749 §2.3: exactly one method; AK, IN-08: only here, only with this grant type, only its own id.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_stands_for_a_client_at_the_token_endpoint_only() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let key = server.api_key(&alice, "analytics.read");
    let other = server.api_key(&alice, "analytics.read");
    let web = server.client(Registration::web());
    let wish = KeyWish {
        scope: "analytics.read",
        origins: vec!["https://app.example".to_owned()],
        ..KeyWish::default()
    };
    let publishable = server.api_key_with(Owner::Account(alice.account.id), &wish);
    let (id, secret) = (key.id.to_string(), key.secret.as_str());
    let own = ("grant_type", "client_credentials");
    let body = [own, ("client_id", &id), ("client_secret", secret)];
    post(&server, &body).await.ok();
    let refused = client(&server, &key).token(&body).await;
    assert_eq!(refused.error(), "400 invalid_request", "CA-03");
    for (case, id, secret) in [
        ("another key's id", other.id.to_string(), secret),
        ("a client's id", web.id.clone(), secret),
        ("no secret", id.clone(), ""),
        (
            "a publishable key",
            publishable.id.to_string(),
            &publishable.secret,
        ),
        ("a client's secret", id.clone(), web.secret.as_deref().unwrap()),
        ("no id", "x".to_owned(), secret),
    ] {
        let refused = post(&server, &[own, ("client_id", &id), ("client_secret", secret)]).await;
        assert_eq!(refused.error(), "401 invalid_client", "{case}: {}", refused.text);
        assert!(refused.headers.contains_key("www-authenticate"), "{case}");
    }
    for (case, grant_type, expected) in [
        ("no code", "authorization_code", "400 unauthorized_client"),
        ("no refresh token", "refresh_token", "400 unauthorized_client"),
        ("no grant type", "", "400 invalid_request"),
        ("unknown", "password", "400 unsupported_grant_type"),
    ] {
        let params = [
            ("grant_type", grant_type),
            ("code", "x"),
            ("redirect_uri", "https://rp.example/cb"),
            ("refresh_token", "x"),
        ];
        let refused = client(&server, &key).token(&params).await;
        assert_eq!(refused.error(), expected, "{case}");
    }
    let token = as_client(&server, &key, &[]).await.ok();
    let token = token.text("access_token");
    for path in ["/oauth/token/introspect", "/oauth/token/revoke"] {
        let refused = client(&server, &key).post(path, &[("token", token)]).await;
        assert_eq!(refused.error(), "401 invalid_client", "IN-08 {path}");
    }
    assert!(api(&server).is_active(token).await, "IN-08");
    let asked =
        format!("/oauth/authorize?response_type=code&client_id={id}&redirect_uri=https://rp.example/cb");
    let page = server.http.get(server.url(&asked)).send().await.unwrap();
    assert_eq!(page.status().as_u16(), 400, "AK: nobody is asked to allow a key");
}

/// K8, AK-09, AK-10: a token does no more than its key could do at this moment, and ends with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_key_hangs_from_all_that_the_key_hangs_from() {
    let server = Server::start().await;
    let api = api(&server);
    for (case, statement) in [
        (
            "locked",
            "UPDATE account SET disabled_at = created_at WHERE id = '{account}'",
        ),
        ("removed", "DELETE FROM membership WHERE account_id = '{account}'"),
        (
            "revoked",
            "UPDATE api_key SET revoked_at = created_at, revoked_because = 'person' WHERE id = '{key}'",
        ),
        (
            "bound",
            "UPDATE api_key SET networks = '{\"192.0.2.0/24\"}' WHERE id = '{key}'",
        ),
        (
            "expired",
            "UPDATE api_key SET expires_at = created_at WHERE id = '{key}'",
        ),
    ] {
        let person = server.person(case);
        let key = server.api_key(&person, "analytics.read");
        let tokens = exchange(&server, &key.secret, &[]).await.ok();
        assert!(api.is_active(tokens.text("access_token")).await, "{case}");
        let statement = statement.replace("{account}", &person.account.id.to_string());
        server.execute(&statement.replace("{key}", &key.id.to_string()));
        assert!(!api.is_active(tokens.text("access_token")).await, "{case}");
        let refused = exchange(&server, &key.secret, &[]).await;
        assert_eq!(refused.error(), "400 invalid_request", "{case}");
        assert_eq!(
            as_client(&server, &key, &[]).await.error(),
            "401 invalid_client",
            "{case}"
        );
    }
    let alice = server.person("alice");
    let key = server.api_key(&alice, "analytics.read posts.write");
    let tokens = exchange(&server, &key.secret, &[]).await.ok();
    server.execute(&format!(
        "UPDATE membership SET role = 'viewer' WHERE account_id = '{}'",
        alice.account.id
    ));
    let told = api.introspect(tokens.text("access_token")).await.ok();
    assert_eq!(told.text("scope"), "analytics.read", "AK-09");
    let refused = exchange(&server, &key.secret, &[("scope", "posts.write")]).await;
    assert_eq!(refused.error(), "400 invalid_scope", "AK-08");
    // A role that is raised again gives the new token nothing that it was not given.
    let fewer = exchange(&server, &key.secret, &[]).await.ok();
    server.execute(&format!(
        "UPDATE membership SET role = 'member' WHERE account_id = '{}'",
        alice.account.id
    ));
    let told = api.introspect(fewer.text("access_token")).await.ok();
    assert_eq!(told.text("scope"), "analytics.read");
}

/// Never beyond the key's own end; the end of an overlap ends a secret, not what was made with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_with_the_key_and_not_with_an_older_secret() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let api = api(&server);
    let wish = KeyWish {
        scope: "analytics.read",
        lifetime: Some(Duration::from_mins(10)),
        ..KeyWish::default()
    };
    let key = server.api_key_with(Owner::Account(alice.account.id), &wish);
    let tokens = exchange(&server, &key.secret, &[]).await.ok();
    let left = tokens.json["expires_in"].as_u64().unwrap();
    assert!((599..=600).contains(&left), "{left}");
    roll(&server, &key, Duration::from_mins(1));
    let during = exchange(&server, &key.secret, &[]).await.ok();
    let left = during.json["expires_in"].as_u64().unwrap();
    assert!((599..=600).contains(&left), "the overlap is no end of it: {left}");
    server.advance(Duration::from_mins(2));
    assert_eq!(
        exchange(&server, &key.secret, &[]).await.error(),
        "400 invalid_request"
    );
    for token in [&tokens, &during] {
        assert!(
            api.is_active(token.text("access_token")).await,
            "it hangs from the key"
        );
    }
    server.advance(Duration::from_mins(8));
    for token in [&tokens, &during] {
        assert!(!api.is_active(token.text("access_token")).await);
    }
}

/// RC: a key is not spent, so two at once both get a token of their own.
#[tokio::test(flavor = "multi_thread")]
async fn two_exchanges_at_once_are_both_served() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let key = server.api_key(&alice, "analytics.read");
    let posts = (0..2).map(|_| {
        let (client, grant) = (client(&server, &key), [("grant_type", "client_credentials")]);
        async move { client.token(&grant).await.ok().text("access_token").to_owned() }
    });
    let tokens = race(posts).await;
    assert_ne!(tokens[0], tokens[1], "RC");
    assert_eq!(server.count("access_token"), 2, "RC");
}

/// RL: a key is counted by its id, whichever way it asks; wrong ones by network, and they do not keep right ones out.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_counted_by_its_id_and_wrong_ones_by_their_network() {
    let server = Server::start_with("[rate_limits]\ntoken = 2\ncredential_failures = 2").await;
    let alice = server.person("alice");
    let (one, other) = (
        server.api_key(&alice, "analytics.read"),
        server.api_key(&alice, "analytics.read"),
    );
    for expected in [
        "400 invalid_request",
        "400 invalid_request",
        "429 too_many_requests",
    ] {
        assert_eq!(exchange(&server, "nothing", &[]).await.error(), expected);
    }
    exchange(&server, &one.secret, &[]).await.ok();
    as_client(&server, &one, &[]).await.ok();
    let third = exchange(&server, &one.secret, &[]).await;
    assert_eq!(third.error(), "429 too_many_requests");
    assert!(third.headers.contains_key("retry-after"));
    exchange(&server, &other.secret, &[]).await.ok();
}

/// K8: the tokens of a key are listed to whoever may manage it, and end one by one; to anybody else there are none (AK-20).
#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_listed_under_their_key_and_revoked_one_by_one() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let bob = server.person("bob");
    let admin = server.person_in("admin", &[("acme", Role::Admin)]);
    let stranger = server.person_in("stranger", &[("other", Role::Owner)]);
    let api = api(&server);
    let key = server.api_key(&alice, "analytics.read posts.write");
    let another = server.api_key(&alice, "analytics.read");
    let mut tokens = Vec::new();
    for _ in 0..3 {
        tokens.push(
            exchange(&server, &key.secret, &[])
                .await
                .ok()
                .text("access_token")
                .to_owned(),
        );
    }
    let list = format!("/api/auth/api-key/tokens?id={}", key.id);
    let (owner, manager) = (server.session(&alice).await, server.session(&admin).await);
    let first = owner.get(&format!("{list}&limit=2")).await.ok();
    let items = first.json["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    for token in &tokens {
        assert!(
            !first.text.contains(token.as_str()),
            "AK-03: a list has no secret"
        );
    }
    assert_eq!(items[0]["scopes"], json!(["analytics.read", "posts.write"]));
    let rest = manager
        .get(&format!("{list}&limit=2&cursor={}", first.text("nextCursor")))
        .await
        .ok();
    assert_eq!(rest.json["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest.json["nextCursor"], Value::Null);
    let told = api.introspect(&tokens[2]).await.ok();
    let (path, token) = (
        "/api/auth/api-key/tokens/revoke",
        items[0]["id"].as_str().unwrap(),
    );
    assert_eq!(told.text("jti"), token, "newest first");
    let body = json!({"id": key.id, "token": token});
    let facts = server.facts();
    for (case, asker) in [("a member", &bob), ("a stranger", &stranger)] {
        let asker = server.session(asker).await;
        assert_eq!(asker.get(&list).await.outcome(), "404 not_found", "AK-20 {case}");
        assert_eq!(
            asker.post(path, &body).await.outcome(),
            "404 not_found",
            "AK-20 {case}"
        );
    }
    let of_another = json!({"id": another.id, "token": token});
    assert_eq!(owner.post(path, &of_another).await.outcome(), "404 not_found");
    for query in ["", "?id=x", &format!("?id={0}&id={0}", key.id)] {
        let asked = owner.get(&format!("/api/auth/api-key/tokens{query}")).await;
        assert_eq!(asked.outcome(), "400 malformed_query", "{query}");
    }
    let mut by_key = server.nobody();
    by_key.token.clone_from(&key.secret);
    assert_eq!(by_key.get(&list).await.outcome(), "403 session_required");
    let changed = server.changed_since(&facts);
    assert!(
        !changed
            .iter()
            .any(|table| table == "access_token" || table == "audit_event"),
        "{changed:?}"
    );
    for (again, asker) in [(false, &manager), (true, &owner)] {
        assert_eq!(asker.post(path, &body).await.outcome(), "204", "again: {again}");
    }
    assert_eq!(
        server.count("audit_event WHERE kind = 'api_key.token_revoked'"),
        1
    );
    assert!(!api.is_active(&tokens[2]).await);
    assert!(api.is_active(&tokens[1]).await, "the others live on");
    let items = owner.get(&list).await.ok().json["items"].clone();
    assert!(
        items[0]["revokedAt"].is_string() && items[1].get("revokedAt").is_none(),
        "{items}"
    );
    revoke(&server, &key);
    assert!(!api.is_active(&tokens[1]).await, "revoked with the key");
    let items = owner.get(&list).await.ok().json["items"].clone();
    let ended = items
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["revokedAt"].is_string());
    assert_eq!(ended.count(), 3, "revoked with the key: {items}");
    server.advance(Duration::from_hours(1));
    let session = server.session(&alice).await;
    assert_eq!(
        session.get(&list).await.ok().json["items"],
        json!([]),
        "their time is over"
    );
}

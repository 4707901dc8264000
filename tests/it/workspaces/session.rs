//! A person's session in a program: `/v1/auth/session`, and what it is worth at the product's own API.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use consentry::{
    accounts::account::{self, Email, NewAccount, Verified},
    oauth::client::registration::TokenFormat,
    platform::{config::Role, password},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    Person, Registration, Server,
    client::{Reply, api},
    provider::{Key, Provider},
    server::PASSWORD,
};

/// A request of a program.
async fn call(
    server: &Server,
    method: Method,
    path: &str,
    token: Option<&str>,
    workspace: Option<&str>,
) -> Reply {
    let mut request = server.http.request(method, server.url(path));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(workspace) = workspace {
        request = request.header("x-workspace-id", workspace);
    }
    Reply::read(request.send().await.unwrap()).await
}

async fn whoami(server: &Server, token: &str, workspace: Option<&str>) -> Reply {
    call(server, Method::GET, "/v1/auth/session", Some(token), workspace).await
}

async fn post(server: &Server, path: &str, body: &Value) -> Reply {
    Reply::read(
        server
            .http
            .post(server.url(path))
            .json(body)
            .send()
            .await
            .unwrap(),
    )
    .await
}

async fn sign_in(server: &Server, person: &Person, workspace: Option<&str>) -> Reply {
    let mut body = json!({"provider": "local", "email": person.email, "password": PASSWORD});
    if let Some(workspace) = workspace {
        body["workspaceId"] = workspace.into();
    }
    post(server, "/v1/auth/session", &body).await
}

async fn renew(server: &Server, token: &str) -> Reply {
    post(
        server,
        "/v1/auth/session/refresh",
        &json!({"refreshToken": token}),
    )
    .await
}

/// A part of a JWT: 0 the header, 1 the claims.
fn part(token: &str, which: usize) -> Value {
    let part = token.split('.').nth(which).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn code(reply: &Reply) -> String {
    format!(
        "{} {}",
        reply.status.as_u16(),
        reply.json["code"].as_str().unwrap_or("-")
    )
}

/// S1 and P5: one session token, and a header that says where.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_acts_in_every_workspace_of_its_person_and_in_no_other() {
    let server = Server::start().await;
    let alice = server.person_in("alice", &[("acme", Role::Owner), ("globex", Role::Viewer)]);
    server.workspace("initech");
    let [acme, globex] = ["acme", "globex"].map(|slug| server.workspace(slug));
    let at_api = api(&server);

    let signed_in = sign_in(&server, &alice, Some("acme")).await.ok();
    assert_eq!(signed_in.headers["cache-control"], "no-store");
    assert_eq!(signed_in.json["expiresIn"], 3600);
    assert_eq!(
        signed_in.json["user"],
        json!({"id": alice.account.id, "email": alice.email, "name": alice.account.name, "emailVerified": true})
    );
    assert_eq!(
        signed_in.json["workspace"],
        json!({"id": acme.id, "slug": "acme", "name": acme.name, "role": "owner"})
    );
    let token = signed_in.text("accessToken");
    assert_eq!(part(token, 0)["typ"], "session+jwt");
    let claims = part(token, 1);
    assert_eq!(claims["sub"], json!(alice.account.id));
    assert_eq!(claims["workspace_id"], json!(acme.id));
    assert_eq!(claims["amr"], json!(["pwd"]));
    assert!(
        claims["sid"].is_string() && claims.get("role").is_none(),
        "{claims}"
    );

    for (named, slug, role) in [
        (None, "acme", "owner"),
        (Some(globex.id.to_string()), "globex", "viewer"),
        (Some("globex".to_owned()), "globex", "viewer"),
        (Some("acme".to_owned()), "acme", "owner"),
    ] {
        let me = whoami(&server, token, named.as_deref()).await.ok();
        assert_eq!(me.json["workspace"]["slug"], slug, "{named:?}");
        assert_eq!(me.json["workspace"]["role"], role, "{named:?}");
        let told = introspect(
            &server,
            &at_api.id,
            at_api.secret.as_deref(),
            token,
            named.as_deref(),
        )
        .await;
        assert_eq!(told["credential"], "session", "{named:?}: {told}");
        assert_eq!(
            told["workspace_id"],
            json!(server.workspace(slug).id),
            "{named:?}"
        );
        assert_eq!(told["role"], role, "{named:?}");
        let may_write = told["scope"]
            .as_str()
            .unwrap()
            .split(' ')
            .any(|scope| scope == "posts.write");
        assert_eq!(may_write, role == "owner", "{named:?}: {told}");
        assert!(told.get("client_id").is_none(), "{told}");
    }
    // XT-01: not hers, or not there: the same answer.
    let mut refusals = Vec::new();
    for named in [
        "initech",
        "nowhere",
        "0198a5e7-c000-7000-8000-0123456789ab",
        "",
        "é",
    ] {
        let refused = whoami(&server, token, Some(named)).await;
        assert_eq!(code(&refused), "403 workspace_forbidden", "{named}");
        refusals.push(refused.json["detail"].clone());
        let told = introspect(&server, &at_api.id, at_api.secret.as_deref(), token, Some(named)).await;
        assert_eq!(told, json!({"active": false}), "{named}");
    }
    refusals.dedup();
    assert_eq!(refusals.len(), 1, "{refusals:?}");
}

async fn introspect(
    server: &Server,
    id: &str,
    secret: Option<&str>,
    token: &str,
    workspace: Option<&str>,
) -> Value {
    let mut request = server
        .http
        .post(server.url("/oauth/token/introspect"))
        .basic_auth(id, secret)
        .form(&[("token", token)]);
    if let Some(workspace) = workspace {
        request = request.header("x-workspace-id", workspace);
    }
    Reply::read(request.send().await.unwrap()).await.ok().json
}

/// A session's standing and power are looked up, never copied: what changes acts on the next request (K2, RT-09, CS-18, CS-24).
#[tokio::test(flavor = "multi_thread")]
async fn what_a_session_loses_it_has_lost_on_the_next_request() {
    let server = Server::start().await;
    let at_api = api(&server);
    let alice = server.person_in("alice", &[("acme", Role::Admin)]);
    let id = alice.account.id;
    for (case, statement, answer, active) in [
        (
            "role lowered",
            format!("UPDATE membership SET role = 'viewer' WHERE account_id = '{id}'"),
            "200 -",
            true,
        ),
        (
            "member removed",
            format!("DELETE FROM membership WHERE account_id = '{id}'"),
            "403 workspace_forbidden",
            false,
        ),
        (
            "workspace deleted",
            "UPDATE workspace SET deleted_at = now() WHERE slug = 'acme'".to_owned(),
            "403 workspace_forbidden",
            false,
        ),
        (
            "account disabled",
            format!("UPDATE account SET disabled_at = now() WHERE id = '{id}'"),
            "401 invalid_token",
            false,
        ),
        (
            "new password",
            format!("UPDATE account SET credentials_epoch = credentials_epoch + 1 WHERE id = '{id}'"),
            "401 invalid_token",
            false,
        ),
        (
            "session ended",
            format!("UPDATE session SET ended_at = now() WHERE account_id = '{id}'"),
            "401 invalid_token",
            false,
        ),
    ] {
        server.execute("UPDATE workspace SET deleted_at = NULL");
        server.execute(&format!(
            "UPDATE account SET disabled_at = NULL WHERE id = '{id}'"
        ));
        server.execute(&format!("DELETE FROM membership WHERE account_id = '{id}'"));
        server.execute(&format!(
            "INSERT INTO membership SELECT w.id, '{id}', 'admin', now() FROM workspace w WHERE slug = 'acme'"
        ));
        let signed_in = sign_in(&server, &alice, Some("acme")).await.ok();
        let token = signed_in.text("accessToken");
        let told =
            async || introspect(&server, &at_api.id, at_api.secret.as_deref(), token, Some("acme")).await;
        assert!(
            told().await["scope"].as_str().unwrap().contains("members.write"),
            "{case}"
        );
        server.execute(&statement);
        assert_eq!(
            code(&whoami(&server, token, Some("acme")).await),
            answer,
            "{case}"
        );
        let told = told().await;
        assert_eq!(told["active"], active, "{case}: {told}");
        if active {
            assert!(
                !told["scope"].as_str().unwrap().contains("write"),
                "{case}: {told}"
            );
        }
        if answer.starts_with("401") {
            let renewed = renew(&server, signed_in.text("refreshToken")).await;
            assert_eq!(code(&renewed), "401 invalid_token", "{case}");
        }
    }
}

/// Nothing is issued in a workspace that is not the person's; without one, the last used is taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_begins_in_a_workspace_of_the_person_or_not_at_all() {
    let server = Server::start().await;
    let alice = server.person_in("alice", &[("acme", Role::Owner), ("globex", Role::Viewer)]);
    server.workspace("initech");
    let before = server.digest();
    for named in ["initech", "nowhere", ""] {
        let refused = sign_in(&server, &alice, Some(named)).await;
        assert_eq!(code(&refused), "403 workspace_forbidden", "{named}");
    }
    // The tries are counted until one is right, and nothing else is written.
    let changed = server.changed_since(&before);
    assert_eq!(changed, ["login_throttle"], "{changed:?}");

    let slug = |reply: &Reply| reply.json["workspace"]["slug"].clone();
    assert_eq!(
        slug(&sign_in(&server, &alice, None).await.ok()),
        "acme",
        "the first that she joined"
    );
    server.advance(Duration::from_secs(1));
    sign_in(&server, &alice, Some("globex")).await.ok();
    assert_eq!(
        slug(&sign_in(&server, &alice, None).await.ok()),
        "globex",
        "the last that she used"
    );

    let nobody = server.person_in("nobody", &[]);
    let signed_in = sign_in(&server, &nobody, None).await.ok();
    assert_eq!(signed_in.json["workspace"], Value::Null);
    let me = whoami(&server, signed_in.text("accessToken"), None).await.ok();
    assert_eq!(me.json["workspace"], Value::Null);
}

/// UE-01: one refusal, whatever of address and password is wrong; only who knows the password learns more.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_sign_in_tells_only_the_owner_why() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let hash = password::hash(PASSWORD);
    for (name, verified) in [("unverified", Verified::No), ("disabled", Verified::Yes)] {
        let email = Email::parse(&format!("{name}@people.example")).unwrap();
        let new = NewAccount {
            email: &email,
            name,
            password_hash: Some(&hash),
            verified,
        };
        account::create(&mut server.database.connect(), &new, server.clock.now())
            .unwrap()
            .unwrap();
    }
    let email = Email::parse("federated@people.example").unwrap();
    let new = NewAccount {
        email: &email,
        name: "federated",
        password_hash: None,
        verified: Verified::Yes,
    };
    account::create(&mut server.database.connect(), &new, server.clock.now())
        .unwrap()
        .unwrap();
    server.execute("UPDATE account SET disabled_at = now() WHERE name = 'disabled'");

    let mut wrong = Vec::new();
    for (email, password, expected) in [
        (alice.email.as_str(), "wrong", "401 invalid_credentials"),
        ("nobody@people.example", PASSWORD, "401 invalid_credentials"),
        ("no address", PASSWORD, "401 invalid_credentials"),
        ("unverified@people.example", "wrong", "401 invalid_credentials"),
        ("disabled@people.example", "wrong", "401 invalid_credentials"),
        ("federated@people.example", "wrong", "401 invalid_credentials"),
        ("federated@people.example", "", "401 invalid_credentials"),
        ("unverified@people.example", PASSWORD, "403 email_unverified"),
        ("disabled@people.example", PASSWORD, "403 account_disabled"),
    ] {
        let body = json!({"provider": "local", "email": email, "password": password});
        let refused = post(&server, "/v1/auth/session", &body).await;
        assert_eq!(code(&refused), expected, "{email} {password}");
        if refused.status == StatusCode::UNAUTHORIZED {
            let mut json = refused.json.clone();
            json["request_id"] = Value::Null;
            wrong.push(json);
        }
    }
    wrong.dedup();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert_eq!(server.count("session"), 0);
}

/// It works once. Whoever presents it again, the owner or a thief: the session is over, with every token of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_that_comes_back_ends_its_session_however_many_race() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let signed_in = sign_in(&server, &alice, None).await.ok();
    let first = signed_in.text("refreshToken").to_owned();
    server.advance(Duration::from_mins(1));
    let second = renew(&server, &first).await.ok();
    assert_ne!(second.text("refreshToken"), first);
    assert_eq!(second.json["workspace"]["slug"], "acme");
    let token = second.text("accessToken");
    assert_eq!(
        part(token, 1)["sid"],
        part(signed_in.text("accessToken"), 1)["sid"]
    );
    // RFC 9068-like `auth_time`: a renewal proves nothing new.
    assert_eq!(
        part(token, 1)["auth_time"],
        part(signed_in.text("accessToken"), 1)["auth_time"]
    );

    let node = server.node();
    let all = (0..20).map(|n| {
        let url = if n % 2 == 0 {
            server.url("/v1/auth/session/refresh")
        } else {
            format!("{}/v1/auth/session/refresh", node.origin)
        };
        let request = crate::support::server::http_client()
            .post(url)
            .json(&json!({"refreshToken": second.text("refreshToken")}));
        tokio::spawn(async move { Reply::read(request.send().await.unwrap()).await })
    });
    let all: Vec<_> = all.collect();
    let mut won = Vec::new();
    for reply in all {
        let reply = reply.await.unwrap();
        match code(&reply).as_str() {
            "200 -" => won.push(reply),
            other => assert_eq!(other, "401 invalid_token"),
        }
    }
    assert_eq!(won.len(), 1);
    for dead in [token, won[0].text("accessToken"), signed_in.text("accessToken")] {
        assert_eq!(code(&whoami(&server, dead, None).await), "401 invalid_token");
    }
    assert_eq!(
        code(&renew(&server, won[0].text("refreshToken")).await),
        "401 invalid_token"
    );
    assert_eq!(server.count("audit_event WHERE kind = 'session.copied'"), 1);
    assert_eq!(server.count("session WHERE ended_at IS NULL"), 0);
}

/// An hour for an access token, thirty days for a refresh token, ninety for the session: the ends are exact (CL-05).
#[tokio::test(flavor = "multi_thread")]
async fn each_life_ends_when_it_was_said_to() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let signed_in = sign_in(&server, &alice, None).await.ok();
    let token = signed_in.text("accessToken");
    server.advance(Duration::from_secs(3590));
    whoami(&server, token, None).await.ok();
    server.advance(Duration::from_secs(11));
    let over = whoami(&server, token, None).await;
    assert_eq!(code(&over), "401 invalid_token");
    assert_eq!(over.headers["www-authenticate"], "Bearer error=\"invalid_token\"");

    let day = Duration::from_hours(24);
    let mut refresh = signed_in.text("refreshToken").to_owned();
    for _ in 0..3 {
        server.advance(29 * day);
        refresh = renew(&server, &refresh)
            .await
            .ok()
            .text("refreshToken")
            .to_owned();
    }
    server.advance(4 * day);
    assert_eq!(
        code(&renew(&server, &refresh).await),
        "401 invalid_token",
        "after 91 days"
    );
    let other = sign_in(&server, &alice, None).await.ok();
    server.advance(30 * day + Duration::from_secs(1));
    assert_eq!(
        code(&renew(&server, other.text("refreshToken")).await),
        "401 invalid_token",
        "30 days unused"
    );
}

/// HT-12, HT-19, XT-04, RFC 8725: only what we signed as a session is one.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_a_session_is_taken_for_one() {
    let server = Server::start().await;
    let other = Server::start().await;
    let alice = server.person("alice");
    let twin = other.person("alice");
    let signed_in = sign_in(&server, &alice, None).await.ok();
    let token = signed_in.text("accessToken");
    let parts: Vec<&str> = token.split('.').collect();
    let encode = |json: &Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    let header = part(token, 0);
    let with = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        header
    };
    let rejoined = |header: &Value| format!("{}.{}.{}", encode(header), parts[1], parts[2]);
    let mut longer = part(token, 1);
    longer["exp"] = 4_000_000_000_u64.into();
    let opaque = server.client(Registration::web()).tokens(&server, &alice).await;
    let jwt = server
        .client(Registration::web().with(|new| new.token_format = TokenFormat::Jwt.as_str()))
        .tokens(&server, &alice)
        .await;
    let elsewhere = sign_in(&other, &twin, None).await.ok();
    let rsa = Key::rsa(0);
    let foreign = rsa.token(
        &json!({"alg": "RS256", "typ": "session+jwt", "kid": header["kid"]}),
        &longer,
    );
    for (id, presented, expected) in [
        (
            "another server's",
            elsewhere.text("accessToken").to_owned(),
            "401 invalid_token",
        ),
        (
            "ID-01 none",
            format!("{}.{}.", encode(&with("alg", "none".into())), parts[1]),
            "401 invalid_token",
        ),
        (
            "ID-02 HS256",
            rejoined(&with("alg", "HS256".into())),
            "401 invalid_token",
        ),
        (
            "ID-05 kid",
            rejoined(&with("kid", "../../dev/null".into())),
            "401 invalid_token",
        ),
        (
            "XT-04 typ",
            rejoined(&with("typ", "at+jwt".into())),
            "401 invalid_token",
        ),
        ("foreign key", foreign, "401 invalid_token"),
        (
            "longer life",
            format!("{}.{}.{}", parts[0], encode(&longer), parts[2]),
            "401 invalid_token",
        ),
        (
            "no signature",
            format!("{}.{}.", parts[0], parts[1]),
            "401 invalid_token",
        ),
        ("padding", format!("{token}="), "401 invalid_token"),
        (
            "refresh token",
            signed_in.text("refreshToken").to_owned(),
            "401 invalid_token",
        ),
        ("junk", "x".to_owned(), "401 invalid_token"),
        (
            "RT-07 app's refresh token",
            opaque.text("refresh_token").to_owned(),
            "403 session_required",
        ),
        (
            "app's opaque token",
            opaque.text("access_token").to_owned(),
            "403 session_required",
        ),
        (
            "app's at+jwt",
            jwt.text("access_token").to_owned(),
            "403 session_required",
        ),
    ] {
        assert_eq!(code(&whoami(&server, &presented, None).await), expected, "{id}");
    }
    // Both ways: a session is no app's token, and renews nothing of an app's.
    let web = server.client(Registration::web());
    assert!(!web.is_active(token).await, "an app learns nothing of a session");
    assert_eq!(
        web.refresh(signed_in.text("refreshToken")).await.error(),
        "400 invalid_grant"
    );
    assert_eq!(
        code(&renew(&server, opaque.text("refresh_token")).await),
        "401 invalid_token"
    );

    let without = call(&server, Method::GET, "/v1/auth/session", None, None).await;
    assert_eq!(code(&without), "401 unauthorized");
    assert_eq!(without.headers["www-authenticate"], "Bearer");
    // CS-06, CS-14: a browser's cookie is nothing here, so no foreign page can act in somebody's name.
    let browser = server.browser();
    let page = browser.visit("/login").await;
    browser.sign_in(&page, &alice).await;
    let answer = browser.get("/v1/auth/session").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

/// S2: who signs out has signed out, everywhere that this session was.
#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_and_no_other() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let [here, there] = [
        sign_in(&server, &alice, None).await.ok(),
        sign_in(&server, &alice, None).await.ok(),
    ];
    let out = call(
        &server,
        Method::DELETE,
        "/v1/auth/session",
        Some(here.text("accessToken")),
        None,
    )
    .await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert_eq!(
        code(&whoami(&server, here.text("accessToken"), None).await),
        "401 invalid_token"
    );
    assert_eq!(
        code(&renew(&server, here.text("refreshToken")).await),
        "401 invalid_token"
    );
    whoami(&server, there.text("accessToken"), None).await.ok();
    assert_eq!(server.count("audit_event WHERE kind = 'account.signed_out'"), 1);
}

/// S3: where the operator wants it, a request says where it acts.
#[tokio::test(flavor = "multi_thread")]
async fn the_operator_may_want_the_workspace_named_and_may_name_the_header() {
    let server = Server::start_with(
        "workspace_header = \"required\"\nworkspace_header_names = [\"x-workspace-id\", \"x-altyaa-workspace\"]",
    )
    .await;
    let alice = server.person("alice");
    let signed_in = sign_in(&server, &alice, Some("acme")).await.ok();
    let token = signed_in.text("accessToken");
    assert_eq!(
        whoami(&server, token, None).await.ok().json["workspace"],
        Value::Null
    );
    assert_eq!(
        whoami(&server, token, Some("acme")).await.ok().json["workspace"]["slug"],
        "acme"
    );
    // Introspection keeps the same rule: without a name there is no workspace, and no power.
    let at_api = api(&server);
    for (named, scope) in [(None, false), (Some("acme"), true)] {
        let told = introspect(&server, &at_api.id, at_api.secret.as_deref(), token, named).await;
        assert_eq!(told["active"], true, "{told}");
        assert_eq!(told.get("workspace_id").is_some(), scope, "{told}");
        assert_eq!(told["scope"] != "", scope, "{told}");
    }
    let request = server
        .http
        .get(server.url("/v1/auth/session"))
        .bearer_auth(token)
        .header("x-altyaa-workspace", "acme");
    let named = Reply::read(request.send().await.unwrap()).await.ok();
    assert_eq!(named.json["workspace"]["slug"], "acme");
}

/// S1: the word of another provider, once, and only where it opens a session.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_opens_one_session() {
    let provider = Provider::start();
    let server = Server::start_with(&provider.configured("google", "google", "")).await;
    let alice = server.person("alice");
    server.workspace("initech");
    let key = Key::rsa(0);
    provider.publish(&[key.jwk("k")]);
    let claims = provider.vouches(&server, "alice-at-google", &alice.email);
    let token = key.token(&json!({"alg": "RS256", "kid": "k"}), &claims);
    let open = |workspace: Option<&str>| {
        let mut body = json!({"provider": "google", "idToken": token});
        if let Some(workspace) = workspace {
            body["workspaceId"] = workspace.into();
        }
        body
    };
    let before = server.digest();
    let refused = post(&server, "/v1/auth/session", &open(Some("initech"))).await;
    assert_eq!(code(&refused), "403 workspace_forbidden");
    assert!(
        server.changed_since(&before).is_empty(),
        "a refused sign-in burns nothing"
    );

    let signed_in = post(&server, "/v1/auth/session", &open(Some("acme"))).await.ok();
    assert_eq!(signed_in.json["user"]["id"], json!(alice.account.id));
    assert_eq!(part(signed_in.text("accessToken"), 1)["amr"], json!(["fed"]));
    let again = post(&server, "/v1/auth/session", &open(None)).await;
    assert_eq!(code(&again), "401 invalid_id_token");
    for (case, body, expected) in [
        (
            "unknown provider",
            json!({"provider": "nobody", "idToken": "x"}),
            "400 unknown_provider",
        ),
        (
            "both",
            json!({"provider": "google", "idToken": "x", "password": "y"}),
            "400 malformed_body",
        ),
        ("neither", json!({"provider": "google"}), "400 malformed_body"),
        (
            "local with a token",
            json!({"provider": "local", "email": alice.email, "password": PASSWORD, "idToken": "x"}),
            "400 malformed_body",
        ),
        (
            "AD-03",
            json!({"provider": "local", "email": alice.email, "password": PASSWORD, "role": "owner"}),
            "400 malformed_body",
        ),
        (
            "junk",
            json!({"provider": "google", "idToken": "x"}),
            "401 invalid_id_token",
        ),
    ] {
        assert_eq!(
            code(&post(&server, "/v1/auth/session", &body).await),
            expected,
            "{case}"
        );
    }
}

/// K14: on a self-hosted server there is one workspace, and who comes by themselves is a member of it, if the operator lets them come.
#[tokio::test(flavor = "multi_thread")]
async fn a_self_hosted_server_has_one_workspace_and_is_closed_unless_it_is_opened() {
    for (extra, expected) in [
        ("", "403 registration_closed"),
        ("registration = \"open\"\n", "200 -"),
    ] {
        let provider = Provider::start();
        let configured = provider.configured("google", "google", "");
        let server = Server::start_with(&format!("mode = \"self_hosted\"\n{extra}{configured}")).await;
        let key = Key::rsa(0);
        provider.publish(&[key.jwk("k")]);
        for name in ["nora", "otto"] {
            let claims = provider.vouches(&server, name, &format!("{name}@people.example"));
            let token = key.token(&json!({"alg": "RS256", "kid": "k"}), &claims);
            let body = json!({"provider": "google", "idToken": token});
            let answer = post(&server, "/v1/auth/session", &body).await;
            assert_eq!(code(&answer), expected, "{name}");
            if answer.status == StatusCode::OK {
                assert_eq!(answer.json["workspace"]["slug"], "main", "{name}");
                assert_eq!(answer.json["workspace"]["role"], "member", "{name}");
            }
        }
    }
}

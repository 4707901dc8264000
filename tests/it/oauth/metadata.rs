//! What the server says about itself (RFC 8414, RFC 7517, RFC 9207), compared with what it does.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{
    FORM_TYPE, Registration, Server,
    client::{CHALLENGE, Reply, VERIFIER},
    form,
};

const METADATA: &str = "/.well-known/oauth-authorization-server";
const JWKS: &str = "/.well-known/jwks.json";

async fn get(server: &Server, path: &str) -> Reply {
    Reply::read(server.http.get(server.url(path)).send().await.unwrap()).await
}

/// Posts a form without credentials of its own.
async fn post(server: &Server, url: &str, params: &[(&str, &str)], basic: Option<(&str, &str)>) -> Reply {
    let mut request = server
        .http
        .post(url)
        .header(FORM_TYPE.0, FORM_TYPE.1)
        .body(form(params));
    if let Some((id, secret)) = basic {
        request = request.basic_auth(id, Some(secret));
    }
    Reply::read(request.send().await.unwrap()).await
}

/// The members of a metadata document that are lists of text.
fn list(metadata: &Value, name: &str) -> Vec<String> {
    let list = metadata[name]
        .as_array()
        .unwrap_or_else(|| panic!("no list {name} in {metadata}"));
    list.iter()
        .map(|value| value.as_str().unwrap().to_owned())
        .collect()
}

/// MX-02, MX-03, PK-14: the whole document, member by member: nothing is in it that is not compared below.
#[tokio::test(flavor = "multi_thread")]
async fn the_metadata_says_this_and_nothing_else() {
    let server = Server::start().await;
    let issuer = server.origin.as_str();
    let reply = get(&server, METADATA).await.ok();
    assert_eq!(reply.headers["content-type"], "application/json");
    assert_eq!(reply.headers["cache-control"], "public, max-age=300");
    let methods = json!(["client_secret_basic", "client_secret_post", "none"]);
    assert_eq!(
        reply.json,
        json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/oauth/authorize"),
            "token_endpoint": format!("{issuer}/oauth/token"),
            "introspection_endpoint": format!("{issuer}/oauth/token/introspect"),
            "revocation_endpoint": format!("{issuer}/oauth/token/revoke"),
            "jwks_uri": format!("{issuer}{JWKS}"),
            "scopes_supported": ["analytics.read", "posts.write", "reviews.read", "members.write", "profile.read", "other.read"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": [
                "authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange",
            ],
            "token_endpoint_auth_methods_supported": methods,
            "introspection_endpoint_auth_methods_supported": methods,
            "revocation_endpoint_auth_methods_supported": methods,
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        }),
        "MX-02, MX-03, PK-14"
    );
}

/// MX-04: every address comes from the configuration, none from the request.
#[tokio::test(flavor = "multi_thread")]
async fn no_header_changes_an_address_or_an_issuer() {
    let server = Server::start_behind(Some("https://id.example"), "").await;
    let client = server.client(Registration::web());
    let told = get(&server, METADATA).await.ok().text;
    let keys = get(&server, JWKS).await.ok().text;
    assert!(
        told.contains("\"issuer\":\"https://id.example\""),
        "MX-03: {told}"
    );
    assert!(!told.contains(&server.origin), "MX-03: {told}");
    let evil = [
        ("host", "evil.test"),
        ("x-forwarded-host", "evil.test"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-port", "81"),
        ("x-forwarded-prefix", "/evil"),
        ("x-host", "evil.test"),
        ("x-original-url", "/evil"),
        ("forwarded", "for=1.1.1.1;host=evil.test;proto=http"),
    ];
    let mut sets: Vec<&[(&str, &str)]> = evil.chunks(1).collect();
    sets.push(&evil);
    for headers in sets {
        let ask = async |path: &str| {
            let mut request = server.http.get(server.url(path));
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.send().await.unwrap()
        };
        assert_eq!(
            Reply::read(ask(METADATA).await).await.ok().text,
            told,
            "MX-04 {headers:?}"
        );
        assert_eq!(
            Reply::read(ask(JWKS).await).await.ok().text,
            keys,
            "MX-04 {headers:?}"
        );
        // The answer to an authorization request names the issuer too.
        let refused = ask(&client.authorize_path(&[("scope", "nothing.known")])).await;
        let location = refused.headers()["location"].to_str().unwrap().to_owned();
        assert!(
            location.ends_with("&iss=https%3A%2F%2Fid.example"),
            "MX-04 {headers:?}: {location}"
        );
        let begun = ask(&client.authorize_path(&[])).await;
        let location = begun.headers()["location"].to_str().unwrap().to_owned();
        assert!(
            location.starts_with("/login?request="),
            "MX-04 {headers:?}: {location}"
        );
    }
}

/// MX-06: each grant type that is advertised works, and no other does.
#[tokio::test(flavor = "multi_thread")]
async fn the_grant_types_are_those_that_work() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let key = server.api_key(&alice, "analytics.read");
    let web = server.client(Registration::web());
    let service = server.client(Registration::service(&server));
    let metadata = get(&server, METADATA).await.ok().json;
    let advertised = list(&metadata, "grant_types_supported");
    let tokens = web.tokens(&server, &alice).await;
    let mut works = Vec::new();
    for grant_type in &advertised {
        let code = web.code(&server, &alice, &[]).await;
        let reply = match grant_type.as_str() {
            "authorization_code" => web.exchange(&code).await,
            "refresh_token" => web.refresh(tokens.text("refresh_token")).await,
            "client_credentials" => service.token(&[("grant_type", "client_credentials")]).await,
            "urn:ietf:params:oauth:grant-type:token-exchange" => {
                let params = [
                    ("grant_type", grant_type.as_str()),
                    ("subject_token", &key.secret),
                    ("subject_token_type", "urn:consentry:token-type:api-key"),
                ];
                post(&server, &server.url("/oauth/token"), &params, None).await
            }
            other => panic!("MX-06: {other} is advertised and not tested"),
        };
        works.push((grant_type.clone(), reply.ok().text("access_token").len() > 20));
    }
    assert!(works.iter().all(|(_, works)| *works), "MX-06 {works:?}");
    for other in [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "AUTHORIZATION_CODE",
        "authorization_code ",
    ] {
        assert!(!advertised.iter().any(|known| known == other), "MX-06 {other}");
        let params = [
            ("grant_type", other),
            ("username", &alice.email),
            ("password", crate::support::server::PASSWORD),
        ];
        for client in [&web, &service] {
            assert_eq!(
                client.token(&params).await.error(),
                "400 unsupported_grant_type",
                "MX-06 {other}"
            );
        }
    }
}

/// MX-06: each method of client authentication works where it is advertised, and no other does.
#[tokio::test(flavor = "multi_thread")]
async fn the_authentication_methods_are_those_that_work() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let native = server.client(Registration::native());
    let metadata = get(&server, METADATA).await.ok().json;
    let address = |name: &str| metadata[name].as_str().unwrap().to_owned();
    for (endpoint, list_name) in [
        ("token_endpoint", "token_endpoint_auth_methods_supported"),
        (
            "introspection_endpoint",
            "introspection_endpoint_auth_methods_supported",
        ),
        (
            "revocation_endpoint",
            "revocation_endpoint_auth_methods_supported",
        ),
    ] {
        let url = address(endpoint);
        for method in list(&metadata, list_name) {
            let client = if method == "none" { &native } else { &web };
            let fresh = client.tokens(&server, &alice).await;
            let mut params = request_of(endpoint, &fresh);
            let secret = client.secret.clone().unwrap_or_default();
            let mut basic = None;
            match method.as_str() {
                "client_secret_basic" => basic = Some((client.id.as_str(), secret.as_str())),
                "client_secret_post" => {
                    params.extend([("client_id", client.id.as_str()), ("client_secret", &secret)]);
                }
                "none" => params.push(("client_id", &client.id)),
                other => panic!("MX-06: {other} is advertised and not tested"),
            }
            let reply = post(&server, &url, &params, basic).await;
            assert_eq!(
                reply.status,
                StatusCode::OK,
                "MX-06 {endpoint} {method}: {}",
                reply.text
            );
            if endpoint == "introspection_endpoint" {
                assert_eq!(reply.json["active"], true, "MX-06 {method}: one's own token");
            }
        }
        // Not advertised: assertions, credentials in the address, a secret client without its secret.
        let fresh = web.tokens(&server, &alice).await;
        let id = web.id.as_str();
        let secret = web.secret.clone().unwrap();
        let base = request_of(endpoint, &fresh);
        let assertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let with = |more: &[(&'static str, &'static str)]| [&base[..], more].concat();
        let jwt = with(&[
            ("client_assertion_type", assertion),
            ("client_assertion", "e30.e30.e30"),
        ]);
        let mut named = jwt.clone();
        named.push(("client_id", id));
        let mut none = base.clone();
        none.push(("client_id", id));
        for (case, params) in [
            ("assertion", &jwt),
            ("assertion", &named),
            ("none", &none),
            ("nothing", &base),
        ] {
            let reply = post(&server, &url, params, None).await;
            assert_eq!(reply.error(), "401 invalid_client", "MX-06 {endpoint} {case}");
            assert!(
                reply.headers.contains_key("www-authenticate"),
                "MX-06 {endpoint} {case}"
            );
        }
        let query = form(&[("client_id", id), ("client_secret", &secret)]);
        let reply = post(&server, &format!("{url}?{query}"), &base, None).await;
        assert!(
            reply.status.is_client_error(),
            "MX-06 {endpoint} query: {}",
            reply.text
        );
        let bearer = server
            .http
            .post(&url)
            .bearer_auth(fresh.text("access_token"))
            .header(FORM_TYPE.0, FORM_TYPE.1)
            .body(form(&base));
        let reply = Reply::read(bearer.send().await.unwrap()).await;
        assert_eq!(reply.error(), "401 invalid_client", "MX-06 {endpoint} bearer");
        assert!(
            web.is_active(fresh.text("access_token")).await,
            "MX-06 {endpoint}: nothing was revoked"
        );
    }
}

/// What an endpoint is asked for with these tokens.
fn request_of<'a>(endpoint: &str, tokens: &'a Reply) -> Vec<(&'static str, &'a str)> {
    match endpoint {
        "token_endpoint" => vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.text("refresh_token")),
        ],
        _ => vec![("token", tokens.text("access_token"))],
    }
}

/// MX-06, MX-02, PK-14: the lists of the authorization endpoint are what it takes.
#[tokio::test(flavor = "multi_thread")]
async fn the_lists_of_the_authorization_endpoint_are_what_it_takes() {
    let server = Server::start().await;
    let owner = server.person_in("owner", &[("acme", consentry::platform::config::Role::Owner)]);
    let client = server.client(Registration::web());
    let metadata = get(&server, METADATA).await.ok().json;
    let endpoint = metadata["authorization_endpoint"].as_str().unwrap();
    assert_eq!(endpoint, server.url("/oauth/authorize"));
    let accepted = async |params: &[(&str, &str)]| {
        let answer = server.browser().get(&client.authorize_path(params)).await;
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{params:?}: {}",
            answer.body
        );
        answer.location().unwrap().starts_with("/login")
    };
    // The client may ask for all of them.
    let scopes = list(&metadata, "scopes_supported");
    for scope in &scopes {
        assert!(accepted(&[("scope", scope)]).await, "MX-06 scope {scope}");
    }
    let all = scopes.join(" ");
    let code = client.code(&server, &owner, &[("scope", &all)]).await;
    let granted = client.exchange(&code).await.ok();
    let granted: BTreeSet<&str> = granted.text("scope").split(' ').collect();
    assert_eq!(
        granted,
        scopes.iter().map(String::as_str).collect(),
        "MX-06 scopes"
    );
    for (name, list_name, others) in [
        (
            "response_type",
            "response_types_supported",
            &["token", "id_token", "code token", "none"][..],
        ),
        (
            "response_mode",
            "response_modes_supported",
            &["fragment", "form_post", "jwt"],
        ),
        (
            "scope",
            "scopes_supported",
            &["openid", "offline_access", "analytics", "*"],
        ),
    ] {
        let advertised = list(&metadata, list_name);
        for value in &advertised {
            assert!(accepted(&[(name, value)]).await, "MX-06 {name}={value}");
        }
        for other in others {
            assert!(
                !advertised.iter().any(|value| value == other),
                "MX-06 {name}={other}"
            );
            assert!(!accepted(&[(name, other)]).await, "MX-06 {name}={other}");
        }
    }
    let methods = list(&metadata, "code_challenge_methods_supported");
    assert_eq!(methods, ["S256"], "PK-14");
    for (method, works) in [("S256", true), ("plain", false), ("S512", false), ("", false)] {
        let params = [("code_challenge", CHALLENGE), ("code_challenge_method", method)];
        assert_eq!(accepted(&params).await, works, "PK-14 {method}");
    }
    let params = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let answer = server.browser().connect(&client, &owner, &params).await;
    let mut callback = answer.callback();
    assert_eq!(
        metadata["authorization_response_iss_parameter_supported"], true,
        "MX-02"
    );
    assert_eq!(metadata["issuer"], callback["iss"], "MX-01, MX-02");
    let code = callback.remove("code").unwrap();
    let exchange = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", &client.redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(client.token(&exchange).await.status, StatusCode::OK, "PK-14");
}

/// MX-06: each address answers as the endpoint that it is said to be, and is only what it is.
#[tokio::test(flavor = "multi_thread")]
async fn each_address_is_the_endpoint_that_it_is_said_to_be() {
    let server = Server::start().await;
    let metadata = get(&server, METADATA).await.ok().json;
    for (name, get_status, post_status) in [
        (
            "authorization_endpoint",
            StatusCode::BAD_REQUEST,
            StatusCode::BAD_REQUEST,
        ),
        (
            "token_endpoint",
            StatusCode::METHOD_NOT_ALLOWED,
            StatusCode::UNAUTHORIZED,
        ),
        (
            "introspection_endpoint",
            StatusCode::METHOD_NOT_ALLOWED,
            StatusCode::UNAUTHORIZED,
        ),
        (
            "revocation_endpoint",
            StatusCode::METHOD_NOT_ALLOWED,
            StatusCode::UNAUTHORIZED,
        ),
        ("jwks_uri", StatusCode::OK, StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let url = metadata[name].as_str().unwrap();
        let got = server.http.get(url).send().await.unwrap();
        assert_eq!(got.status(), get_status, "MX-06 {name}");
        let posted = post(&server, url, &[], None).await;
        assert_eq!(posted.status, post_status, "MX-06 {name}: {}", posted.text);
    }
    for path in [METADATA, JWKS] {
        let head = server.http.head(server.url(path)).send().await.unwrap();
        assert_eq!(head.status(), StatusCode::OK, "{path}");
        assert_eq!(
            post(&server, &server.url(path), &[], None).await.status,
            StatusCode::METHOD_NOT_ALLOWED,
            "{path}"
        );
    }
}

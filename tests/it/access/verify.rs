//! Forward-auth, asked as a proxy asks: what passes and who it is then; and everything else, which does not pass.

use std::time::{Duration, Instant};

use consentry::{api_keys::owner::Owner, platform::config::Role};
use reqwest::{
    Method, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};

use crate::support::{
    Registration, Server,
    client::{Reply, api},
    cluster::eventually,
    key::KeyWish,
    rate_limit::limits,
    server::{AUDIENCE, OTHER_AUDIENCE},
};

/// Rules for both APIs of the tests' catalogue.
pub const RULES: &str = r#"
[[forward_auth.rules]]
resource = "https://api.example"
path = "/v1/posts/{id}"
methods = ["GET"]
scopes = ["analytics.read"]
[[forward_auth.rules]]
resource = "https://api.example"
path = "/v1/posts"
methods = ["POST"]
scopes = ["posts.write"]
[[forward_auth.rules]]
resource = "https://api.example"
path = "/v1/both"
scopes = ["posts.write", "analytics.read"]
[[forward_auth.rules]]
resource = "https://api.example"
path = "/v1/admin/**"
minimum_role = "admin"
[[forward_auth.rules]]
resource = "https://api.example"
path = "/v1/open/**"
[[forward_auth.rules]]
resource = "https://other.example"
path = "/v1/other"
[[forward_auth.rules]]
resource = "https://other.example"
path = "/v1/posts/{id}"
"#;

/// A question of a proxy.
#[derive(Clone)]
pub struct Ask {
    method: Method,
    path: String,
    headers: HeaderMap,
}

impl Ask {
    /// About a request with this method and address.
    pub fn about(method: &str, uri: &str) -> Self {
        let ask = Self {
            method: Method::GET,
            path: "/v1/verify".to_owned(),
            headers: HeaderMap::new(),
        };
        ask.with("x-forwarded-method", method)
            .with("x-forwarded-uri", uri)
    }

    /// About a request that any live credential may make.
    pub fn open() -> Self {
        Self::about("GET", "/v1/open/x")
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers.append(name, HeaderValue::from_str(value).unwrap());
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    #[must_use]
    pub fn to(mut self, query: &str) -> Self {
        self.path = format!("/v1/verify?{query}");
        self
    }

    #[must_use]
    pub fn by(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    pub async fn at(&self, server: &Server) -> Reply {
        let request = server.http.request(self.method.clone(), server.url(&self.path));
        Reply::read(request.headers(self.headers.clone()).send().await.unwrap()).await
    }
}

/// The headers that say who the caller is.
pub fn identity(headers: &HeaderMap) -> Vec<(&str, &str)> {
    let mut found: Vec<_> = { headers.iter() }
        .filter(|(name, _)| name.as_str().starts_with("x-auth-"))
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    found.sort_unstable();
    found
}

/// That nothing passes: no success, nobody's identity, no page, and nothing that a browser may keep or read from elsewhere.
pub fn is_closed(case: &str, reply: &Reply) {
    assert!(!reply.status.is_success(), "{case}: {}", reply.status);
    assert_eq!(identity(&reply.headers), [], "{case}");
    assert_eq!(
        reply.headers["content-type"], "application/problem+json",
        "{case}"
    );
    assert_eq!(reply.headers["cache-control"], "no-store", "{case}");
    assert!(
        !reply.headers.contains_key("access-control-allow-origin"),
        "{case}"
    );
    assert!(
        reply
            .text("type")
            .ends_with(&format!("/docs/errors/{}", reply.text("code"))),
        "{case}"
    );
    assert_eq!(reply.json["status"], reply.status.as_u16(), "{case}");
    assert!(!reply.text("request_id").is_empty(), "{case}");
}

/// Issue, "The one door": 200 with the identity of whoever holds the credential, and of nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_may_pass_comes_with_who_makes_it() {
    let server = Server::start_with(RULES).await;
    let alice = server.person("alice");
    let acme = server.workspace("acme").id.to_string();
    let web = server.client(Registration::web());
    let service = server.client(Registration::service(&server));
    let tokens = web.tokens(&server, &alice).await;
    let own = service.token(&[("grant_type", "client_credentials")]).await.ok();
    let session = server.session(&alice).await;
    let account = alice.account.id.to_string();
    let ask = Ask::about("GET", "/v1/posts/7?page=2");

    let told = ask
        .clone()
        .bearer(tokens.text("access_token"))
        .at(&server)
        .await
        .ok();
    assert_eq!(told.text, "");
    assert_eq!(told.headers["cache-control"], "no-store");
    let exp = api(&server)
        .introspect(tokens.text("access_token"))
        .await
        .ok()
        .json["exp"]
        .to_string();
    let scope = "analytics.read members.write other.read posts.write profile.read reviews.read";
    let scope: Vec<_> = scope.split(' ').filter(|it| *it != "members.write").collect();
    let as_app = [
        ("x-auth-client", web.id.as_str()),
        ("x-auth-credential", "access_token"),
        ("x-auth-expires", &exp),
        ("x-auth-plan", "standard"),
        ("x-auth-role", "member"),
        ("x-auth-scope", told.headers["x-auth-scope"].to_str().unwrap()),
        ("x-auth-subject", &account),
        ("x-auth-workspace", &acme),
    ];
    assert_eq!(identity(&told.headers), as_app);
    for name in told.headers["x-auth-scope"].to_str().unwrap().split(' ') {
        assert!(scope.contains(&name), "{name}");
    }

    let told = ask
        .clone()
        .bearer(own.text("access_token"))
        .at(&server)
        .await
        .ok();
    let names: Vec<_> = identity(&told.headers)
        .into_iter()
        .filter(|(name, _)| *name != "x-auth-expires")
        .collect();
    assert_eq!(
        names,
        [
            ("x-auth-client", service.id.as_str()),
            ("x-auth-credential", "access_token"),
            ("x-auth-plan", "standard"),
            ("x-auth-scope", "analytics.read"),
            ("x-auth-subject", service.id.as_str()),
            ("x-auth-workspace", &acme),
        ],
        "an app that acts as itself has no role"
    );

    for method in [Method::GET, Method::POST] {
        let told = ask
            .clone()
            .by(method)
            .bearer(&session.token)
            .at(&server)
            .await
            .ok();
        assert_eq!(told.headers["x-auth-credential"], "session");
        assert_eq!(told.headers["x-auth-subject"], account.as_str());
        assert_eq!(told.headers["x-auth-workspace"], acme.as_str());
        assert!(!told.headers.contains_key("x-auth-client"));
    }
    let told = Ask::open()
        .bearer(&session.token)
        .with("x-workspace-id", "acme")
        .at(&server)
        .await
        .ok();
    assert_eq!(told.headers["x-auth-workspace"], acme.as_str());
}

/// RFC 6750 §3.1, RFC 9728 §5.1: what is answered to whom, and with which challenge.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_may_not_pass_is_told_why() {
    let server = Server::start_with(RULES).await;
    let alice = server.person("alice");
    let boss = server.person_in("boss", &[("acme", Role::Admin)]);
    let nobody = server.person_in("nobody", &[]);
    server.workspace("globex");
    let web = server.client(Registration::web());
    let service = server.client(Registration::service(&server));
    let narrow = [("scope", "analytics.read")];
    let tokens = web.exchange(&web.code(&server, &alice, &narrow).await).await.ok();
    let whole = [("scope", "analytics.read posts.write")];
    let whole = web.exchange(&web.code(&server, &alice, &whole).await).await.ok();
    let elsewhere = [("scope", "other.read")];
    let elsewhere = web
        .exchange(&web.code(&server, &alice, &elsewhere).await)
        .await
        .ok();
    let own = service.token(&[("grant_type", "client_credentials")]).await.ok();
    let session = server.session(&alice).await;
    let admin = server.session(&boss).await;
    let placeless = server.session(&nobody).await;
    let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
    let about = |audience: &str| {
        let query: String = url::form_urlencoded::byte_serialize(audience.as_bytes()).collect();
        let address = format!(
            "{}/.well-known/oauth-protected-resource?resource={query}",
            server.origin
        );
        format!("resource_metadata=\"{address}\"")
    };
    let bare = format!("Bearer {}", about(AUDIENCE));
    let invalid = format!("Bearer error=\"invalid_token\", {}", about(AUDIENCE));
    let twice = format!("Bearer error=\"invalid_request\", {}", about(AUDIENCE));
    let scope = |scope: &str| {
        format!(
            "Bearer error=\"insufficient_scope\", scope=\"{scope}\", {}",
            about(AUDIENCE)
        )
    };
    let read = || Ask::about("GET", "/v1/posts/7");
    let post = || Ask::about("POST", "/v1/posts");
    let rows: Vec<(&str, Ask, &str, Option<String>)> = vec![
        ("HT-19 nothing", read(), "401 unauthorized", Some(bare)),
        (
            "HT-19 malformed",
            read().bearer("nothing"),
            "401 invalid_token",
            Some(invalid.clone()),
        ),
        (
            "a refresh token",
            read().bearer(refresh),
            "401 invalid_token",
            Some(invalid.clone()),
        ),
        (
            "basic",
            read().with("authorization", "Basic YTpi"),
            "401 invalid_token",
            Some(invalid.clone()),
        ),
        (
            "a client's secret",
            read().bearer(web.secret.as_deref().unwrap()),
            "401 invalid_token",
            Some(invalid.clone()),
        ),
        (
            "AK-12 no API key",
            read().with("x-api-key", access),
            "401 invalid_token",
            Some(invalid.clone()),
        ),
        (
            "AK-12 empty",
            read().with("x-api-key", ""),
            "401 invalid_token",
            Some(invalid.clone()),
        ),
        (
            "AK-12 both",
            read().bearer(access).with("x-api-key", access),
            "400 bad_request",
            Some(twice.clone()),
        ),
        (
            "AK-12 two keys",
            read().with("x-api-key", "a").with("x-api-key", "b"),
            "400 bad_request",
            Some(twice),
        ),
        (
            "AK-12 cookie",
            read().with("cookie", &format!("access_token={access}; session={access}")),
            "401 unauthorized",
            None,
        ),
        (
            "HT-12 two tokens",
            read().bearer(access).bearer(access),
            "400 bad_request",
            None,
        ),
        (
            "HT-12 own query",
            read().bearer(access).to(&format!("access_token={access}")),
            "400 bad_request",
            None,
        ),
        (
            "HT-12 own query only",
            read().to(&format!("access_token={access}")),
            "400 bad_request",
            None,
        ),
        (
            "HT-12 the request's query",
            Ask::about("GET", &format!("/v1/posts/7?access_token={access}")).bearer(access),
            "400 bad_forwarded_request",
            None,
        ),
        (
            "XT-02 another API's token",
            read().bearer(elsewhere.text("access_token")),
            "401 invalid_token",
            Some(invalid.clone()),
        ),
        (
            "XT-02 at another API",
            Ask::about("GET", "/v1/other").bearer(access),
            "401 invalid_token",
            Some(format!(
                "Bearer error=\"invalid_token\", {}",
                about(OTHER_AUDIENCE)
            )),
        ),
        (
            "XT-02 the proxy says which",
            read().to(&format!("resource={OTHER_AUDIENCE}")).bearer(access),
            "401 invalid_token",
            Some(format!(
                "Bearer error=\"invalid_token\", {}",
                about(OTHER_AUDIENCE)
            )),
        ),
        (
            "scope",
            post().bearer(access),
            "403 insufficient_scope",
            Some(scope("posts.write")),
        ),
        (
            "all scopes",
            Ask::about("PUT", "/v1/both").bearer(access),
            "403 insufficient_scope",
            Some(scope("posts.write analytics.read")),
        ),
        (
            "no rule for the method",
            Ask::about("PATCH", "/v1/posts").bearer(access),
            "403 no_rule",
            None,
        ),
        (
            "no rule for the path",
            Ask::about("GET", "/v1/posts/7/8").bearer(access),
            "403 no_rule",
            None,
        ),
        (
            "no rule, nobody",
            Ask::about("GET", "/v1/nothing"),
            "401 unauthorized",
            Some("Bearer".to_owned()),
        ),
        (
            "no rule of that API",
            Ask::open()
                .to(&format!("resource={OTHER_AUDIENCE}"))
                .bearer(elsewhere.text("access_token")),
            "403 no_rule",
            None,
        ),
        (
            "role",
            Ask::about("GET", "/v1/admin/x").bearer(&session.token),
            "403 permission_denied",
            None,
        ),
        (
            "role through an app",
            Ask::about("GET", "/v1/admin/x").bearer(access),
            "403 permission_denied",
            None,
        ),
        (
            "an app has no role",
            Ask::about("GET", "/v1/admin").bearer(own.text("access_token")),
            "403 permission_denied",
            None,
        ),
        (
            "XW another workspace",
            read().bearer(access).with("x-workspace-id", "globex"),
            "403 workspace_forbidden",
            None,
        ),
        (
            "XW another workspace, session",
            read().bearer(&session.token).with("x-workspace-id", "globex"),
            "403 workspace_forbidden",
            None,
        ),
        (
            "XW no workspace at all",
            read().bearer(&session.token).with("x-workspace-id", "nothing"),
            "403 workspace_forbidden",
            None,
        ),
        (
            "XW two",
            read()
                .bearer(access)
                .with("x-workspace-id", "acme")
                .with("x-workspace-id", "globex"),
            "403 workspace_forbidden",
            None,
        ),
        (
            "nowhere",
            Ask::open().bearer(&placeless.token),
            "400 workspace_required",
            None,
        ),
        (
            "unknown API",
            read().bearer(access).to("resource=https://nothing.example"),
            "400 bad_request",
            None,
        ),
        (
            "two APIs",
            read()
                .bearer(access)
                .to(&format!("resource={AUDIENCE}&resource={OTHER_AUDIENCE}")),
            "400 bad_request",
            None,
        ),
        (
            "a foreign query",
            read().bearer(access).to("page=2"),
            "400 bad_request",
            None,
        ),
        (
            "AD-14",
            read().with("user-agent", "kube-probe/1.30"),
            "401 unauthorized",
            None,
        ),
        (
            "AD-14 health check",
            read()
                .with("user-agent", "ELB-HealthChecker/2.0")
                .with("x-health-check", "1"),
            "401 unauthorized",
            None,
        ),
        (
            "HT-13 override",
            post().bearer(access).with("x-http-method-override", "GET"),
            "403 insufficient_scope",
            Some(scope("posts.write")),
        ),
        (
            "a page",
            read().with("accept", "text/html"),
            "401 unauthorized",
            None,
        ),
        (
            "another origin",
            read().with("origin", "https://evil.example"),
            "401 unauthorized",
            None,
        ),
    ];
    let before = server.facts();
    for (case, ask, expected, challenge) in rows {
        let told = ask.at(&server).await;
        assert_eq!(told.outcome(), expected, "{case}: {}", told.text);
        is_closed(case, &told);
        if let Some(challenge) = challenge {
            assert_eq!(told.headers["www-authenticate"], challenge.as_str(), "{case}");
        } else if told.status != StatusCode::UNAUTHORIZED {
            assert!(
                !told.headers.contains_key("www-authenticate"),
                "{case}: {:?}",
                told.headers
            );
        }
    }
    for (case, ask) in [
        ("right scope", post().bearer(whole.text("access_token"))),
        (
            "right scopes",
            Ask::about("PUT", "/v1/both").bearer(whole.text("access_token")),
        ),
        ("HEAD as GET", Ask::about("HEAD", "/v1/posts/7").bearer(access)),
        (
            "right role",
            Ask::about("DELETE", "/v1/admin/x/y").bearer(&admin.token),
        ),
        (
            "right API",
            Ask::about("GET", "/v1/other").bearer(elsewhere.text("access_token")),
        ),
        (
            "the proxy says which",
            read()
                .to(&format!("resource={OTHER_AUDIENCE}"))
                .bearer(elsewhere.text("access_token")),
        ),
        (
            "the workspace's id",
            read()
                .bearer(access)
                .with("x-workspace-id", &server.workspace("acme").id.to_string()),
        ),
        (
            "the workspace's slug",
            read().bearer(access).with("x-workspace-id", "acme"),
        ),
    ] {
        let told = ask.at(&server).await;
        assert_eq!(told.status, StatusCode::OK, "{case}: {}", told.text);
    }
    assert_eq!(
        server.changed_since(&before),
        [""; 0],
        "verification writes nothing"
    );
}

/// HT-15 and the issue's "fail closed": a request that two servers could read in two ways passes with no credential whatever.
#[tokio::test(flavor = "multi_thread")]
async fn an_unclear_request_passes_with_no_credential() {
    let server = Server::start_with(RULES).await;
    let owner = server.person_in("owner", &[("acme", Role::Owner)]);
    let session = server.session(&owner).await;
    let clear = Ask::open().bearer(&session.token);
    assert_eq!(
        clear.at(&server).await.status,
        StatusCode::OK,
        "the frame is right"
    );
    let uri = |uri: &str| Ask::about("GET", uri).bearer(&session.token);
    let rows = [
        ("no method", clear.clone().without("x-forwarded-method")),
        ("no address", clear.clone().without("x-forwarded-uri")),
        (
            "neither",
            clear
                .clone()
                .without("x-forwarded-uri")
                .without("x-forwarded-method"),
        ),
        ("two methods", clear.clone().with("x-forwarded-method", "POST")),
        (
            "two addresses",
            clear.clone().with("x-forwarded-uri", "/v1/open/y"),
        ),
        (
            "the same twice",
            clear.clone().with("x-forwarded-uri", "/v1/open/x"),
        ),
        (
            "another spelling",
            clear
                .clone()
                .without("x-forwarded-uri")
                .with("x_forwarded_uri", "/v1/open/x"),
        ),
        (
            "lower case",
            Ask::about("get", "/v1/open/x").bearer(&session.token),
        ),
        (
            "no method in it",
            Ask::about("", "/v1/open/x").bearer(&session.token),
        ),
        ("empty", uri("")),
        ("absolute form", uri("https://api.example/v1/open/x")),
        ("HT-15", uri("//v1/open/x")),
        ("HT-15 inside", uri("/v1//open/x")),
        ("HT-15 dots", uri("/v1/open/../admin")),
        ("HT-15 one dot", uri("/./v1/open/x")),
        ("HT-15 encoded dots", uri("/v1/open/%2e%2E/admin")),
        ("HT-15 encoded letter", uri("/v1/%6fpen/x")),
        ("HT-15 parameter", uri("/v1/open/x;y")),
        ("HT-15 CVE-2026-15573", uri("/v1/open/..;/admin")),
        ("encoded slash", uri("/v1/open%2fx")),
        ("encoded backslash", uri("/v1/open%5Cx")),
        ("twice encoded", uri("/v1/open/%252e%252e/admin")),
        ("backslash", uri("/v1/open\\x")),
        ("NUL", uri("/v1/open/%00")),
        ("line end", uri("/v1/open/%0d%0aHost:x")),
        ("fragment", uri("/v1/open/x#y")),
        ("slash at the end of a rule's path", uri("/v1/other/")),
        ("another case", uri("/v1/OPEN/x")),
        ("another case of a stricter rule", uri("/v1/Admin/x")),
        ("too long", uri(&format!("/v1/open/{}", "a".repeat(9000)))),
        ("own role", clear.clone().with("x-auth-role", "owner")),
        ("own role, upper case", clear.clone().with("X-AUTH-ROLE", "owner")),
        (
            "own role, underscores",
            clear.clone().with("x_auth_role", "owner"),
        ),
        ("own role, a dot", clear.clone().with("x-auth.role", "owner")),
        ("own scope", clear.clone().with("x-auth-scope", "everything")),
        ("own plan", clear.clone().with("x-auth-plan", "enterprise")),
        ("own status", clear.clone().with("x-auth-status", "200")),
    ];
    for (case, ask) in rows {
        for method in [Method::GET, Method::POST] {
            let told = ask.clone().by(method).at(&server).await;
            assert_eq!(
                told.outcome(),
                "400 bad_forwarded_request",
                "{case}: {}",
                told.text
            );
            is_closed(case, &told);
        }
    }
    for method in [Method::PUT, Method::DELETE, Method::OPTIONS, Method::TRACE] {
        let told = clear.clone().by(method.clone()).at(&server).await;
        assert_eq!(told.status, StatusCode::METHOD_NOT_ALLOWED, "HT-13 {method}");
        assert_eq!(told.headers["allow"], "GET, POST", "HT-13 {method}");
        assert_eq!(identity(&told.headers), [], "HT-13 {method}");
    }
}

/// Without rules a credential passes that is meant for the API, which must be known.
#[tokio::test(flavor = "multi_thread")]
async fn without_rules_a_credential_passes_where_it_is_meant_for() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let narrow = [("scope", "analytics.read")];
    let tokens = web.exchange(&web.code(&server, &alice, &narrow).await).await.ok();
    let ask = Ask::about("DELETE", "/anything").bearer(tokens.text("access_token"));
    for (case, query, expected) in [
        ("its API", format!("resource={AUDIENCE}"), "200"),
        (
            "XT-02 another API",
            format!("resource={OTHER_AUDIENCE}"),
            "401 invalid_token",
        ),
        ("XT-02 nobody says which", String::new(), "400 bad_request"),
    ] {
        assert_eq!(
            ask.clone().to(&query).at(&server).await.outcome(),
            expected,
            "{case}"
        );
    }
}

/// SCHEMA, "Being alive is looked up": what ends a credential ends what it may pass, on the very next request.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_ends_or_narrows_a_credential_holds_for_the_very_next_request() {
    let server = Server::start_with(RULES).await;
    let web = server.client(Registration::web());
    for (row, (case, statement, expected)) in [
        (
            "role lowered",
            "UPDATE membership SET role = 'viewer' WHERE account_id = '{}'",
            "403 insufficient_scope",
        ),
        (
            "member removed",
            "DELETE FROM membership WHERE account_id = '{}'",
            "401 invalid_token",
        ),
        (
            "account locked",
            "UPDATE account SET disabled_at = now() WHERE id = '{}'",
            "401 invalid_token",
        ),
        (
            "account deleted",
            "DELETE FROM account WHERE id = '{}'",
            "401 invalid_token",
        ),
        (
            "epoch raised",
            "UPDATE account SET credentials_epoch = credentials_epoch + 1 WHERE id = '{}'",
            "401 invalid_token",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let person = server.person(&format!("person{row}"));
        let tokens = web.tokens(&server, &person).await;
        let session = server.session(&person).await;
        let asks = [tokens.text("access_token"), &session.token]
            .map(|token| Ask::about("POST", "/v1/posts").bearer(token));
        for ask in &asks {
            assert_eq!(ask.at(&server).await.status, StatusCode::OK, "{case}");
        }
        server.execute(&statement.replace("{}", &person.account.id.to_string()));
        for (kind, ask) in ["access token", "session"].into_iter().zip(&asks) {
            let told = ask.at(&server).await;
            // Of a person who is no member any more nothing is left but the session itself, which acts nowhere.
            let expected = match (case, kind) {
                ("member removed", "session") => "400 workspace_required",
                _ => expected,
            };
            assert_eq!(told.outcome(), expected, "{case}, {kind}");
            is_closed(case, &told);
        }
    }
    let alice = server.person("alice");
    let tokens = web.tokens(&server, &alice).await;
    let ask = Ask::open().bearer(tokens.text("access_token"));
    assert_eq!(ask.at(&server).await.status, StatusCode::OK);
    server.advance(Duration::from_secs(3601));
    assert_eq!(ask.at(&server).await.outcome(), "401 invalid_token", "expired");
    let tokens = web.tokens(&server, &alice).await;
    let ask = Ask::open().bearer(tokens.text("access_token"));
    assert_eq!(ask.at(&server).await.status, StatusCode::OK);
    web.revoke(tokens.text("access_token")).await.ok();
    assert_eq!(ask.at(&server).await.outcome(), "401 invalid_token", "revoked");
}

/// RL-05: one credential's requests are counted, wherever they come from; wrong ones by network, and they make nobody else wait.
#[tokio::test(flavor = "multi_thread")]
async fn rl_05_requests_are_counted_by_credential_and_failures_by_network() {
    let limited = format!("{RULES}\n[rate_limits]\nverification = 2\ncredential_failures = 2\n");
    let server = Server::start_with(&limited).await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let busy = web.tokens(&server, &alice).await;
    let quiet = web.tokens(&server, &alice).await;
    let ask = |token: &str| Ask::open().bearer(token);
    for _ in 0..2 {
        let told = ask(busy.text("access_token")).at(&server).await.ok();
        assert_eq!(limits(&told.headers)[0].name, "verification");
    }
    let told = ask(busy.text("access_token")).at(&server).await;
    assert_eq!(told.outcome(), "429 too_many_requests", "RL-05 {}", told.text);
    is_closed("RL-05", &told);
    assert!(!told.headers.contains_key("www-authenticate"), "RL-05");
    let wait: u64 = told.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=30).contains(&wait), "RL-05 {wait}");
    for expected in ["401 invalid_token", "401 invalid_token", "429 too_many_requests"] {
        assert_eq!(ask("nothing").at(&server).await.outcome(), expected, "RL-05");
    }
    // To send nothing is no guess, and a good credential waits for nobody's guesses.
    assert_eq!(
        Ask::open().at(&server).await.outcome(),
        "401 unauthorized",
        "RL-05"
    );
    assert_eq!(
        ask(quiet.text("access_token")).at(&server).await.status,
        StatusCode::OK,
        "RL-05"
    );
}

/// FA-01, FA-02, FA-03: without the database nobody passes and nobody's credential is called bad; with it, as before.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_database_nothing_passes_and_nothing_is_called_invalid() {
    let server = Server::start_with(RULES).await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let tokens = web.tokens(&server, &alice).await;
    let session = server.session(&alice).await;
    let asks = [tokens.text("access_token"), &session.token].map(|token| Ask::open().bearer(token));
    for ask in &asks {
        assert_eq!(ask.at(&server).await.status, StatusCode::OK);
    }
    server.database.set_reachable(false);
    for ask in &asks {
        let began = Instant::now();
        let told = ask.at(&server).await;
        assert_eq!(told.outcome(), "503 temporarily_unavailable", "FA-02");
        is_closed("FA-02", &told);
        assert!(told.headers.contains_key("retry-after"), "FA-01");
        assert!(
            began.elapsed() < Duration::from_secs(3),
            "FA-01 {:?}",
            began.elapsed()
        );
    }
    assert_eq!(
        Ask::open().at(&server).await.outcome(),
        "401 unauthorized",
        "needs no database"
    );
    server.database.set_reachable(true);
    for ask in &asks {
        eventually("FA-03: passes again", async || {
            (ask.at(&server).await.status == StatusCode::OK).then_some(())
        })
        .await;
    }
}

/// For nginx's `auth_request`: 401 stays 401, everything else is 403, and what it should have been stands beside it.
#[tokio::test(flavor = "multi_thread")]
async fn for_nginx_every_other_refusal_is_403_and_says_what_it_is() {
    let server = Server::start_with(&format!(
        "[forward_auth]\nnginx = true\n{RULES}\n[rate_limits]\nverification = 3\n"
    ))
    .await;
    let alice = server.person("alice");
    let web = server.client(Registration::web());
    let tokens = web.tokens(&server, &alice).await;
    let token = tokens.text("access_token");
    let told = Ask::open().bearer(token).at(&server).await.ok();
    assert!(!told.headers.contains_key("x-auth-status"));
    let said = async |ask: Ask, status: u16, meant: &str, code: &str| {
        let told = ask.at(&server).await;
        assert_eq!(told.status.as_u16(), status, "{code}");
        let problem: serde_json::Value =
            serde_json::from_str(told.headers["x-auth-problem"].to_str().unwrap()).unwrap();
        assert_eq!(problem, told.json, "{code}");
        assert_eq!(
            (problem["code"].as_str(), problem["status"].to_string().as_str()),
            (Some(code), meant)
        );
        assert_eq!(told.headers["x-auth-status"], meant, "{code}");
        assert_eq!(identity(&told.headers).len(), 2, "{code}");
        told
    };
    let told = said(Ask::open(), 401, "401", "unauthorized").await;
    assert!(told.headers.contains_key("www-authenticate"));
    said(Ask::about("GET", "//"), 403, "400", "bad_forwarded_request").await;
    said(Ask::about("GET", "/nothing").bearer(token), 403, "403", "no_rule").await;
    assert_eq!(Ask::open().bearer(token).at(&server).await.status, StatusCode::OK);
    let told = said(Ask::open().bearer(token), 403, "429", "too_many_requests").await;
    assert!(told.headers.contains_key("retry-after"));
    server.database.set_reachable(false);
    let told = said(Ask::open().bearer(token), 403, "503", "temporarily_unavailable").await;
    assert!(told.headers.contains_key("retry-after"));
}

/// P3, K1, K12, AK-05, AK-06, AK-10: a key passes in either header, in its workspace, from where it may; and says why once it does not.
#[tokio::test(flavor = "multi_thread")]
async fn an_api_key_passes_in_either_header_until_it_ends() {
    let server = Server::start_with(RULES).await;
    server.workspace("globex");
    let alice = server.person("alice");
    let key = server.api_key(&alice, "analytics.read posts.write");
    let owner = Owner::Account(alice.account.id);
    let read = || Ask::about("GET", "/v1/posts/7");
    for ask in [
        read().bearer(&key.secret),
        read().with("x-api-key", &key.secret),
        Ask::about("POST", "/v1/posts").bearer(&key.secret),
        read().bearer(&key.secret).with("x-workspace-id", "acme"),
    ] {
        let told = ask.at(&server).await.ok();
        assert_eq!(told.headers["x-auth-credential"], "api_key");
        assert_eq!(told.headers["x-auth-key"], key.id.to_string().as_str());
        assert_eq!(
            told.headers["x-auth-subject"],
            alice.account.id.to_string().as_str()
        );
        assert!(!told.headers.contains_key("x-auth-expires"));
    }
    let elsewhere = server.api_key_with(
        owner,
        &KeyWish {
            scope: "analytics.read",
            networks: vec!["192.0.2.0/24".parse().unwrap()],
            ..KeyWish::default()
        },
    );
    let here = server.api_key_with(
        owner,
        &KeyWish {
            scope: "analytics.read",
            networks: vec!["127.0.0.0/8".parse().unwrap()],
            ..KeyWish::default()
        },
    );
    let short = server.api_key_with(
        owner,
        &KeyWish {
            scope: "analytics.read",
            lifetime: Some(Duration::from_mins(1)),
            ..KeyWish::default()
        },
    );
    assert_eq!(
        read().bearer(&here.secret).at(&server).await.status,
        StatusCode::OK
    );
    assert_eq!(
        read().bearer(&short.secret).at(&server).await.status,
        StatusCode::OK
    );
    server.advance(Duration::from_mins(1));
    for (case, ask, expected) in [
        (
            "AK-06",
            read().bearer(&key.secret).with("x-workspace-id", "globex"),
            "403 workspace_forbidden",
        ),
        (
            "AK-12",
            read().bearer(&key.secret).with("x-api-key", &key.secret),
            "400 bad_request",
        ),
        (
            "networks",
            read().bearer(&elsewhere.secret),
            "403 network_forbidden",
        ),
        ("AK-05", read().bearer(&short.secret), "401 key_expired"),
        (
            "AK-01",
            read().bearer(&format!("{}0", key.secret)),
            "401 invalid_token",
        ),
    ] {
        let told = ask.at(&server).await;
        assert_eq!(told.outcome(), expected, "{case}: {}", told.text);
        is_closed(case, &told);
    }
    // What ends it acts on the very next request, and says what it was.
    for (case, statement, expected) in [
        (
            "K2 role lowered",
            "UPDATE membership SET role = 'viewer'",
            "403 insufficient_scope",
        ),
        (
            "AK-10 member removed",
            "DELETE FROM membership",
            "401 key_owner_gone",
        ),
        (
            "K4 revoked",
            "UPDATE api_key SET revoked_at = now(), revoked_because = 'person'",
            "401 key_revoked",
        ),
    ] {
        server.execute(statement);
        let told = Ask::about("POST", "/v1/posts")
            .bearer(&key.secret)
            .at(&server)
            .await;
        assert_eq!(told.outcome(), expected, "{case}");
        is_closed(case, &told);
    }
}

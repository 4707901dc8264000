//! Registered clients, and how they talk to the server.

use std::collections::BTreeMap;

use consentry::{
    oauth::client::{
        registration::{self, Kind, NewClient, TokenFormat},
        secret,
    },
    platform::id::ClientId,
};
use reqwest::StatusCode;
use serde_json::Value;

use super::{
    browser::Browser,
    form,
    server::{AUDIENCE, Person, Server},
};

/// The redirect URI of the web client.
pub const CALLBACK: &str = "https://rp.example/cb";

/// The verifier and challenge of RFC 7636 Appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// What a test registers.
#[derive(Clone)]
pub struct Registration(pub NewClient);

impl Registration {
    /// A web app that keeps a secret.
    pub fn web() -> Self {
        let now = consentry::platform::clock::Clock::system().now();
        let all = [
            "analytics.read",
            "posts.write",
            "reviews.read",
            "members.write",
            "profile.read",
            "other.read",
        ];
        Self(NewClient {
            id: ClientId::generate(now),
            workspace_id: None,
            name: "Acme Sync".to_owned(),
            uri: Some("https://rp.example/".to_owned()),
            kind: Kind::Confidential.as_str(),
            redirect_uris: vec![CALLBACK.to_owned(), "https://rp.example/cb2?x=1".to_owned()],
            grant_types: vec!["authorization_code".to_owned(), "refresh_token".to_owned()],
            scope: all.map(str::to_owned).to_vec(),
            default_scope: Vec::new(),
            audiences: Vec::new(),
            require_pkce: false,
            token_format: TokenFormat::Opaque.as_str(),
            access_token_seconds: None,
            refresh_token_seconds: None,
            grant_seconds: None,
            created_at: now,
            verified_at: Some(now),
        })
    }

    /// A native app.
    pub fn native() -> Self {
        Self::web().with(|new| {
            "Acme Desktop".clone_into(&mut new.name);
            new.kind = Kind::Public.as_str();
            new.redirect_uris = vec!["http://127.0.0.1/cb".to_owned(), "com.example.app:/cb".to_owned()];
            new.require_pkce = true;
        })
    }

    /// An API that asks about tokens.
    pub fn api(audience: &str) -> Self {
        Self::web().with(|new| {
            "API".clone_into(&mut new.name);
            new.kind = Kind::ResourceServer.as_str();
            new.redirect_uris = Vec::new();
            new.grant_types = Vec::new();
            new.scope = Vec::new();
            new.audiences = vec![audience.to_owned()];
        })
    }

    /// A client that acts as itself in the workspace `acme`.
    pub fn service(server: &Server) -> Self {
        let workspace = server.workspace("acme");
        Self::web().with(|new| {
            new.workspace_id = Some(workspace.id);
            new.grant_types = vec!["client_credentials".to_owned()];
            new.scope = vec!["analytics.read".to_owned(), "posts.write".to_owned()];
            new.default_scope = vec!["analytics.read".to_owned()];
        })
    }

    /// The same, changed.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut NewClient)) -> Self {
        change(&mut self.0);
        self
    }

    /// Registers it.
    pub fn register(self, server: &Server) -> Registered {
        let mut conn = server.database.connect();
        let client = registration::create(&mut conn, &self.0).unwrap();
        let secret = (client.kind != Kind::Public).then(|| {
            let secret = secret::roll(
                &mut conn,
                client.id,
                std::time::Duration::ZERO,
                server.clock.now(),
            )
            .unwrap();
            secret.reveal(&server.config.vendor).to_string()
        });
        Registered {
            id: client.id.to_string(),
            secret,
            redirect_uri: client.redirect_uris.first().cloned().unwrap_or_default(),
            origin: server.origin.clone(),
            http: server.http.clone(),
        }
    }
}

/// A client as its own software knows it.
#[derive(Clone)]
pub struct Registered {
    pub id: String,
    pub secret: Option<String>,
    pub redirect_uri: String,
    origin: String,
    http: reqwest::Client,
}

/// An answer of an endpoint that clients call.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    pub json: Value,
}

impl Reply {
    /// A member, as text.
    pub fn text(&self, name: &str) -> &str {
        self.json[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name} in {} {}", self.status, self.text))
    }

    /// The OAuth error code, with its status: `400 invalid_grant`.
    pub fn error(&self) -> String {
        format!(
            "{} {}",
            self.status.as_u16(),
            self.json["error"].as_str().unwrap_or("-")
        )
    }

    /// Itself, if it is a success.
    pub fn ok(self) -> Self {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self
    }

    /// What an endpoint answered.
    pub async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        Self {
            status,
            headers,
            json: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        }
    }
}

impl Registered {
    /// A client that somebody registered at whatever server answers there.
    pub fn at(origin: &str, id: &str, secret: Option<&str>, redirect_uri: &str) -> Self {
        Self {
            id: id.to_owned(),
            secret: secret.map(str::to_owned),
            redirect_uri: redirect_uri.to_owned(),
            origin: origin.to_owned(),
            http: super::server::http_client(),
        }
    }

    /// The authorization request of this client; `params` replace or add.
    pub fn authorize_path(&self, params: &[(&str, &str)]) -> String {
        let mut all = BTreeMap::from([
            ("response_type", "code"),
            ("client_id", &self.id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "analytics.read posts.write"),
            ("state", "st&te=1 %"),
        ]);
        if self.secret.is_none() {
            all.extend([("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]);
        }
        all.extend(params.iter().copied());
        // An empty value stands for "leave it out".
        let pairs: Vec<(&str, &str)> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        format!("/oauth/authorize?{}", form(&pairs))
    }

    /// Posts a form with this client's credentials.
    pub async fn post(&self, path: &str, params: &[(&str, &str)]) -> Reply {
        let mut params = params.to_vec();
        let mut request = self.http.post(format!("{}{path}", self.origin));
        match &self.secret {
            Some(secret) => request = request.basic_auth(&self.id, Some(secret)),
            None => params.push(("client_id", &self.id)),
        }
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(&params));
        Reply::read(request.send().await.unwrap()).await
    }

    /// The same form as [`Registered::post`] sends, for another server or a connection of its own.
    pub fn posted(&self, origin: &str, path: &str, params: &[(&str, &str)]) -> super::wire::Post {
        let mut params = params.to_vec();
        let mut headers = vec![(
            "content-type".to_owned(),
            "application/x-www-form-urlencoded".to_owned(),
        )];
        match &self.secret {
            Some(secret) => headers.push(("authorization".to_owned(), basic(&self.id, secret))),
            None => params.push(("client_id", &self.id)),
        }
        super::wire::Post {
            origin: origin.to_owned(),
            path: path.to_owned(),
            headers,
            body: form(&params),
        }
    }

    /// Its id, typed.
    pub fn client_id(&self) -> ClientId {
        ClientId::parse(&self.id).unwrap()
    }

    /// The same client with another secret, as whoever does not know it would come.
    #[must_use]
    pub fn with_secret(&self, secret: Option<&str>) -> Self {
        Self {
            secret: secret.map(str::to_owned),
            ..self.clone()
        }
    }

    /// The token endpoint.
    pub async fn token(&self, params: &[(&str, &str)]) -> Reply {
        self.post("/oauth/token", params).await
    }

    /// Exchanges a code.
    pub async fn exchange(&self, code: &str) -> Reply {
        let mut params = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
        ];
        if self.secret.is_none() {
            params.push(("code_verifier", VERIFIER));
        }
        self.token(&params).await
    }

    /// Exchanges a code with parameters that replace or add; an empty value leaves one out.
    pub async fn exchange_with(&self, code: &str, changes: &[(&str, &str)]) -> Reply {
        let mut params = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.redirect_uri.as_str()),
        ];
        if self.secret.is_none() {
            params.push(("code_verifier", VERIFIER));
        }
        params.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        params.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.token(&params).await
    }

    /// Uses a refresh token, with parameters beside.
    pub async fn refresh_with(&self, token: &str, params: &[(&str, &str)]) -> Reply {
        let mut all = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        all.extend(params);
        self.token(&all).await
    }

    /// Uses a refresh token.
    pub async fn refresh(&self, token: &str) -> Reply {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }

    /// Asks about a token.
    pub async fn introspect(&self, token: &str) -> Reply {
        self.post("/oauth/token/introspect", &[("token", token)]).await
    }

    /// Whether a token is alive, as far as this client may know.
    pub async fn is_active(&self, token: &str) -> bool {
        self.introspect(token).await.ok().json["active"]
            .as_bool()
            .unwrap()
    }

    /// Ends a token.
    pub async fn revoke(&self, token: &str) -> Reply {
        self.post("/oauth/token/revoke", &[("token", token)]).await
    }

    /// A code, for a person in a fresh browser.
    pub async fn code(&self, server: &Server, person: &Person, params: &[(&str, &str)]) -> String {
        let answer = server.browser().connect(self, person, params).await;
        answer
            .callback()
            .remove("code")
            .unwrap_or_else(|| panic!("no code in {:?}", answer.location()))
    }

    /// Tokens, for a person in a fresh browser.
    pub async fn tokens(&self, server: &Server, person: &Person) -> Reply {
        let code = self.code(server, person, &[]).await;
        self.exchange(&code).await.ok()
    }
}

/// `Authorization: Basic` (RFC 6749 §2.3.1) for halves that need no encoding.
pub fn basic(id: &str, secret: &str) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")))
}

/// The resource server of the tests' API.
pub fn api(server: &Server) -> Registered {
    server.client(Registration::api(AUDIENCE))
}

/// A browser and the page on which it is asked for consent.
pub async fn asked(
    server: &Server,
    client: &Registered,
    person: &Person,
) -> (Browser, super::browser::Answer) {
    let browser = server.browser();
    let page = browser.visit(&client.authorize_path(&[])).await;
    let page = browser.sign_in(&page, person).await;
    (browser, page)
}

//! The whole flow with a client that is not ours: the `oauth2` crate reads our answers as any other client would.

use std::{fmt, pin::Pin};

use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IntrospectionUrl, PkceCodeChallenge, RedirectUrl, RefreshToken, RequestTokenError, RevocationUrl, Scope,
    StandardRevocableToken, TokenIntrospectionResponse, TokenResponse, TokenUrl,
    basic::{BasicClient, BasicErrorResponseType},
};
use reqwest::StatusCode;

use crate::support::{Registration, Server};

/// Carries the crate's requests. It refuses to revoke over plain HTTP, so it is told `https`, and this stands where the proxy
/// that ends TLS would.
struct Carrier(reqwest::Client);

/// A request that got no answer.
#[derive(Debug)]
struct Lost(String);

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Lost {}

impl From<reqwest::Error> for Lost {
    fn from(error: reqwest::Error) -> Self {
        Self(error.to_string())
    }
}

impl<'c> oauth2::AsyncHttpClient<'c> for Carrier {
    type Error = Lost;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Lost>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let url = parts.uri.to_string().replacen("https://", "http://", 1);
            let response = self
                .0
                .request(parts.method, url)
                .headers(parts.headers)
                .body(body)
                .send()
                .await?;
            let mut answer = HttpResponse::default();
            *answer.status_mut() = response.status();
            *answer.headers_mut() = response.headers().clone();
            *answer.body_mut() = response.bytes().await?.to_vec();
            Ok(answer)
        })
    }
}

/// RFC 6749, RFC 7636, RFC 7662 and RFC 7009 as somebody else's client speaks them: with the secret in the header, in the
/// body, and without one.
#[tokio::test(flavor = "multi_thread")]
async fn the_oauth2_crate_connects_refreshes_introspects_and_revokes() {
    let server = Server::start().await;
    let alice = server.person("alice");
    let carrier = Carrier(server.http.clone());
    let tls = server.origin.replacen("http://", "https://", 1);
    for (case, registration, auth_type) in [
        ("client_secret_basic", Registration::web(), AuthType::BasicAuth),
        ("client_secret_post", Registration::web(), AuthType::RequestBody),
        ("none", Registration::native(), AuthType::RequestBody),
    ] {
        let registered = server.client(registration);
        let mut client = BasicClient::new(ClientId::new(registered.id.clone()))
            .set_auth_type(auth_type)
            .set_auth_uri(AuthUrl::new(server.url("/oauth/authorize")).unwrap())
            .set_token_uri(TokenUrl::new(server.url("/oauth/token")).unwrap())
            .set_introspection_url(IntrospectionUrl::new(server.url("/oauth/token/introspect")).unwrap())
            .set_revocation_url(RevocationUrl::new(format!("{tls}/oauth/token/revoke")).unwrap())
            .set_redirect_uri(RedirectUrl::new(registered.redirect_uri.clone()).unwrap());
        if let Some(secret) = &registered.secret {
            client = client.set_client_secret(ClientSecret::new(secret.clone()));
        }

        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = client
            .authorize_url(CsrfToken::new_random)
            .add_scope(Scope::new("posts.write".to_owned()))
            .add_scope(Scope::new("analytics.read".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let browser = server.browser();
        let page = browser.visit(url.as_str()).await;
        let page = browser.sign_in(&page, &alice).await;
        let answer = browser.decide(&page, "allow").await;
        assert!(
            answer.location().unwrap().starts_with(&registered.redirect_uri),
            "{case}"
        );
        let mut callback = answer.callback();
        assert_eq!(callback["state"], *state.secret(), "{case}");

        let first = client
            .exchange_code(AuthorizationCode::new(callback.remove("code").unwrap()))
            .set_pkce_verifier(verifier)
            .request_async(&carrier)
            .await
            .unwrap();
        assert_eq!(first.expires_in().unwrap().as_secs(), 3600, "{case}");
        let granted: Vec<&str> = first
            .scopes()
            .unwrap()
            .iter()
            .map(|scope| scope.as_str())
            .collect();
        assert_eq!(granted, ["analytics.read", "posts.write"], "{case}");
        let told = client
            .introspect(first.access_token())
            .request_async(&carrier)
            .await
            .unwrap();
        assert!(told.active(), "{case}");
        assert_eq!(told.sub(), Some(alice.account.id.to_string().as_str()), "{case}");
        assert_eq!(
            told.client_id().map(|id| id.as_str()),
            Some(registered.id.as_str()),
            "{case}"
        );
        let left = told.exp().unwrap() - told.iat().unwrap();
        assert_eq!(left.num_seconds(), 3600, "{case}");

        let old = RefreshToken::new(first.refresh_token().unwrap().secret().clone());
        let second = client
            .exchange_refresh_token(&old)
            .add_scope(Scope::new("analytics.read".to_owned()))
            .request_async(&carrier)
            .await
            .unwrap();
        let granted: Vec<&str> = second
            .scopes()
            .unwrap()
            .iter()
            .map(|scope| scope.as_str())
            .collect();
        assert_eq!(granted, ["analytics.read"], "{case}");

        client
            .revoke_token(StandardRevocableToken::AccessToken(second.access_token().clone()))
            .unwrap()
            .request_async(&carrier)
            .await
            .unwrap();
        let told = client
            .introspect(second.access_token())
            .request_async(&carrier)
            .await
            .unwrap();
        assert!(!told.active(), "{case}");
        client
            .revoke_token(StandardRevocableToken::RefreshToken(
                second.refresh_token().unwrap().clone(),
            ))
            .unwrap()
            .request_async(&carrier)
            .await
            .unwrap();
        let told = client
            .introspect(first.access_token())
            .request_async(&carrier)
            .await
            .unwrap();
        assert!(!told.active(), "{case}: the grant went with it");

        // The crate knows our refusal by its code.
        let refused = client
            .exchange_refresh_token(second.refresh_token().unwrap())
            .request_async(&carrier)
            .await
            .unwrap_err();
        let RequestTokenError::ServerResponse(refused) = refused else {
            panic!("{case}: {refused}");
        };
        assert_eq!(refused.error(), &BasicErrorResponseType::InvalidGrant, "{case}");
        assert!(refused.error_description().is_some(), "{case}");
    }
    let discovered = server
        .http
        .get(server.url("/.well-known/oauth-authorization-server"))
        .send()
        .await
        .unwrap();
    assert_eq!(discovered.status(), StatusCode::OK);
    let metadata: serde_json::Value = discovered.json().await.unwrap();
    for (name, path) in [
        ("authorization_endpoint", "/oauth/authorize"),
        ("token_endpoint", "/oauth/token"),
        ("introspection_endpoint", "/oauth/token/introspect"),
        ("revocation_endpoint", "/oauth/token/revoke"),
    ] {
        assert_eq!(
            metadata[name],
            server.url(path),
            "what this test spoke to is what is published"
        );
    }
}

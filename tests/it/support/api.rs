//! A program that acts for a person at `/v1`.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Server, server::PASSWORD};

/// What the API answered.
#[derive(Debug)]
pub struct Told {
    pub status: StatusCode,
    pub body: Value,
}

impl Told {
    /// The code of a refusal.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

impl Server {
    /// Asks the API.
    pub async fn ask(&self, method: Method, path: &str, token: Option<&str>, body: Option<Value>) -> Told {
        let mut request = self.http.request(method, self.url(path));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Told { status, body }
    }

    /// Tries to sign a person in with more than the password.
    pub async fn sign_in_with(&self, email: &str, more: Value) -> Told {
        let mut body = json!({"provider": "local", "email": email, "password": PASSWORD});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.ask(Method::POST, "/v1/auth/session", None, Some(body)).await
    }

    /// The access token of a new session.
    pub async fn token_of(&self, email: &str) -> String {
        let told = self.sign_in_with(email, json!({})).await;
        assert_eq!(told.status, StatusCode::OK, "{}", told.body);
        told.body["accessToken"].as_str().unwrap().to_owned()
    }
}

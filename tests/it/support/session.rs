//! A person who is signed in through the API.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    Person, Server,
    client::Reply,
    server::{PASSWORD, http_client},
};

/// What a program holds for a signed-in person, and how it asks.
#[derive(Clone)]
pub struct Bearer {
    /// The access token; empty for nobody.
    pub token: String,
    /// Where it asks.
    pub origin: String,
    http: reqwest::Client,
}

impl Server {
    /// Signs a person in.
    pub async fn session(&self, person: &Person) -> Bearer {
        self.session_of(&person.email, PASSWORD).await
    }

    /// The same, of whoever has this address and password.
    pub async fn session_of(&self, email: &str, password: &str) -> Bearer {
        let nobody = self.nobody();
        let body = json!({"provider": "local", "email": email, "password": password});
        let reply = nobody.post("/v1/auth/session", &body).await.ok();
        Bearer {
            token: reply.text("accessToken").to_owned(),
            ..nobody
        }
    }

    /// A program without any credential.
    pub fn nobody(&self) -> Bearer {
        Bearer {
            token: String::new(),
            origin: self.origin.clone(),
            http: self.http.clone(),
        }
    }
}

impl Bearer {
    /// The same at another node.
    #[must_use]
    pub fn at(&self, origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            http: http_client(),
            ..self.clone()
        }
    }

    /// One request.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Reply {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.origin))
            .timeout(Duration::from_secs(30));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        Reply::read(request.send().await.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, &[], None).await
    }

    /// In the workspace that the header names.
    pub async fn get_in(&self, workspace: &str, path: &str) -> Reply {
        self.ask(Method::GET, path, &[("x-workspace-id", workspace)], None)
            .await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.ask(Method::POST, path, &[], Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.ask(Method::PATCH, path, &[], Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.ask(Method::DELETE, path, &[], None).await
    }
}

impl Reply {
    /// The status, and the code of a refusal: `403 permission_denied`.
    pub fn outcome(&self) -> String {
        match self.json["code"].as_str() {
            Some(code) => format!("{} {code}", self.status.as_u16()),
            None => self.status.as_u16().to_string(),
        }
    }
}

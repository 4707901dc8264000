//! Clients that use a server until it is gone, and what they then know.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use reqwest::StatusCode;
use tokio::sync::Notify;

use crate::support::{Registered, browser::callback_params, form, page};

/// What one client knows of one family of tokens when the server is gone.
#[derive(Debug)]
pub enum Known {
    /// A 200 gave it these; nobody has used them since.
    Told { access: String, refresh: String },
    /// It asked with this, and got no answer.
    AskedRefresh { refresh: String },
    /// It asked with this, and got no answer.
    AskedCode { code: String },
    /// A 200 said that these are revoked.
    Revoked { access: String, refresh: String },
    /// It asked for that, and got no answer.
    AskedRevocation { access: String, refresh: String },
}

/// What was spent, as a 200 said.
pub type Spent = Vec<String>;

/// Counts answers, so that the kill comes at a moment of the load, not of the clock.
#[derive(Default)]
pub struct Answers {
    count: AtomicU64,
    one_more: Notify,
}

impl Answers {
    fn add(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.one_more.notify_one();
    }

    /// Waits for so many.
    pub async fn reach(&self, wanted: u64) {
        while self.count.load(Ordering::SeqCst) < wanted {
            self.one_more.notified().await;
        }
    }
}

/// One client's way to the server, which may be gone at any moment.
#[derive(Clone)]
pub struct Load {
    pub origin: String,
    pub client: Registered,
    pub http: reqwest::Client,
    pub answers: Arc<Answers>,
}

/// Tokens of a 200.
struct Pair {
    access: String,
    refresh: String,
}

impl Load {
    /// `None`: no answer, or one that does not say whether it was done.
    async fn post(&self, path: &str, params: &[(&str, &str)]) -> Option<String> {
        let request = self
            .http
            .post(format!("{}{path}", self.origin))
            .basic_auth(&self.client.id, self.client.secret.as_ref())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(params));
        let response = request.send().await.ok()?;
        let status = response.status();
        let text = response.text().await.ok()?;
        let undecided = status == StatusCode::INTERNAL_SERVER_ERROR && text.contains("not known whether");
        if status == StatusCode::SERVICE_UNAVAILABLE || undecided {
            return None;
        }
        assert_eq!(status, StatusCode::OK, "under load: {path} {text}");
        self.answers.add();
        Some(text)
    }

    async fn token(&self, params: &[(&str, &str)]) -> Option<Pair> {
        let text = self.post("/oauth/token", params).await?;
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let text = |name: &str| json[name].as_str().unwrap().to_owned();
        Some(Pair {
            access: text("access_token"),
            refresh: text("refresh_token"),
        })
    }

    async fn refresh(&self, refresh: &str) -> Option<Pair> {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)])
            .await
    }

    async fn exchange(&self, code: &str) -> Option<Pair> {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.client.redirect_uri),
        ])
        .await
    }

    /// Refreshes until the server is gone.
    pub async fn refreshes(self, mut refresh: String) -> (Vec<Known>, Spent) {
        let mut spent = Vec::new();
        loop {
            match self.refresh(&refresh).await {
                Some(pair) => spent.push(std::mem::replace(&mut refresh, pair.refresh)),
                None => return (vec![Known::AskedRefresh { refresh }], spent),
            }
        }
    }

    /// A code, for a browser whose person is signed in and allows it where asked.
    async fn code(&self, cookies: &str) -> Option<String> {
        let mut request = self
            .http
            .get(format!("{}{}", self.origin, self.client.authorize_path(&[])));
        let location = loop {
            let response = request.header("cookie", cookies).send().await.ok()?;
            let status = response.status();
            let location = response.headers().get("location");
            let location = location.map(|to| to.to_str().unwrap().to_owned());
            let body = response.text().await.ok()?;
            request = match (status, location) {
                (StatusCode::SEE_OTHER, Some(to)) if to.starts_with(&self.client.redirect_uri) => break to,
                (StatusCode::SEE_OTHER, Some(to)) => self.http.get(self.url(&to)),
                (StatusCode::OK, _) => {
                    let asked = page::form(&body, "/oauth/authorize/").unwrap_or_else(|| panic!("{body}"));
                    let answer = asked.with("decision", "allow");
                    let fields: Vec<_> = answer
                        .fields
                        .iter()
                        .map(|(name, value)| (name.as_str(), value.as_str()))
                        .collect();
                    self.http
                        .post(self.url(&answer.action))
                        .header("origin", &self.origin)
                        .header("content-type", "application/x-www-form-urlencoded")
                        .body(form(&fields))
                }
                (StatusCode::SERVICE_UNAVAILABLE, _) => return None,
                (StatusCode::INTERNAL_SERVER_ERROR, _) if body.contains("not known whether") => return None,
                (status, _) => panic!("under load: {status} {body}"),
            };
        };
        self.answers.add();
        let mut callback = callback_params(&location);
        Some(callback.remove("code").unwrap_or_else(|| panic!("{location}")))
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with('/') {
            format!("{}{path}", self.origin)
        } else {
            path.to_owned()
        }
    }

    /// Connects again and again until the server is gone.
    pub async fn connects(self, cookies: String) -> (Vec<Known>, Spent) {
        let mut known = Vec::new();
        while let Some(code) = self.code(&cookies).await {
            match self.exchange(&code).await {
                Some(Pair { access, refresh }) => known.push(Known::Told { access, refresh }),
                None => {
                    known.push(Known::AskedCode { code });
                    break;
                }
            }
        }
        (known, Vec::new())
    }

    /// Connects and revokes again and again until the server is gone.
    pub async fn revokes(self, cookies: String) -> (Vec<Known>, Spent) {
        let mut known = Vec::new();
        while let Some(code) = self.code(&cookies).await {
            let Some(Pair { access, refresh }) = self.exchange(&code).await else {
                known.push(Known::AskedCode { code });
                break;
            };
            if self
                .post("/oauth/token/revoke", &[("token", &refresh)])
                .await
                .is_none()
            {
                known.push(Known::AskedRevocation { access, refresh });
                break;
            }
            known.push(Known::Revoked { access, refresh });
        }
        (known, Vec::new())
    }
}

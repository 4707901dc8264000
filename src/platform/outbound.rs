//! The one HTTP client for going out: to providers of identities, whose addresses the operator chose.
//!
//! # Decisions
//! * No redirect is followed: it would carry a code or a secret to somebody else (RFC 9700 §4.12), and what is fetched must
//!   come from where the operator said.
//! * No proxy is taken from the environment: who may read what goes out is decided in the configuration or nowhere.
//! * Connections are not kept. A request goes out once an hour, or once for a sign-in; a kept connection belongs to the
//!   worker thread that opened it and would fail under another.
//! * The client is made when it is first used: a machine without root certificates can serve everybody who signs in with a
//!   password.

use std::{
    error::Error,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use oauth2::{HttpRequest, HttpResponse, http};
use reqwest::{Client, Request, header::CONTENT_TYPE, redirect::Policy};

/// How long a connection may take to open, TLS included.
const CONNECT: Duration = Duration::from_secs(2);

/// How long one request may take in all: a person waits for it.
const TOTAL: Duration = Duration::from_secs(5);

/// The longest answer that is read, in bytes.
const LONGEST: usize = 256 * 1024;

/// Goes out.
#[derive(Default)]
pub struct Outbound {
    client: Mutex<Option<Client>>,
}

/// Why there is no answer. No part of it tells what was sent.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OutboundFault {
    /// The request did not get through.
    #[error("{0}")]
    Request(String),
    /// The answer is longer than 256 kB.
    #[error("the answer is longer than 256 kB")]
    TooLong,
    /// The answer is not 200 with JSON.
    #[error("the answer is {0}, not 200 with JSON")]
    NotJson(String),
}

impl From<reqwest::Error> for OutboundFault {
    fn from(error: reqwest::Error) -> Self {
        // Without the address: its query may hold what nobody should read.
        let error = error.without_url();
        let mut said = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            said = format!("{said}: {cause}");
            source = cause.source();
        }
        Self::Request(said)
    }
}

impl From<http::Error> for OutboundFault {
    fn from(error: http::Error) -> Self {
        Self::Request(error.to_string())
    }
}

impl Outbound {
    /// The JSON at an address, unread.
    ///
    /// # Errors
    /// [`OutboundFault`]: whatever kept it from being there.
    pub async fn get_json(&self, url: &str) -> Result<Vec<u8>, OutboundFault> {
        let request = self.client()?.get(url).build()?;
        let answer = self.execute(request).await?;
        let kind = answer.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let media = kind
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let is_json = media == "application/json" || media.ends_with("+json");
        if answer.status().as_u16() != 200 || !is_json {
            return Err(OutboundFault::NotJson(format!("{} {media:?}", answer.status())));
        }
        Ok(answer.into_body())
    }

    /// Sends a request of the **oauth2** crate.
    ///
    /// # Errors
    /// [`OutboundFault`]; a status that tells a refusal is an answer.
    pub async fn call(&self, request: HttpRequest) -> Result<HttpResponse, OutboundFault> {
        self.execute(Request::try_from(request)?).await
    }

    async fn execute(&self, request: Request) -> Result<HttpResponse, OutboundFault> {
        let mut response = self.client()?.execute(request).await?;
        let mut builder = http::Response::builder().status(response.status());
        for (name, value) in response.headers() {
            builder = builder.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > LONGEST {
                return Err(OutboundFault::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(builder.body(body)?)
    }

    fn client(&self) -> Result<Client, OutboundFault> {
        let mut kept = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = &*kept {
            return Ok(client.clone());
        }
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            .pool_max_idle_per_host(0)
            .user_agent(concat!("consentry/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(kept.insert(client).clone())
    }
}

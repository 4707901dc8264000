//! The HTTP client under the **oauth2** crate: it follows nothing, waits ten seconds, and reads no more than 64 kB.

use std::time::Duration;

use oauth2::{HttpRequest, HttpResponse, http};
use reqwest::{Client, Request, redirect::Policy};

use crate::cli::CliError;

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Longest answer that is read, in bytes.
const LONGEST: usize = 64 * 1024;

/// The client.
pub(super) struct Http(Client);

/// Why there is no answer. No part of it tells what was sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpFault {
    /// The request did not get through.
    #[error("{0}")]
    Request(String),
    /// More than 64 kB.
    #[error("the answer is longer than 64 kB")]
    TooLong,
}

impl From<HttpFault> for CliError {
    fn from(fault: HttpFault) -> Self {
        Self::failed("server_unreachable", fault.to_string())
            .fix("check that the server runs, and that --issuer is its address")
    }
}

impl From<reqwest::Error> for HttpFault {
    fn from(error: reqwest::Error) -> Self {
        use std::error::Error;

        let mut said = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            said = format!("{said}: {cause}");
            source = cause.source();
        }
        Self::Request(said)
    }
}

impl From<http::Error> for HttpFault {
    fn from(error: http::Error) -> Self {
        Self::Request(error.to_string())
    }
}

impl Http {
    pub(super) fn new() -> Result<Self, HttpFault> {
        // A redirect would carry a code or a secret to somebody else (RFC 9700 §4.12).
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(TIMEOUT)
            .user_agent(concat!("consentry/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self(client))
    }

    pub(super) async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpFault> {
        self.execute(Request::try_from(request)?).await
    }

    pub(super) async fn get(&self, url: &str) -> Result<HttpResponse, HttpFault> {
        let request = self.0.get(url).build()?;
        self.execute(request).await
    }

    async fn execute(&self, request: Request) -> Result<HttpResponse, HttpFault> {
        let mut response = self.0.execute(request).await?;
        let mut builder = http::Response::builder().status(response.status());
        for (name, value) in response.headers() {
            builder = builder.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > LONGEST {
                return Err(HttpFault::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(builder.body(body)?)
    }
}

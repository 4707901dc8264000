//! One request of the playground's app to the server, really over HTTP: as it is sent, as `curl` would send it, and its answer.

use std::{error::Error, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{Client, Url, header::HOST, redirect::Policy};
use serde_json::Value;
use url::form_urlencoded::{Serializer, byte_serialize};

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Longest answer that is read, in bytes: many times what any of them has.
const LONGEST: usize = 16 * 1024;

/// The headers of an answer that somebody who learns the protocol should see.
const SHOWN: [&str; 6] = [
    "content-type",
    "cache-control",
    "pragma",
    "www-authenticate",
    "retry-after",
    "x-request-id",
];

/// A client of the demo, as it proves who it is. Without `Debug`: it holds a secret.
#[derive(Clone, Copy)]
pub(super) enum Sender<'a> {
    /// `client_secret_basic` (RFC 6749 §2.3.1).
    Secret { id: &'a str, secret: &'a str },
    /// `none`: it only names itself (RFC 6749 §3.2.1).
    Named { id: &'a str },
}

/// A form posted to an endpoint. Without `Debug`: it holds credentials.
pub(super) struct Request {
    url: String,
    /// The path of the endpoint.
    pub path: &'static str,
    /// Names and values, in the order they are shown.
    pub headers: Vec<(&'static str, String)>,
    /// The form, before it is encoded.
    pub form: Vec<(&'static str, String)>,
    /// The same for a terminal.
    pub curl: String,
}

/// What came back. Without `Debug`: it holds tokens.
pub(super) struct Answer {
    /// The status code.
    pub status: u16,
    /// The status line's words.
    pub reason: &'static str,
    /// Those of [`SHOWN`] that were there.
    pub headers: Vec<(&'static str, String)>,
    /// Pretty where it is JSON.
    pub body: String,
    /// `Null` where it is no JSON.
    pub json: Value,
}

/// The app's HTTP client: asks this server only, and follows it nowhere.
pub(super) struct Http(Client);

impl Request {
    /// What `sender` posts to `path` of the server at `origin`.
    pub fn new(
        origin: &str,
        path: &'static str,
        sender: Sender<'_>,
        fields: &[(&'static str, &str)],
    ) -> Self {
        let mut form: Vec<(&str, String)> = fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        let url = format!("{origin}{path}");
        let host = origin.split_once("://").map_or("", |(_, host)| host);
        let mut headers = vec![("Host", host.to_owned())];
        let mut curl = vec![format!("curl -si {}", quoted(&url))];
        match sender {
            Sender::Secret { id, secret } => {
                // RFC 6749 §2.3.1 encodes both before they are joined.
                let pair = format!("{}:{}", encoded(id), encoded(secret));
                headers.push((
                    "Authorization",
                    format!("Basic {}", BASE64_STANDARD.encode(&pair)),
                ));
                curl.push(format!("-u {}", quoted(&pair)));
            }
            Sender::Named { id } => form.push(("client_id", id.to_owned())),
        }
        headers.push(("Content-Type", "application/x-www-form-urlencoded".to_owned()));
        headers.push(("Accept", "application/json".to_owned()));
        for (name, value) in &form {
            let pair = quoted(&format!("{name}={value}"));
            curl.push(format!("--data-urlencode {pair}"));
        }
        Self {
            url,
            path,
            headers,
            form,
            curl: curl.join(" \\\n  "),
        }
    }

    /// The body as it is sent.
    pub fn body(&self) -> String {
        Serializer::new(String::new()).extend_pairs(&self.form).finish()
    }
}

impl Http {
    /// The client.
    ///
    /// # Errors
    /// The TLS library's, which is not even used.
    pub fn new() -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(TIMEOUT)
            // A connection belongs to the worker that made it, and each worker may use this client.
            .pool_max_idle_per_host(0)
            .build()?;
        Ok(Self(client))
    }

    /// Sends it.
    ///
    /// # Errors
    /// Why there is no answer; no part of it tells what was sent.
    pub async fn send(&self, request: &Request) -> Result<Answer, String> {
        let url = Url::parse(&request.url).map_err(|error| error.to_string())?;
        let mut post = self.0.post(url).body(request.body());
        for (name, value) in &request.headers {
            // This one the client writes itself, from the same address.
            if !name.eq_ignore_ascii_case(HOST.as_str()) {
                post = post.header(*name, value);
            }
        }
        let mut response = post.send().await.map_err(|error| causes(&error))?;
        let status = response.status();
        let shown = |name: &'static str| {
            let value = response.headers().get(name)?;
            Some((name, String::from_utf8_lossy(value.as_bytes()).into_owned()))
        };
        let headers = SHOWN.into_iter().filter_map(shown).collect();
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| causes(&error))? {
            if bytes.len() + chunk.len() > LONGEST {
                return Err("the answer is longer than 16 kB".to_owned());
            }
            bytes.extend_from_slice(&chunk);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let json: Value = serde_json::from_str(&text).unwrap_or_default();
        Ok(Answer {
            status: status.as_u16(),
            reason: status.canonical_reason().unwrap_or_default(),
            headers,
            body: if json.is_null() { text } else { format!("{json:#}") },
            json,
        })
    }
}

/// The `curl` that asks for an address as a browser would, and shows where it would be sent.
pub(super) fn curl_get(url: &str) -> String {
    format!("curl -si {}", quoted(url))
}

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// For a shell: people copy it, and part of it may have come in an address that somebody made up.
fn quoted(text: &str) -> String {
    let plain: String = text.chars().filter(|character| !character.is_control()).collect();
    format!("'{}'", plain.replace('\'', r"'\''"))
}

fn causes(error: &reqwest::Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        said = format!("{said}: {cause}");
        source = cause.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_quotes_of_a_command() {
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("'; rm -rf ~ #"), r"''\''; rm -rf ~ #'");
        assert_eq!(quoted("$(x) `y` \\ \" !\n\u{1b}[31m"), "'$(x) `y` \\ \" ![31m'");
    }

    #[test]
    fn a_client_with_a_secret_proves_itself_in_the_header_and_one_without_names_itself_in_the_form() {
        let origin = "http://127.0.0.1:8080";
        let secret = Sender::Secret {
            id: "a b",
            secret: "s:c",
        };
        let request = Request::new(origin, "/oauth/token", secret, &[("code", "1&2")]);
        let sent = format!("Basic {}", BASE64_STANDARD.encode("a+b:s%3Ac"));
        assert!(request.headers.contains(&("Authorization", sent)));
        assert_eq!(request.body(), "code=1%262");
        assert_eq!(
            request.curl,
            "curl -si 'http://127.0.0.1:8080/oauth/token' \\\n  -u 'a+b:s%3Ac' \\\n  --data-urlencode 'code=1&2'"
        );

        let request = Request::new(origin, "/oauth/token", Sender::Named { id: "a" }, &[]);
        assert!(request.headers.iter().all(|(name, _)| *name != "Authorization"));
        assert_eq!(request.body(), "client_id=a");
    }
}

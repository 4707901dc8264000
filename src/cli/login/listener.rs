//! The loopback address that a sign-in comes back to (RFC 8252 §7.3).
//!
//! Anything on this machine, and any page in the browser, can call it: only the answer with our `state` counts, all else is
//! turned away and the wait goes on.

use std::{collections::BTreeMap, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use url::form_urlencoded;

use crate::{cli::CliError, platform::secret::Digest};

/// Longest request head that is read, in bytes.
const LONGEST: usize = 16 * 1024;

/// How long one caller may take to send it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A bound listener.
pub(super) struct Listener {
    socket: TcpListener,
    port: u16,
}

/// What the server sent the person back with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) code: Option<String>,
    pub(super) iss: Option<String>,
    /// Code and description.
    pub(super) error: Option<(String, String)>,
}

impl Listener {
    /// Listens on 127.0.0.1, at this port or any.
    pub(super) async fn bind(port: Option<u16>) -> Result<Self, CliError> {
        let fault = |error: std::io::Error| {
            CliError::failed("port_unusable", format!("cannot listen on 127.0.0.1: {error}"))
                .fix("choose another --port, or none")
        };
        let socket = TcpListener::bind(("127.0.0.1", port.unwrap_or(0)))
            .await
            .map_err(fault)?;
        let port = socket.local_addr().map_err(fault)?.port();
        Ok(Self { socket, port })
    }

    /// What the client must have registered.
    pub(super) fn redirect_uri(&self) -> String {
        format!("http://127.0.0.1:{}/callback", self.port)
    }

    /// Waits for the answer to the request with this `state`.
    pub(super) async fn answer(&self, state: &str) -> Result<Answer, CliError> {
        loop {
            let (mut stream, _) = self
                .socket
                .accept()
                .await
                .map_err(|error| CliError::failed("port_unusable", error.to_string()))?;
            // A browser opens connections that it may never use: none may hold up the next.
            let Ok(Some(head)) = timeout(PATIENCE, head(&mut stream)).await else {
                continue;
            };
            let found = read(&head, state);
            let (status, sentence) = match &found {
                Some(Answer { error: None, .. }) => ("200 OK", "Signed in. You can close this tab."),
                Some(_) => (
                    "200 OK",
                    "The sign-in did not succeed; the terminal says why. You can close this tab.",
                ),
                None => ("404 Not Found", "This is not the answer to a sign-in."),
            };
            // Whether the browser still listens does not change the answer.
            let _ = timeout(PATIENCE, respond(&mut stream, status, sentence)).await;
            if let Some(answer) = found {
                return Ok(answer);
            }
        }
    }
}

/// The head of a request; `None` if it does not end within bounds.
async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        if bytes.len() > LONGEST || stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    String::from_utf8(bytes).ok()
}

async fn respond(stream: &mut TcpStream, status: &str, sentence: &str) -> std::io::Result<()> {
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>consentry login</title><p>{sentence}</p></html>\n"
    );
    let response = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
         cache-control: no-store\r\ncontent-security-policy: default-src 'none'\r\nreferrer-policy: no-referrer\r\n\
         connection: close\r\n\r\n{page}",
        page.len()
    );
    stream.write_all(response.as_bytes()).await?;
    stream.shutdown().await
}

/// The answer in a request head, if it is one to the request with this `state`. A repeated parameter makes it none
/// (RFC 6749 §3.1).
fn read(head: &str, state: &str) -> Option<Answer> {
    let target = head.strip_prefix("GET ")?.split(' ').next()?;
    let query = target.strip_prefix("/callback?")?;
    let mut params = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if params.insert(name.into_owned(), value.into_owned()).is_some() {
            return None;
        }
    }
    // Digests, so that the time it takes to compare tells nothing of the state.
    if !Digest::of(params.get("state")?.as_bytes()).matches(&Digest::of(state.as_bytes())) {
        return None;
    }
    Some(Answer {
        code: params.remove("code"),
        iss: params.remove("iss"),
        error: params
            .remove("error")
            .map(|error| (error, params.remove("error_description").unwrap_or_default())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_answer_with_our_state_counts() {
        let get = |target: &str| read(&format!("GET {target} HTTP/1.1\r\nhost: x\r\n\r\n"), "s-1");
        let answer = get("/callback?code=c%201&state=s-1&iss=https%3A%2F%2Fid.example").unwrap();
        assert_eq!(answer.code.as_deref(), Some("c 1"));
        assert_eq!(answer.iss.as_deref(), Some("https://id.example"));
        assert_eq!(answer.error, None);
        for stray in [
            "/favicon.ico",
            "/callback",
            "/callback?code=c",
            "/callback?code=c&state=s-2",
            "/callback?code=c&state=s-1&state=s-1",
            "/callback?code=c&code=d&state=s-1",
            "/callback/?code=c&state=s-1",
        ] {
            assert_eq!(get(stray), None, "{stray}");
        }
        assert_eq!(read("POST /callback?state=s-1 HTTP/1.1\r\n\r\n", "s-1"), None);
    }

    #[test]
    fn an_error_answer_carries_code_and_description() {
        let head = "GET /callback?error=access_denied&error_description=no&state=s HTTP/1.1\r\n\r\n";
        let error = read(head, "s").unwrap().error.unwrap();
        assert_eq!(error, ("access_denied".to_owned(), "no".to_owned()));
    }
}

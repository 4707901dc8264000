//! The little of HTTP/1.1 that a load needs: one connection that is kept, a request as bytes, an answer with a
//! `Content-Length`.
//!
//! Not `reqwest`: pool, header maps and URLs for every request would cost about what the server does for a small answer, on the
//! core that Postgres needs. What the load costs is measured with everything else.

use std::{fmt::Write as _, net::SocketAddr};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::Outcome;

/// An open connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'a> {
    /// Its status code.
    pub status: u16,
    head: &'a str,
    /// Its body.
    pub body: &'a str,
}

impl<'a> Reply<'a> {
    /// The values of a header.
    pub fn headers(self, name: &str) -> impl Iterator<Item = &'a str> {
        headers(self.head, name)
    }

    /// Itself, if it is what was expected; a load that counted refusals would be fast.
    pub fn expect(self, status: u16, within: &str) -> Outcome<Self> {
        if self.status == status && self.body.contains(within) {
            return Ok(self);
        }
        Err(format!(
            "{status} was expected with `{within}`, the answer is {} {}",
            self.status, self.body
        )
        .into())
    }

    /// A text member of a JSON object, whose value needs no unescaping: a token.
    pub fn member(self, name: &str) -> Outcome<&'a str> {
        let (_, rest) = self
            .body
            .split_once(&format!("\"{name}\":\""))
            .ok_or_else(|| format!("no {name} in {}", self.body))?;
        Ok(rest.split('"').next().unwrap_or_default())
    }
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(16 * 1024),
        })
    }

    /// Sends a request and waits for all of its answer.
    pub async fn send(&mut self, request: &[u8]) -> Outcome<Reply<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let body_at = loop {
            let searched = self.buffer.len().saturating_sub(3);
            self.read().await?;
            if let Some(at) = self.buffer[searched..]
                .windows(4)
                .position(|it| it == b"\r\n\r\n")
            {
                break searched + at + 4;
            }
        };
        let head = std::str::from_utf8(&self.buffer[..body_at])?;
        let status = head.get(9..12).and_then(|code| code.parse().ok());
        let status: u16 = status.ok_or_else(|| format!("not an answer: {head}"))?;
        let length: usize = match headers(head, "content-length").next() {
            Some(length) => length.parse()?,
            // Without one there is no body, or one that is told in another way.
            None if matches!(status, 204 | 304) => 0,
            None => return Err(format!("an answer of unknown length: {head}").into()),
        };
        while self.buffer.len() < body_at + length {
            self.read().await?;
        }
        let (head, body) = self.buffer.split_at(body_at);
        Ok(Reply {
            status,
            head: std::str::from_utf8(head)?,
            body: std::str::from_utf8(body)?,
        })
    }

    async fn read(&mut self) -> Outcome<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        Ok(())
    }
}

fn headers<'a>(head: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    head.lines().filter_map(move |line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// A request, ready to be sent. Without a body it is a GET; with one a form.
pub fn request(host: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Vec<u8> {
    let method = if body.is_some() { "POST" } else { "GET" };
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n");
    for (name, value) in headers {
        // Writing to a string cannot fail.
        let _ = write!(text, "{name}: {value}\r\n");
    }
    if let Some(body) = body {
        let _ = write!(
            text,
            "content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n",
            body.len()
        );
    }
    text.push_str("\r\n");
    text.push_str(body.unwrap_or_default());
    text.into_bytes()
}

/// `application/x-www-form-urlencoded`.
pub fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// `Authorization: Basic` for halves that need no encoding.
pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")))
}

//! One TCP connection, written to byte for byte: for what a polite HTTP client would not send, and for requests that
//! must not share a connection.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::Barrier,
    time::Duration,
};

use reqwest::{
    StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;

use super::client::Reply;

/// An open connection.
pub struct Wire {
    reader: BufReader<TcpStream>,
    host: String,
}

impl Wire {
    /// Connects to the server of this origin.
    pub fn open(origin: &str) -> Self {
        let host = origin.strip_prefix("http://").unwrap().to_owned();
        let stream = TcpStream::connect(&host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            reader: BufReader::new(stream),
            host,
        }
    }

    /// Sends a request with these headers; `Host` and `Content-Length` are added.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) {
        let mut all = Vec::new();
        write!(all, "{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.host).unwrap();
        for (name, value) in headers {
            write!(all, "{name}: {value}\r\n").unwrap();
        }
        write!(all, "Content-Length: {}\r\n\r\n", body.len()).unwrap();
        all.extend_from_slice(body);
        self.reader.get_mut().write_all(&all).unwrap();
    }

    /// Reads one answer; the connection stays open.
    pub fn read(&mut self) -> Reply {
        let mut line = String::new();
        self.reader.read_line(&mut line).unwrap();
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse::<u16>().ok())
            .unwrap_or_else(|| panic!("no status line but {line:?}"));
        let mut headers = HeaderMap::new();
        loop {
            let mut line = String::new();
            self.reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            headers.append(
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(value.trim()).unwrap(),
            );
        }
        let length = headers
            .get("content-length")
            .map_or(0, |value| value.to_str().unwrap().parse().unwrap());
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body).unwrap();
        let text = String::from_utf8(body).unwrap();
        Reply {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            json: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        }
    }
}

/// A form that somebody posts.
#[derive(Clone)]
pub struct Post {
    /// To which server.
    pub origin: String,
    /// To which address of it.
    pub path: String,
    /// With which headers.
    pub headers: Vec<(String, String)>,
    /// The form.
    pub body: String,
}

impl Post {
    /// Sends it on this connection, without waiting for the answer.
    pub fn send(&self, wire: &mut Wire) {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        wire.send("POST", &self.path, &headers, self.body.as_bytes());
    }
}

/// Sends all of them at the same moment, each over a connection of its own that is open before.
pub fn race(posts: &[Post]) -> Vec<Reply> {
    let start = Barrier::new(posts.len());
    std::thread::scope(|scope| {
        let racers: Vec<_> = posts
            .iter()
            .map(|post| {
                scope.spawn(|| {
                    let mut wire = Wire::open(&post.origin);
                    start.wait();
                    post.send(&mut wire);
                    wire.read()
                })
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    })
}

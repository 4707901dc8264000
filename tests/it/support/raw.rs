//! A connection on which a test sends exactly the bytes it wants, for what no HTTP library would send.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use super::server::Server;

/// An answer as it came.
#[derive(Debug)]
pub struct Raw {
    pub status: u16,
    /// The status line and the headers, lower-cased.
    pub head: String,
    pub body: String,
}

impl Raw {
    /// Whether the server says that it closes the connection.
    pub fn closes(&self) -> bool {
        self.head.contains("\r\nconnection: close")
    }

    /// A member of a JSON body, as text.
    pub fn json(&self, name: &str) -> Option<String> {
        let body: serde_json::Value = serde_json::from_str(&self.body).ok()?;
        body.get(name)?.as_str().map(str::to_owned)
    }
}

/// One connection to a server.
pub struct Connection(TcpStream);

impl Connection {
    pub fn open(server: &Server) -> Self {
        Self::at(&server.origin)
    }

    /// To whatever server answers there.
    pub fn at(origin: &str) -> Self {
        let address = origin.strip_prefix("http://").unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(15))).unwrap();
        Self(stream)
    }

    /// Sends these bytes. The server may refuse a request, and close, before it has read all of it: that is no failure here.
    pub fn send(&mut self, bytes: &[u8]) {
        if let Err(error) = self.0.write_all(bytes) {
            assert!(
                matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset),
                "{error}"
            );
        }
    }

    /// Says that nothing more will be sent.
    pub fn finish(&self) {
        // The server may have closed already.
        let _ = self.0.shutdown(std::net::Shutdown::Write);
    }

    /// Whether it is open, and nothing has come over it that was not read.
    pub fn is_quiet(&self) -> bool {
        self.0.set_nonblocking(true).unwrap();
        let seen = self.0.peek(&mut [0]);
        self.0.set_nonblocking(false).unwrap();
        seen.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }

    /// The next answer; `None` if the server closed the connection without one.
    pub fn answer(&mut self) -> Option<Raw> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.byte()?);
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut body = Vec::new();
        if let Some((_, rest)) = head.split_once("\r\ncontent-length: ") {
            let length: usize = rest.split("\r\n").next().unwrap().parse().unwrap();
            for _ in 0..length {
                body.push(self.byte()?);
            }
        } else {
            assert!(!head.contains("transfer-encoding"), "{head}");
        }
        Some(Raw {
            status,
            head,
            body: String::from_utf8(body).unwrap(),
        })
    }

    /// The next answer, which has no body whatever its length says (RFC 9110 §9.3.2).
    pub fn answer_to_head(&mut self) -> Option<u16> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.byte()?);
        }
        String::from_utf8(head).unwrap().split(' ').nth(1)?.parse().ok()
    }

    /// An answer that may say its length in any way or end with the connection, which its sender must close.
    pub fn answer_to_its_end(&mut self) -> Raw {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let head = format!("{head}\r\n").to_ascii_lowercase();
        let body = if head.contains("\r\ntransfer-encoding: chunked") {
            let chunks = body.split("\r\n").skip(1).step_by(2);
            chunks.collect()
        } else {
            body.to_owned()
        };
        Raw {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head,
            body,
        }
    }

    /// Every answer until the server closes the connection, which it must do.
    pub fn all_answers(mut self) -> Vec<Raw> {
        std::iter::from_fn(|| self.answer()).collect()
    }

    fn byte(&mut self) -> Option<u8> {
        let mut byte = [0];
        match self.0.read(&mut byte) {
            Ok(0) => None,
            Ok(_) => Some(byte[0]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => None,
            Err(error) => panic!("no answer: {error}"),
        }
    }
}

/// A request with a body of a form.
pub fn post(path: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: test\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

//! An API of the operator's that knows nothing of credentials: what reaches it, it remembers.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Came {
    /// The request line and the headers, as they were spelt.
    pub head: String,
    pub body: String,
}

impl Came {
    /// The values of a header, however its name is spelt: as CGI folds names (RFC 3875 §4.1.18).
    pub fn folded(&self, name: &str) -> Vec<&str> {
        let fold = |name: &str| name.to_ascii_lowercase().replace(['_', '.'], "-");
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let own = lines.filter(|(known, _)| fold(known) == fold(name));
        own.map(|(_, value)| value).collect()
    }
}

/// The API. It lives until the process ends.
#[derive(Clone)]
pub struct Protected {
    /// Where it answers, without a scheme.
    pub address: String,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Protected {
    /// Answers every request with this status and these headers, each with its line end.
    pub fn saying(status: &'static str, headers: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let api = Self {
            address: listener.local_addr().unwrap().to_string(),
            came: Arc::default(),
        };
        let came = Arc::clone(&api.came);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let came = Arc::clone(&came);
                thread::spawn(move || answer(&client, status, headers, &came));
            }
        });
        api
    }

    /// With nothing but 200.
    pub fn start() -> Self {
        Self::saying("200 OK", "")
    }

    /// Takes what came since the last time.
    pub fn take(&self) -> Vec<Came> {
        std::mem::take(&mut self.came.lock().unwrap())
    }
}

/// One request for each connection.
fn answer(client: &TcpStream, status: &str, headers: &str, came: &Mutex<Vec<Came>>) {
    let mut reader = BufReader::new(client);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        // A connection that only asks whether anybody is there.
        if reader.read_line(&mut head).unwrap_or_default() == 0 {
            return;
        }
    }
    let length = head.to_ascii_lowercase();
    let length = length
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or_default()];
    reader.read_exact(&mut body).unwrap();
    came.lock().unwrap().push(Came {
        head,
        body: String::from_utf8(body).unwrap(),
    });
    // RFC 9110 §15.3.5: 204 has no body, and no length.
    let (length, body) = if status.starts_with("204") {
        ("", "")
    } else {
        ("content-length: 7\r\n", "reached")
    };
    let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\n{length}{headers}\r\n{body}");
    // Whoever asked may be gone.
    let _ = (&mut &*client).write_all(answer.as_bytes());
}

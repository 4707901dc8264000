//! A bad wire between a server and its database: it loses the COMMIT or its answer, holds them back, or is slow.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use url::Url;

use super::cluster::Database;

/// What happens to the next COMMIT; after it all is well again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trick {
    /// It never arrives, and the connection ends: the transaction is rolled back.
    LoseCommit,
    /// It arrives and is answered; the answer never arrives, and the connection ends: the transaction is committed.
    LoseAnswer,
    /// It waits here until [`Proxy::release`].
    HoldCommit,
    /// Its answer waits here until [`Proxy::release`].
    HoldAnswer,
}

#[derive(Default)]
struct State {
    next: Option<Trick>,
    holding: bool,
    delay: Duration,
}

/// The wire. It lives until the process ends.
#[derive(Clone)]
pub struct Proxy {
    state: Arc<(Mutex<State>, Condvar)>,
}

/// One end of a connection.
enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    fn clone(&self) -> Self {
        match self {
            Self::Tcp(stream) => Self::Tcp(stream.try_clone().unwrap()),
            Self::Unix(stream) => Self::Unix(stream.try_clone().unwrap()),
        }
    }

    fn end(&self) {
        // The other side may have ended it already.
        let _ = match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Both),
            Self::Unix(stream) => stream.shutdown(Shutdown::Both),
        };
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.write_all(bytes),
            Self::Unix(stream) => stream.write_all(bytes),
        }
    }

    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(bytes),
            Self::Unix(stream) => stream.read(bytes),
        }
    }

    fn read_exact(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.read_exact(bytes),
            Self::Unix(stream) => stream.read_exact(bytes),
        }
    }
}

/// Where a database is.
#[derive(Clone)]
enum Upstream {
    Tcp(String),
    Unix(String),
}

impl Upstream {
    fn open(&self) -> io::Result<Stream> {
        Ok(match self {
            Self::Tcp(address) => Stream::Tcp(TcpStream::connect(address)?),
            Self::Unix(path) => Stream::Unix(UnixStream::connect(path)?),
        })
    }
}

impl Proxy {
    pub fn new() -> Self {
        Self {
            state: Arc::default(),
        }
    }

    /// Begins to stand before a database. Answers how libpq reaches it now.
    pub fn before(&self, database: &Database) -> String {
        let mut url = Url::parse(&database.server_url).unwrap();
        let param = |name: &str| {
            let found = url.query_pairs().find(|(known, _)| known == name);
            found.map(|(_, value)| value.into_owned())
        };
        let (upstream, user) = match param("host") {
            Some(directory) => (
                Upstream::Unix(format!("{directory}/.s.PGSQL.{}", param("port").unwrap())),
                param("user").unwrap(),
            ),
            None => (
                Upstream::Tcp(format!(
                    "{}:{}",
                    url.host_str().unwrap(),
                    url.port().unwrap_or(5432)
                )),
                url.username().to_owned(),
            ),
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        // The wire reads what is sent, so it must not be encrypted.
        url.set_query(Some("sslmode=disable&gssencmode=disable"));
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(port)).unwrap();
        url.set_username(&user).unwrap();
        let proxy = self.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                client.set_nodelay(true).unwrap();
                match upstream.open() {
                    Ok(server) => proxy.connect(&Stream::Tcp(client), &server),
                    Err(_) => drop(client),
                }
            }
        });
        url.into()
    }

    /// Plays this trick on the next COMMIT.
    pub fn next(&self, trick: Trick) {
        self.state.0.lock().unwrap().next = Some(trick);
    }

    /// Whether a trick was played since the last [`Proxy::next`].
    pub fn struck(&self) -> bool {
        self.state.0.lock().unwrap().next.is_none()
    }

    /// Lets go of what is held.
    pub fn release(&self) {
        self.state.0.lock().unwrap().holding = false;
        self.state.1.notify_all();
    }

    /// Each message of the server to the database takes so much longer.
    pub fn slow_down(&self, delay: Duration) {
        self.state.0.lock().unwrap().delay = delay;
    }

    fn connect(&self, client: &Stream, server: &Stream) {
        // What becomes of the next answer on this connection.
        let lose = Arc::new(AtomicBool::new(false));
        let hold = Arc::new(AtomicBool::new(false));
        let (mut from, mut to) = (client.clone(), server.clone());
        let proxy = self.clone();
        let (losing, holding) = (Arc::clone(&lose), Arc::clone(&hold));
        thread::spawn(move || {
            // Either end may go at any time; then both go.
            let _ = proxy.ask(&mut from, &mut to, &losing, &holding);
            from.end();
            to.end();
        });
        let (mut from, mut to) = (server.clone(), client.clone());
        let proxy = self.clone();
        thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(length @ 1..) = from.read(&mut bytes) {
                if lose.load(Ordering::SeqCst) {
                    break;
                }
                if hold.swap(false, Ordering::SeqCst) {
                    proxy.wait();
                }
                if to.write(&bytes[..length]).is_err() {
                    break;
                }
            }
            from.end();
            to.end();
        });
    }

    /// Message by message: a byte for its type (but for the first), four for its length, the rest.
    fn ask(
        &self,
        from: &mut Stream,
        to: &mut Stream,
        lose: &AtomicBool,
        hold: &AtomicBool,
    ) -> io::Result<()> {
        let mut is_first = true;
        loop {
            let mut message = vec![0; if is_first { 4 } else { 5 }];
            from.read_exact(&mut message)?;
            let head = message.len();
            let length = u32::from_be_bytes(message[head - 4..].try_into().unwrap());
            message.resize(head + length as usize - 4, 0);
            from.read_exact(&mut message[head..])?;
            is_first = false;
            let (trick, delay) = {
                let mut state = self.state.0.lock().unwrap();
                let is_commit = message.starts_with(b"Q") && message[5..].starts_with(b"COMMIT");
                let trick = state.next.take_if(|_| is_commit);
                state.holding |= matches!(trick, Some(Trick::HoldCommit | Trick::HoldAnswer));
                (trick, state.delay)
            };
            thread::sleep(delay);
            match trick {
                Some(Trick::LoseCommit) => return Ok(()),
                Some(Trick::LoseAnswer) => lose.store(true, Ordering::SeqCst),
                Some(Trick::HoldCommit) => self.wait(),
                Some(Trick::HoldAnswer) => hold.store(true, Ordering::SeqCst),
                None => {}
            }
            to.write(&message)?;
        }
    }

    fn wait(&self) {
        let mut state = self.state.0.lock().unwrap();
        while state.holding {
            state = self.state.1.wait(state).unwrap();
        }
    }
}

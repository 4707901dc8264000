//! Connections and the clients that keep them: how long the server waits for whoever sends or reads slowly, or not at all.
//!
//! The framework watches over the first head of a connection and over the pause between two requests. Nobody watches a client that
//! begins a second head and stops, or that asks and does not read the answer: it would keep its connection for as long as
//! it likes. So each connection is looked at here from time to time, and one without a request under way for too long is closed. An
//! answer that is made while it is read ([`crate::web::stream`]) may take as long as it does, while the client goes on reading.
//!
//! Sooner, if it asks on and on without reading: the framework, which can neither write nor take more in, polls such a
//! connection without a pause, and each would cost a worker as much time as there is.

use std::{
    any::Any,
    mem,
    net::{Shutdown, TcpStream},
    os::fd::AsFd as _,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError, Weak},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use actix_web::{
    body::{BodySize, BoxBody, MessageBody},
    dev::Extensions,
    rt,
    web::Bytes,
};

/// How many connections each worker takes. The next ones wait in the system's queue: what is open stays answerable, and memory
/// bounded.
pub const MOST_PER_WORKER: usize = 4096;

/// How long the server waits for a client.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the head of a request.
    pub head: Duration,
    /// For its body.
    pub body: Duration,
    /// For the next request. More than the minute that many proxies keep an idle connection: of two ends that close at the
    /// same time, one has just sent a request that is lost.
    pub keep_alive: Duration,
    /// For an answer to be read by who has sent more requests than are taken in before that.
    pub unread: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(10),
            keep_alive: Duration::from_secs(75),
            unread: Duration::from_secs(5),
        }
    }
}

impl Patience {
    /// For an answer to be read, the next head to begin and to end.
    fn between_requests(&self) -> Duration {
        self.keep_alive + self.head
    }
}

/// One connection, from where it is accepted to where it is closed.
pub struct Connection {
    /// A second handle of the socket: the framework keeps the first to itself.
    socket: TcpStream,
    life: Mutex<Life>,
}

struct Life {
    /// Since when no request is under way, or the client has taken no more of a long answer; nothing while one is under way, which has
    /// deadlines of its own.
    waiting_since: Option<Instant>,
    /// Since when the system has held bytes of the client that are not taken in, and no answer was finished.
    stuffed_since: Option<Instant>,
}

/// All open connections.
#[derive(Clone, Default)]
pub struct Connections(Arc<Mutex<Vec<Weak<Connection>>>>);

impl Connections {
    /// Takes note of a new connection: for `HttpServer::on_connect`.
    pub fn opened(&self, io: &dyn Any, kept: &mut Extensions) {
        let Some(stream) = io.downcast_ref::<rt::net::TcpStream>() else {
            return;
        };
        // Without a handle left to give, the connection is not watched, and is served all the same.
        let Ok(socket) = stream.as_fd().try_clone_to_owned() else {
            return;
        };
        let connection = Arc::new(Connection {
            socket: socket.into(),
            life: Mutex::new(Life {
                waiting_since: Some(Instant::now()),
                stuffed_since: None,
            }),
        });
        lock(&self.0).push(Arc::downgrade(&connection));
        kept.insert(connection);
    }

    /// Closes those that have waited too long, for as long as the future is polled.
    pub async fn watch(self, patience: Patience) {
        let shortest = patience.between_requests().min(patience.unread);
        let pause = (shortest / 4).clamp(Duration::from_millis(10), Duration::from_secs(1));
        loop {
            rt::time::sleep(pause).await;
            // Meanwhile others may open.
            let mut open = mem::take(&mut *lock(&self.0));
            let now = Instant::now();
            open.retain(|connection| connection.upgrade().is_some_and(|it| it.may_stay(now, patience)));
            lock(&self.0).append(&mut open);
        }
    }
}

impl Connection {
    /// Closes it if it has been waited for too long.
    fn may_stay(&self, now: Instant, patience: Patience) -> bool {
        let mut life = lock(&self.life);
        // Bytes that have just come are no sign of anything; those that stay are.
        life.stuffed_since = self.is_stuffed().then(|| life.stuffed_since.unwrap_or(now));
        let is_longer = |since: Option<Instant>, longest| {
            since.is_some_and(|since| now.saturating_duration_since(since) > longest)
        };
        let is_overdue = is_longer(life.waiting_since, patience.between_requests())
            || is_longer(life.stuffed_since, patience.unread);
        if is_overdue {
            // Its client may have closed it a moment ago.
            let _ = self.socket.shutdown(Shutdown::Both);
        }
        !is_overdue
    }

    /// Whether the client has sent what the framework does not take in. It does not wait: both handles are of one socket, which
    /// the framework has set so.
    fn is_stuffed(&self) -> bool {
        self.socket.peek(&mut [0]).is_ok_and(|bytes| bytes > 0)
    }

    /// The client has taken an answer, or a part of a long one.
    fn is_read(&self) {
        let mut life = lock(&self.life);
        life.waiting_since = Some(Instant::now());
        // Who reads its answers may send as much as it likes; to who does not, none is ever finished.
        life.stuffed_since = None;
    }

    /// A request is under way until the answer is dropped.
    pub(super) fn begin(self: Arc<Self>) -> UnderWay {
        lock(&self.life).waiting_since = None;
        UnderWay(self)
    }
}

/// A request that is under way on its connection.
pub(super) struct UnderWay(Arc<Connection>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.is_read();
    }
}

/// The body of an answer that is made while it is read. The request is over when it begins; from then on each part that is asked
/// for, because there is room for it, says that the client still reads.
pub(super) struct Watched {
    body: BoxBody,
    connection: Arc<Connection>,
}

impl Watched {
    pub(super) const fn new(body: BoxBody, connection: Arc<Connection>) -> Self {
        Self { body, connection }
    }
}

impl MessageBody for Watched {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.connection.is_read();
        self.body.as_pin_mut().poll_next(cx)
    }
}

/// What is guarded is whole between any two statements, so a panic elsewhere does not matter.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

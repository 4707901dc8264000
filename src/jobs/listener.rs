//! Hears `NOTIFY`, so that a job runs at once and not at the next look.
//!
//! # Decisions
//! * A connection of its own, on a thread of its own: one that listens cannot come from a pool, nor from a pooler that hands
//!   connections out by the transaction. `database.listen_url` names a way around such a pooler.
//! * It only wakes. Who cannot hear looks every few seconds and misses nothing.

use std::{
    io,
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use diesel::{PgConnection, connection::SimpleConnection};
use tokio::sync::Notify;

use crate::{
    jobs::queue::CHANNEL,
    platform::db::{self, Internal},
};

/// How long a notification may lie in the socket. Looking costs no query.
const GLANCE: Duration = Duration::from_millis(50);

/// Between two tries to connect, at first.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A thread that listens for as long as this value lives.
pub struct Listener {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Starts to listen at this database; wakes whoever waits there.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(url: String, wake: Arc<Notify>) -> io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("job-listener".to_owned())
            .spawn(move || listen(&url, &wake, &stopped))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Listener {
    /// Waits for the thread, so that its connection is closed when this returns: a private database stops when nobody uses it.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It only hears; a panic in it has been logged.
            let _ = thread.join();
        }
    }
}

/// Whether to go on after this pause.
fn goes_on(stopped: &Receiver<()>, pause: Duration) -> bool {
    stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout)
}

fn listen(url: &str, wake: &Notify, stopped: &Receiver<()>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let heard = connect(url).and_then(|mut conn| {
            pause = FIRST_PAUSE;
            hear(&mut conn, wake, stopped)
        });
        match heard {
            Ok(()) => return,
            Err(cause) => tracing::debug!(%cause, "jobs are not heard of, only looked for"),
        }
        if !goes_on(stopped, pause) {
            return;
        }
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

fn connect(url: &str) -> Result<PgConnection, Internal> {
    let mut conn = db::connect(url)?;
    conn.batch_execute(&format!("LISTEN {CHANNEL}"))?;
    Ok(conn)
}

/// Until told to stop.
fn hear(conn: &mut PgConnection, wake: &Notify, stopped: &Receiver<()>) -> Result<(), Internal> {
    // For what was promised while nobody listened.
    wake.notify_one();
    loop {
        let mut heard = false;
        for notification in conn.notifications_iter() {
            notification?;
            heard = true;
        }
        if heard {
            wake.notify_one();
        }
        if !goes_on(stopped, GLANCE) {
            return Ok(());
        }
    }
}

//! Does what was promised: claims jobs, runs their handlers, writes down how they ended.
//!
//! # Decisions
//! * At least once. Who dies with a job in hand leaves a lease, and when that is over the job is anybody's. So a handler must
//!   not mind being called twice, and a mail keeps its Message-ID.
//! * Bounded per kind: a kind whose other side hangs keeps only its own places busy.
//! * A handler runs outside of any transaction and never longer than its deadline, which is well within the lease.

use std::{
    collections::HashMap,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::Notify,
    task::{Id, JoinSet},
    time::{Instant, sleep, timeout, timeout_at},
};
use zeroize::Zeroizing;

use crate::{
    jobs::{
        backoff,
        queue::{self, Claimed, Next},
    },
    platform::{
        clock::{Clock, Timestamp},
        db::{Db, Internal},
        id::JobId,
        seal::Seal,
    },
};

/// What a handler is given.
pub struct Task {
    /// The job; the same at every attempt.
    pub id: JobId,
    /// What was promised.
    pub payload: Zeroizing<Vec<u8>>,
    /// When; the same at every attempt.
    pub created_at: Timestamp,
}

/// Why an attempt failed. The reason is kept and logged: it quotes neither payload nor secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// Another attempt may help.
    Again(String),
    /// None will.
    Never(String),
}

/// What a handler comes to, when it is waited for.
pub type Outcome = Pin<Box<dyn Future<Output = Result<(), Failed>> + Send>>;

/// Does the work of one kind. It may be given the same task twice.
pub type Handler = Arc<dyn Fn(Task) -> Outcome + Send + Sync>;

/// The handlers by kind. The composition root says which: this room has never heard of them.
pub type Handlers = HashMap<&'static str, Handler>;

/// How fast, how many, how long.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Jobs of one kind at once.
    pub at_once: usize,
    /// How often to look where nothing was heard: for what became due, and for what was not heard of.
    pub look: Duration,
    /// How long a handler may take.
    pub deadline: Duration,
    /// How long a claimed job is nobody else's; more than the deadline, because clocks differ and writing takes time.
    pub lease: Duration,
    /// How long jobs under way may take to end when the server stops.
    pub last: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            at_once: 4,
            look: Duration::from_secs(5),
            deadline: Duration::from_secs(75),
            lease: Duration::from_mins(2),
            last: Duration::from_secs(10),
        }
    }
}

/// Everything that doing jobs needs. Cloning shares it.
#[derive(Clone)]
pub struct Worker {
    /// The database.
    pub db: Db,
    /// Opens what the jobs hold.
    pub seal: Arc<Seal>,
    /// Where `now` comes from.
    pub clock: Clock,
    /// Who does what.
    pub handlers: Arc<Handlers>,
    /// How fast.
    pub pace: Pace,
}

/// Jobs in this worker's hands.
#[derive(Default)]
struct UnderWay {
    tasks: JoinSet<()>,
    claimed: HashMap<Id, Arc<Claimed>>,
}

impl UnderWay {
    fn of_kind(&self, kind: &str) -> usize {
        self.claimed.values().filter(|one| one.kind == kind).count()
    }

    /// Waits for the next to end; answers at once when there is none.
    async fn next(&mut self) {
        let ended = match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => error.id(),
            None => return,
        };
        self.claimed.remove(&ended);
    }
}

impl Worker {
    /// Does what is due and what becomes due until `stop`; then lets what is under way end, and gives back what does not.
    pub async fn run(&self, wake: &Notify, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut under_way = UnderWay::default();
        loop {
            self.start_due(&mut under_way).await;
            let busy = !under_way.tasks.is_empty();
            tokio::select! {
                () = &mut stop => break,
                () = wake.notified() => {}
                () = under_way.next(), if busy => {}
                () = sleep(self.pace.look) => {}
            }
        }
        self.drain(under_way).await;
    }

    /// Does everything that is due now, and ends. Answers how many attempts that took.
    ///
    /// # Errors
    /// The database's.
    pub async fn run_due(&self) -> Result<usize, Internal> {
        let mut attempts = 0;
        loop {
            let mut under_way = UnderWay::default();
            for &kind in self.handlers.keys() {
                for claimed in self.claim(kind, self.pace.at_once).await? {
                    self.start(&mut under_way, claimed);
                }
            }
            if under_way.tasks.is_empty() {
                return Ok(attempts);
            }
            attempts += under_way.tasks.len();
            while !under_way.tasks.is_empty() {
                under_way.next().await;
            }
        }
    }

    async fn claim(&self, kind: &'static str, limit: usize) -> Result<Vec<Claimed>, Internal> {
        let (lease, now) = (self.pace.lease, self.clock.now());
        self.db
            .write(move |conn| Ok(queue::claim(conn, kind, limit, lease, now)?))
            .await
    }

    async fn start_due(&self, under_way: &mut UnderWay) {
        for &kind in self.handlers.keys() {
            let free = self.pace.at_once.saturating_sub(under_way.of_kind(kind));
            if free == 0 {
                continue;
            }
            match self.claim(kind, free).await {
                Ok(claimed) => {
                    for one in claimed {
                        self.start(under_way, one);
                    }
                }
                Err(cause) => tracing::warn!(kind, %cause, "jobs could not be claimed"),
            }
        }
    }

    fn start(&self, under_way: &mut UnderWay, claimed: Claimed) {
        let (worker, claimed) = (self.clone(), Arc::new(claimed));
        let mine = Arc::clone(&claimed);
        let task = under_way.tasks.spawn(async move {
            let outcome = worker.attempt(&mine).await;
            worker.record(mine, outcome).await;
        });
        under_way.claimed.insert(task.id(), claimed);
    }

    async fn attempt(&self, claimed: &Claimed) -> Result<(), Failed> {
        let again = |why: &str| Err(Failed::Again(why.to_owned()));
        if claimed.attempts > backoff::ATTEMPTS {
            // Failures are counted before this; what is left are attempts that nobody lived to tell of.
            return Err(Failed::Never("every worker that began it ended in it".to_owned()));
        }
        let Some(handler) = self.handlers.get(claimed.kind.as_str()) else {
            return again("no handler");
        };
        let Ok(payload) = claimed.open(&self.seal) else {
            return again("no configured sealing key opens it");
        };
        let task = Task {
            id: claimed.id,
            payload,
            created_at: claimed.created_at,
        };
        // A task of its own: its panic is its own too. It is aborted when this value goes.
        let mut alone = JoinSet::new();
        alone.spawn(handler(task));
        match timeout(self.pace.deadline, alone.join_next()).await {
            Ok(Some(Ok(outcome))) => outcome,
            Ok(Some(Err(_)) | None) => again("the handler panicked"),
            Err(_) => again("it took too long"),
        }
    }

    async fn record(&self, claimed: Arc<Claimed>, outcome: Result<(), Failed>) {
        let now = self.clock.now();
        let (word, failure) = match outcome {
            Ok(()) => ("done", None),
            Err(Failed::Again(why)) if claimed.attempts < backoff::ATTEMPTS => {
                let at = now + backoff::after(claimed.attempts);
                ("retried", Some((why, Next::At(at))))
            }
            Err(Failed::Again(why) | Failed::Never(why)) => ("given_up", Some((why, Next::GiveUp))),
        };
        let (id, attempt) = (claimed.id, claimed.attempts);
        if let Some((why, next)) = &failure {
            match next {
                Next::At(at) => {
                    tracing::info!(job = %id, kind = claimed.kind, attempt, why, next = %at, "a job failed and is tried again");
                }
                Next::GiveUp => {
                    tracing::error!(job = %id, kind = claimed.kind, attempt, why, "a job was given up");
                }
            }
        }
        let kind = claimed.kind.clone();
        let written = self
            .db
            .write(move |conn| {
                Ok(match &failure {
                    None => queue::done(conn, &claimed)?,
                    Some((why, next)) => queue::failed(conn, &claimed, why, *next, now)?,
                })
            })
            .await;
        let word = match written {
            Ok(true) => word,
            // Its lease ran out, and somebody else took it, or an operator did.
            Ok(false) => "taken_over",
            Err(cause) => {
                tracing::warn!(job = %id, %cause, "how a job ended could not be written: it runs again after its lease");
                "not_written"
            }
        };
        metrics::counter!("queued_jobs_total", "kind" => kind, "outcome" => word).increment(1);
    }

    async fn drain(&self, mut under_way: UnderWay) {
        let until = Instant::now() + self.pace.last;
        while !under_way.tasks.is_empty() && timeout_at(until, under_way.next()).await.is_ok() {}
        let left: Vec<_> = under_way.claimed.drain().map(|(_, claimed)| claimed).collect();
        // Before they are given back: of what still ran, nothing may run twice at once.
        under_way.tasks.shutdown().await;
        for claimed in left {
            let id = claimed.id;
            let given = self
                .db
                .write(move |conn| Ok(queue::give_back(conn, &claimed)?))
                .await;
            if let Err(cause) = given {
                tracing::warn!(job = %id, %cause, "a job could not be given back: it runs again after its lease");
            }
        }
    }
}

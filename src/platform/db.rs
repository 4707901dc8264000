//! The way to Postgres: a bounded pool, one blocking call per request, and a clear word for every way it can fail.
//!
//! # Decisions
//! * A request waits for a free connection without holding a thread, and never longer than `database.wait_ms`; in all
//!   it gets `database.deadline_ms`. Then it is answered 503: quickly wrong beats slowly right for a caller that
//!   has callers itself.
//! * `r2d2`'s check at check-out costs a round trip each time. Instead a connection on which anything unexpected
//!   failed is thrown away, and work that certainly did not commit is done again on another.
//! * 503 promises that nothing was done, so that the same request may be sent again. Where a COMMIT was sent and no answer
//!   came, nobody knows: that is a fault, 500, without `Retry-After`. A client that sends a refresh token again then may find
//!   that it was spent, wholly, with its successors stored.

mod failure;
mod fate;
mod language;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use diesel::{
    Connection as _, PgConnection,
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    result::{ConnectionError, Error},
};
use tokio::sync::Semaphore;

use self::{failure::Failure, fate::Fate};

/// How many requests may wait for a connection before the next is refused at once.
const LONGEST_QUEUE: usize = 512;

/// How much longer than its deadline a request waits for the answer to a COMMIT that was sent: it would have to be told that
/// nobody knows.
const PATIENCE_WITH_A_COMMIT: Duration = Duration::from_millis(250);

/// How often a transaction that was certainly rolled back is tried again.
const ATTEMPTS: usize = 5;

/// A fault on our side. Everything else is a value.
#[derive(Debug, thiserror::Error)]
pub enum Internal {
    /// The database did not answer in time, or not at all, and nothing was done: 503, try again.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A COMMIT was sent and its answer did not come: all of it was done, or nothing. 500.
    #[error("the outcome of a COMMIT is unknown: {0}")]
    Unknown(String),
    /// The server or the database is wrong: 500.
    #[error("internal fault: {0}")]
    Fault(String),
}

/// What a request comes to: an answer `T`, a refusal `R`, or a fault of ours.
pub type Verdict<T, R> = Result<Result<T, R>, Internal>;

impl From<Error> for Internal {
    fn from(error: Error) -> Self {
        match Failure::of(&error) {
            Failure::Lost | Failure::Conflict | Failure::Refused => Self::Unavailable(error.to_string()),
            Failure::Other => Self::Fault(error.to_string()),
        }
    }
}

/// A pooled connection, and whether it is still good.
pub struct Pooled {
    connection: PgConnection,
    lost: bool,
}

struct Manager {
    url: String,
    statement_timeout: Duration,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Pooled;
    type Error = ConnectionError;

    fn connect(&self) -> Result<Pooled, ConnectionError> {
        let mut connection = PgConnection::establish(&self.url)?;
        let timeout = self.statement_timeout.as_millis();
        connection
            .batch_execute(&format!(
                "SET statement_timeout = {timeout}; SET idle_in_transaction_session_timeout = 10000; \
                 SET timezone = 'UTC'; SET application_name = 'consentry'; {}",
                language::IN_ENGLISH
            ))
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        language::check(&mut connection);
        Ok(Pooled {
            connection,
            lost: false,
        })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), ConnectionError> {
        pooled
            .connection
            .batch_execute("")
            .map_err(ConnectionError::CouldntSetupConfiguration)
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.lost
    }
}

/// Connect failures are expected while the database is down: one line each at debug, not a stack of errors.
#[derive(Debug)]
struct Quiet;

impl<E: std::error::Error> r2d2::HandleError<E> for Quiet {
    fn handle_error(&self, error: E) {
        tracing::debug!(%error, "no connection to the database");
    }
}

/// How to reach the database.
#[derive(Clone)]
pub struct Options {
    /// A libpq URL.
    pub url: String,
    /// Connections at most.
    pub pool_size: u32,
    /// How long a request waits for a free connection.
    pub wait: Duration,
    /// How long a request's work may take in all.
    pub deadline: Duration,
}

/// The pool. Cloning it is cheap and shares it.
#[derive(Clone)]
pub struct Db {
    pool: r2d2::Pool<Manager>,
    free: Arc<Semaphore>,
    queued: Arc<AtomicUsize>,
    wait: Duration,
    deadline: Duration,
    /// The end of the request that this value serves, if it serves one.
    until: Option<Instant>,
}

impl Db {
    /// A pool that opens its connections as they are needed. It does not fail while the database is down.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let manager = Manager {
            url: with_connect_timeout(&options.url),
            statement_timeout: options.deadline,
        };
        let pool = r2d2::Pool::builder()
            .max_size(options.pool_size)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_timeout(options.wait)
            .error_handler(Box::new(Quiet))
            .build_unchecked(manager);
        Self {
            pool,
            free: Arc::new(Semaphore::new(options.pool_size as usize)),
            queued: Arc::default(),
            wait: options.wait,
            deadline: options.deadline,
            until: None,
        }
    }

    /// The same pool, for one request: all its calls together get the deadline that otherwise each of them gets.
    #[must_use]
    pub fn for_one_request(&self) -> Self {
        Self {
            until: Some(Instant::now() + self.deadline),
            ..self.clone()
        }
    }

    /// Runs a look-up: no transaction, each statement sees what is committed when it starts.
    ///
    /// # Errors
    /// [`Internal`]; a look-up whose connection was lost has been tried again on another.
    pub async fn read<T, F>(&self, mut work: F) -> Result<T, Internal>
    where
        T: Send + 'static,
        F: FnMut(&mut PgConnection) -> Result<T, Internal> + Send + 'static,
    {
        self.run(move |connection, _| match work(connection) {
            Ok(answer) => Attempt::Done(answer),
            Err(Internal::Unavailable(cause)) => Attempt::Again(cause),
            Err(fault) => Attempt::Failed(fault),
        })
        .await
    }

    /// Runs `work` in one transaction and commits it. A refusal is a value and commits with what belongs to it;
    /// an [`Internal`] rolls back.
    ///
    /// `work` may run several times: a serialization failure, a deadlock or a connection lost before the COMMIT
    /// has certainly changed nothing. When the outcome of a COMMIT is unknown nothing is tried again, because its own
    /// writes would read as a second use.
    ///
    /// # Errors
    /// [`Internal`]; only with [`Internal::Unknown`] may something have changed.
    pub async fn write<T, F>(&self, mut work: F) -> Result<T, Internal>
    where
        T: Send + 'static,
        F: FnMut(&mut PgConnection) -> Result<T, Internal> + Send + 'static,
    {
        self.run(move |connection, fate| attempt(connection, &mut work, Some(fate)))
            .await
    }

    async fn run<T, F>(&self, mut work: F) -> Result<T, Internal>
    where
        T: Send + 'static,
        F: FnMut(&mut PgConnection, &Fate) -> Attempt<T> + Send + 'static,
    {
        let until = self.until.unwrap_or_else(|| Instant::now() + self.deadline);
        let permit = self.permit(until).await?;
        let pool = self.pool.clone();
        let fate = Arc::new(Fate::default());
        let fate_of_the_work = Arc::clone(&fate);
        let mut job = tokio::task::spawn_blocking(move || {
            // Given back when the thread is free again, not when the request stops waiting for it.
            let _permit = permit;
            let mut cause = "no answer in time".to_owned();
            // Each idle connection may be dead after a restart of the database: one attempt for each, and some more.
            for _ in 0..ATTEMPTS + pool.max_size() as usize {
                if Instant::now() >= until {
                    break;
                }
                let mut pooled = pool
                    .get()
                    .map_err(|error| Internal::Unavailable(error.to_string()))?;
                // Until proven otherwise, so that a panic in `work` throws the connection away too.
                pooled.lost = true;
                match work(&mut pooled.connection, &fate_of_the_work) {
                    Attempt::Done(answer) => {
                        pooled.lost = false;
                        return Ok(answer);
                    }
                    Attempt::Failed(fault) => return Err(fault),
                    Attempt::Again(why) => cause = why,
                }
            }
            Err(Internal::Unavailable(cause))
        });
        // A request that is dropped, because its connection is gone, waits for nothing any more either.
        let _given_up = GivesUp(&fate);
        let late = || "no answer in time".to_owned();
        let ended = match tokio::time::timeout_at(until.into(), &mut job).await {
            Ok(ended) => ended,
            Err(_) if fate.abandon() => return Err(Internal::Unavailable(late())),
            Err(_) => match tokio::time::timeout(PATIENCE_WITH_A_COMMIT, job).await {
                Ok(ended) => ended,
                Err(_) => return Err(Internal::Unknown(late())),
            },
        };
        ended.unwrap_or_else(|panicked| Err(Internal::Fault(panicked.to_string())))
    }

    async fn permit(&self, until: Instant) -> Result<tokio::sync::OwnedSemaphorePermit, Internal> {
        if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
            return Ok(permit);
        }
        let unavailable = |why: &str| Internal::Unavailable(why.to_owned());
        let _place =
            Queued::join(&self.queued).ok_or_else(|| unavailable("too many requests wait for it"))?;
        tokio::time::timeout_at(
            until.min(Instant::now() + self.wait).into(),
            Arc::clone(&self.free).acquire_owned(),
        )
        .await
        .map_err(|_| unavailable("no free connection"))?
        .map_err(|_| unavailable("the pool is closed"))
    }
}

struct Queued<'a>(&'a AtomicUsize);

impl<'a> Queued<'a> {
    fn join(queue: &'a AtomicUsize) -> Option<Self> {
        let place = Self(queue);
        (queue.fetch_add(1, Ordering::SeqCst) < LONGEST_QUEUE).then_some(place)
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Gives the work up when it goes, unless its COMMIT is under way.
struct GivesUp<'a>(&'a Fate);

impl Drop for GivesUp<'_> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

enum Attempt<T> {
    Done(T),
    /// Certainly nothing changed, and another try may help.
    Again(String),
    Failed(Internal),
}

fn attempt<T>(
    connection: &mut PgConnection,
    work: &mut impl FnMut(&mut PgConnection) -> Result<T, Internal>,
    fate: Option<&Fate>,
) -> Attempt<T> {
    type Transactions = AnsiTransactionManager;
    let again = |error: &Error| Attempt::Again(error.to_string());
    if let Err(error) = Transactions::begin_transaction(connection) {
        return again(&error);
    }
    match work(connection) {
        // Nobody waits for the answer any more. A COMMIT now would spend what its owner will present again.
        Ok(_) if fate.is_some_and(|fate| !fate.may_commit()) => {
            let _ = Transactions::rollback_transaction(connection);
            Attempt::Failed(Internal::Unavailable("no answer in time".to_owned()))
        }
        Ok(answer) => {
            let Err(error) = Transactions::commit_transaction(connection) else {
                return Attempt::Done(answer);
            };
            let failure = Failure::of(&error);
            if failure == Failure::Lost {
                return Attempt::Failed(Internal::Unknown(error.to_string()));
            }
            // The database itself says, over a connection that stands, that it did not commit.
            if let Some(fate) = fate {
                fate.rolled_back();
            }
            match failure {
                Failure::Conflict | Failure::Refused | Failure::Lost => again(&error),
                Failure::Other => Attempt::Failed(Internal::Fault(error.to_string())),
            }
        }
        Err(fault) => {
            // Also when this fails: without a COMMIT the database keeps nothing.
            let _ = Transactions::rollback_transaction(connection);
            match fault {
                Internal::Unavailable(cause) => Attempt::Again(cause),
                fault @ (Internal::Fault(_) | Internal::Unknown(_)) => Attempt::Failed(fault),
            }
        }
    }
}

/// Runs `work` in one transaction on a connection of one's own: for the command line and the start of the server.
///
/// # Errors
/// [`Internal`]; nothing was changed then, unless the outcome of the COMMIT is unknown.
pub fn write_on<T>(
    connection: &mut PgConnection,
    mut work: impl FnMut(&mut PgConnection) -> Result<T, Internal>,
) -> Result<T, Internal> {
    let mut cause = String::new();
    for _ in 0..ATTEMPTS {
        match attempt(connection, &mut work, None) {
            Attempt::Done(answer) => return Ok(answer),
            Attempt::Failed(fault) => return Err(fault),
            Attempt::Again(why) => cause = why,
        }
    }
    Err(Internal::Unavailable(cause))
}

/// A connection of one's own, without the time limits of a request: for the command line.
///
/// # Errors
/// The database does not answer or lets nobody in. The password in `url` is never told.
pub fn connect(url: &str) -> Result<PgConnection, Internal> {
    let mut connection = PgConnection::establish(&with_connect_timeout(url)).map_err(|error| {
        let said = error.to_string();
        let said = said.trim();
        // libpq quotes what it cannot read of a connection string, and that may be the password.
        let quotes = ["invalid", "missing", "percent-encoded", "unexpected", "@"]
            .iter()
            .any(|word| said.contains(word));
        Internal::Unavailable(if quotes {
            "libpq cannot read its connection string".to_owned()
        } else {
            said.to_owned()
        })
    })?;
    connection.batch_execute("SET timezone = 'UTC'; SET application_name = 'consentry'")?;
    Ok(connection)
}

/// Without a limit of its own libpq waits minutes for a host that does not answer.
fn with_connect_timeout(url: &str) -> String {
    if !url.contains("://") || url.contains("connect_timeout=") {
        return url.to_owned();
    }
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}connect_timeout=2")
}

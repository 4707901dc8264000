//! Every job is done at least once, by one worker at a time; none waits for a slow one; a stop loses nothing.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use consentry::jobs::{
    backoff::ATTEMPTS,
    listener::Listener,
    worker::{Failed, Handler, Pace, Task, Worker},
};
use tokio::sync::{Notify, oneshot};

use super::promise;
use crate::support::{Server, cluster::eventually};

/// Looks so seldom that only being woken explains what happens.
const SELDOM: Pace = Pace {
    at_once: 4,
    look: Duration::from_hours(1),
    deadline: Duration::from_mins(1),
    lease: Duration::from_mins(2),
    last: Duration::from_secs(10),
};

fn worker(server: &Server, pace: Pace, handler: Handler) -> Worker {
    let mut worker = server.app().worker(pace);
    worker.handlers = Arc::new([("test", handler)].into());
    worker
}

/// What was given to a handler, in order.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn note(&self, task: &Task) -> String {
        let payload = String::from_utf8(task.payload.to_vec()).unwrap();
        self.0.lock().unwrap().push(payload.clone());
        payload
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// Does nothing else.
    fn handler(&self) -> Handler {
        let seen = self.clone();
        Arc::new(move |task| {
            seen.note(&task);
            Box::pin(async { Ok(()) })
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_do_every_job_once_and_none_at_the_same_time() {
    let server = Server::start().await;
    for number in 0..40 {
        promise(&server, "test", &number.to_string());
    }
    let seen = Seen::default();
    let workers = [(); 2].map(|()| worker(&server, SELDOM, seen.handler()));
    let (one, two) = tokio::join!(workers[0].run_due(), workers[1].run_due());
    assert_eq!(one.unwrap() + two.unwrap(), 40);
    let mut times = BTreeMap::new();
    for payload in seen.all() {
        *times.entry(payload).or_insert(0) += 1;
    }
    assert_eq!(times.len(), 40);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    assert_eq!(server.count("job"), 0);
}

/// Woken by `NOTIFY`: the next look is an hour away. And a handler that hangs keeps only its own place.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_when_it_is_promised_and_waits_for_no_slow_one() {
    let server = Server::start().await;
    let (seen, release) = (Seen::default(), Arc::new(Notify::new()));
    let handler: Handler = {
        let (seen, release) = (seen.clone(), Arc::clone(&release));
        Arc::new(move |task| {
            let (payload, release) = (seen.note(&task), Arc::clone(&release));
            Box::pin(async move {
                if payload == "slow" {
                    release.notified().await;
                }
                Ok(())
            })
        })
    };
    let wake = Arc::new(Notify::new());
    let _listener = Listener::start(server.database.url.clone(), Arc::clone(&wake)).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let worker = worker(&server, SELDOM, handler);
    let running = tokio::spawn(async move { worker.run(&wake, async { drop(stopped.await) }).await });
    promise(&server, "test", "slow");
    for number in 0..12 {
        promise(&server, "test", &number.to_string());
    }
    eventually("all but the slow one are done", async || {
        (server.count("job") == 1).then_some(())
    })
    .await;
    // A stop lets what is under way end.
    drop(stop);
    release.notify_one();
    running.await.unwrap();
    assert_eq!((server.count("job"), seen.all().len()), (0, 13));
}

/// What does not end in time is given back, and the next worker has it at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_gives_back_what_does_not_end() {
    let server = Server::start().await;
    promise(&server, "test", "stuck");
    let begun = Arc::new(Notify::new());
    let handler: Handler = {
        let begun = Arc::clone(&begun);
        Arc::new(move |_| {
            begun.notify_one();
            Box::pin(std::future::pending())
        })
    };
    let pace = Pace {
        last: Duration::from_millis(20),
        ..SELDOM
    };
    worker(&server, pace, handler)
        .run(&Notify::new(), begun.notified())
        .await;
    assert_eq!(
        server.count("job WHERE leased_until IS NULL AND failed_at IS NULL"),
        1
    );
    let seen = Seen::default();
    worker(&server, SELDOM, seen.handler()).run_due().await.unwrap();
    assert_eq!((seen.all(), server.count("job")), (vec!["stuck".to_owned()], 0));
}

/// Later and later, and after a day no more; not before its time.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_is_tried_again_later_and_given_up_in_the_end() {
    let server = Server::start().await;
    promise(&server, "test", "{}");
    let tries = Arc::new(AtomicUsize::new(0));
    let handler: Handler = {
        let tries = Arc::clone(&tries);
        Arc::new(move |_| {
            // A panic is a failure like any other.
            assert_ne!(tries.fetch_add(1, Ordering::SeqCst), 1, "the second panics");
            Box::pin(async { Err(Failed::Again("not today".to_owned())) })
        })
    };
    let panics: Handler = Arc::new(move |task| {
        let handler = Arc::clone(&handler);
        Box::pin(async move { handler(task).await })
    });
    let worker = worker(&server, SELDOM, panics);
    let mut minutes = 0;
    while server.count("job WHERE failed_at IS NULL") == 1 {
        let before = tries.load(Ordering::SeqCst);
        worker.run_due().await.unwrap();
        worker.run_due().await.unwrap();
        assert!(
            tries.load(Ordering::SeqCst) <= before + 1,
            "it was tried before its time"
        );
        server.advance(Duration::from_mins(10));
        minutes += 10;
        assert!(minutes < 60 * 40, "it is never given up");
    }
    assert_eq!(tries.load(Ordering::SeqCst), usize::try_from(ATTEMPTS).unwrap());
    assert!(minutes > 60 * 18, "given up after {minutes} minutes");
    assert_eq!(server.count("job WHERE last_error = 'not today'"), 1);
    server.advance(Duration::from_hours(48));
    assert_eq!(worker.run_due().await.unwrap(), 0);
}

/// A job that kills whoever does it is not done for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_workers_all_died_is_given_up() {
    let server = Server::start().await;
    promise(&server, "test", "{}");
    for attempt in 1..=ATTEMPTS {
        let claimed = super::claim(&server, 1);
        assert_eq!(claimed.first().map(|one| one.attempts), Some(attempt));
        server.advance(super::LEASE + Duration::from_secs(1));
    }
    let seen = Seen::default();
    worker(&server, SELDOM, seen.handler()).run_due().await.unwrap();
    assert_eq!(seen.all(), Vec::<String>::new());
    assert_eq!(server.count("job WHERE failed_at IS NOT NULL"), 1);
}

/// One that another version of the server knows waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_without_a_handler_here_is_left_alone() {
    let server = Server::start().await;
    promise(&server, "other", "{}");
    worker(&server, SELDOM, Seen::default().handler())
        .run_due()
        .await
        .unwrap();
    assert_eq!(server.count("job WHERE attempts = 0 AND leased_until IS NULL"), 1);
}

//! Runs recurring jobs beside the server, each on its own beat.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::web::Data;
use diesel::PgConnection;

use crate::platform::{Platform, clock::Timestamp, db::Internal};

/// How often the runner looks for what is due.
const TICK: Duration = Duration::from_secs(1);

/// The work of a job, in a transaction of its own.
pub type Work = dyn Fn(&mut PgConnection, &Platform, Timestamp) -> Result<(), Internal> + Send + Sync;

/// Something that recurs. The composition root says what: this room has never heard of it.
#[derive(Clone)]
pub struct Job {
    /// For logs and metrics.
    pub name: &'static str,
    /// How often.
    pub every: Duration,
    /// What. It must not matter how often it runs, or on how many nodes at once.
    pub work: Arc<Work>,
}

/// Runs `jobs`, the first time at once, for as long as the future is polled. A job that fails is logged and runs again on
/// its next beat.
pub async fn run(platform: Data<Platform>, jobs: Vec<Job>) {
    let mut due: Vec<Instant> = jobs.iter().map(|_| Instant::now()).collect();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        for (job, due) in jobs.iter().zip(&mut due) {
            if *due <= Instant::now() {
                once(&platform, job).await;
                *due = Instant::now() + job.every;
            }
        }
    }
}

/// Runs one job now.
pub async fn once(platform: &Data<Platform>, job: &Job) {
    let (work, with, now) = (Arc::clone(&job.work), platform.clone(), platform.clock.now());
    let outcome = platform.db.write(move |conn| work(conn, &with, now)).await;
    let succeeded = outcome.is_ok();
    metrics::counter!("jobs_total", "job" => job.name, "succeeded" => if succeeded { "true" } else { "false" })
        .increment(1);
    match outcome {
        Ok(()) => {}
        Err(Internal::Unavailable(cause)) => tracing::warn!(job = job.name, cause, "a job could not run"),
        Err(Internal::Unknown(cause)) => {
            tracing::warn!(
                job = job.name,
                cause,
                "a job ended without knowing whether it was done"
            );
        }
        Err(Internal::Fault(cause)) => tracing::error!(job = job.name, cause, "a job failed"),
    }
}

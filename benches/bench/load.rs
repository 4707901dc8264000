//! A closed loop: so many connections, each sends its next request when the last was answered.

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    rc::Rc,
    time::Duration,
};

use tokio::{
    runtime::Runtime,
    task::LocalSet,
    time::{Instant, sleep_until},
};

use crate::{Outcome, http::Connection, settings::Settings, work::Work};

/// What a load came to.
#[derive(Clone, Debug)]
pub struct Measured<U> {
    /// Operations a second that ended within the window.
    pub rate: f64,
    /// How long the one in the middle took, in microseconds.
    pub p50_us: f64,
    /// How long 99 of 100 took at most.
    pub p99_us: f64,
    /// How many ended between the two looks at `usage`, which are somewhat after the window's ends when the core is busy.
    pub operations: u64,
    /// What was used when the window began and when it ended.
    pub usage: (U, U),
}

/// What the connections share.
#[derive(Default)]
struct Shared {
    done: Cell<u64>,
    latencies: RefCell<Vec<Duration>>,
    failure: RefCell<Option<String>>,
}

/// When it counts.
#[derive(Clone, Copy)]
struct Window {
    begins: Instant,
    ends: Instant,
}

/// Drives `works`, each over a connection of its own, and gives them back as they are then: whatever is under way at the end is
/// waited for, so that none loses a token. The first answer that is not the expected one ends everything.
pub fn drive<W: Work + 'static, U>(
    runtime: &Runtime,
    address: SocketAddr,
    settings: &Settings,
    works: Vec<W>,
    usage: impl Fn() -> Outcome<U>,
) -> Outcome<(Vec<W>, Measured<U>)> {
    let local = LocalSet::new();
    local.block_on(runtime, async {
        let mut connections = Vec::with_capacity(works.len());
        for _ in &works {
            connections.push(Connection::open(address).await?);
        }
        let begins = Instant::now() + settings.warm_up();
        let window = Window {
            begins,
            ends: begins + settings.window(),
        };
        let shared = Rc::new(Shared::default());
        let tasks: Vec<_> = works
            .into_iter()
            .zip(connections)
            .map(|(work, connection)| {
                tokio::task::spawn_local(repeat(work, connection, window, Rc::clone(&shared)))
            })
            .collect();
        sleep_until(window.begins).await;
        let before = (shared.done.get(), usage()?);
        sleep_until(window.ends).await;
        let after = (shared.done.get(), usage()?);
        let mut works = Vec::with_capacity(tasks.len());
        for task in tasks {
            works.push(task.await?);
        }
        if let Some(failure) = shared.failure.take() {
            return Err(failure.into());
        }
        let mut latencies = shared.latencies.take();
        latencies.sort_unstable();
        let measured = Measured {
            rate: count(latencies.len()) / settings.window().as_secs_f64(),
            p50_us: quantile(&latencies, 0.5)?,
            p99_us: quantile(&latencies, 0.99)?,
            operations: after.0 - before.0,
            usage: (before.1, after.1),
        };
        Ok((works, measured))
    })
}

async fn repeat<W: Work>(mut work: W, mut connection: Connection, window: Window, shared: Rc<Shared>) -> W {
    loop {
        let began = Instant::now();
        if began >= window.ends || shared.failure.borrow().is_some() {
            return work;
        }
        if let Err(error) = work.once(&mut connection).await {
            shared.failure.replace(Some(error.to_string()));
            return work;
        }
        let ended = Instant::now();
        shared.done.set(shared.done.get() + 1);
        if (window.begins..window.ends).contains(&ended) {
            shared.latencies.borrow_mut().push(ended - began);
        }
    }
}

/// Of sorted durations, in microseconds.
fn quantile(sorted: &[Duration], share: f64) -> Outcome<f64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is between 0 and the length"
    )]
    let at = (count(sorted.len()) * share) as usize;
    let found = sorted.get(at.min(sorted.len().saturating_sub(1)));
    let found = found.ok_or("nothing was answered within the window")?;
    Ok(found.as_secs_f64() * 1_000_000.0)
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::INFINITY, f64::from)
}

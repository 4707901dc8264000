//! What can be chosen, and how long it then takes.

use std::{env, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::Outcome;

/// How the measurements are made.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Settings {
    /// How long each measurement counts. `BENCH_SECONDS`, default 3.
    pub seconds: u64,
    /// How long a load runs before it counts. `BENCH_WARM_UP_MS`, default 500.
    pub warm_up_ms: u64,
    /// How often everything is measured. `BENCH_ROUNDS`, default 3.
    pub rounds: usize,
    /// Over how many connections. `BENCH_CONNECTIONS`, default `1,32,128`.
    pub connections: Vec<usize>,
}

impl Settings {
    /// Reads them.
    pub fn from_environment() -> Outcome<Self> {
        let list = env::var("BENCH_CONNECTIONS").unwrap_or_else(|_| "1,32,128".to_owned());
        let connections = list
            .split(',')
            .map(|one| one.trim().parse().ok().filter(|count| (1..=150).contains(count)))
            .collect::<Option<Vec<usize>>>()
            .ok_or("BENCH_CONNECTIONS: numbers from 1 to 150, separated by commas")?;
        Ok(Self {
            seconds: number("BENCH_SECONDS", 3)?,
            warm_up_ms: number("BENCH_WARM_UP_MS", 500)?,
            rounds: number("BENCH_ROUNDS", 3)?,
            connections,
        })
    }

    /// The most connections of all.
    pub fn most_connections(&self) -> usize {
        self.connections.iter().copied().max().unwrap_or(1)
    }

    /// How long a load runs before it counts.
    pub fn warm_up(&self) -> Duration {
        Duration::from_millis(self.warm_up_ms)
    }

    /// How long it counts.
    pub fn window(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

fn number<T: FromStr + Default + PartialEq>(name: &str, default: T) -> Outcome<T> {
    let Ok(text) = env::var(name) else {
        return Ok(default);
    };
    let number = text.trim().parse().ok().filter(|number| *number != T::default());
    number.ok_or_else(|| format!("{name}: a whole number from 1").into())
}

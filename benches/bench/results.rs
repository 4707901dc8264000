//! What was measured, and what follows from it: medians, and ratios within a round.

use serde::{Deserialize, Serialize};

use crate::{machine::Machine, settings::Settings};

/// What is measured.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Series {
    /// The floor of HTTP.
    Hello,
    /// The same tokens again and again.
    IntrospectionWarm,
    /// Each token once.
    IntrospectionCold,
    /// Tokens for a client itself.
    ClientCredentials,
    /// New pairs for refresh tokens.
    Rotation,
    /// Authorization request, consent, tokens.
    CodeFlow,
    /// `pgbench`: the look-up of a token.
    PgSelect,
    /// `pgbench`: all statements of an introspection.
    PgIntrospection,
    /// `pgbench`: one token stored.
    PgInsert,
    /// `pgbench`: all statements of a `client_credentials` request.
    PgClientCredentials,
    /// `pgbench`: a rotation as one statement.
    PgRotationInOne,
    /// `pgbench`: all statements of a rotation.
    PgRotation,
    /// `pgbench`: all statements of a code flow.
    PgCodeFlow,
}

impl Series {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 13] = [
        Self::Hello,
        Self::IntrospectionWarm,
        Self::IntrospectionCold,
        Self::PgSelect,
        Self::PgIntrospection,
        Self::ClientCredentials,
        Self::PgInsert,
        Self::PgClientCredentials,
        Self::Rotation,
        Self::PgRotationInOne,
        Self::PgRotation,
        Self::CodeFlow,
        Self::PgCodeFlow,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hello => "hello (/health)",
            Self::IntrospectionWarm => "introspection, warm",
            Self::IntrospectionCold => "introspection, cold",
            Self::ClientCredentials => "client_credentials",
            Self::Rotation => "refresh rotation",
            Self::CodeFlow => "code flow (3 requests)",
            Self::PgSelect => "pgbench: the token look-up",
            Self::PgIntrospection => "pgbench: introspection's statements",
            Self::PgInsert => "pgbench: single-row insert",
            Self::PgClientCredentials => "pgbench: client_credentials' statements",
            Self::PgRotationInOne => "pgbench: rotation in one statement",
            Self::PgRotation => "pgbench: rotation's statements",
            Self::PgCodeFlow => "pgbench: the code flow's statements",
        }
    }

    /// Which floors it is held against; a floor has none.
    pub fn floors(self) -> &'static [Self] {
        match self {
            Self::IntrospectionWarm | Self::IntrospectionCold => {
                &[Self::Hello, Self::PgSelect, Self::PgIntrospection]
            }
            Self::ClientCredentials => &[Self::Hello, Self::PgInsert, Self::PgClientCredentials],
            Self::Rotation => &[Self::Hello, Self::PgRotationInOne, Self::PgRotation],
            Self::CodeFlow => &[Self::Hello, Self::PgCodeFlow],
            _ => &[],
        }
    }
}

/// One measurement. Times are microseconds; those of processors are for one operation.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Cell {
    /// What.
    pub series: Series,
    /// Over how many connections.
    pub connections: usize,
    /// In which round.
    pub round: usize,
    /// Operations a second.
    pub rate: f64,
    /// The median; `pgbench` tells only an average.
    pub p50_us: Option<f64>,
    /// What 99 of 100 took at most.
    pub p99_us: Option<f64>,
    /// The average, where that is all that is known.
    pub average_us: Option<f64>,
    /// Of the server.
    pub server_cpu_us: Option<f64>,
    /// Of all processes of Postgres.
    pub postgres_cpu_us: Option<f64>,
    /// Of the load generator: what the figures would be limited by if it were the largest.
    pub load_cpu_us: Option<f64>,
    /// The server's memory right after it, in KiB.
    pub server_memory_kib: Option<u64>,
}

/// What the server is before anybody asks it anything.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct AtRest {
    /// Memory of the server one second after its start, in KiB.
    pub idle_memory_kib: Option<u64>,
    /// From its start to its first answer, in milliseconds.
    pub start_ms: f64,
    /// From its start to being ready, database included.
    pub ready_ms: f64,
    /// Size of the release binary in bytes.
    pub binary_bytes: u64,
    /// How many crates are compiled into it, its own included.
    pub crates: Option<usize>,
}

/// Memory after everything, in KiB.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Memory {
    /// The server's.
    pub server: Option<u64>,
    /// The most that the server ever had.
    pub server_peak: Option<u64>,
    /// That of all processes of Postgres, shared memory counted once.
    pub postgres: Option<u64>,
}

/// A whole run.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Results {
    /// The day.
    pub date: String,
    /// The version of the server.
    pub version: String,
    /// Where.
    pub machine: Machine,
    /// How.
    pub settings: Settings,
    /// Before the loads.
    pub at_rest: AtRest,
    /// After the loads.
    pub memory: Memory,
    /// Every measurement.
    pub cells: Vec<Cell>,
}

impl Results {
    fn cells(&self, series: Series, connections: usize) -> impl Iterator<Item = &Cell> {
        self.cells
            .iter()
            .filter(move |cell| cell.series == series && cell.connections == connections)
    }

    /// The median of a figure over the rounds.
    pub fn median(
        &self,
        series: Series,
        connections: usize,
        figure: impl Fn(&Cell) -> Option<f64>,
    ) -> Option<f64> {
        median(self.cells(series, connections).filter_map(figure).collect())
    }

    /// The median over the rounds of what a figure is to the same figure of a floor in the same round.
    pub fn ratio(
        &self,
        series: Series,
        floor: Series,
        connections: usize,
        figure: impl Fn(&Cell) -> Option<f64>,
    ) -> Option<f64> {
        let ratios = self.cells(series, connections).filter_map(|cell| {
            let mut same_round = self.cells(floor, connections).filter(|it| it.round == cell.round);
            Some(figure(cell)? / figure(same_round.next()?)?)
        });
        median(ratios.collect())
    }

    /// The same for the rates.
    pub fn rate_ratio(&self, series: Series, floor: Series, connections: usize) -> Option<f64> {
        self.ratio(series, floor, connections, |cell| Some(cell.rate))
    }
}

/// The one in the middle, or between the two in the middle.
pub fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    let upper = *figures.get(middle)?;
    if figures.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(*figures.get(middle.checked_sub(1)?)?, upper))
}

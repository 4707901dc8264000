//! Where we are going, beside what was measured. A goal that this benchmark cannot measure says so.

use crate::{
    report::number::{mebibytes, microseconds, ratio},
    results::{Results, Series},
};

/// One goal.
pub struct Goal {
    /// Of what.
    pub work: &'static str,
    /// What is wanted.
    pub wanted: &'static str,
    /// What was measured.
    pub measured: String,
    /// Whether that is enough; `None`: nobody knows.
    pub reached: Option<bool>,
}

/// All goals. Where nothing else is said they are those at `connections`.
pub fn all(results: &Results, connections: usize) -> Vec<Goal> {
    let rate = |work, floor| results.rate_ratio(work, floor, connections);
    let warm_p99 = results.ratio(Series::IntrospectionWarm, Series::Hello, connections, |cell| {
        cell.p99_us
    });
    let warm_cpu = results.median(Series::IntrospectionWarm, connections, |cell| cell.server_cpu_us);
    let warm = rate(Series::IntrospectionWarm, Series::Hello);
    let insert = rate(Series::ClientCredentials, Series::PgInsert);
    let rotation = rate(Series::Rotation, Series::PgRotationInOne);
    let alone = results.rate_ratio(Series::Rotation, Series::PgRotationInOne, 1);
    let idle = results.at_rest.idle_memory_kib;
    let at_least = |figure: Option<f64>, least: f64| figure.map(|figure| figure >= least);
    let at_most = |figure: Option<f64>, most: f64| figure.map(|figure| figure <= most);
    let not_measured = |why: &str| format!("not measured: {why}");
    vec![
        Goal {
            work: "introspection, warm",
            wanted: "≥ 0.75 × hello",
            measured: ratio(warm),
            reached: at_least(warm, 0.75),
        },
        Goal {
            work: "introspection, warm: p99",
            wanted: "≤ 2 × hello's",
            measured: ratio(warm_p99),
            reached: at_most(warm_p99, 2.0),
        },
        Goal {
            work: "introspection, warm: the server's processor",
            wanted: "≤ 25 µs",
            measured: format!("{} µs", microseconds(warm_cpu)),
            reached: at_most(warm_cpu, 25.0),
        },
        Goal {
            work: "introspection, cold",
            wanted: "≥ 1.3 × one SELECT through a connection pool",
            measured: not_measured("that floor is not built; the SELECT in pgbench is in the table above"),
            reached: None,
        },
        Goal {
            work: "client_credentials, durable",
            wanted: "≥ 2 × pgbench's single-row insert",
            measured: ratio(insert),
            reached: at_least(insert, 2.0),
        },
        Goal {
            work: "refresh rotation, durable, one-time use",
            wanted: "≥ 1.5 × pgbench's rotation in one statement",
            measured: ratio(rotation),
            reached: at_least(rotation, 1.5),
        },
        Goal {
            work: "refresh rotation at one connection",
            wanted: "no slower than pgbench's in one statement",
            measured: ratio(alone),
            reached: at_least(alone, 1.0),
        },
        Goal {
            work: "code flow, sign-in aside",
            wanted: "≥ 10 × oidc-provider on Postgres",
            measured: not_measured("no other server is part of this benchmark"),
            reached: None,
        },
        Goal {
            work: "memory, idle",
            wanted: "≤ 40 MiB",
            measured: mebibytes(idle),
            reached: idle.map(|kib| kib <= 40 * 1024),
        },
        Goal {
            work: "memory with 100,000 cached credentials",
            wanted: "≤ 100 MiB",
            measured: not_measured("nothing is cached yet"),
            reached: None,
        },
        Goal {
            work: "rates at 10 million stored tokens",
            wanted: "≥ 0.9 × those at 10 thousand",
            measured: not_measured("not part of this benchmark yet"),
            reached: None,
        },
    ]
}

//! The part of `docs/performance.md` that is written from the results.

use std::fmt::Write as _;

use crate::{
    report::{
        goals,
        number::{gibibytes, mebibytes, microseconds, milliseconds, rate, ratio},
    },
    results::{Cell, Results, Series},
};

/// At how many connections the goals are looked at, where that is among those measured.
const USUAL: usize = 32;

/// The text.
pub fn of(results: &Results) -> String {
    let mut text = String::new();
    where_and_how(&mut text, results);
    ratios(&mut text, results);
    figures(&mut text, results);
    at_rest(&mut text, results);
    wanted(&mut text, results);
    text
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}

fn where_and_how(text: &mut String, results: &Results) {
    let (machine, settings) = (&results.machine, &results.settings);
    let placed = if machine.pinned {
        "The server had one core, load and PostgreSQL shared another"
    } else {
        "Nobody was pinned to a core"
    };
    put(
        text,
        format_args!(
            "Measured on {} with version {}: {}, {} cores, {} of memory; {}; PostgreSQL {}; {}. {placed}. Rounds: {}; every \
             measurement counts {} s, after {} ms of warm-up.\n",
            results.date,
            results.version,
            machine.processor,
            machine.cores,
            gibibytes(machine.memory_kib),
            machine.system,
            machine.postgres,
            machine.compiler,
            settings.rounds,
            settings.seconds,
            settings.warm_up_ms
        ),
    );
}

fn ratios(text: &mut String, results: &Results) {
    put(text, format_args!("### Rates beside their floors\n"));
    put(
        text,
        format_args!("![Rates beside their floors](performance.svg)\n"),
    );
    let counts = &results.settings.connections;
    let heads: Vec<String> = counts.iter().map(|count| format!(" at {count} |")).collect();
    put(text, format_args!("| rate of | ÷ rate of |{}", heads.concat()));
    put(text, format_args!("|---|---|{}", "---:|".repeat(counts.len())));
    for work in Series::ALL {
        for &floor in work.floors() {
            let cells: Vec<String> = counts
                .iter()
                .map(|&count| format!(" {} |", ratio(results.rate_ratio(work, floor, count))))
                .collect();
            put(
                text,
                format_args!("| {} | {} |{}", work.name(), floor.name(), cells.concat()),
            );
        }
    }
    put(text, format_args!(""));
}

fn figures(text: &mut String, results: &Results) {
    put(text, format_args!("### Figures of this one machine\n"));
    put(
        text,
        format_args!(
            "They drift from day to day and mean nothing on another machine. µs are processor time for one operation; `pgbench` tells \
             an average instead of p50.\n"
        ),
    );
    put(
        text,
        format_args!(
            "| | connections | per second | p50 ms | p99 ms | server µs | PostgreSQL µs | load µs |"
        ),
    );
    put(text, format_args!("|---|---:|---:|---:|---:|---:|---:|---:|"));
    for series in Series::ALL {
        for &count in &results.settings.connections {
            let median = |figure: fn(&Cell) -> Option<f64>| results.median(series, count, figure);
            let average = median(|cell| cell.average_us).map(|us| format!("⌀ {}", milliseconds(Some(us))));
            put(
                text,
                format_args!(
                    "| {} | {count} | {} | {} | {} | {} | {} | {} |",
                    series.name(),
                    rate(median(|cell| Some(cell.rate))),
                    average.unwrap_or_else(|| milliseconds(median(|cell| cell.p50_us))),
                    milliseconds(median(|cell| cell.p99_us)),
                    microseconds(median(|cell| cell.server_cpu_us)),
                    microseconds(median(|cell| cell.postgres_cpu_us)),
                    microseconds(median(|cell| cell.load_cpu_us)),
                ),
            );
        }
    }
    put(text, format_args!(""));
}

fn at_rest(text: &mut String, results: &Results) {
    let (rest, memory) = (&results.at_rest, &results.memory);
    put(text, format_args!("### Size\n\n| | |\n|---|---:|"));
    let rows = [
        ("memory, idle", mebibytes(rest.idle_memory_kib)),
        ("memory after all loads", mebibytes(memory.server)),
        ("memory at its peak", mebibytes(memory.server_peak)),
        ("memory of PostgreSQL after all loads", mebibytes(memory.postgres)),
        ("start to first answer", format!("{:.0} ms", rest.start_ms)),
        (
            "start to ready, database asked",
            format!("{:.0} ms", rest.ready_ms),
        ),
        (
            "binary, built with this benchmark",
            mebibytes(Some(rest.binary_bytes / 1024)),
        ),
        (
            "crates in it, its own included",
            rest.crates
                .map_or_else(|| "–".to_owned(), |count| count.to_string()),
        ),
    ];
    for (name, figure) in rows {
        put(text, format_args!("| {name} | {figure} |"));
    }
    put(text, format_args!(""));
}

fn wanted(text: &mut String, results: &Results) {
    let counts = &results.settings.connections;
    let usual = counts.iter().copied().find(|count| *count == USUAL);
    let count = usual.or(counts.last().copied()).unwrap_or(1);
    put(text, format_args!("### Where we are going\n"));
    put(
        text,
        format_args!(
            "At {count} connections where nothing else is said.\n\n| | goal | measured | reached |\n|---|---|---|---|"
        ),
    );
    for goal in goals::all(results, count) {
        let reached = match goal.reached {
            Some(true) => "yes",
            Some(false) => "not yet",
            None => "–",
        };
        put(
            text,
            format_args!(
                "| {} | {} | {} | {reached} |",
                goal.work, goal.wanted, goal.measured
            ),
        );
    }
}

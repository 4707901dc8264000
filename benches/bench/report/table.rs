//! The table on the terminal.

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};

use crate::{
    report::number::{mebibytes, microseconds, milliseconds, rate, ratio},
    results::{Results, Series},
};

/// All medians, and each work beside its floors.
pub fn of(results: &Results) -> String {
    let rest = &results.at_rest;
    format!(
        "{}\n\n{}\n\nidle {}, peak {}, Postgres {}; start {:.0} ms, ready {:.0} ms; binary {}; {} crates\n",
        figures(results),
        ratios(results),
        mebibytes(rest.idle_memory_kib),
        mebibytes(results.memory.server_peak),
        mebibytes(results.memory.postgres),
        rest.start_ms,
        rest.ready_ms,
        mebibytes(Some(rest.binary_bytes / 1024)),
        rest.crates
            .map_or_else(|| "?".to_owned(), |count| count.to_string()),
    )
}

fn figures(results: &Results) -> Table {
    let mut table = table(&[
        "median of rounds",
        "conns",
        "per s",
        "p50 ms",
        "p99 ms",
        "server µs",
        "Postgres µs",
        "load µs",
        "memory",
    ]);
    for series in Series::ALL {
        for &connections in &results.settings.connections {
            let median = |figure: fn(&crate::results::Cell) -> Option<f64>| {
                results.median(series, connections, figure)
            };
            let average = median(|cell| cell.average_us).map(|us| format!("⌀ {}", milliseconds(Some(us))));
            let memory = results
                .cells
                .iter()
                .rev()
                .find(|cell| cell.series == series && cell.connections == connections)
                .and_then(|cell| cell.server_memory_kib);
            table.add_row([
                series.name().to_owned(),
                connections.to_string(),
                rate(median(|cell| Some(cell.rate))),
                average.unwrap_or_else(|| milliseconds(median(|cell| cell.p50_us))),
                milliseconds(median(|cell| cell.p99_us)),
                microseconds(median(|cell| cell.server_cpu_us)),
                microseconds(median(|cell| cell.postgres_cpu_us)),
                microseconds(median(|cell| cell.load_cpu_us)),
                mebibytes(memory),
            ]);
        }
    }
    right(table)
}

fn ratios(results: &Results) -> Table {
    let counts = results.settings.connections.iter();
    let heads: Vec<String> = counts.map(|count| format!("at {count}")).collect();
    let mut all = vec!["rate of", "beside"];
    all.extend(heads.iter().map(String::as_str));
    let mut table = table(&all);
    for work in Series::ALL {
        for &floor in work.floors() {
            let mut row = vec![work.name().to_owned(), floor.name().to_owned()];
            let counts = results.settings.connections.iter();
            row.extend(counts.map(|&count| ratio(results.rate_ratio(work, floor, count))));
            table.add_row(row);
        }
    }
    right(table)
}

fn table(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(heads);
    table
}

/// Figures to the right; the names stay left.
fn right(mut table: Table) -> Table {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

//! What a command prints: its result and nothing else goes to standard output.
//!
//! JSON where it is asked for; on a terminal a table; otherwise lines with tabs, for `cut` and `awk`. Nothing is coloured.

use std::io::{self, ErrorKind, IsTerminal, Write};

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};
use serde::Serialize;

use crate::{
    cli::{context::Global, failure::CliError},
    platform::clock::Timestamp,
};

/// Fewest columns of a terminal that a table is made to fit.
const NARROWEST: u16 = 60;

/// Rows under headings.
pub struct Rows {
    /// What the columns are called.
    pub headings: &'static [&'static str],
    /// As many cells each as there are headings.
    pub rows: Vec<Vec<String>>,
}

/// Prints a list: JSON if asked for, else rows.
///
/// # Errors
/// Standard output cannot be written.
pub fn list(global: &Global, json: &impl Serialize, rows: &Rows) -> Result<(), CliError> {
    if global.json {
        return self::json(json);
    }
    if !io::stdout().is_terminal() {
        let mut text = rows.headings.join("\t");
        for row in &rows.rows {
            text.push('\n');
            text.push_str(&row.iter().map(|cell| plain(cell)).collect::<Vec<_>>().join("\t"));
        }
        return line(&text);
    }
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_header(rows.headings.to_vec());
    if table.width().is_some_and(|width| width >= NARROWEST) {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    for row in &rows.rows {
        table.add_row(row.iter().map(|cell| plain(cell)).collect::<Vec<_>>());
    }
    // The first column is what the next command is given: it must not be broken.
    if let Some(first) = table.column_mut(0) {
        first.set_constraint(ColumnConstraint::ContentWidth);
    }
    line(&table.to_string())
}

/// Prints one thing: JSON if asked for, else a line for each field.
///
/// # Errors
/// Standard output cannot be written.
pub fn one(global: &Global, json: &impl Serialize, fields: &[(&str, String)]) -> Result<(), CliError> {
    if global.json {
        return self::json(json);
    }
    let width = if io::stdout().is_terminal() {
        fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0)
    } else {
        0
    };
    let lines: Vec<_> = fields
        .iter()
        .map(|(name, value)| {
            let gap = if width == 0 { "\t" } else { "  " };
            format!("{name:width$}{gap}{}", plain(value))
        })
        .collect();
    line(&lines.join("\n"))
}

/// Prints JSON.
///
/// # Errors
/// Standard output cannot be written.
pub fn json(value: &impl Serialize) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| CliError::failed("internal_fault", error.to_string()))?;
    line(&text)
}

/// Prints a line.
///
/// # Errors
/// Standard output cannot be written. A reader who has read enough (`| head`) is no error.
pub fn line(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(CliError::failed("output", format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Says something to the person, beside the result.
pub fn note(text: &str) {
    // Nobody is left to be told that standard error is closed.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Names of clients and people come from outside: no control character of theirs reaches the terminal.
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// An instant for people: UTC, to the second.
#[must_use]
pub fn time(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

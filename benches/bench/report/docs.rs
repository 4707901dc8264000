//! `docs/performance.md`, between its two marks, with its picture and its figures.

use std::{fs, path::Path};

use crate::{
    Outcome,
    report::{markdown, svg},
    results::Results,
};

const BEGIN: &str = "<!-- measured: written by `make bench` -->";
const END: &str = "<!-- /measured -->";

/// Writes all three into `docs`. What stands around the marks is left as it is.
pub fn write(docs: &Path, results: &Results) -> Outcome<()> {
    let page = docs.join("performance.md");
    let text = fs::read_to_string(&page).map_err(|error| format!("{}: {error}", page.display()))?;
    let parts = text
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or_else(|| format!("{}: the marks are gone", page.display()))?;
    let measured = markdown::of(results);
    fs::write(&page, format!("{before}{BEGIN}\n\n{measured}\n{END}{after}"))?;
    fs::write(docs.join("performance.svg"), svg::of(results))?;
    let json = serde_json::to_string_pretty(results)? + "\n";
    fs::write(docs.join("performance.json"), json)?;
    println!("Written: {} and beside it .svg and .json", page.display());
    Ok(())
}

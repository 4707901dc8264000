//! Rules of the house that the compiler cannot check.

use std::{collections::BTreeSet, fs, path::Path};

/// Top-level modules, lowest first. A module may use only those in earlier rows, and itself.
const RANKS: &[&[&str]] = &[
    &["schema", "platform"],
    &["web", "wire"],
    &["audit", "jobs"],
    &["signing"],
    &["accounts"],
    &["workspaces"],
    &["api_keys"],
    &["oauth"],
    &["access"],
    &["overview"],
    &["reference"],
    &["dev"],
    &["app"],
    &["cli"],
    &["lib", "main"],
];

fn rank(module: &str) -> usize {
    RANKS
        .iter()
        .position(|row| row.contains(&module))
        .unwrap_or_else(|| panic!("give `{module}` a row in RANKS"))
}

/// Every `src/**/*.rs` as (path relative to src, text).
fn sources() -> Vec<(String, String)> {
    fn walk(dir: &Path, root: &Path, out: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                out.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut out = Vec::new();
    walk(&root, &root, &mut out);
    assert!(out.len() > 50, "the sources were not found");
    out
}

fn top_module(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The top-level modules named after `crate::`, alone or in a `{…}` group.
fn uses(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(ident(rest));
            continue;
        };
        let (mut depth, mut expect) = (0, true);
        for (i, c) in group.char_indices() {
            match c {
                '}' if depth == 0 => break,
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => expect = true,
                c if expect && c.is_ascii_lowercase() => {
                    found.insert(ident(&group[i..]));
                    expect = false;
                }
                _ => {}
            }
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

fn ident(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_ascii_lowercase() || *c == '_')
        .collect()
}

#[test]
fn modules_depend_only_downwards() {
    for (file, text) in sources() {
        let from = top_module(&file);
        for to in uses(&text).iter().filter(|to| *to != from) {
            assert!(rank(to) < rank(from), "{file}: `{from}` must not use `{to}`");
        }
    }
}

#[test]
fn tables_and_http_never_meet_in_one_file() {
    for (file, text) in sources() {
        assert!(
            !(text.contains("actix_web") && text.contains("schema::")),
            "{file} talks both SQL and HTTP; move the query to its noun"
        );
    }
}

#[test]
fn the_clock_is_read_in_one_place() {
    for (file, text) in sources().iter().filter(|(file, _)| file != "platform/clock.rs") {
        assert!(!text.contains("Utc::now("), "{file}: take `now` as a parameter");
    }
}

#[test]
fn every_file_says_what_it_is_and_is_about_one_thing() {
    for (file, text) in sources() {
        assert!(
            text.starts_with("//!") || text.starts_with("// @generated"),
            "{file} begins without `//!`"
        );
        let lines = text.lines().count();
        // What is made from the database has as many lines as the database has columns.
        let is_made = file == "schema.rs";
        assert!(
            is_made || lines <= 450,
            "{file} has {lines} lines: split it by noun or verb"
        );
    }
}

#[test]
fn templates_escape_everything() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut directories = vec![root];
    let mut seen = 0;
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            assert!(
                !text.contains("|safe"),
                "{}: nothing is inserted unescaped",
                path.display()
            );
            assert!(
                !text.contains("<script"),
                "{}: the policy forbids inline script",
                path.display()
            );
            assert!(
                !text.contains("<bdi"),
                "{}: a name of others is written by `web::phrase::Phrase`, which also takes from it what turns what follows",
                path.display()
            );
            seen += 1;
        }
    }
    assert!(seen > 3, "the templates were not found");
}

/// The files under `templates`, by the names that Rust and other templates use.
fn templates() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut directories = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

#[test]
fn every_page_is_rendered_from_samples() {
    let (sources, templates) = (sources(), templates());
    for (file, text) in &sources {
        let pages = text.matches("#[template(path = ").count();
        if pages == 0 {
            continue;
        }
        // The samples stand beside the page, or in a file of tests of its own.
        let beside = file.replace(".rs", "/tests.rs");
        let of_its_own = { sources.iter() }.find(|(other, _)| *other == beside);
        let tests = format!("{text}{}", of_its_own.map_or("", |(_, text)| text));
        let checked =
            tests.matches("sample::check(").count() + tests.matches("sample::check_letters(").count();
        assert!(
            checked >= pages,
            "{file} has {pages} pages and checks the samples of {checked}: see src/web/sample.rs"
        );
    }
    for (name, _) in &templates {
        let quoted = format!("\"{name}\"");
        let is_a_page =
            { sources.iter() }.any(|(_, text)| text.contains(&format!("#[template(path = {quoted}")));
        let is_a_part = { templates.iter() }.any(|(_, text)| text.contains(&format!("{{% extends {quoted}")))
            || { templates.iter() }.any(|(_, text)| text.contains(&format!("{{% include {quoted}")))
            || { templates.iter() }.any(|(_, text)| text.contains(&format!("{{% import {quoted}")));
        assert!(is_a_page || is_a_part, "nothing shows templates/{name}");
    }
}

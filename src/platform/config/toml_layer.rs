//! A TOML text as a layer: each value under its path, with its line; whatever fits no key is a fault.

use std::path::{Path, PathBuf};

use toml::de::{DeArray, DeTable, DeValue};
use zeroize::Zeroizing;

use super::fault::{Fault, Origin};
use super::key::{Known, find, find_by_file};
use super::layer::{Entry, Given, Layer, unknown};
use super::rule::Shape;
use super::table;

/// Whether a source could be read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readable {
    Yes,
    /// What it lacks cannot be told.
    No,
}

/// Reads the configuration file.
pub(super) fn of_file(path: PathBuf, faults: &mut Vec<Fault>) -> (Layer, Readable) {
    match std::fs::read_to_string(&path) {
        Ok(text) => of_text(&Zeroizing::new(text), Some(path), faults),
        Err(error) => {
            faults.push(Fault {
                key: path.display().to_string(),
                origin: Origin::CommandLine,
                problem: format!("cannot be read: {error}"),
                fix: "name a readable file in UTF-8".into(),
            });
            (Layer::default(), Readable::No)
        }
    }
}

/// Reads TOML that came from `file`, or from the subcommand itself.
pub(super) fn of_text(text: &str, file: Option<PathBuf>, faults: &mut Vec<Fault>) -> (Layer, Readable) {
    let mut walk = Walk {
        text,
        file,
        layer: Layer::default(),
        faults,
    };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        // Not the error's own display: it shows the line, and the line may hold a secret.
        let origin = walk.origin(error.span().map_or(0, |span| span.start));
        let problem = format!("is not TOML: {}", error.message());
        let fix = "correct the file".into();
        walk.faults.push(Fault {
            key: "this line".into(),
            origin,
            problem,
            fix,
        });
    }
    if !errors.is_empty() {
        return (Layer::default(), Readable::No); // what the parser rescued may stand under the wrong name
    }
    walk.table(table.get_ref(), "", "");
    (walk.layer, Readable::Yes)
}

struct Walk<'a> {
    text: &'a str,
    file: Option<PathBuf>,
    layer: Layer,
    faults: &'a mut Vec<Fault>,
}

impl Walk<'_> {
    /// `path` has indices, `pattern` has `[]` in their place.
    fn table(&mut self, table: &DeTable<'_>, path: &str, pattern: &str) {
        for (name, value) in table {
            let name_text = part(name.get_ref());
            let (path, pattern) = (join(path, &name_text), join(pattern, &name_text));
            let origin = self.origin(name.span().start);
            self.value(value.get_ref(), &path, &pattern, origin);
        }
    }

    fn value(&mut self, value: &DeValue<'_>, path: &str, pattern: &str, origin: Origin) {
        if let Some(key) = find(pattern) {
            match text_of(value, key.shape()) {
                Some(text) => self.layer.put(
                    path,
                    Entry {
                        key,
                        given: Given::Text(text),
                        origin,
                    },
                    self.faults,
                ),
                None => self.wrong_type(path, value, format!("give {}", key.kind()), origin),
            }
        } else if let Some(key) = find_by_file(pattern) {
            self.file_of(key, value, path, origin);
        } else if is_list(pattern) {
            match value {
                DeValue::Array(items) if items.iter().all(|item| item.get_ref().is_table()) => {
                    self.items(items, path, pattern);
                }
                _ => self.wrong_type(path, value, format!("write each as [[{path}]]"), origin),
            }
        } else {
            match value {
                DeValue::Table(table) if !table.is_empty() => self.table(table, path, pattern),
                DeValue::Table(_) if is_section(pattern) => {}
                _ if is_section(pattern) => {
                    self.wrong_type(path, value, format!("write its keys under [{path}]"), origin);
                }
                _ => self.faults.push(unknown(path, origin)),
            }
        }
    }

    fn items(&mut self, items: &DeArray<'_>, path: &str, pattern: &str) {
        let origins = items.iter().map(|item| self.origin(item.span().start)).collect();
        self.layer.lists.insert(path.to_owned(), origins);
        for (index, item) in items.iter().enumerate() {
            if let DeValue::Table(table) = item.get_ref() {
                self.table(table, &format!("{path}[{index}]"), &format!("{pattern}[]"));
            }
        }
    }

    /// A path in the file is meant from where the file lies, not from where the server was started.
    fn file_of(&mut self, key: &'static dyn Known, value: &DeValue<'_>, path: &str, origin: Origin) {
        let Some(named) = value.as_str() else {
            return self.wrong_type(path, value, "give the path of a file".into(), origin);
        };
        let base = self
            .file
            .as_deref()
            .and_then(Path::parent)
            .unwrap_or(Path::new(""));
        let given = Given::InFile(base.join(named), path.to_owned());
        // Not the key's name: in a list that has `[]` where this has the index.
        let path = path.strip_suffix("_file").unwrap_or(path);
        self.layer.put(path, Entry { key, given, origin }, self.faults);
    }

    fn wrong_type(&mut self, path: &str, value: &DeValue<'_>, fix: String, origin: Origin) {
        let problem = format!("is written as {}", described(value));
        self.faults.push(Fault {
            key: path.to_owned(),
            origin,
            problem,
            fix,
        });
    }

    fn origin(&self, offset: usize) -> Origin {
        let line = self
            .text
            .bytes()
            .take(offset)
            .filter(|byte| *byte == b'\n')
            .count()
            + 1;
        self.file
            .clone()
            .map_or(Origin::Preset, |file| Origin::File(file, line))
    }
}

/// A part of a key. One that needed quotes keeps them, so that `"database.url"` is not taken for `url` of `database`.
fn part(name: &str) -> String {
    let is_bare = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if is_bare {
        name.to_owned()
    } else {
        format!("{name:?}")
    }
}

fn join(path: &str, part: &str) -> String {
    if path.is_empty() {
        part.to_owned()
    } else {
        format!("{path}.{part}")
    }
}

fn is_list(pattern: &str) -> bool {
    starts_a_key(&format!("{pattern}[]."))
}

fn is_section(pattern: &str) -> bool {
    starts_a_key(&format!("{pattern}."))
}

fn starts_a_key(start: &str) -> bool {
    table::ALL.iter().any(|key| key.name().starts_with(start))
}

/// The value as the environment would give it, if it is of the shape.
fn text_of(value: &DeValue<'_>, shape: Shape) -> Option<Zeroizing<String>> {
    let text = match (shape, value) {
        (Shape::Text | Shape::List, DeValue::String(text)) => text.to_string(),
        (Shape::Boolean, DeValue::Boolean(yes)) => yes.to_string(),
        (Shape::Whole, DeValue::Integer(number)) => i128::from_str_radix(number.as_str(), number.radix())
            .ok()?
            .to_string(),
        (Shape::List, DeValue::Array(items)) => {
            let items: Option<Vec<&str>> = items.iter().map(|item| item.get_ref().as_str()).collect();
            items?.join(",")
        }
        _ => return None,
    };
    Some(Zeroizing::new(text))
}

fn described(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

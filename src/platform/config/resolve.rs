//! Layers become values: the highest layer wins, files are read, defaults filled in, every value checked.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::fault::{Fault, Origin};
use super::key::{Fallback, Key, Known, is_in_list, variable};
use super::layer::{Given, Layer};
use super::rule::{Rule, Secrecy};
use super::table;
use super::toml_layer::Readable;

/// A value and where it came from.
pub(super) struct Value {
    pub(super) text: Zeroizing<String>,
    pub(super) origin: Origin,
    pub(super) secrecy: Secrecy,
}

/// Every value there is, by path.
#[derive(Default)]
pub(super) struct Values {
    values: BTreeMap<String, Value>,
    lists: BTreeMap<String, Vec<Origin>>,
}

impl Values {
    /// Lays the layers over each other, the lowest first.
    pub(super) fn resolve(layers: Vec<Layer>, readable: Readable, faults: &mut Vec<Fault>) -> Self {
        let top = merge(layers);
        let mut values = Self {
            values: BTreeMap::new(),
            lists: top.lists,
        };
        for (path, entry) in top.entries {
            if let Some((text, origin)) = read(&path, entry.key.secrecy(), entry.given, entry.origin, faults)
            {
                if let Err(problem) = entry.key.check(&text) {
                    let fix = format!("give {}", entry.key.kind());
                    faults.push(Fault {
                        key: path.clone(),
                        origin: origin.clone(),
                        problem,
                        fix,
                    });
                }
                values.values.insert(
                    path,
                    Value {
                        text,
                        origin,
                        secrecy: entry.key.secrecy(),
                    },
                );
            }
        }
        for (path, key, place) in values.places() {
            values.fill(path, key, place, readable, faults);
        }
        values
    }

    /// The value of a key; to be asked for only when there was no fault.
    pub(super) fn get<R: Rule>(&self, key: &Key<R>) -> R::Value {
        self.sound(key.name, key)
            .expect("without faults every key has been filled and checked")
    }

    /// The value of a key in one table of a list.
    pub(super) fn get_in<R: Rule>(&self, item: &str, key: &Key<R>) -> R::Value {
        self.sound(&path_in(item, key), key)
            .expect("without faults every key has been filled and checked")
    }

    /// The value at a path, if it is there and sound.
    pub(super) fn sound<R: Rule>(&self, path: &str, key: &Key<R>) -> Option<R::Value> {
        key.rule.read(&self.values.get(path)?.text).ok()
    }

    /// Where the value at a path came from.
    pub(super) fn origin(&self, path: &str) -> Origin {
        self.values
            .get(path)
            .map_or(Origin::Missing, |value| value.origin.clone())
    }

    /// The path of each table in a list, in order.
    pub(super) fn items(&self, list: &str) -> Vec<String> {
        let count = self.lists.get(list).map_or(0, Vec::len);
        (0..count).map(|index| format!("{list}[{index}]")).collect()
    }

    /// Every value with its path, in the order of the table of keys, then of the lists.
    pub(super) fn in_order(&self) -> impl Iterator<Item = (String, &Value)> {
        self.places().into_iter().filter_map(|(path, _, _)| {
            let value = self.values.get(&path)?;
            Some((path, value))
        })
    }

    /// Every path that has or needs a value, its key, and where that table begins if it stands in a list.
    fn places(&self) -> Vec<(String, &'static dyn Known, Option<Origin>)> {
        let outside = table::ALL.iter().filter(|key| !is_in_list(**key));
        let mut places: Vec<_> = outside.map(|key| (key.name().to_owned(), *key, None)).collect();
        for list in table::LISTS {
            self.places_in(list, list, &mut places);
        }
        places
    }

    fn places_in(
        &self,
        list: &str,
        pattern: &str,
        places: &mut Vec<(String, &'static dyn Known, Option<Origin>)>,
    ) {
        let begins = self.lists.get(list).into_iter().flatten();
        for (item, origin) in self.items(list).into_iter().zip(begins) {
            let mut inner: Vec<&str> = Vec::new();
            for key in table::ALL {
                let Some(leaf) = key
                    .name()
                    .strip_prefix(pattern)
                    .and_then(|rest| rest.strip_prefix("[]."))
                else {
                    continue;
                };
                match leaf.split_once("[].") {
                    None => places.push((format!("{item}.{leaf}"), *key, Some(origin.clone()))),
                    Some((nested, _)) if inner.contains(&nested) => {}
                    Some((nested, _)) => inner.push(nested),
                }
            }
            for nested in inner {
                self.places_in(
                    &format!("{item}.{nested}"),
                    &format!("{pattern}[].{nested}"),
                    places,
                );
            }
        }
    }

    /// Fills in what was not given.
    fn fill(
        &mut self,
        path: String,
        key: &dyn Known,
        place: Option<Origin>,
        readable: Readable,
        faults: &mut Vec<Fault>,
    ) {
        if self.values.contains_key(&path) {
            return;
        }
        let text = match key.fallback() {
            Fallback::Is(text) => Some(*text),
            Fallback::Follows { on, then, .. } => {
                let beside = path
                    .rsplit_once('.')
                    .map_or_else(|| (*on).to_owned(), |(item, _)| format!("{item}.{on}"));
                let follows = self.values.get(&beside).and_then(|value| then(&value.text));
                // Of a value that is itself at fault nothing follows, and that has been said.
                if follows.is_none() && is_told(&beside, faults) {
                    return;
                }
                follows
            }
            Fallback::Required => None,
        };
        if text.is_none() && readable == Readable::Yes && !is_told(&path, faults) {
            // A faulty value is no missing one, and what an unreadable file lacks cannot be told.
            faults.push(missing(path.clone(), key, place));
        }
        if let Some(text) = text {
            let text = Zeroizing::new(text.to_owned());
            self.values.insert(
                path,
                Value {
                    text,
                    origin: Origin::Default,
                    secrecy: key.secrecy(),
                },
            );
        }
    }
}

/// Whether something is wrong with this key that was said already.
fn is_told(path: &str, faults: &[Fault]) -> bool {
    let named = |fault: &Fault| fault.key.strip_suffix("_file").unwrap_or(&fault.key) == path;
    faults.iter().any(named)
}

/// The path of a key in one table of a list.
pub(super) fn path_in<R>(item: &str, key: &Key<R>) -> String {
    let leaf = key.name.rsplit_once('.').map_or(key.name, |(_, leaf)| leaf);
    format!("{item}.{leaf}")
}

/// A list is taken whole from the highest layer that has it: tables of two sources are never mixed by index.
fn merge(layers: Vec<Layer>) -> Layer {
    let mut top = Layer::default();
    for layer in layers {
        for list in table::LISTS
            .iter()
            .filter(|list| layer.lists.contains_key(**list))
        {
            let within = format!("{list}[");
            top.entries.retain(|path, _| !path.starts_with(&within));
            top.lists
                .retain(|path, _| path != list && !path.starts_with(&within));
        }
        top.entries.extend(layer.entries);
        top.lists.extend(layer.lists);
    }
    top
}

/// The text of a given value and its final origin; blanks around what a file holds are the editor's, not the value's.
fn read(
    path: &str,
    secrecy: Secrecy,
    given: Given,
    origin: Origin,
    faults: &mut Vec<Fault>,
) -> Option<(Zeroizing<String>, Origin)> {
    let (file, by) = match given {
        Given::Text(text) => return Some((text, origin)),
        Given::InFile(file, by) => (file, by),
    };
    match std::fs::read_to_string(&file).map(Zeroizing::new) {
        Ok(text) => Some((Zeroizing::new(text.trim().to_owned()), Origin::Named(by))),
        Err(error) => {
            let problem = match secrecy {
                Secrecy::Open => format!("cannot be read from {}: {error}", file.display()),
                // Whoever put the secret itself where the name of its file belongs must not find it in the log.
                Secrecy::Secret => format!("cannot be read from the file that is named there: {error}"),
            };
            let fix = "name a readable file in UTF-8".into();
            faults.push(Fault {
                key: path.to_owned(),
                origin,
                problem,
                fix,
            });
            None
        }
    }
}

fn missing(path: String, key: &dyn Known, place: Option<Origin>) -> Fault {
    let fix = match place {
        Some(_) => format!("give {}", key.kind()),
        None => format!("give {}, in the file or as {}", key.kind(), variable(key.name())),
    };
    Fault {
        key: path,
        origin: place.unwrap_or(Origin::Missing),
        problem: "is missing".into(),
        fix,
    }
}

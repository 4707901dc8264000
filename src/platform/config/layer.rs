//! One source of values, such as the environment or the command line, before it is laid over the others.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::fault::{Fault, Origin};
use super::key::{Known, find, find_by_file, is_in_list, variable};
use super::nearest::nearest;
use super::table;

/// A value as it was given.
pub(super) enum Given {
    /// The value itself.
    Text(Zeroizing<String>),
    /// The file to read it from, and the key or variable that names that file.
    InFile(PathBuf, String),
}

/// A known key and what it was given.
pub(super) struct Entry {
    pub(super) key: &'static dyn Known,
    pub(super) given: Given,
    pub(super) origin: Origin,
}

/// What one source gives.
#[derive(Default)]
pub(super) struct Layer {
    /// By path: the key with its indices.
    pub(super) entries: BTreeMap<String, Entry>,
    /// By path of the list: where each of its tables begins.
    pub(super) lists: BTreeMap<String, Vec<Origin>>,
}

impl Layer {
    /// Dotted keys and their values, as flags and subcommands set them.
    pub(super) fn of_pairs(pairs: Vec<(String, String)>, origin: &Origin, faults: &mut Vec<Fault>) -> Self {
        let mut layer = Self::default();
        for (name, text) in pairs {
            let text = Zeroizing::new(text);
            if !layer.put_named(&name, &name, text, origin, faults) {
                faults.push(unknown(&name, origin.clone()));
            }
        }
        layer
    }

    /// The variables that begin with `CONSENTRY_`.
    pub(super) fn of_environment(env: &[(String, String)], faults: &mut Vec<Fault>) -> Self {
        let mut layer = Self::default();
        for (name, text) in env {
            let Some(rest) = name.strip_prefix("CONSENTRY_") else {
                continue;
            };
            let dotted = rest.to_ascii_lowercase().replace("__", ".");
            let origin = Origin::Environment(name.clone());
            let text = Zeroizing::new(text.clone());
            let is_link = is_service_link(rest, &text);
            // Upper case alone is ours: `variable` spells the name anew.
            let known = variable(&dotted) == *name && layer.put_named(&dotted, name, text, &origin, faults);
            if !known && !is_link {
                faults.push(unknown_variable(name, &dotted, origin));
            }
        }
        layer
    }

    /// `DATABASE_URL`, which other tools read too. Empty counts as not set, as it does for them.
    pub(super) fn of_database_url(env: &[(String, String)]) -> Self {
        let mut layer = Self::default();
        if let Some((name, text)) = env
            .iter()
            .find(|(name, text)| name == "DATABASE_URL" && !text.is_empty())
        {
            let given = Given::Text(Zeroizing::new(text.clone()));
            let entry = Entry {
                key: &table::DATABASE_URL,
                given,
                origin: Origin::Environment(name.clone()),
            };
            layer.entries.insert(table::DATABASE_URL.name.to_owned(), entry);
        }
        layer
    }

    /// Puts a key that is given by name, or the file it is read from; whether there is such a key.
    fn put_named(
        &mut self,
        dotted: &str,
        called: &str,
        text: Zeroizing<String>,
        origin: &Origin,
        faults: &mut Vec<Fault>,
    ) -> bool {
        if let Some(key) = find(dotted).filter(|key| !is_in_list(*key)) {
            self.put(
                dotted,
                Entry {
                    key,
                    given: Given::Text(text),
                    origin: origin.clone(),
                },
                faults,
            );
        } else if let Some(key) = find_by_file(dotted).filter(|key| !is_in_list(*key)) {
            let given = Given::InFile(Path::new(text.as_str()).to_owned(), called.to_owned());
            self.put(
                key.name(),
                Entry {
                    key,
                    given,
                    origin: origin.clone(),
                },
                faults,
            );
        } else {
            return false;
        }
        true
    }

    /// Puts a value. To give both it and the file it is read from is a fault: neither is plainly meant.
    pub(super) fn put(&mut self, path: &str, entry: Entry, faults: &mut Vec<Fault>) {
        let origin = entry.origin.clone();
        let is_text = matches!(entry.given, Given::Text(_));
        let earlier = self.entries.insert(path.to_owned(), entry);
        if earlier.is_some_and(|earlier| matches!(earlier.given, Given::Text(_)) != is_text) {
            faults.push(Fault {
                key: path.to_owned(),
                origin,
                problem: "is given both as a value and as a file".into(),
                fix: "keep one of them".into(),
            });
        }
    }
}

/// The fault of a name that is no key.
pub(super) fn unknown(name: &str, origin: Origin) -> Fault {
    let meant = nearest(name, table::ALL.iter().map(|key| key.name()));
    Fault {
        key: name.to_owned(),
        origin,
        problem: "is not a known key".into(),
        fix: format!("did you mean {meant}?"),
    }
}

fn unknown_variable(name: &str, dotted: &str, origin: Origin) -> Fault {
    let list = { table::LISTS.iter() }.find(|list| {
        let rest = dotted.strip_prefix(**list);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    let fix = if let Some(list) = list {
        format!("write {list} in the file, as [[{list}]]")
    } else {
        let meant = match dotted.strip_suffix("_file") {
            Some(dotted) => format!("{}_FILE", nearest_variable(dotted)),
            None => nearest_variable(dotted),
        };
        format!("did you mean {meant}?")
    };
    Fault {
        key: name.to_owned(),
        origin,
        problem: "is not a known variable".into(),
        fix,
    }
}

fn nearest_variable(dotted: &str) -> String {
    let outside_lists = table::ALL.iter().filter(|key| !is_in_list(**key));
    variable(nearest(dotted, outside_lists.map(|key| key.name())))
}

/// Whether Kubernetes made the variable, for a Service whose name begins with `consentry`: it puts
/// `CONSENTRY_SERVICE_HOST`, `CONSENTRY_PORT=tcp://…` and their kin into every pod of the namespace.
fn is_service_link(rest: &str, value: &str) -> bool {
    const PROTOCOLS: [&str; 3] = ["tcp://", "udp://", "sctp://"];
    let rest = format!("_{rest}");
    let names_service = rest.ends_with("_SERVICE_HOST") || rest.contains("_SERVICE_PORT");
    let is_address = rest.contains("_PORT") && PROTOCOLS.iter().any(|protocol| value.starts_with(protocol));
    let is_part = ["_TCP_", "_UDP_", "_SCTP_"]
        .iter()
        .any(|part| rest.contains(part))
        && ["_PORT", "_PROTO", "_ADDR"].iter().any(|end| rest.ends_with(end));
    names_service || is_address || (rest.contains("_PORT_") && is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_kubernetes_makes_are_not_ours() {
        let links = [
            ("CONSENTRY_SERVICE_HOST", "10.0.0.7"),
            ("CONSENTRY_SERVICE_PORT_HTTP", "8080"),
            ("CONSENTRY_PORT", "tcp://10.0.0.7:8080"),
            ("CONSENTRY_METRICS_PORT_9090_TCP_ADDR", "10.0.0.7"),
        ];
        let mut faults = Vec::new();
        Layer::of_environment(
            &links.map(|(name, value)| (name.into(), value.into())),
            &mut faults,
        );
        assert_eq!(faults, []);
        Layer::of_environment(&[("CONSENTRY_PORT".into(), "8080".into())], &mut faults);
        assert_eq!(faults.len(), 1);
    }
}

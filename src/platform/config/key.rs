//! A key of the configuration: its name, its rule, its default, its documentation.

use super::rule::{Rule, Secrecy, Shape};
use super::table;

/// What holds where a key is not given.
pub(super) enum Fallback {
    /// Nothing: it must be given.
    Required,
    /// This text.
    Is(&'static str),
    /// What follows from the key beside it called `on`.
    Follows {
        on: &'static str,
        then: fn(&str) -> Option<&'static str>,
        told: &'static str,
    },
}

/// A key whose value is what `R` reads.
pub(super) struct Key<R> {
    /// Dotted; `[]` stands for an index.
    pub(super) name: &'static str,
    pub(super) fallback: Fallback,
    pub(super) rule: R,
    /// One sentence for the operator.
    pub(super) doc: &'static str,
}

/// A key whatever its value is: what the loader needs to know of it.
pub(super) trait Known: Sync {
    fn name(&self) -> &'static str;
    fn fallback(&self) -> &Fallback;
    fn doc(&self) -> &'static str;
    fn kind(&self) -> String;
    fn shape(&self) -> Shape;
    fn secrecy(&self) -> Secrecy;
    /// What is wrong with the text, if anything.
    fn check(&self, text: &str) -> Result<(), String>;
}

impl<R: Rule> Known for Key<R> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn fallback(&self) -> &Fallback {
        &self.fallback
    }

    fn doc(&self) -> &'static str {
        self.doc
    }

    fn kind(&self) -> String {
        self.rule.kind()
    }

    fn shape(&self) -> Shape {
        R::SHAPE
    }

    fn secrecy(&self) -> Secrecy {
        R::SECRECY
    }

    fn check(&self, text: &str) -> Result<(), String> {
        self.rule.read(text).map(drop)
    }
}

/// Whether the key stands in a list of tables; such keys have no variable.
pub(super) fn is_in_list(key: &dyn Known) -> bool {
    key.name().contains("[]")
}

/// The key of that name; `[]` stands for an index.
pub(super) fn find(name: &str) -> Option<&'static dyn Known> {
    table::ALL.iter().copied().find(|key| key.name() == name)
}

/// The key that `name` names the file of: `database.url_file` is where `database.url` is read from.
pub(super) fn find_by_file(name: &str) -> Option<&'static dyn Known> {
    name.strip_suffix("_file").and_then(find)
}

/// The environment variable of a dotted name.
pub(super) fn variable(name: &str) -> String {
    format!("CONSENTRY_{}", name.replace('.', "__").to_ascii_uppercase())
}

/// One row of the reference: all that an operator can set.
#[derive(Clone, Debug)]
pub struct KeyDoc {
    /// The dotted key; `[]` stands for an index.
    pub key: &'static str,
    /// What its value may be.
    pub kind: String,
    /// What holds where it is not given: a value, a rule, or `required`.
    pub default: &'static str,
    /// What it decides.
    pub doc: &'static str,
    /// Its environment variable (also with `_FILE`); none for keys in a list, as `[[resources]]`.
    pub env: Option<String>,
}

/// Every key there is, in the order of the documentation.
#[must_use]
pub fn reference() -> Vec<KeyDoc> {
    let row = |key: &&dyn Known| KeyDoc {
        key: key.name(),
        kind: key.kind(),
        default: match key.fallback() {
            Fallback::Required => "required",
            Fallback::Is(text) => text,
            Fallback::Follows { told, .. } => told,
        },
        doc: key.doc(),
        env: (!is_in_list(*key)).then(|| variable(key.name())),
    };
    table::ALL.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_keeps_the_rule_of_its_key() {
        for key in table::ALL {
            if let Fallback::Is(text) = key.fallback() {
                assert_eq!(key.check(text), Ok(()), "{}", key.name());
            }
        }
    }

    #[test]
    fn names_are_unique_and_none_reads_as_the_file_of_another() {
        for (index, key) in table::ALL.iter().enumerate() {
            assert!(
                table::ALL[..index]
                    .iter()
                    .all(|earlier| earlier.name() != key.name()),
                "{}",
                key.name()
            );
            assert!(!key.name().ends_with("_file"), "{}", key.name());
        }
    }

    #[test]
    fn the_reference_tells_variable_and_default() {
        let reference = reference();
        let row = |name| reference.iter().find(|row| row.key == name).unwrap();
        assert_eq!(row("database.url").default, "required");
        assert_eq!(
            row("database.url").env.as_deref(),
            Some("CONSENTRY_DATABASE__URL")
        );
        assert_eq!(row("tokens.code_seconds").default, "60");
        assert_eq!(row("resources[].scopes[].name").env, None);
    }
}

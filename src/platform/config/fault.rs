//! What is wrong with a configuration, all of it at once, and where each value came from.

use std::{fmt, path::PathBuf};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The key table's own default.
    Default,
    /// What the subcommand sets beneath the file, as `dev` does.
    Preset,
    /// The configuration file, and the line in it.
    File(PathBuf, usize),
    /// The environment variable of that name.
    Environment(String),
    /// The file that this key or variable names.
    Named(String),
    /// A flag.
    CommandLine,
    /// It was not given at all.
    Missing,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Preset => f.write_str("preset of this command"),
            Self::File(path, line) => write!(f, "file {} line {line}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Named(by) => write!(f, "file named by {by}"),
            Self::CommandLine => f.write_str("command line"),
            Self::Missing => f.write_str("not set anywhere"),
        }
    }
}

/// One thing that is wrong. No part of it ever quotes a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The key, dotted (`tokens.code_seconds`, `resources[0].audience`), or the name that is no key.
    pub key: String,
    /// Where the faulty value came from.
    pub origin: Origin,
    /// What is wrong, as the end of a sentence that begins with the key.
    pub problem: String,
    /// What to do about it.
    pub fix: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}; {} ({})", self.key, self.problem, self.fix, self.origin)
    }
}

/// Everything that is wrong, one per line; never empty.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct Faults(pub Vec<Fault>);

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")
}

//! How a command fails: one shape, five exit codes.

use std::process::ExitCode;

use crate::{
    dev::data_dir::DataDirError,
    oauth::client::metadata::BadMetadata,
    platform::{config::Faults, db::Internal},
};

/// The exit code of a command that did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 1: it did not work.
    Failed,
    /// 2: the command line itself is wrong.
    Usage,
    /// 3: what it names does not exist.
    NotFound,
    /// 4: somebody said no.
    Denied,
    /// 5: what exists already stands against it.
    Conflict,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::NotFound => 3,
            Exit::Denied => 4,
            Exit::Conflict => 5,
        })
    }
}

/// Why a command failed: for scripts, for people, and what to do about it. No part of it ever quotes a secret.
#[derive(Clone, Debug, thiserror::Error)]
#[error("error: {code}: {sentence}{}", .fix.as_ref().map(|fix| format!("\n  fix: {fix}")).unwrap_or_default())]
pub struct CliError {
    /// A word that does not change.
    pub code: String,
    /// What happened, and why.
    pub sentence: String,
    /// What to do about it.
    pub fix: Option<String>,
    /// What the shell is told.
    pub exit: Exit,
}

impl CliError {
    fn new(exit: Exit, code: &str, sentence: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            sentence: sentence.into(),
            fix: None,
            exit,
        }
    }

    /// It did not work.
    pub fn failed(code: &str, sentence: impl Into<String>) -> Self {
        Self::new(Exit::Failed, code, sentence)
    }

    /// The command line is wrong.
    pub fn usage(sentence: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", sentence)
    }

    /// What it names does not exist.
    pub fn not_found(sentence: impl Into<String>) -> Self {
        Self::new(Exit::NotFound, "not_found", sentence)
    }

    /// Somebody said no.
    pub fn denied(code: &str, sentence: impl Into<String>) -> Self {
        Self::new(Exit::Denied, code, sentence)
    }

    /// What exists already stands against it.
    pub fn conflict(code: &str, sentence: impl Into<String>) -> Self {
        Self::new(Exit::Conflict, code, sentence)
    }

    /// And what to do about it.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

impl From<Internal> for CliError {
    fn from(internal: Internal) -> Self {
        let sentence = internal.to_string();
        match internal {
            Internal::Unavailable(_) => Self::failed("database_unavailable", sentence)
                .fix("check that PostgreSQL runs there and lets this user in, then try again"),
            Internal::Unknown(_) => {
                Self::failed("outcome_unknown", sentence).fix("look whether it was done before you try again")
            }
            Internal::Fault(_) => Self::failed("internal_fault", sentence).fix(
                "check `consentry migrate status`; if the schema is current, this is a bug worth reporting",
            ),
        }
    }
}

impl From<diesel::result::Error> for CliError {
    fn from(error: diesel::result::Error) -> Self {
        Internal::from(error).into()
    }
}

impl From<Faults> for CliError {
    fn from(Faults(faults): Faults) -> Self {
        let lines: Vec<_> = faults.iter().map(|fault| format!("\n  {fault}")).collect();
        let sentence = match lines.len() {
            1 => "one setting is missing or wrong",
            _ => "some settings are missing or wrong",
        };
        Self::failed("invalid_configuration", format!("{sentence}:{}", lines.concat()))
    }
}

impl From<DataDirError> for CliError {
    fn from(error: DataDirError) -> Self {
        Self::failed("data_dir_unusable", error.to_string())
    }
}

impl From<BadMetadata> for CliError {
    fn from(bad: BadMetadata) -> Self {
        Self {
            code: bad.code.as_str().to_owned(),
            sentence: bad.sentence,
            fix: bad.fix,
            exit: Exit::Failed,
        }
    }
}

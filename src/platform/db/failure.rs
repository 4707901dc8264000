//! What went wrong in the database, as far as it decides whether to try again and what to answer.

use diesel::result::{DatabaseErrorKind, Error};

/// What a database error means for the transaction that met it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The connection is gone.
    Lost,
    /// Two transactions met; the database rolled this one back.
    Conflict,
    /// The database cannot do this now: it is overloaded, read-only, full, or hit a time limit.
    Refused,
    /// A fault of ours or of the schema.
    Other,
}

impl Failure {
    pub(super) fn of(error: &Error) -> Self {
        let Error::DatabaseError(kind, information) = error else {
            return match error {
                Error::BrokenTransactionManager => Self::Lost,
                Error::RollbackErrorOnCommit { commit_error, .. } => Self::of(commit_error),
                _ => Self::Other,
            };
        };
        match kind {
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => Self::Lost,
            DatabaseErrorKind::SerializationFailure => Self::Conflict,
            DatabaseErrorKind::ReadOnlyTransaction => Self::Refused,
            // Diesel does not pass the SQLSTATE on, so the words have to do: 40P01, 57P01..3, 57014, 55P03, 53xxx. Hence `language`.
            _ => {
                let said = information.message();
                let any = |starts: &[&str]| starts.iter().any(|start| said.starts_with(start));
                if any(&["deadlock detected"]) {
                    Self::Conflict
                } else if any(&[
                    "terminating connection",
                    "server closed",
                    "the database system is",
                    "no connection",
                ]) {
                    Self::Lost
                } else if any(&[
                    "canceling statement",
                    "could not extend file",
                    "could not write",
                    "remaining connection slots",
                    "sorry, too many clients",
                    "out of shared memory",
                ]) {
                    Self::Refused
                } else {
                    Self::Other
                }
            }
        }
    }
}

//! Who decides about a transaction first: its COMMIT, or the request that stops waiting for it.
//!
//! Without a decision in one place a request could be told 503 while its COMMIT is on its way, and would send again what is
//! then spent already.

use std::sync::atomic::{AtomicU8, Ordering};

const OPEN: u8 = 0;
const COMMITTING: u8 = 1;
const ABANDONED: u8 = 2;

/// What may still become of the work of one request.
#[derive(Debug, Default)]
pub(super) struct Fate(AtomicU8);

impl Fate {
    /// Asked before a COMMIT is sent. No: nobody waits any more, so it must not be.
    pub(super) fn may_commit(&self) -> bool {
        self.turn(OPEN, COMMITTING)
    }

    /// The database says that it did not commit. The work may be done again.
    pub(super) fn rolled_back(&self) {
        self.turn(COMMITTING, OPEN);
    }

    /// Stops waiting. No: a COMMIT was sent and may come true.
    pub(super) fn abandon(&self) -> bool {
        self.turn(OPEN, ABANDONED)
    }

    fn turn(&self, from: u8, to: u8) -> bool {
        self.0
            .compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_abandoned_is_never_committed_and_what_is_committed_is_never_called_abandoned() {
        let abandoned = Fate::default();
        assert!(abandoned.abandon());
        assert!(!abandoned.may_commit());
        abandoned.rolled_back();
        assert!(!abandoned.may_commit());

        let committing = Fate::default();
        assert!(committing.may_commit());
        assert!(!committing.abandon());
        committing.rolled_back();
        assert!(committing.may_commit());
        committing.rolled_back();
        assert!(committing.abandon());
    }
}

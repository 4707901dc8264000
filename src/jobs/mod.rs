//! Work without a request: what recurs (partitions, retention, what is written in batches), and what a request promised and does
//! not wait for (mail).
//!
//! # Decisions
//! * Every table stands in [`timetable::RETENTION`], with how long its rows are kept or the word *forever*; a test compares the
//!   list with the database.
//! * Any number of nodes may run the same work at once: each piece is idempotent, small, and waits for nobody. There is no
//!   leader to elect and none to lose.
//! * What is promised is a row, written in the transaction that gives the reason for it ([`queue`]). It is done at least once,
//!   by any node that has a handler for it ([`worker`]).

pub mod backoff;
pub mod listener;
pub mod mail;
pub mod queue;
pub mod runner;
pub mod timetable;
pub mod worker;

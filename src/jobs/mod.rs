//! Work that recurs without a request: partitions, retention, what is written in batches.
//!
//! # Decisions
//! * Every table stands in [`timetable::RETENTION`], with how long its rows are kept or the word *forever*; a test compares the
//!   list with the database.
//! * Any number of nodes may run the same work at once: each piece is idempotent, small, and waits for nobody. There is no
//!   leader to elect and none to lose.

pub mod runner;
pub mod timetable;

//! The audit log: what became true, by whom, written in the transaction that made it true.
//!
//! # Decisions
//! * Issuing and refreshing tokens write no event: each token row keeps its workspace and scopes, and one more insert on
//!   every hot path would buy nothing. Everything rarer is an event.
//! * Refusals of a known client or account are gathered and written in batches ([`refusals`]): whoever can cause
//!   refusals at will must not be able to fill a table. Malformed anonymous requests are metrics only.

pub mod chain;
pub mod checkpoint;
pub mod event;
pub mod log;
pub mod person;
pub mod reading;
pub mod refusals;
pub mod sealer;
pub mod verify;

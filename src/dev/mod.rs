//! What `consentry dev` needs and `consentry serve` must never have: a database server of its own.

pub mod postgres;

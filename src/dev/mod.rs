//! What `consentry dev` needs and `consentry serve` must never have: a database server of its own, and secrets made up
//! on the spot.

pub mod data_dir;
pub mod postgres;

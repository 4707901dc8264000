//! What `consentry dev` needs and `consentry serve` must never have: a database server of its own, secrets made up on the
//! spot, a clock that can be moved, an app to play with.

pub mod data_dir;
pub mod demo;
mod mail;
pub mod playground;
pub mod postgres;
pub mod routes;

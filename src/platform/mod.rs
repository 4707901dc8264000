//! What any server needs: configuration, time, ids, secrets, the database.

pub mod config;

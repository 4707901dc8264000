//! What any server needs: configuration, time, ids, secrets, the database.

pub mod clock;
pub mod db;
pub mod id;
pub mod password;
pub mod seal;
pub mod secret;
pub mod telemetry;

//! What a token means, for whom, and which requests pass with it.

mod introspect;
mod keys;
mod nginx;
mod protected_resource;
pub mod verify;
mod verify_keys;

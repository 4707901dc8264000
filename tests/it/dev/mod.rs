//! What only development mode and the tests themselves have.

#[expect(clippy::module_inception, reason = "the room is called as its command")]
mod dev;
mod mail;
mod playground;
mod postgres;

//! What clients hold: codes and tokens, one noun a file.
//!
//! Statements that spend, burn or revoke carry id, digest **and** client as predicates: knowing an id is worth
//! nothing, and another client's presentation changes nothing.

pub mod access_token;
pub mod authorization_code;
pub mod presented;
pub mod refresh_token;

//! The keys that sign our JWTs: their life, their published half, and signing with them (RFC 7515, 7517, 7638).
//!
//! # Decisions
//! * **A key's state is read from its times**, announced → active → retiring → gone; nothing stores it. Verifiers keep
//!   our key set for minutes, so a key that signs the moment it is made gives tokens that nobody can check, and a key
//!   that vanishes with its last signature takes living tokens along. All times are written when the rotation begins:
//!   no job has to run on time, and every node changes over by itself. Refused: a state column, which some node has to
//!   move and which is wrong until it does.
//! * **At most one key is announced.** A second rotation before the first took effect is refused as a value; it
//!   would shorten a life that was already promised.
//! * **ES256 is the default**: every JWT library and gateway verifies it. `EdDSA` signs twice as fast, for operators
//!   whose resource servers all know it. Refused: RS256, which costs forty times as much to sign.
//! * **Opened keys are kept, under their kid, two at most.** Which key signs is asked of the database for each token, so
//!   that a retired key stops everywhere at once; only opening the sealed private part is saved. Two: the one that
//!   signs, and its neighbour around a change-over. A kid is the thumbprint of its key, so an entry is never stale.
//! * **A gone key stays listed for a week without its private part**, so that an operator who reads an old kid in a
//!   log can still find out what it was. The private part goes when the key is gone, not when it starts retiring: a
//!   node whose clock is behind may still be signing with it.

pub mod jwks;
pub mod jwt;
pub mod key;
pub mod key_pair;
pub mod life;
pub mod verify;

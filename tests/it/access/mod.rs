//! What a token means, and for whom.

mod introspect;
mod keys;

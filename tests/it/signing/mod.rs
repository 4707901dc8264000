//! The keys that sign, through HTTP.

mod jwks;

//! What only development mode and the tests themselves have.

mod dev;
mod postgres;

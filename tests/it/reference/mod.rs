//! The API described: nothing is missing, and nothing is made up.

mod document;
mod page;
mod routes;

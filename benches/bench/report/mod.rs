//! What is told of the results: a table on the terminal; text, picture and figures in `docs`.

pub mod docs;
mod goals;
mod markdown;
mod number;
mod svg;
pub mod table;

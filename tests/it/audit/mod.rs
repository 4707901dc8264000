//! What is written down about what became true.

mod log;

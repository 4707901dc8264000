//! Manners of every page and endpoint.

pub mod params;

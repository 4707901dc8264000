//! What a member may do: `viewer < member < admin < owner`.

pub use crate::platform::config::Role;

//! Workspaces (tenants), who belongs to them, and as what.

pub mod membership;
pub mod workspace;

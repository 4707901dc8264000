//! `src/workspaces`.

mod session;

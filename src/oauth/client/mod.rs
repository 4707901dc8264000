//! Clients: registered applications and resource servers, and how they prove who they are.

pub mod registration;
pub mod secret;

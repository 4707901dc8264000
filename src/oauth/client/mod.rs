//! Clients: registered applications and resource servers, and how they prove who they are.

pub mod authenticate;
pub mod metadata;
pub mod registration;
pub mod request;
pub mod secret;

//! API keys: a program acts in one workspace, for a person or for a service account of the workspace.
//!
//! # Decisions
//! * **What a key can do is never stored.** It is what it was given ∩ what its owner's role reaches ∩ what the workspace's plan and its
//!   policy allow, at the moment of use ([`standing`], [`crate::workspaces::power`]). So nothing has to be cascaded when any of that
//!   changes, and nothing can be forgotten.
//! * **Two rows.** The key is what people name, limit and revoke; its secrets are what programs hold. Rolling a key gives it another
//!   secret, so everything that was said of the key stays true of it, and during the overlap the log still tells both apart.
//! * **A key that ended says why**, but only to whoever presents its very secret: to anybody else it is unknown.
//! * **The id in the secret is the secret's own**, not the key's: a look-up is by primary key, and what a page shows of a key is
//!   worth nothing.

pub mod api_key;
pub mod facts;
pub mod owner;
pub mod policy;
pub mod service_account;
pub mod standing;

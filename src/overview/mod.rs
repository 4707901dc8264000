//! What concerns a whole person and so several rooms: a copy of all their data, and the end of all of it.
//!
//! # Decisions
//! * Audit rows stay, without what is personal in them: they say what happened in workspaces, which are others' too.
//! * Who would leave a workspace without an owner is told which, and deletes nothing: otherwise nobody could manage it.
//! * An account that is made later with the same address has another id, so no `sub` is ever given twice (OpenID Connect Core §8).

mod copy;
mod delete;
mod page;

use actix_web::web::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    page::routes(config);
    copy::routes(config);
    delete::routes(config);
}

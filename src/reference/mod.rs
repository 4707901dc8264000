//! The API described, from its handlers: for programs (`/openapi.json`) and for people (`/docs/api`).
//!
//! Each handler that programs call carries `#[utoipa::path]` in its own file, each room lists its handlers (`Operations`, beside its
//! `routes`), and [`openapi`] puts the rooms together. `tests/it/reference` compares the whole with the routes that exist, and lets
//! a stranger's program (schemathesis) look for answers that it does not describe.

mod curl;
pub mod openapi;
mod outline;
mod page;

use actix_web::web::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    openapi::routes(config);
    page::routes(config);
}

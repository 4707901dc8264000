//! The activity log of a workspace: what happened in it, who did it, from where and with what, for its admins and owners.
//!
//! # Decisions
//! * It is read by number, from the seals: what is not sealed yet is not told, and nothing that was told moves afterwards.
//! * A page says of the rows that it shows whether they are as they were sealed, and no more than that. `consentry audit verify` looks at
//!   the whole log.
//! * A row that somebody took out of the database is shown as that. It matches no filter: nothing says any more what it was.
//! * A cell of the export that a spreadsheet would calculate gets an apostrophe before it: names are chosen by others.

mod export;
mod filter;
mod line;
mod names;
mod page;

use actix_web::web::ServiceConfig;

use crate::web::methods::read_only;

pub(super) use export::{Format, export};
pub(super) use filter::{Asked, NAMES};
pub(super) use line::{Line, Lines};
pub use names::Things;

/// The pages.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(read_only("/w/{slug}/audit", page::get))
        .service(read_only("/w/{slug}/audit/export", page::export));
}

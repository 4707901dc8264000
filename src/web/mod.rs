//! The manners of every page and endpoint: ids, logs, headers, error bodies, forms, cookies, pages.
//!
//! It knows neither tables nor OAuth. [`observe`] goes around everything; the rest is called by whoever needs it.
//!
//! # Decisions
//! * Whoever refuses attaches the members of the answer ([`error_body::PendingJson`]) and writes no body. One place adds
//!   the request id and writes it, so no refusal can forget it, and a person with a browser gets a page instead.
//! * Bodies are read before the handler runs, up to [`body::LIMIT`], within [`body::DEADLINE`]. So no endpoint can forget the
//!   limit, and a refusal never leaves unread bytes behind that would cost the caller its connection.
//! * `Referrer-Policy: no-referrer`, except on pages with a form ([`page::Page::form`]): under `no-referrer` a browser sends
//!   `Origin: null` with the form (Fetch, "append a request `Origin` header"), which [`csrf::check_origin`] must refuse. Those
//!   pages say `same-origin`, which tells other sites just as little.

pub mod assets;
pub mod body;
pub mod branding;
pub mod context;
pub mod cookie;
pub mod csrf;
pub mod error_body;
pub mod error_docs;
pub mod form;
pub mod headers;
pub mod health;
pub mod layout;
pub mod methods;
pub mod metrics;
pub mod observe;
pub mod page;
pub mod params;
pub mod phrase;
pub mod problem;
#[cfg(test)]
pub(crate) mod sample;
pub mod stale;
pub mod words;

#[cfg(test)]
mod tests;

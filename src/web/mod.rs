//! The manners of every page and endpoint: ids, logs, headers, error bodies, forms, cookies, pages.
//!
//! It knows neither tables nor OAuth. [`observe`] goes around everything; the rest is called by whoever needs it.
//!
//! # Decisions
//! * Whoever refuses attaches the members of the answer ([`error_body::PendingJson`]) and writes no body. One place adds
//!   the request id and writes it, so no refusal can forget it, and a person with a browser gets a page instead.
//! * Bodies are read before the handler runs, up to [`body::LIMIT`], within [`connection::Patience::body`]. So no endpoint can forget the
//!   limit, and a refusal never leaves unread bytes behind that would cost the caller its connection.
//! * `Referrer-Policy: no-referrer`, except on pages with a form ([`page::Page::form`]): under `no-referrer` a browser sends
//!   `Origin: null` with the form (Fetch, "append a request `Origin` header"), which [`csrf::check_origin`] must refuse. Those
//!   pages say `same-origin`, which tells other sites just as little.
//! * The caller's address is the other end of the connection. Only where that is one of the operator's `trusted_proxies` is one header
//!   read, the one that the operator says these proxies write (`trusted_proxies_header`). There is no order of precedence between
//!   `Forwarded` and `X-Forwarded-For`: a proxy overwrites or extends the one that it knows and hands the other on as the caller
//!   sent it, so whichever came first would be the caller's own word wherever the proxies write the other. The host, the port and
//!   the prefix that proxies may tell are never read: every link is made from the issuer.
//! * Every wait for a client has an end ([`connection::Patience`]), and every worker a number of connections that it takes. The framework
//!   ends only some of the waits; the rest end in [`connection`], by a second handle of each socket: so a connection costs two of the
//!   process's open files. To wrap the stream instead would cost none, and a copy of what the framework's server does around it.
//! * What a trusted proxy got in clear although the issuer is https is refused (`transport.rs`). A request that reaches the server past
//!   the proxies looks like one whose proxy says nothing, and is answered: only the network can keep it away.

pub mod answers;
pub mod assets;
pub mod body;
pub mod branding;
pub mod caller;
pub mod connection;
pub mod context;
pub mod cookie;
pub mod csrf;
pub mod error_body;
pub mod error_docs;
pub mod form;
pub mod forwarded;
pub mod headers;
pub mod health;
pub mod json;
pub mod language;
pub mod layout;
pub mod letter;
pub mod limit;
pub mod methods;
pub mod metrics;
pub mod network;
pub mod observe;
pub mod page;
pub mod paging;
pub mod params;
pub mod phrase;
pub mod problem;
pub mod redirect;
#[cfg(test)]
pub(crate) mod sample;
pub mod stale;
pub mod stream;
mod transport;
pub mod words;

#[cfg(test)]
mod tests;

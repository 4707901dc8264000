//! Consentry: everything behind a product's *Authentication* page, as one server.
//!
//! Start reading at [`app`], which puts everything together, then at [`oauth`], which says what section of which RFC lives
//! in which file. `docs/architecture.md` has the pictures.
//!
//! A module uses only those of lower rank; `tests/it/house_rules.rs` checks it. Lowest first:
//!
//! | rank | module | what it is |
//! |---|---|---|
//! | 1 | [`platform`] | what any server needs: configuration, clock, ids, secrets, sealing, passwords, database |
//! | 1 | [`schema`] | the tables |
//! | 2 | [`web`] | manners of every page and endpoint |
//! | 2 | [`wire`] | OAuth values, parsed once |
//! | 3 | [`audit`] | facts, appended in the transaction that made them true |
//! | 3 | [`jobs`] | what recurs, and how long rows are kept |
//! | 4 | [`signing`] | signing keys, JWTs, the JWKS |
//! | 5 | [`accounts`] | people: accounts, sessions, sign-in |
//! | 6 | [`workspaces`] | workspaces and who belongs to them |
//! | 7 | [`api_keys`] | API keys and the service accounts that own them |
//! | 8 | [`oauth`] | the authorization server |
//! | 9 | [`access`] | who is calling, and what may they do |
//! | 10 | [`overview`] | what concerns a whole person: a copy of their data, and its end |
//! | 11 | [`reference`](mod@reference) | the API described: `/openapi.json` and `/docs/api` |
//! | 12 | [`dev`] | what only `consentry dev` has |
//! | 13 | [`app`] | the composition root |
//! | 14 | [`cli`] | the command line |

pub mod access;
pub mod accounts;
pub mod api_keys;
pub mod app;
pub mod audit;
pub mod cli;
pub mod dev;
pub mod jobs;
pub mod oauth;
pub mod overview;
pub mod platform;
pub mod reference;
#[expect(missing_docs, reason = "generated")]
pub mod schema;
pub mod signing;
pub mod web;
pub mod wire;
pub mod workspaces;

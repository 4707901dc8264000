//! OAuth values, parsed once: a value that exists is valid. Neither SQL nor HTTP.
//!
//! | RFC section | file |
//! |---|---|
//! | RFC 6749 §2.3, RFC 7591 §2 `token_endpoint_auth_method` | [`auth_method`] |
//! | RFC 6749 §4.1.2.1, §5.2; RFC 7009 §2.2.1; RFC 8707 §2; OpenID Connect Core §3.1.2.6 | [`error`] |
//! | RFC 6749 §4.1, §4.4, §6; RFC 7591 §2 `grant_types` | [`grant_type`] |
//! | RFC 7636 (S256 only) | [`pkce`] |
//! | OpenID Connect Core §3.1.2.1 `prompt` | [`prompt`] |
//! | RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1 | [`redirect_uri`] |
//! | RFC 8707 §2 | [`resource`] |
//! | RFC 6749 §3.3 | [`scope`] |

pub mod auth_method;
pub mod error;
pub mod grant_type;
pub mod pkce;
pub mod prompt;
pub mod redirect_uri;
pub mod resource;
pub mod scope;
mod uri;

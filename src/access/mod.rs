//! Who is calling, and what may they do: one answer for everything that can follow `Authorization: Bearer`.
//!
//! # Decisions
//! * No cache yet: every look-up is one statement against the database, and what it says is true at that moment.
//! * **Anybody may ask `/v1/verify`.** It tells no more than whoever holds the credential may know of it, and its answer concerns only who
//!   asked. A list of networks or a secret of the proxy's would look like a lock and be none: where the server itself stands behind a
//!   proxy, the other end of every connection is that proxy; and a secret in each proxy and middleware is one more to lose. Guessing is
//!   limited as everywhere (`web::limit`).
//! * **What could be read in two ways is refused, not resolved.** The proxy routes by its reading of a path, the API by its own, and
//!   rules that went by a third would hold for none of them. So there is no normalising: encoded slashes, dot segments, `//`, `;`, escapes
//!   of letters, and whatever differs from a rule only in case or by a slash at the end, are answered 400.
//! * **Rules name the API, requests do not.** A rule says which audience a credential must have; where rules do not tell two APIs apart,
//!   the proxy's configuration does, by `?resource=`. Neither comes from the caller; an unknown parameter is refused, because it may.
//! * **One rule closes the door.** Without rules every credential that is meant for the API passes, and the API looks at `x-auth-scope`
//!   itself. With the first rule, what no rule is about is refused: an endpoint that was forgotten is closed and not open.
//! * **Identity headers of the caller are refused here, in any spelling** (`X_Auth.Role`), and overwritten by the documented proxies: two
//!   locks, because proxies have had holes there (GHSA-7r4p-vjf4-gxv4, GHSA-5m6w-wvh7-57vm).
//! * **No metadata of our own API** (RFC 9728): its credentials are sessions and API keys, which no authorization server
//!   hands out.
//! * Whoever may not know about a token gets byte for byte the answer of a token that does not exist.

pub mod answer;
pub mod caller;
pub mod credential;
pub mod dead;
pub mod forwarded;
pub mod introspect;
pub mod protected_resource;
pub mod resolve;
mod session;
pub mod verify;

use actix_web::web::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .configure(introspect::routes)
        .configure(verify::routes)
        .configure(protected_resource::routes);
}

/// What of this room `/openapi.json` describes.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    introspect::introspect,
    verify::verify,
    verify::verify_post,
    protected_resource::get
))]
pub struct Operations;

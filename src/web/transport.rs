//! What came in clear although the issuer is https (RFC 6749 §3.1, §3.2: these endpoints require TLS).
//!
//! The server sees every request in clear when a proxy ends TLS, so it can go only by what a trusted proxy says. Refusing is all
//! that is ever made of it: a caller who forges the header can only have itself refused.

use actix_web::{
    HttpResponse, ResponseError as _,
    dev::ServiceRequest,
    http::{
        Method,
        header::{AUTHORIZATION, LOCATION},
    },
};

use crate::web::{
    context::RequestContext, forwarded::Scheme, observe::Manners, problem::Problem, words::errors,
};

/// The answer to a request that must not be answered in clear; nothing if it may go on.
///
/// A page is sent for again over TLS. What carries a credential is not: its client would go on sending it in clear and never
/// notice.
pub(super) fn refuse(
    req: &ServiceRequest,
    context: &RequestContext,
    manners: &Manners,
) -> Option<HttpResponse> {
    if !manners.https || context.scheme != Some(Scheme::Http) {
        return None;
    }
    let is_page = [Method::GET, Method::HEAD].contains(req.method());
    if is_page && !req.headers().contains_key(AUTHORIZATION) {
        let path = req.uri().path_and_query().map_or("/", |it| it.as_str());
        let location = format!("{}{path}", manners.origin);
        return Some(
            HttpResponse::PermanentRedirect()
                .insert_header((LOCATION, location))
                .finish(),
        );
    }
    let detail = format!(
        "This request was sent over http, where anybody can read it. Send it to {} instead.",
        manners.origin
    );
    Some(Problem::new(&errors::INSECURE_TRANSPORT, detail).error_response())
}

//! Reads the body of a request before its handler runs: one limit and one deadline for every endpoint.

use std::time::Duration;

use actix_web::{
    HttpMessage as _,
    body::{BodyStream, to_bytes_limited},
    dev::{Payload, ServiceRequest},
    http::header::CONTENT_LENGTH,
};

use crate::web::{problem::Problem, words::errors};

/// The largest body that is read, in bytes.
pub const LIMIT: usize = 64 * 1024;

/// Replaces the body of `req` by the same bytes, all of them here. After an error the connection must be closed,
/// because the rest of the body may still be on its way.
pub(super) async fn buffer(req: &mut ServiceRequest, deadline: Duration) -> Result<(), Problem> {
    let payload = req.take_payload();
    if matches!(payload, Payload::None) {
        return Ok(());
    }
    let declared = req
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    if declared
        .and_then(|length| length.parse().ok())
        .is_some_and(|length: u64| length > LIMIT as u64)
    {
        return Err(Problem::payload_too_large());
    }
    let read = to_bytes_limited(BodyStream::new(payload), LIMIT);
    let bytes = tokio::time::timeout(deadline, read)
        .await
        .map_err(|_| Problem::request_timeout())?
        .map_err(|_| Problem::payload_too_large())?
        .map_err(|_| Problem::new(&errors::BAD_BODY, "The body of the request is broken."))?;
    req.set_payload(Payload::from(bytes));
    Ok(())
}

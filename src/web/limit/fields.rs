//! `RateLimit-Policy`, `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10 §3, §4: Lists of RFC 9651) and `Retry-After`.

use std::{fmt::Write as _, time::Duration};

use actix_web::http::{
    StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
};

use super::Standing;

const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// What an answer is going to say: goes into the extensions of its request.
pub struct Told {
    pub(super) standings: Vec<Standing>,
    pub(super) retry_after: Option<Duration>,
}

/// Rounded up: whoever waits so long has waited enough.
pub(super) fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// Writes the headers. `Retry-After` only where the answer is a 429 that has none: a handler may keep to itself that a limit was
/// exceeded.
pub fn write(headers: &mut HeaderMap, status: StatusCode, told: &Told) {
    let (mut policies, mut limits) = (String::new(), String::new());
    for standing in &told.standings {
        let between = if policies.is_empty() { "" } else { ", " };
        let Standing {
            name,
            quota,
            remaining,
            ..
        } = standing;
        let window = standing.window.as_secs();
        let reset = whole_seconds(standing.reset);
        // To a string: there is nothing to fail.
        let _ = write!(policies, "{between}\"{name}\";q={quota};w={window}");
        let _ = write!(limits, "{between}\"{name}\";r={remaining};t={reset}");
    }
    for (name, value) in [(RATELIMIT_POLICY, policies), (RATELIMIT, limits)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    if let Some(wait) = told.retry_after
        && status == StatusCode::TOO_MANY_REQUESTS
        && !headers.contains_key(RETRY_AFTER)
    {
        headers.insert(RETRY_AFTER, whole_seconds(wait).max(1).into());
    }
}

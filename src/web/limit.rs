//! How many requests one caller may make: 429 with `Retry-After`, and what is left (draft-ietf-httpapi-ratelimit-headers-10).
//!
//! Each node counts for itself, in memory. What several nodes must agree on, tries at an account and mails to an address, is counted
//! in the database by `accounts::throttle`.
//!
//! ```text
//! limit::count(&req, Rule::Reset, Who::Network)?;                     // in a handler that answers `Problem`s
//! limit::count(&req, Rule::Token, Who::Client(client.id.uuid()))?;    // after the client proved itself
//! ```
//! The headers are put on by [`observe`](crate::web::observe), whether the request is allowed or refused.
//!
//! # Decisions
//! * **Who is counted.** A caller that proved itself is counted by its id: many customers share an egress address, so a count by
//!   address would let the busiest of them lock out the rest. Who cannot prove anything (a public client) is counted by its id *and*
//!   its network: anybody can say that id, and must not use up everybody's allowance with it. People who are not signed in yet are
//!   counted by network.
//! * **Failed proofs are counted by network, and refuse only failures.** The proof is looked at first. If it is right, the request
//!   goes on, however noisy its network is; if it is wrong, and one time too many, the answer is 429 instead of 401. So nobody at a
//!   shared address can lock out anybody else. The price: such a request still costs its look-up, and a right guess would still be
//!   let in; the secrets guessed at have 192 bits, so what this rule stops is noise, not luck. Passwords have fewer: there
//!   `accounts::throttle` counts before it looks, and refuses the right one too.
//! * **Allowances refill as time passes** (GCRA, the crate `governor`): a burst of the whole, then one request each time a
//!   `1/q` of the window has gone by. So a caller that was silent may make up to twice `q` requests within its first window, and
//!   there is no boundary of windows at which everybody starts again at once.
//! * **One code in both forms of error.** RFC 6749 has none for this. `slow_down` (RFC 8628 §3.5) tells a device to go on polling,
//!   `temporarily_unavailable` says that the server is at fault, and some clients then try the next server. So it is
//!   `too_many_requests`, as in problems, as the clients of MCP know it (`TooManyRequestsError` of its TypeScript SDK), with status
//!   429; §5.2 does not close the list of codes.
//! * **Bounded.** A rule remembers so many callers and no more (`MOST`); `bucket.rs` says what happens to the rest.
//!
//! # What it costs
//! For a caller that is known, some two tenths of a microsecond: the clock, twice; one hash; the lock of one shard *for reading*; one
//! compare-and-swap on the caller's own number. Nobody waits for anybody: of two requests of one caller at the same moment one swaps
//! twice. Only a caller who is new takes its shard's lock for writing, and each `SWEEP` one request drops what is over, a shard at a
//! time: a quarter of a millisecond for all that a rule can hold.

mod bucket;
mod fields;
#[cfg(test)]
mod tests;

use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use actix_web::{HttpMessage as _, HttpRequest, web::Data};
use governor::{Quota, RateLimiter, clock, middleware::StateInformationMiddleware};
use uuid::Uuid;

use crate::{
    platform::{clock::Clock, config::RateLimits},
    web::{
        context::RequestContext, limit::bucket::Buckets, network::Network, problem::Problem, words::errors,
    },
};

pub(super) use fields::{Told, write};

/// What every quota is for.
const WINDOW: Duration = Duration::from_mins(1);

/// How many callers a rule remembers: some eight megabytes.
const MOST: usize = 100_000;

/// How often callers are forgotten who have their whole quota again.
const SWEEP: Duration = Duration::from_secs(15);

/// What is limited; each has its quota in [`RateLimits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The token endpoint.
    Token,
    /// Introspection.
    Introspection,
    /// Forward-auth.
    Verification,
    /// Revocation.
    Revocation,
    /// Proofs that were wrong: by network, counted after the fact.
    CredentialFailures,
    /// Sign-ins, right or wrong: what their password checks may cost.
    SignIn,
    /// New accounts.
    Register,
    /// Forgotten passwords, and new ones in their place.
    Reset,
    /// Proving an e-mail address, and asking for another mail.
    Verify,
    /// Invitations, sent and accepted.
    Invite,
}

impl Rule {
    const ALL: [Self; 10] = [
        Self::Token,
        Self::Introspection,
        Self::Verification,
        Self::Revocation,
        Self::CredentialFailures,
        Self::SignIn,
        Self::Register,
        Self::Reset,
        Self::Verify,
        Self::Invite,
    ];

    /// Its name in `RateLimit` and in metrics: that of its key in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Introspection => "introspection",
            Self::Verification => "verification",
            Self::Revocation => "revocation",
            Self::CredentialFailures => "credential_failures",
            Self::SignIn => "sign_in",
            Self::Register => "register",
            Self::Reset => "reset",
            Self::Verify => "verify",
            Self::Invite => "invite",
        }
    }

    const fn quota(self, limits: &RateLimits) -> u32 {
        match self {
            Self::Token => limits.token,
            Self::Introspection => limits.introspection,
            Self::Verification => limits.verification,
            Self::Revocation => limits.revocation,
            Self::CredentialFailures => limits.credential_failures,
            Self::SignIn => limits.sign_in,
            Self::Register => limits.register,
            Self::Reset => limits.reset,
            Self::Verify => limits.verify,
            Self::Invite => limits.invite,
        }
    }
}

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A caller that proved itself: the id of a client, an API key, an account.
    Client(Uuid),
    /// A caller that says who it is and cannot prove it: counted apart in each network.
    Claimed(Uuid),
    /// Where the request comes from.
    Network,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Client(Uuid),
    Claimed(Uuid, Network),
    Network(Network),
}

/// Where a caller stands with a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What the policy is called.
    pub name: &'static str,
    /// How many requests it allows within its window.
    pub quota: u32,
    /// Its window.
    pub window: Duration,
    /// How many are left.
    pub remaining: u32,
    /// When the quota is whole again; where nothing remains, when the next request is allowed.
    pub reset: Duration,
}

/// One request too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// When the next one is allowed: whole seconds, at least one.
    pub retry_after: Duration,
}

impl From<Exceeded> for Problem {
    fn from(Exceeded { retry_after }: Exceeded) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(
                &errors::TOO_MANY_REQUESTS,
                "There were too many requests. Try again later.",
            )
        }
    }
}

/// Counts this request, and says so in the answer's headers.
///
/// # Errors
/// [`Exceeded`], which becomes a 429 as a [`Problem`] or as an OAuth error.
///
/// # Panics
/// The app carries no [`Limits`].
pub fn count(req: &HttpRequest, rule: Rule, who: Who) -> Result<(), Exceeded> {
    let limits = req
        .app_data::<Data<Limits>>()
        .expect("the app carries its limits beside its manners");
    let network = || {
        let extensions = req.extensions();
        let context = extensions.get::<RequestContext>()?;
        context.address.map(Network::of)
    };
    let key = match who {
        Who::Client(id) => Some(Key::Client(id)),
        Who::Claimed(id) => network().map(|network| Key::Claimed(id, network)),
        Who::Network => network().map(Key::Network),
    };
    // Over a socket that has no address there are no strangers.
    let Some(key) = key else {
        return Ok(());
    };
    let counted = limits.count(rule, &key);
    let (Ok(standing) | Err(standing)) = counted;
    tell(req, standing);
    counted.map(drop).map_err(|over| {
        metrics::counter!("rate_limited_total", "rule" => rule.name()).increment(1);
        refuse(req, over.reset)
    })
}

/// Adds a policy to the answer's headers that was counted elsewhere.
pub fn tell(req: &HttpRequest, standing: Standing) {
    let mut extensions = req.extensions_mut();
    match extensions.get_mut::<Told>() {
        Some(told) => told.standings.push(standing),
        None => {
            extensions.insert(Told {
                standings: vec![standing],
                retry_after: None,
            });
        }
    }
}

/// Gives the answer its `Retry-After`, if it becomes a 429.
fn refuse(req: &HttpRequest, wait: Duration) -> Exceeded {
    let retry_after = Duration::from_secs(fields::whole_seconds(wait).max(1));
    if let Some(told) = req.extensions_mut().get_mut::<Told>() {
        told.retry_after = Some(retry_after);
    }
    Exceeded { retry_after }
}

/// What this node has counted. The app carries one as [`Data`].
pub struct Limits(Vec<Limiter>);

impl Limits {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(limits: &RateLimits, clock: &Clock) -> Self {
        Self(
            Rule::ALL
                .iter()
                .map(|rule| Limiter::new(*rule, rule.quota(limits), clock, MOST))
                .collect(),
        )
    }

    fn count(&self, rule: Rule, key: &Key) -> Result<Standing, Standing> {
        // In the order of `ALL`, which is that of the variants.
        self.0[rule as usize].count(key)
    }
}

/// One rule and who has come under it.
struct Limiter {
    rule: Rule,
    governor: RateLimiter<Key, Buckets<Key>, Clock, StateInformationMiddleware>,
    clock: Clock,
    /// In milliseconds of [`Clock::elapsed`].
    next_sweep: AtomicU64,
}

impl Limiter {
    fn new(rule: Rule, quota: u32, clock: &Clock, most: usize) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(quota).unwrap_or(NonZeroU32::MIN));
        Self {
            rule,
            governor: RateLimiter::new(quota, Buckets::new(most), clock.clone()),
            clock: clock.clone(),
            next_sweep: AtomicU64::new(0),
        }
    }

    fn count(&self, key: &Key) -> Result<Standing, Standing> {
        self.sweep_if_due();
        let standing = |quota: Quota, remaining: u32, reset: Duration| Standing {
            name: self.rule.name(),
            quota: quota.burst_size().get(),
            window: WINDOW,
            remaining,
            reset,
        };
        match self.governor.check_key(key) {
            Ok(after) => {
                let (quota, remaining) = (after.quota(), after.remaining_burst_capacity());
                let spent = quota.burst_size().get().saturating_sub(remaining);
                Ok(standing(quota, remaining, quota.replenish_interval() * spent))
            }
            Err(until) => {
                let wait = until.wait_time_from(self.clock.elapsed());
                Err(standing(until.quota(), 0, wait))
            }
        }
    }

    /// The first who finds it due does it; nobody waits for it but who needs the same shard at that moment.
    fn sweep_if_due(&self) {
        let now = millis(self.clock.elapsed());
        let due = self.next_sweep.load(Ordering::Relaxed);
        if now < due {
            return;
        }
        let next = now.saturating_add(millis(SWEEP));
        let won = self
            .next_sweep
            .compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed);
        if won.is_ok() {
            self.governor.retain_recent();
            self.governor.shrink_to_fit();
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// So that a test which moves the clock moves the limits; and the system's clock, set back, locks nobody out.
impl clock::Clock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.elapsed()
    }
}

//! The door of passwords: whether somebody who types an address and a password is that person. Used by the sign-in page and by the API.

use actix_web::web::Data;
use diesel::{PgConnection, QueryResult};
use zeroize::Zeroizing;

use crate::{
    accounts::{
        account::{self, Account, Email},
        known_device::KnownDevice,
        throttle::{self, Limits, Subject, Tries, Try},
    },
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    platform::{Platform, clock::Timestamp, config::Login, db::Internal, id::AccountId, password},
    web::{context::RequestContext, network::Network, problem::Problem},
};

/// `amr` of a password (RFC 8176 §2).
pub const PASSWORD: &str = "pwd";

/// Who tries, from where, and when.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The address that was typed, if it is one.
    pub email: Option<Email>,
    /// Where the try comes from.
    pub network: Option<Network>,
    /// Which accounts were signed in before in the browser that it comes from, if it is one.
    pub known_device: KnownDevice,
    /// The same for the audit.
    pub origin: Origin,
    /// When.
    pub now: Timestamp,
}

impl Attempt {
    /// Of somebody who typed this address.
    #[must_use]
    pub fn new(typed: &str, context: RequestContext, now: Timestamp) -> Self {
        Self {
            email: Email::parse(typed),
            network: context.address.map(Network::of),
            known_device: KnownDevice::default(),
            origin: Origin::from(context),
            now,
        }
    }

    /// The same, in this browser.
    #[must_use]
    pub fn in_browser(self, known_device: KnownDevice) -> Self {
        Self { known_device, ..self }
    }

    /// Whose tries this one is counted with.
    fn tries(&self, conn: &mut PgConnection) -> QueryResult<Tries<'_>> {
        let email = self.email.as_ref();
        let known_device = email.map(|email| self.known_device.subject(conn, email));
        Ok(Tries {
            email,
            network: self.network,
            known_device: known_device.transpose()?.flatten(),
        })
    }

    fn tried(&self, conn: &mut PgConnection, login: &Login) -> QueryResult<Try> {
        let limits = Limits {
            by_email: login.max_failures,
            by_network: login.max_failures_per_address,
            window: login.window,
        };
        let tries = self.tries(conn)?;
        throttle::count(conn, tries, limits, self.now)
    }

    /// The password was right, and a second factor is still owed. The try stays counted by its address: whoever knows the password
    /// must not guess codes for ever. Its network has tried no password in vain.
    pub fn owes_second_factor(&self, conn: &mut PgConnection) -> QueryResult<()> {
        throttle::take_back(conn, Tries::from_network(self.network))
    }

    /// Counts a try before its proof is looked at, of whatever kind: see [`throttle::count`]. Whether it is the last one that is
    /// looked at, or [`Refused::Locked`].
    pub fn count(&self, conn: &mut PgConnection, login: &Login) -> QueryResult<Result<bool, Refused>> {
        Ok(match self.tried(conn, login)? {
            Try::Allowed { last } => Ok(last),
            Try::Locked { until, .. } => Err(Refused::Locked { until, now: self.now }),
        })
    }

    fn forgive(&self, conn: &mut PgConnection) -> QueryResult<()> {
        let tries = self.tries(conn)?;
        throttle::forgive(conn, tries)
    }

    /// A person who was signed in proved again who they are: forgets their failed tries, and writes the fact down.
    pub fn proved_again(&self, conn: &mut PgConnection, account: AccountId) -> QueryResult<()> {
        self.forgive(conn)?;
        let event = Event::ProvedAgain { account };
        log::append(conn, Actor::Account(account), &self.origin, &event, self.now)
    }

    /// Of somebody who typed nothing: another provider gave its word. No try is counted, so none is forgiven.
    #[must_use]
    pub fn without_password(context: RequestContext, now: Timestamp) -> Self {
        Self {
            email: None,
            network: None,
            known_device: KnownDevice::default(),
            origin: Origin::from(context),
            now,
        }
    }

    /// The person is signed in: forgets their failed tries, and writes the fact down. In the transaction that begins the session.
    pub fn succeeded(&self, conn: &mut PgConnection, account: AccountId) -> QueryResult<()> {
        self.forgive(conn)?;
        metrics::counter!("sign_in_total", "outcome" => "right").increment(1);
        let event = Event::SignedIn { account };
        log::append(conn, Actor::Account(account), &self.origin, &event, self.now)
    }
}

/// What a password came to.
pub enum Proof {
    /// It was this person's.
    Right(Account),
    /// It was not, or they may not sign in.
    Refused(Refused),
}

/// Why a sign-in was refused.
#[derive(Clone, Debug)]
pub enum Refused {
    /// Wrong address or wrong password: the same words, the same work.
    Wrong,
    /// Until then.
    Locked {
        /// The end of the lock.
        until: Timestamp,
        /// The time of the try.
        now: Timestamp,
    },
    /// The password was right, so its owner may know: the operator has switched the account off.
    Disabled,
    /// The password was right, and nobody has shown yet that the address is theirs.
    Unverified(Account),
}

/// Whether the password is that of the address. The try is counted before, and stays counted until [`Attempt::succeeded`].
///
/// # Errors
/// 503 where too many passwords are being checked, and the database's.
pub async fn prove(
    platform: &Data<Platform>,
    attempt: &Attempt,
    password: Zeroizing<String>,
) -> Result<Proof, Problem> {
    let now = attempt.now;
    let (work, made) = (platform.clone(), attempt.clone());
    let (counted, found) = platform
        .db
        .write(move |conn| {
            let counted = made.tried(conn, &work.config.login)?;
            let found = match (&counted, &made.email) {
                (Try::Allowed { .. }, Some(email)) => account::find_with_password(conn, email)?,
                _ => None,
            };
            Ok((counted, found))
        })
        .await?;
    let last = match counted {
        Try::Locked { until, by } => {
            let outcome = match by {
                Subject::Email => "locked",
                Subject::Network => "network_locked",
            };
            metrics::counter!("sign_in_total", "outcome" => outcome).increment(1);
            if by == Subject::Network {
                // Of no account, so no fact of the audit: this line is how an operator learns of it.
                tracing::warn!(network = ?attempt.network, "too many failed sign-ins from one network");
            }
            return Ok(Proof::Refused(Refused::Locked { until, now }));
        }
        Try::Allowed { last } => last,
    };
    let (account, hash) = found.unzip();
    // An account without a password costs the same work as none.
    let hash = hash.flatten();
    let known = account.as_ref().map(|account| account.id);
    // A password longer than any that can be set is wrong; it still costs what every other costs.
    let password = if password.len() <= password::LONGEST {
        password
    } else {
        Zeroizing::default()
    };
    let outdated = { hash.as_ref() }
        .filter(|hash| password::is_outdated(hash))
        .map(|hash| (hash.clone(), password.clone()));
    let Ok(right) = platform.passwords.verify(password, hash).await else {
        // 503 promises that nothing was done. Whoever tries again, as it says, must not be locked out for it.
        let unmade = attempt.clone();
        let untried = platform.db.write(move |conn| {
            let tries = unmade.tries(conn)?;
            Ok(throttle::take_back(conn, tries)?)
        });
        untried.await?;
        return Err(Problem::unavailable());
    };
    match account.filter(|_| right) {
        Some(account) if account.disabled_at.is_some() => Ok(Proof::Refused(Refused::Disabled)),
        Some(account) if account.verified_at.is_none() => Ok(Proof::Refused(Refused::Unverified(account))),
        Some(account) => {
            if let Some((checked, password)) = outdated {
                hash_anew(platform, account.id, checked, password).await;
            }
            Ok(Proof::Right(account))
        }
        None => {
            metrics::counter!("sign_in_total", "outcome" => "wrong").increment(1);
            if let Some(account) = known {
                note_failure(platform, account, last, attempt.origin.clone(), now);
            }
            Ok(Proof::Refused(Refused::Wrong))
        }
    }
}

/// Hashes a password that was right with the work that is asked for today. The same password: nothing ends. If it cannot be done now,
/// the next sign-in does it.
async fn hash_anew(
    platform: &Data<Platform>,
    account: AccountId,
    checked: String,
    password: Zeroizing<String>,
) {
    let Ok(anew) = platform.passwords.hash(password).await else {
        return;
    };
    let written = platform
        .db
        .write(move |conn| Ok(account::replace_hash(conn, account, &checked, &anew)?))
        .await;
    if let Err(error) = written {
        tracing::warn!(%error, "a password could not be hashed anew");
    }
}

/// Writes down a failed sign-in of a known account. Nobody waits for it: the answer for a known address must not take
/// longer than the one for an unknown address.
fn note_failure(platform: &Data<Platform>, account: AccountId, last: bool, origin: Origin, now: Timestamp) {
    let platform = platform.clone();
    actix_web::rt::spawn(async move {
        let written = platform
            .db
            .write(move |conn| {
                append(
                    conn,
                    &Event::SignInFailed { account },
                    Actor::Nobody,
                    &origin,
                    now,
                )?;
                if last {
                    append(
                        conn,
                        &Event::SignInLocked { account },
                        Actor::Nobody,
                        &origin,
                        now,
                    )?;
                }
                Ok(())
            })
            .await;
        if let Err(error) = written {
            tracing::error!(%error, "a failed sign-in could not be written down");
        }
    });
}

fn append(
    conn: &mut PgConnection,
    event: &Event,
    actor: Actor,
    origin: &Origin,
    now: Timestamp,
) -> Result<(), Internal> {
    Ok(log::append(conn, actor, origin, event, now)?)
}

//! How often an e-mail address was tried, from one place or in all, and how often it was sent a mail. Table `login_throttle`.
//!
//! What one node counts for itself is in [`limit`](crate::web::limit); here is what all nodes agree on.
//!
//! # Decisions
//! * **One counter for every proof of an account** ([`count`]): sign-in on the page and by the API, the password asked for again, the
//!   second factor, the old password where a new one is set. A counter for each would be so many times the guesses (UE-15). So
//!   [`forgive`] is for who has proven *everything* that was asked: a right password before a wrong one-time code forgives nothing,
//!   or whoever knows the password could guess codes for ever.
//! * **A browser that the account was signed in in before is not locked with it** ([`known_device`](crate::accounts::known_device)),
//!   or whoever knows an address could keep its owner out (RL-08). Its tries count for the account like all others, and for itself:
//!   while it has tries left of its own, the account's lock is not for it. Then it is a stranger's. So all tries with a stolen cookie
//!   are as many as without one, and only who has used those up first has as many again.
//! * **One counter for each kind of mail** ([`mail`]): somebody whose mailbox is flooded with invitations can still reset a password.

use std::time::Duration;

use diesel::{
    dsl::case_when,
    prelude::*,
    sql_types::{Integer, Timestamptz},
};

use crate::{
    accounts::account::Email,
    platform::{clock::Timestamp, secret::Digest},
    schema::login_throttle,
    web::network::Network,
};

diesel::define_sql_function! {
    /// The smaller of two numbers.
    fn least(a: Integer, b: Integer) -> Integer;
}

diesel::define_sql_function! {
    /// The greater of two numbers.
    fn greatest(a: Integer, b: Integer) -> Integer;
}

/// Beyond this nothing is counted: the column must not overflow.
const CEILING: i32 = 1_000_000;

/// No e-mail address has this digest: it would have an `@`.
fn of_network(network: Network) -> Digest {
    Digest::of(format!("network {network}").as_bytes())
}

/// How many tries go on in each window.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For one e-mail address.
    pub by_email: u32,
    /// From one network, for whatever e-mail address.
    pub by_network: u32,
    /// How long a window is.
    pub window: Duration,
}

/// Whose tries are counted together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tries<'a> {
    /// At an e-mail address.
    pub email: Option<&'a Email>,
    /// From a network.
    pub network: Option<Network>,
    /// Of a browser that the account of that address was signed in in before: what it is counted by.
    pub known_device: Option<Digest>,
}

impl<'a> Tries<'a> {
    /// Those at an e-mail address, wherever they come from.
    #[must_use]
    pub fn at(email: Option<&'a Email>) -> Self {
        Self {
            email,
            ..Self::default()
        }
    }

    /// Those from a network, at whatever address.
    #[must_use]
    pub fn from_network(network: Option<Network>) -> Self {
        Self {
            network,
            ..Self::default()
        }
    }
}

/// What tries are counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An e-mail address.
    Email,
    /// Where tries come from.
    Network,
}

/// What counting a try came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Try {
    /// Go on. `last`: if this one is wrong too, the next for this e-mail address will be refused.
    Allowed {
        /// Whether it is the last one of its window.
        last: bool,
    },
    /// Refused until then, right or wrong.
    Locked {
        /// The end of the window.
        until: Timestamp,
        /// What was tried too often.
        by: Subject,
    },
}

/// Counts a try before its proof is checked, whatever it is a proof of: of any number that race, as many as [`Limits`] says go on.
///
/// A network that tried too often no longer counts against the e-mail addresses that it tries: otherwise one place could lock out
/// everybody. A known device that tried too often is a stranger.
pub fn count(conn: &mut PgConnection, tries: Tries<'_>, limits: Limits, now: Timestamp) -> QueryResult<Try> {
    if let Some(network) = tries.network {
        let subject = (Subject::Network, of_network(network));
        let counted = count_one(conn, subject, limits.by_network, limits.window, now)?;
        if matches!(counted, Try::Locked { .. }) {
            return Ok(counted);
        }
    }
    let Some(email) = tries.email else {
        return Ok(Try::Allowed { last: false });
    };
    let mut by_email = |subject| {
        let subject = (Subject::Email, subject);
        count_one(conn, subject, limits.by_email, limits.window, now)
    };
    let own = tries.known_device.map(&mut by_email).transpose()?;
    Ok(match (by_email(email.digest())?, own) {
        (Try::Locked { .. }, Some(Try::Allowed { .. })) => Try::Allowed { last: false },
        (counted, _) => counted,
    })
}

fn count_one(
    conn: &mut PgConnection,
    (by, subject): (Subject, Digest),
    allowed: u32,
    window: Duration,
    now: Timestamp,
) -> QueryResult<Try> {
    use login_throttle as t;
    let window = chrono::Duration::from_std(window).unwrap_or(chrono::Duration::MAX);
    let over = t::window_started_at.le(now - window);
    let (failures, window_started_at): (i32, Timestamp) = diesel::insert_into(t::table)
        .values((
            t::subject.eq(subject),
            t::failures.eq(1),
            t::window_started_at.eq(now),
        ))
        .on_conflict(t::subject)
        .do_update()
        .set((
            t::failures
                .eq(case_when(over, 1.into_sql::<Integer>()).otherwise(least(t::failures + 1, CEILING))),
            t::window_started_at
                .eq(case_when(over, now.into_sql::<Timestamptz>()).otherwise(t::window_started_at)),
        ))
        .returning((t::failures, t::window_started_at))
        .get_result(conn)?;
    let allowed = i32::try_from(allowed).unwrap_or(CEILING);
    Ok(if failures > allowed {
        Try::Locked {
            until: window_started_at + window,
            by,
        }
    } else {
        Try::Allowed {
            last: failures == allowed,
        }
    })
}

/// Takes a try back that was counted and not made: nobody looked at its proof.
pub fn take_back(conn: &mut PgConnection, tries: Tries<'_>) -> QueryResult<()> {
    use login_throttle as t;
    // In the order of `count`.
    for subject in [
        tries.network.map(of_network),
        tries.known_device,
        tries.email.map(Email::digest),
    ]
    .into_iter()
    .flatten()
    {
        let row = t::table.find(subject).filter(t::failures.gt(0));
        diesel::update(row)
            .set(t::failures.eq(t::failures - 1))
            .execute(conn)?;
    }
    Ok(())
}

/// All that was asked for was right: forgets the tries of its e-mail address, and takes this one back from its network. What else that
/// network tried stays: otherwise an account of one's own would be a licence to guess at others.
///
/// Of a known device only its own tries are forgotten: those of strangers stay counted, or each time that the owner signs in
/// somebody else could go on guessing.
pub fn forgive(conn: &mut PgConnection, tries: Tries<'_>) -> QueryResult<()> {
    use login_throttle as t;
    // In the order of `count`, so that two of one network wait for each other and do not lock each other out.
    take_back(conn, Tries::from_network(tries.network))?;
    let Some(email) = tries.email else {
        return Ok(());
    };
    let of_account = t::table.find(email.digest());
    let Some(known_device) = tries.known_device else {
        return diesel::delete(of_account).execute(conn).map(drop);
    };
    let own: Option<(i32, Timestamp)> = diesel::delete(t::table.find(known_device))
        .returning((t::failures, t::window_started_at))
        .get_result(conn)
        .optional()?;
    if let Some((own, since)) = own {
        // In a window of the account that began later not all of them were counted, and what others tried must not go with them.
        diesel::update(of_account.filter(t::window_started_at.le(since)))
            .set(t::failures.eq(greatest(t::failures - own, 0)))
            .execute(conn)?;
    }
    Ok(())
}

/// How far back mails count.
const MAIL_WINDOW: Duration = Duration::from_hours(1);

/// What a mail is about that people ask for, for themselves or for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mail {
    /// Somebody registers with the address.
    Register,
    /// Somebody says that the password was forgotten.
    Reset,
    /// Somebody wants the link once more that proves the address.
    Verify,
    /// Somebody is invited.
    Invite,
}

impl Mail {
    /// No e-mail address has this digest: it would have no space.
    fn digest(self, to: &Email) -> Digest {
        let kind = match self {
            Self::Register => "register",
            Self::Reset => "reset",
            Self::Verify => "verify",
            Self::Invite => "invite",
        };
        Digest::of(format!("mail {kind} {}", to.as_str()).as_bytes())
    }
}

/// Whether a mail goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posting {
    /// Send it.
    Send,
    /// The address has had enough of this kind. Whoever is not signed in must get the same answer as ever: another one
    /// would tell what others asked for. Who invites may be told.
    Withhold {
        /// When the next one goes out.
        until: Timestamp,
    },
}

/// Counts a mail before it is queued: `most` of its kind go to one address in an hour, whoever asks, at whatever node. Count also where
/// no account has the address: otherwise the work tells that.
pub fn mail(
    conn: &mut PgConnection,
    kind: Mail,
    to: &Email,
    most: u32,
    now: Timestamp,
) -> QueryResult<Posting> {
    let subject = (Subject::Email, kind.digest(to));
    Ok(match count_one(conn, subject, most, MAIL_WINDOW, now)? {
        Try::Allowed { .. } => Posting::Send,
        Try::Locked { until, .. } => Posting::Withhold { until },
    })
}

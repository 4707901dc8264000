//! A job: work that is promised in a transaction and done after it. Table `job`.
//!
//! A claimed job is leased to one worker. The lease is also its fence: a worker whose lease ran out, and whose job somebody
//! else has taken since, writes nothing any more.

use std::time::Duration;

use diesel::{
    PgConnection,
    prelude::*,
    sql_types::{BigInt, Text, Timestamptz},
};
use zeroize::Zeroizing;

use crate::{
    platform::{
        clock::Timestamp,
        id::JobId,
        seal::{Seal, Unopenable},
    },
    schema::job,
};

/// The channel on which a new job is told to workers that wait.
pub const CHANNEL: &str = "consentry_jobs";

/// Rows that a list shows at most.
const LONGEST_LIST: i64 = 1000;

diesel::define_sql_function! {
    /// Tells those who listen, when the transaction commits and not before.
    fn pg_notify(channel: Text, payload: Text) -> Text;
}

/// Work to be done.
pub struct NewJob<'a> {
    /// Which handler does it.
    pub kind: &'a str,
    /// What the handler is given: JSON. It may hold secrets, it is sealed at rest.
    pub payload: &'a [u8],
}

/// A job in a worker's hands.
#[derive(QueryableByName)]
#[diesel(table_name = job, check_for_backend(diesel::pg::Pg))]
pub struct Claimed {
    /// Whose work.
    pub id: JobId,
    /// Which handler does it.
    pub kind: String,
    payload: Vec<u8>,
    /// When it was promised.
    pub created_at: Timestamp,
    /// Which attempt this is, from 1.
    pub attempts: i32,
    #[diesel(sql_type = Timestamptz)]
    leased_until: Timestamp,
}

/// What the operator sees of a job: not what is in it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = job, check_for_backend(diesel::pg::Pg))]
pub struct Listed {
    /// Whose.
    pub id: JobId,
    /// Which handler does it.
    pub kind: String,
    /// When it was promised.
    pub created_at: Timestamp,
    /// When it is due.
    pub run_at: Timestamp,
    /// Attempts begun.
    pub attempts: i32,
    /// Until when a worker has it.
    pub leased_until: Option<Timestamp>,
    /// When it was given up.
    pub failed_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// What follows a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another one, not before then.
    At(Timestamp),
    /// None.
    GiveUp,
}

/// What asking for another attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It is due now, with all its attempts before it.
    Due,
    /// A worker has it already.
    UnderWay,
    /// There is no such job: it was done, or never was.
    Unknown,
}

impl Claimed {
    /// What the handler is given.
    ///
    /// # Errors
    /// No configured key opens it.
    pub fn open(&self, seal: &Seal) -> Result<Zeroizing<Vec<u8>>, Unopenable> {
        seal.open(&place(self.id), &self.payload)
    }
}

fn place(id: JobId) -> String {
    format!("job.payload:{id}")
}

/// Promises work, in the caller's transaction: done if that commits, and never heard of if it does not.
pub fn enqueue(conn: &mut PgConnection, seal: &Seal, new: &NewJob<'_>, now: Timestamp) -> QueryResult<JobId> {
    let id = JobId::generate(now);
    diesel::insert_into(job::table)
        .values((
            job::id.eq(id),
            job::kind.eq(new.kind),
            job::payload.eq(seal.seal(&place(id), new.payload)),
            job::created_at.eq(now),
            job::run_at.eq(now),
        ))
        .execute(conn)?;
    notify(conn)?;
    Ok(id)
}

fn notify(conn: &mut PgConnection) -> QueryResult<()> {
    diesel::select(pg_notify(CHANNEL, "")).execute(conn).map(drop)
}

/// Takes jobs of a kind that are due and in nobody's hands, the longest waiting first, for as long as `lease` says.
///
/// By kind, so that jobs whose handler this worker lacks wait for one that has it, and a kind that is slow does not keep the
/// others waiting. Of two workers that claim at once the second passes over the rows that the first holds.
pub fn claim(
    conn: &mut PgConnection,
    kind: &str,
    limit: usize,
    lease: Duration,
    now: Timestamp,
) -> QueryResult<Vec<Claimed>> {
    // The rows are picked once, in a part of its own: as a subquery they might be picked again for each row.
    diesel::sql_query(
        "WITH due AS MATERIALIZED (\
           SELECT id FROM job \
           WHERE kind = $1 AND failed_at IS NULL AND run_at <= $2 AND (leased_until IS NULL OR leased_until <= $2) \
           ORDER BY run_at LIMIT $4 FOR UPDATE SKIP LOCKED) \
         UPDATE job SET attempts = attempts + 1, leased_until = $3 FROM due WHERE job.id = due.id \
         RETURNING job.id, kind, payload, created_at, attempts, leased_until",
    )
    .bind::<Text, _>(kind)
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now + lease)
    .bind::<BigInt, _>(i64::try_from(limit).unwrap_or(i64::MAX))
    .get_results(conn)
}

/// The job was done. Whether it was still this worker's.
pub fn done(conn: &mut PgConnection, claimed: &Claimed) -> QueryResult<bool> {
    let own = job::id
        .eq(claimed.id)
        .and(job::leased_until.eq(claimed.leased_until));
    let gone = diesel::delete(job::table.filter(own)).execute(conn)?;
    Ok(gone == 1)
}

/// The attempt failed, for a reason without secrets. Whether the job was still this worker's.
pub fn failed(
    conn: &mut PgConnection,
    claimed: &Claimed,
    why: &str,
    next: Next,
    now: Timestamp,
) -> QueryResult<bool> {
    let (run_at, failed_at) = match next {
        Next::At(at) => (at, None),
        Next::GiveUp => (now, Some(now)),
    };
    let own = job::id
        .eq(claimed.id)
        .and(job::leased_until.eq(claimed.leased_until));
    let changed = diesel::update(job::table.filter(own))
        .set((
            job::run_at.eq(run_at),
            job::failed_at.eq(failed_at),
            job::last_error.eq(why),
            job::leased_until.eq(None::<Timestamp>),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// The worker stops before the job ended: whoever is next may have it at once.
pub fn give_back(conn: &mut PgConnection, claimed: &Claimed) -> QueryResult<bool> {
    let own = job::id
        .eq(claimed.id)
        .and(job::leased_until.eq(claimed.leased_until));
    let changed = diesel::update(job::table.filter(own))
        .set(job::leased_until.eq(None::<Timestamp>))
        .execute(conn)?;
    if changed == 1 {
        notify(conn)?;
    }
    Ok(changed == 1)
}

/// The jobs that are not done, the oldest first, and at most a thousand.
pub fn list(conn: &mut PgConnection) -> QueryResult<Vec<Listed>> {
    job::table
        .order(job::id)
        .limit(LONGEST_LIST)
        .select(Listed::as_select())
        .load(conn)
}

/// Tells the metrics how much waits and since when. What was given up does not wait.
pub fn measure(conn: &mut PgConnection, now: Timestamp) -> QueryResult<()> {
    let waiting = job::table.filter(job::failed_at.is_null());
    let (length, oldest): (i64, Option<Timestamp>) = waiting
        .select((diesel::dsl::count_star(), diesel::dsl::min(job::created_at)))
        .first(conn)?;
    let given_up: i64 = job::table
        .filter(job::failed_at.is_not_null())
        .count()
        .get_result(conn)?;
    let age = oldest.map_or(0, |oldest| (now - oldest).num_seconds().max(0));
    for (name, value) in [
        ("queue_length", length),
        ("queue_given_up", given_up),
        ("queue_oldest_age_seconds", age),
    ] {
        metrics::gauge!(name).set(f64::from(u32::try_from(value).unwrap_or(u32::MAX)));
    }
    Ok(())
}

/// Lets a job run now, as if it had never been tried.
pub fn retry(conn: &mut PgConnection, id: JobId, now: Timestamp) -> QueryResult<Retry> {
    let free = job::leased_until
        .is_null()
        .or(job::leased_until.assume_not_null().le(now));
    let changed = diesel::update(job::table.find(id).filter(free))
        .set((
            job::run_at.eq(now),
            job::attempts.eq(0),
            job::failed_at.eq(None::<Timestamp>),
            job::leased_until.eq(None::<Timestamp>),
        ))
        .execute(conn)?;
    if changed == 1 {
        notify(conn)?;
        return Ok(Retry::Due);
    }
    let there = diesel::select(diesel::dsl::exists(job::table.find(id))).get_result(conn)?;
    Ok(if there { Retry::UnderWay } else { Retry::Unknown })
}

/// Lets everything that was given up run now. Answers how many.
pub fn retry_all_failed(conn: &mut PgConnection, now: Timestamp) -> QueryResult<usize> {
    let changed = diesel::update(job::table.filter(job::failed_at.is_not_null()))
        .set((
            job::run_at.eq(now),
            job::attempts.eq(0),
            job::failed_at.eq(None::<Timestamp>),
        ))
        .execute(conn)?;
    if changed > 0 {
        notify(conn)?;
    }
    Ok(changed)
}

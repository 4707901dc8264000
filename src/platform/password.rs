//! Argon2id for passwords, and for nothing else: everything that we generate has entropy enough for SHA-256.
//!
//! One verification costs tens of milliseconds of a core and 19 MiB on purpose. So it runs on a few threads at most,
//! with a short queue: a flood of sign-ins is answered 503, and the rest of the server does not notice.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// How many verifications may wait for a thread. At 42 a second and core a longer queue only answers late.
const LONGEST_QUEUE: usize = 64;

/// Longest password in bytes; enough for any pass phrase, short of a denial of service.
pub const LONGEST: usize = 1024;

/// The queue is full: try again shortly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked at the moment")]
pub struct Busy;

/// The pool that checks passwords.
#[derive(Clone)]
pub struct Passwords {
    threads: Arc<Semaphore>,
    queued: Arc<AtomicUsize>,
    /// Verified in place of the hash of an account that does not exist, so that both take the same time.
    nobody: Arc<str>,
}

impl Passwords {
    /// A pool of this many threads.
    #[must_use]
    pub fn new(threads: usize) -> Self {
        Self {
            threads: Arc::new(Semaphore::new(threads)),
            queued: Arc::default(),
            nobody: hash("the password of nobody").into(),
        }
    }

    /// Whether `password` is the one behind `hash`. Without a hash the answer is no, after the same work.
    pub async fn verify(&self, password: Zeroizing<String>, hash: Option<String>) -> Result<bool, Busy> {
        let nobody = Arc::clone(&self.nobody);
        self.work(move || {
            let right = is_right(&password, hash.as_deref().unwrap_or(&nobody));
            right && hash.is_some()
        })
        .await
    }

    /// The PHC string of a password that is to be kept: [`hash`], in its turn.
    pub async fn hash(&self, password: Zeroizing<String>) -> Result<String, Busy> {
        self.work(move || hash(&password)).await
    }

    /// Does it on a thread of the pool, as soon as one is free.
    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let queued = Queued::join(&self.queued)?;
        let thread = Arc::clone(&self.threads)
            .acquire_owned()
            .await
            .map_err(|_| Busy)?;
        drop(queued);
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop(thread);
            done
        })
        .await
        .map_err(|_| Busy)
    }
}

/// A place in the queue; given back however the wait ends.
struct Queued(Arc<AtomicUsize>);

impl Queued {
    fn join(queue: &Arc<AtomicUsize>) -> Result<Self, Busy> {
        let place = Self(Arc::clone(queue));
        if queue.fetch_add(1, Ordering::SeqCst) < LONGEST_QUEUE {
            Ok(place)
        } else {
            Err(Busy)
        }
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The PHC string of a new password: Argon2id, 19 MiB, two passes, one lane (OWASP's parameters).
///
/// # Panics
/// If the operating system gives neither randomness nor 19 MiB.
#[must_use]
pub fn hash(password: &str) -> String {
    Argon2::default()
        .hash_password(password.as_bytes())
        .expect("Argon2 hashes with its default parameters")
        .to_string()
}

/// Whether a hash was made with less work than [`hash`] takes today: to be made anew when its password is next known.
#[must_use]
pub fn is_outdated(hash: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else {
        return true;
    };
    let today = Params::default();
    let Ok(params) = Params::try_from(&parsed) else {
        return true;
    };
    parsed.algorithm != Algorithm::Argon2id.ident()
        || parsed.version != Some(Version::V0x13.into())
        || params.m_cost() < today.m_cost()
        || params.t_cost() < today.t_cost()
}

/// Whether this is the password behind a hash. Slow on purpose: a server goes through [`Passwords`].
#[must_use]
pub fn is_right(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|parsed| {
        Argon2::default()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_an_existing_hash_is_right() {
        let pool = Passwords::new(1);
        let stored = hash("correct horse");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let check = |password: &str, hash: Option<&String>| {
            pool.verify(Zeroizing::new(password.to_owned()), hash.cloned())
        };
        assert_eq!(check("correct horse", Some(&stored)).await, Ok(true));
        assert_eq!(check("wrong horse", Some(&stored)).await, Ok(false));
        assert_eq!(check("the password of nobody", None).await, Ok(false));
    }

    #[test]
    fn a_hash_of_less_work_than_todays_is_outdated() {
        let today = hash("x");
        assert!(!is_outdated(&today));
        let of = |part: &str, other: &str| {
            assert!(today.contains(part), "{today}");
            is_outdated(&today.replacen(part, other, 1))
        };
        assert!(of("m=19456", "m=19455"));
        assert!(of("t=2", "t=1"));
        assert!(of("v=19", "v=16"));
        assert!(of("argon2id", "argon2i"));
        // Whoever chose more keeps it.
        assert!(!of("m=19456", "m=65536"));
        assert!(is_outdated("$2b$12$whatever"));
    }

    #[tokio::test]
    async fn a_new_password_waits_for_its_turn_like_an_old_one() {
        let pool = Passwords::new(1);
        let hashed = pool.hash(Zeroizing::new("x".to_owned())).await.unwrap();
        assert!(is_right("x", &hashed));
        let none_free = Passwords::new(0);
        let mut hashing = Box::pin(none_free.hash(Zeroizing::default()));
        let polled = std::future::poll_fn(|context| std::task::Poll::Ready(hashing.as_mut().poll(context)));
        assert!(polled.await.is_pending());
    }

    #[tokio::test]
    async fn ue_02_without_a_hash_the_same_work_is_done() {
        // What decides about the work: algorithm, version, memory, passes, lanes, length of salt and output.
        let work = |hash: &str| {
            let parts: Vec<&str> = hash.split('$').collect();
            (parts[1..4].join("$"), parts[4].len(), parts[5].len())
        };
        let pool = Passwords::new(1);
        assert_eq!(work(&pool.nobody), work(&hash("x")));
        // Neither answers before it had a thread.
        let none_free = Passwords::new(0);
        for stored in [None, Some(hash("x"))] {
            let mut check = Box::pin(none_free.verify(Zeroizing::new("x".to_owned()), stored));
            let polled = std::future::poll_fn(|context| std::task::Poll::Ready(check.as_mut().poll(context)));
            assert!(polled.await.is_pending());
        }
        // And both have one thread of the pool for themselves.
        assert_eq!(pool.threads.available_permits(), 1);
        assert!(!pool.verify(Zeroizing::new("x".to_owned()), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_full_queue_answers_busy_at_once() {
        let pool = Passwords::new(0);
        let waiting: Vec<_> = (0..LONGEST_QUEUE)
            .map(|_| Queued::join(&pool.queued).unwrap())
            .collect();
        assert_eq!(pool.verify(Zeroizing::new(String::new()), None).await, Err(Busy));
        drop(waiting);
        assert_eq!(pool.queued.load(Ordering::SeqCst), 0);
    }
}

//! Something fetched and kept for a while: asked for once however many want it, and not again too soon.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{AFTER_FAILURE, COOL_DOWN, Fault, KEPT};
use crate::platform::clock::Timestamp;

/// A value of somebody else's, and when it was asked for.
pub(super) struct Kept<T> {
    state: Arc<Mutex<State<T>>>,
    /// Held while somebody asks; the others wait for what comes.
    flight: Arc<tokio::sync::Mutex<()>>,
}

struct State<T> {
    value: Option<(Arc<T>, Timestamp)>,
    asked_at: Option<Timestamp>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                value: None,
                asked_at: None,
            })),
            flight: Arc::default(),
        }
    }
}

impl<T> State<T> {
    fn young(&self, now: Timestamp) -> Option<Arc<T>> {
        let (value, fetched_at) = self.value.as_ref()?;
        (now - *fetched_at < age(KEPT)).then(|| Arc::clone(value))
    }

    fn was_asked_within(&self, while_ago: Duration, now: Timestamp) -> bool {
        self.asked_at
            .is_some_and(|asked_at| now - asked_at < age(while_ago))
    }
}

impl<T: Send + Sync + 'static> Kept<T> {
    /// The value: the kept one where it is young and has what is `wanted`, else the one that `fetch` brings. Where it is too
    /// soon to ask again, or nothing came, the young one, although it lacks what is wanted.
    pub(super) async fn get<F>(
        &self,
        now: Timestamp,
        wanted: impl Fn(&T) -> bool,
        fetch: impl FnOnce() -> F,
    ) -> Result<Arc<T>, Fault>
    where
        F: Future<Output = Result<T, Fault>> + Send + 'static,
    {
        if let Some(value) = self.young(now).filter(|value| wanted(value)) {
            return Ok(value);
        }
        let flight = Arc::clone(&self.flight).lock_owned().await;
        // Whoever held it before may have fetched what is wanted here.
        let young = self.young(now);
        if let Some(value) = young.clone().filter(|value| wanted(value)) {
            return Ok(value);
        }
        {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let pause = if young.is_some() { COOL_DOWN } else { AFTER_FAILURE };
            if state.was_asked_within(pause, now) {
                return young.ok_or(Fault::AskedJustNow);
            }
            // Before it is asked: what it answers, or whether, must not decide how often.
            state.asked_at = Some(now);
        }
        let (state, fetch) = (Arc::clone(&self.state), fetch());
        // In a task of its own, which ends also when whoever asks for it hangs up.
        let asked = tokio::spawn(async move {
            let fetched = fetch.await.map(Arc::new);
            if let Ok(value) = &fetched {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                state.value = Some((Arc::clone(value), now));
            }
            drop(flight);
            fetched
        });
        match asked.await.unwrap_or(Err(Fault::AskedJustNow)) {
            Ok(value) => Ok(value),
            Err(fault) => young.ok_or(fault),
        }
    }

    fn young(&self, now: Timestamp) -> Option<Arc<T>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.young(now)
    }
}

fn age(of: Duration) -> chrono::Duration {
    chrono::Duration::from_std(of).unwrap_or(chrono::Duration::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// A source that counts how often it is asked, and answers with the count.
    #[derive(Clone, Default)]
    struct Source(Arc<AtomicU32>);

    impl Source {
        fn asked(&self) -> u32 {
            self.0.load(Ordering::SeqCst)
        }

        async fn fetch(self, answer: bool) -> Result<u32, Fault> {
            let count = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::task::yield_now().await;
            if answer {
                Ok(count)
            } else {
                Err(Fault::Malformed("x"))
            }
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[tokio::test]
    async fn it_is_fetched_once_however_many_want_it_at_once() {
        let (kept, source) = (Arc::new(Kept::default()), Source::default());
        let all: Vec<_> = (0..20)
            .map(|_| {
                let (kept, source) = (Arc::clone(&kept), source.clone());
                tokio::spawn(async move { *kept.get(at(0), |_| true, || source.fetch(true)).await.unwrap() })
            })
            .collect();
        for one in all {
            assert_eq!(one.await.unwrap(), 1);
        }
        assert_eq!(source.asked(), 1);
    }

    #[tokio::test]
    async fn what_it_lacks_is_asked_for_once_in_a_cool_down() {
        let (kept, source) = (Kept::default(), Source::default());
        let get = |seconds, least: u32| {
            let (kept, source) = (&kept, source.clone());
            async move {
                *kept
                    .get(at(seconds), |value| *value >= least, || source.fetch(true))
                    .await
                    .unwrap()
            }
        };
        assert_eq!(get(0, 1).await, 1);
        // The first fetch was a try too.
        for (seconds, least, value) in [
            (59, 2, 1),
            (60, 9, 2),
            (61, 9, 2),
            (119, 9, 2),
            (120, 9, 3),
            (121, 3, 3),
        ] {
            assert_eq!(get(seconds, least).await, value, "after {seconds} s");
        }
    }

    #[tokio::test]
    async fn nothing_is_believed_for_longer_than_it_is_kept() {
        let (kept, source) = (Kept::default(), Source::default());
        let get = |seconds, answer| {
            let (kept, source) = (&kept, source.clone());
            async move {
                kept.get(at(seconds), |_| true, || source.fetch(answer))
                    .await
                    .map(|value| *value)
                    .ok()
            }
        };
        assert_eq!(get(0, true).await, Some(1));
        assert_eq!(get(3599, false).await, Some(1));
        assert_eq!(get(3600, false).await, None, "the source does not answer");
        assert_eq!(get(3609, true).await, None, "it is left alone for a moment");
        assert_eq!(get(3610, true).await, Some(3));
    }

    #[tokio::test]
    async fn a_fetch_goes_on_when_whoever_began_it_hangs_up() {
        let (kept, source) = (Arc::new(Kept::default()), Source::default());
        for _ in 0..5 {
            let (kept, source) = (Arc::clone(&kept), source.clone());
            let mut one = Box::pin(async move { kept.get(at(0), |_| true, || source.fetch(true)).await });
            // Polled once, then dropped.
            assert!(futures_poll_once(&mut one).await.is_none());
        }
        let value = kept.get(at(0), |_| true, || source.clone().fetch(true)).await;
        assert_eq!((*value.unwrap(), source.asked()), (1, 1));
    }

    async fn futures_poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(context) {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}

//! Where a rule keeps its callers' numbers: in bounded memory.
//!
//! # Decisions
//! * Beyond so many callers, whoever is new shares one of a few thousand numbers with other newcomers, chosen by a hash that nobody
//!   outside can compute. The alternatives are worse: to forget somebody who is known lets whoever commands many addresses wash
//!   its own number clean; to let newcomers pass is no limit at all; to refuse them all is an outage.

use std::hash::{BuildHasher as _, Hash};

use governor::{
    nanos::Nanos,
    state::{
        InMemoryState, NotKeyed, StateStore,
        keyed::{DashMapStateStore, ShrinkableKeyedStateStore},
    },
};

/// How many numbers those share who are too many: 32 kB.
const SHARED: u64 = 4096;

/// One number for each caller, up to so many.
pub(super) struct Buckets<K: Hash + Eq> {
    own: DashMapStateStore<K>,
    most: usize,
    shared: Vec<InMemoryState>,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            own: DashMapStateStore::default(),
            most,
            shared: (0..SHARED).map(|_| InMemoryState::default()).collect(),
        }
    }

    fn shared(&self, key: &K) -> &InMemoryState {
        let at = self.own.hasher().hash_one(key) % SHARED;
        &self.shared[usize::try_from(at).expect("a few thousand fit")]
    }
}

impl<K: Hash + Eq + Clone> StateStore for Buckets<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        if let Some(own) = self.own.get(key) {
            return own.measure_and_replace(&NotKeyed::NonKey, f);
        }
        // Looks at every shard, so only where somebody is new. As many more as race here get in.
        if self.own.len() >= self.most {
            return self.shared(key).measure_and_replace(&NotKeyed::NonKey, f);
        }
        let own = self.own.entry(key.clone()).or_default();
        own.measure_and_replace(&NotKeyed::NonKey, f)
    }
}

impl<K: Hash + Eq + Clone> ShrinkableKeyedStateStore<K> for Buckets<K> {
    fn retain_recent(&self, drop_below: Nanos) {
        self.own.retain_recent(drop_below);
    }

    fn shrink_to_fit(&self) {
        // Not where it would grow again at once.
        if self.own.capacity() > 4 * self.own.len().max(1024) {
            self.own.shrink_to_fit();
        }
    }

    fn len(&self) -> usize {
        self.own.len()
    }

    fn is_empty(&self) -> bool {
        self.own.is_empty()
    }
}

//! Refusals of known clients, gathered in memory and written in batches: whoever can cause refusals at will must not be
//! able to fill a table or slow a request.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use diesel::PgConnection;

use crate::{
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    platform::{clock::Timestamp, db::Internal, id::ClientId},
};

/// How many different refusals are held between two writes; what comes beyond is a metric only.
const MOST: usize = 1000;

/// What was refused since the last write, and how often.
#[derive(Default)]
pub struct Refusals(Mutex<HashMap<(ClientId, &'static str), u32>>);

impl Refusals {
    /// Notes that a client was refused with this code.
    pub fn note(&self, client: ClientId, code: &'static str) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() < MOST || held.contains_key(&(client, code)) {
            let times = held.entry((client, code)).or_default();
            *times = times.saturating_add(1);
        }
    }

    /// Takes what was noted, to be written.
    #[must_use]
    pub fn take(&self) -> Vec<(ClientId, &'static str, u32)> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.drain()
            .map(|((client, code), times)| (client, code, times))
            .collect()
    }
}

/// Writes what was taken, one event for each client and code.
///
/// # Errors
/// The database's; nothing was written then.
pub fn write(
    conn: &mut PgConnection,
    taken: &[(ClientId, &'static str, u32)],
    now: Timestamp,
) -> Result<(), Internal> {
    for &(client, code, times) in taken {
        let event = Event::ClientRefused { client, code, times };
        log::append(conn, Actor::Client(client), &Origin::default(), &event, now)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::clock::Clock;

    #[test]
    fn refusals_add_up_and_their_number_is_bounded() {
        let refusals = Refusals::default();
        let now = Clock::system().now();
        let noisy = ClientId::generate(now);
        for _ in 0..3 {
            refusals.note(noisy, "invalid_client");
        }
        for _ in 0..2 * MOST {
            refusals.note(ClientId::generate(now), "invalid_client");
        }
        refusals.note(noisy, "invalid_client");
        let taken = refusals.take();
        assert_eq!(taken.len(), MOST);
        assert!(taken.contains(&(noisy, "invalid_client", 4)));
        assert!(refusals.take().is_empty());
    }
}

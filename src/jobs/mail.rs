//! Mail leaves through the queue: promised in the transaction that gives a reason for it, sent after that by a worker.
//!
//! A handler never waits for a mail server; a mail whose transaction does not commit is never sent; and whether an address is
//! known cannot be told from how long an answer takes.

use std::sync::Arc;

use diesel::{PgConnection, QueryResult};

use crate::{
    jobs::{
        queue::{self, NewJob},
        worker::{Failed, Handler},
    },
    platform::{
        clock::Timestamp,
        mail::{Mail, Stamp, Transport, Undelivered},
        seal::Seal,
    },
};

/// The kind of these jobs.
pub const KIND: &str = "mail";

/// Promises a mail, in the caller's transaction.
pub fn send(conn: &mut PgConnection, seal: &Seal, mail: &Mail, now: Timestamp) -> QueryResult<()> {
    let new = NewJob {
        kind: KIND,
        payload: &mail.to_json(),
    };
    queue::enqueue(conn, seal, &new, now).map(drop)
}

/// Sends them; their Message-IDs end in this host.
#[must_use]
pub fn handler(transport: Transport, host: &str) -> Handler {
    let (transport, host) = (Arc::new(transport), Arc::<str>::from(host));
    Arc::new(move |task| {
        let (transport, host) = (Arc::clone(&transport), Arc::clone(&host));
        Box::pin(async move {
            let mail = Mail::from_json(&task.payload)
                .ok_or_else(|| Failed::Never("it holds no mail that this version reads".to_owned()))?;
            let stamp = Stamp::new(task.id, &host, task.created_at);
            transport
                .deliver(&mail, &stamp)
                .await
                .map_err(|undelivered| match undelivered {
                    Undelivered::Later(why) => Failed::Again(why),
                    Undelivered::Never(why) => Failed::Never(why),
                })
        })
    })
}

//! The secrets of a client: two may live at once, so that one can be rolled without downtime. Table `client_secret`.

use std::time::Duration;

use diesel::prelude::*;

use crate::{
    oauth::client::registration::Client,
    platform::{
        clock::Timestamp,
        id::ClientId,
        secret::{Digest, Kind, Secret},
    },
    schema::{client, client_secret, workspace},
};

/// A stored secret, as a list shows it.
#[derive(Clone, Debug, Queryable)]
pub struct Stored {
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working; `None`: it is the newest.
    pub expires_at: Option<Timestamp>,
}

/// Gives a client a new secret. The one before works on for `overlap`; any older one stops now.
pub fn roll(
    conn: &mut PgConnection,
    client_id: ClientId,
    overlap: Duration,
    now: Timestamp,
) -> QueryResult<Secret> {
    use client_secret as t;
    // One roll of a client at a time: two at once would leave three secrets alive.
    client::table
        .find(client_id)
        .select(client::id)
        .for_update()
        .first::<ClientId>(conn)?;
    diesel::update(
        t::table
            .filter(t::client_id.eq(client_id))
            .filter(t::expires_at.gt(now)),
    )
    .set(t::expires_at.eq(now))
    .execute(conn)?;
    diesel::update(
        t::table
            .filter(t::client_id.eq(client_id))
            .filter(t::expires_at.is_null()),
    )
    .set(t::expires_at.eq(now + overlap))
    .execute(conn)?;
    let secret = Secret::generate(Kind::ClientSecret, now);
    diesel::insert_into(t::table)
        .values((
            t::id.eq(secret.id()),
            t::client_id.eq(client_id),
            t::digest.eq(secret.digest()),
            t::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(secret)
}

/// A client's live secrets, newest first.
pub fn live(conn: &mut PgConnection, client_id: ClientId, now: Timestamp) -> QueryResult<Vec<Stored>> {
    use client_secret as t;
    t::table
        .filter(t::client_id.eq(client_id))
        .filter(t::expires_at.is_null().or(t::expires_at.gt(now)))
        .order(t::id.desc())
        .select((t::created_at, t::expires_at))
        .load(conn)
}

/// The client of an id, and whether the presented secret is one of its live ones: one statement.
pub fn find_with_client(
    conn: &mut PgConnection,
    id: ClientId,
    presented: Option<&Secret>,
    now: Timestamp,
) -> QueryResult<Option<(Client, bool)>> {
    use client_secret as t;
    let presented = presented.filter(|secret| secret.kind() == Kind::ClientSecret);
    // A secret that is not ours in form has no row: the nil id finds none, and the client is found all the same.
    let secret_id = presented.map_or(uuid::Uuid::nil(), Secret::id);
    let found: Option<(Client, Option<Digest>)> = client::table
        .left_join(
            t::table.on(t::client_id
                .eq(client::id)
                .and(t::id.eq(secret_id))
                .and(t::expires_at.is_null().or(t::expires_at.gt(now)))),
        )
        .left_join(workspace::table.on(client::workspace_id.eq(workspace::id.nullable())))
        .filter(client::id.eq(id))
        .filter(client::deleted_at.is_null())
        .filter(workspace::deleted_at.is_null())
        .select((Client::as_select(), t::digest.nullable()))
        .first(conn)
        .optional()?;
    Ok(found.map(|(client, digest)| {
        let proved = match (digest, presented) {
            (Some(digest), Some(secret)) => digest.matches(&secret.digest()),
            (None, _) | (_, None) => false,
        };
        (client, proved)
    }))
}

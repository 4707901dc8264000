//! ID tokens that signed somebody in. Table `used_id_token`.

use diesel::prelude::*;

use crate::{
    platform::{clock::Timestamp, secret::Digest},
    schema::used_id_token,
};

/// Spends an ID token. `false`: it was spent before.
///
/// The `INSERT` is the check: of two that race the second waits for the first, then inserts nothing.
pub fn spend(conn: &mut PgConnection, digest: Digest, ends_at: Timestamp) -> QueryResult<bool> {
    diesel::insert_into(used_id_token::table)
        .values((
            used_id_token::digest.eq(digest),
            used_id_token::expires_at.eq(ends_at),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .map(|rows| rows == 1)
}

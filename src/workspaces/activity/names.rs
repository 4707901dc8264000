//! What the people and things are called that a page of the log is about, as far as they are still there.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    audit::reading::Entry,
    platform::id::{AccountId, InvitationId},
    schema::{account, invitation},
};

/// Names by id.
pub type Called = BTreeMap<Uuid, String>;

/// Tells names of things that rooms above this one own: of a kind, and their ids.
#[derive(Clone, Copy)]
pub struct Things(pub fn(&mut PgConnection, &str, &[Uuid]) -> QueryResult<Called>);

/// Names by kind and id.
#[derive(Default)]
pub(super) struct Names(BTreeMap<(String, Uuid), String>);

impl Names {
    /// Looks up every name that these rows need.
    pub(super) fn of(conn: &mut PgConnection, entries: &[Entry], things: Things) -> QueryResult<Self> {
        let mut wanted: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
        for fact in entries.iter().filter_map(|entry| entry.fact.as_ref()) {
            let detail = |name: &str| fact.detail.get(name)?.as_str()?.parse::<Uuid>().ok();
            for (kind, id) in [
                (Some(fact.actor_kind.as_str()), fact.actor_id),
                (fact.target_kind.as_deref(), fact.target_id),
                (fact.credential_kind.as_deref(), fact.credential_id),
                (Some("client"), detail("client_id")),
                (Some("account"), detail("account_id")),
            ] {
                if let (Some(kind), Some(id)) = (kind, id) {
                    wanted.entry(kind).or_default().insert(id);
                }
            }
        }
        let mut all = BTreeMap::new();
        for (kind, ids) in wanted {
            let ids: Vec<Uuid> = ids.into_iter().collect();
            let found = match kind {
                "account" => people(conn, &ids)?,
                "invitation" => invited(conn, &ids)?,
                _ => (things.0)(conn, kind, &ids)?,
            };
            all.extend(found.into_iter().map(|(id, name)| ((kind.to_owned(), id), name)));
        }
        Ok(Self(all))
    }

    /// What it is called.
    pub(super) fn get(&self, kind: &str, id: Uuid) -> Option<&str> {
        self.0.get(&(kind.to_owned(), id)).map(String::as_str)
    }
}

/// The person of an address.
pub(super) fn person(conn: &mut PgConnection, email: &str) -> QueryResult<Option<AccountId>> {
    account::table
        .filter(account::email.eq(email))
        .select(account::id)
        .first(conn)
        .optional()
}

fn people(conn: &mut PgConnection, ids: &[Uuid]) -> QueryResult<Called> {
    let ids = ids.iter().copied().map(AccountId::from);
    let rows: Vec<(AccountId, String)> = account::table
        .filter(account::id.eq_any(ids))
        .select((account::id, account::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| (id.uuid(), name)).collect())
}

fn invited(conn: &mut PgConnection, ids: &[Uuid]) -> QueryResult<Called> {
    let ids = ids.iter().copied().map(InvitationId::from);
    let rows: Vec<(InvitationId, String)> = invitation::table
        .filter(invitation::id.eq_any(ids))
        .select((invitation::id, invitation::email))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, email)| (id.uuid(), email)).collect())
}

//! Whom keys belong to that no person in particular has. Table `service_account`.

use std::collections::BTreeMap;

use diesel::{
    prelude::*,
    result::{DatabaseErrorKind, Error},
};
use uuid::Uuid;

use crate::{
    platform::{
        clock::Timestamp,
        config::Role,
        id::{AccountId, ServiceAccountId, WorkspaceId},
    },
    schema::service_account as t,
};

/// A row of `service_account`.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
pub struct ServiceAccount {
    /// The `sub` of its keys.
    pub id: ServiceAccountId,
    /// What people call it; no other of the workspace is called so.
    pub name: String,
    /// What it is in the workspace: never an owner.
    #[diesel(deserialize_as = String)]
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Makes one. `None`: the name is taken.
pub fn create(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    (name, role): (&str, Role),
    created_by: Option<AccountId>,
    now: Timestamp,
) -> QueryResult<Option<ServiceAccount>> {
    // In a transaction of its own within the caller's: a name that is taken must not end that one.
    let made = conn.transaction(|conn| {
        diesel::insert_into(t::table)
            .values((
                t::id.eq(ServiceAccountId::generate(now)),
                t::workspace_id.eq(workspace_id),
                t::name.eq(name),
                t::role.eq(role.as_str()),
                t::created_by.eq(created_by),
                t::created_at.eq(now),
            ))
            .returning(ServiceAccount::as_returning())
            .get_result(conn)
    });
    match made {
        Ok(made) => Ok(Some(made)),
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// One of a workspace.
pub fn find(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    id: ServiceAccountId,
) -> QueryResult<Option<ServiceAccount>> {
    t::table
        .find(id)
        .filter(t::workspace_id.eq(workspace_id))
        .filter(t::deleted_at.is_null())
        .select(ServiceAccount::as_select())
        .first(conn)
        .optional()
}

/// Those of a workspace, the oldest first, from after this one.
pub fn list(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    after: Option<ServiceAccountId>,
    limit: i64,
) -> QueryResult<Vec<ServiceAccount>> {
    let mut rows = t::table
        .filter(t::workspace_id.eq(workspace_id))
        .filter(t::deleted_at.is_null())
        .order(t::id)
        .limit(limit)
        .select(ServiceAccount::as_select())
        .into_boxed();
    if let Some(after) = after {
        rows = rows.filter(t::id.gt(after));
    }
    rows.load(conn)
}

/// Gives it another role: acts on its keys with their next use. `false`: it is not there.
pub fn set_role(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    id: ServiceAccountId,
    role: Role,
) -> QueryResult<bool> {
    diesel::update(t::table.find(id))
        .filter(t::workspace_id.eq(workspace_id))
        .filter(t::deleted_at.is_null())
        .set(t::role.eq(role.as_str()))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Deletes it; its keys end with it. `false`: it is not there.
pub fn delete(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    id: ServiceAccountId,
    now: Timestamp,
) -> QueryResult<bool> {
    diesel::update(t::table.find(id))
        .filter(t::workspace_id.eq(workspace_id))
        .filter(t::deleted_at.is_null())
        .set(t::deleted_at.eq(now))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// What they are called, deleted ones too.
pub fn names(conn: &mut PgConnection, ids: &[Uuid]) -> QueryResult<BTreeMap<Uuid, String>> {
    let ids = ids.iter().copied().map(ServiceAccountId::from);
    let rows: Vec<(ServiceAccountId, String)> = t::table
        .filter(t::id.eq_any(ids))
        .select((t::id, t::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| (id.uuid(), name)).collect())
}

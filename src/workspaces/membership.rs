//! Who belongs to a workspace, and as what. Table `membership`.

use diesel::prelude::*;

use crate::{
    platform::{
        clock::Timestamp,
        config::Role,
        id::{AccountId, WorkspaceId},
    },
    schema::{membership, workspace},
    workspaces::workspace::Workspace,
};

/// A person's place in a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Where.
    pub workspace: Workspace,
    /// As what.
    pub role: Role,
}

/// Adds a person to a workspace. `false`: they belong to it already; their role is left as it is.
pub fn add(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    account_id: AccountId,
    role: Role,
    now: Timestamp,
) -> QueryResult<bool> {
    diesel::insert_into(membership::table)
        .values((
            membership::workspace_id.eq(workspace_id),
            membership::account_id.eq(account_id),
            membership::role.eq(role.as_str()),
            membership::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .map(|rows| rows == 1)
}

/// A person's workspaces, oldest membership first.
pub fn of(conn: &mut PgConnection, account_id: AccountId) -> QueryResult<Vec<Membership>> {
    let rows: Vec<(Workspace, String)> = membership::table
        .inner_join(workspace::table)
        .filter(membership::account_id.eq(account_id))
        .filter(workspace::deleted_at.is_null())
        .order((membership::created_at, membership::workspace_id))
        .select((Workspace::as_select(), membership::role))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(workspace, role)| {
            Some(Membership {
                workspace,
                role: Role::parse(&role)?,
            })
        })
        .collect())
}

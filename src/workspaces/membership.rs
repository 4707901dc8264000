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

impl Membership {
    fn of_row((workspace, role): (Workspace, String)) -> Option<Self> {
        let role = Role::parse(&role)?;
        Some(Self { workspace, role })
    }
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

/// A person's place in the workspace of that id or slug, if they belong to it.
pub fn find_named(
    conn: &mut PgConnection,
    account_id: AccountId,
    named: &str,
) -> QueryResult<Option<Membership>> {
    match WorkspaceId::parse(named) {
        Some(id) => find(conn, account_id, id),
        None => one(conn, account_id, workspace::slug.eq(named)),
    }
}

/// A person's place in a workspace, if they belong to it.
pub fn find(
    conn: &mut PgConnection,
    account_id: AccountId,
    workspace_id: WorkspaceId,
) -> QueryResult<Option<Membership>> {
    one(conn, account_id, workspace::id.eq(workspace_id))
}

fn one<P>(conn: &mut PgConnection, account_id: AccountId, which: P) -> QueryResult<Option<Membership>>
where
    P: diesel::Expression<SqlType = diesel::sql_types::Bool>
        + diesel::expression::NonAggregate
        + diesel::query_builder::QueryFragment<diesel::pg::Pg>
        + diesel::query_builder::QueryId
        + diesel::AppearsOnTable<diesel::dsl::InnerJoinQuerySource<membership::table, workspace::table>>,
{
    let row: Option<(Workspace, String)> = membership::table
        .inner_join(workspace::table)
        .filter(membership::account_id.eq(account_id))
        .filter(workspace::deleted_at.is_null())
        .filter(which)
        .select((Workspace::as_select(), membership::role))
        .first(conn)
        .optional()?;
    Ok(row.and_then(Membership::of_row))
}

/// Where a person was last: the workspace in which a session last began, else the one that they joined first.
pub fn last_used(conn: &mut PgConnection, account_id: AccountId) -> QueryResult<Option<Membership>> {
    let row: Option<(Workspace, String)> = membership::table
        .inner_join(workspace::table)
        .filter(membership::account_id.eq(account_id))
        .filter(workspace::deleted_at.is_null())
        .order((
            membership::last_used_at.desc().nulls_last(),
            membership::created_at,
            membership::workspace_id,
        ))
        .select((Workspace::as_select(), membership::role))
        .first(conn)
        .optional()?;
    Ok(row.and_then(Membership::of_row))
}

/// Notes that a session began here.
pub fn used(
    conn: &mut PgConnection,
    account_id: AccountId,
    workspace_id: WorkspaceId,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(membership::table.find((workspace_id, account_id)))
        .set(membership::last_used_at.eq(now))
        .execute(conn)
        .map(drop)
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
    Ok(rows.into_iter().filter_map(Membership::of_row).collect())
}

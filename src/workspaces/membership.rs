//! Who belongs to a workspace, and as what. Table `membership`.
//!
//! What changes a row here is called by `members`, which asks who may; and after [`hold`](crate::workspaces::workspace::hold).

use diesel::prelude::*;

use crate::{
    accounts::account::Email,
    jobs::timetable::WORKSPACE_UNDO_DAYS,
    platform::{
        clock::Timestamp,
        config::Role,
        id::{AccountId, WorkspaceId},
    },
    schema::{account, membership, workspace},
    workspaces::workspace::{Slug, Workspace},
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
        // Not every text may be asked of the database: it refuses NUL.
        None => match Slug::parse(named) {
            Some(slug) => one(conn, account_id, workspace::slug.eq(slug.as_str().to_owned())),
            None => Ok(None),
        },
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

/// A page of a person's workspaces, in the order of their ids, from after this one.
pub fn page_of(
    conn: &mut PgConnection,
    account_id: AccountId,
    after: Option<WorkspaceId>,
    limit: i64,
) -> QueryResult<Vec<Membership>> {
    let mut rows = membership::table
        .inner_join(workspace::table)
        .filter(membership::account_id.eq(account_id))
        .filter(workspace::deleted_at.is_null())
        .order(membership::workspace_id)
        .limit(limit)
        .select((Workspace::as_select(), membership::role))
        .into_boxed();
    if let Some(after) = after {
        rows = rows.filter(membership::workspace_id.gt(after));
    }
    let rows: Vec<(Workspace, String)> = rows.load(conn)?;
    Ok(rows.into_iter().filter_map(Membership::of_row).collect())
}

/// A workspace that a person owns and that was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Deleted {
    /// Which.
    pub workspace: Workspace,
    /// When. [`restorable_until`](crate::workspaces::workspace::restorable_until) says how long it can be had back.
    pub deleted_at: Timestamp,
}

/// What a person owns, was deleted, and can be had back, the last deleted first.
pub fn deleted(conn: &mut PgConnection, account_id: AccountId, now: Timestamp) -> QueryResult<Vec<Deleted>> {
    let since = now - chrono::Duration::days(i64::from(WORKSPACE_UNDO_DAYS));
    membership::table
        .inner_join(workspace::table)
        .filter(membership::account_id.eq(account_id))
        .filter(membership::role.eq(Role::Owner.as_str()))
        .filter(workspace::deleted_at.gt(since))
        .order(workspace::deleted_at.desc())
        .select((Workspace::as_select(), workspace::deleted_at.assume_not_null()))
        .load(conn)
}

/// A person's deleted workspace of that id or slug, if they own it and it can be had back.
pub fn find_deleted(
    conn: &mut PgConnection,
    account_id: AccountId,
    named: &str,
    now: Timestamp,
) -> QueryResult<Option<Workspace>> {
    let id = WorkspaceId::parse(named);
    let is_it = |it: &Workspace| id.map_or(it.slug == named, |id| it.id == id);
    let deleted = deleted(conn, account_id, now)?;
    Ok(deleted.into_iter().map(|it| it.workspace).find(is_it))
}

/// Somebody who belongs to a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub account_id: AccountId,
    /// As they want to be called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// As what.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
}

type MemberRow = (AccountId, String, String, String, Timestamp);

impl Member {
    fn of_row((account_id, name, email, role, joined_at): MemberRow) -> Option<Self> {
        let role = Role::parse(&role)?;
        Some(Self {
            account_id,
            name,
            email,
            role,
            joined_at,
        })
    }
}

/// A page of who belongs to a workspace, in the order of their ids, from after this one.
pub fn members(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    after: Option<AccountId>,
    limit: i64,
) -> QueryResult<Vec<Member>> {
    let mut rows = membership::table
        .inner_join(account::table)
        .filter(membership::workspace_id.eq(workspace_id))
        .order(membership::account_id)
        .limit(limit)
        .select((
            membership::account_id,
            account::name,
            account::email,
            membership::role,
            membership::created_at,
        ))
        .into_boxed();
    if let Some(after) = after {
        rows = rows.filter(membership::account_id.gt(after));
    }
    let rows: Vec<MemberRow> = rows.load(conn)?;
    Ok(rows.into_iter().filter_map(Member::of_row).collect())
}

/// One of them.
pub fn member(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    account_id: AccountId,
) -> QueryResult<Option<Member>> {
    let row: Option<MemberRow> = membership::table
        .inner_join(account::table)
        .filter(membership::workspace_id.eq(workspace_id))
        .filter(membership::account_id.eq(account_id))
        .select((
            membership::account_id,
            account::name,
            account::email,
            membership::role,
            membership::created_at,
        ))
        .first(conn)
        .optional()?;
    Ok(row.and_then(Member::of_row))
}

/// Whether the person of an address belongs to a workspace.
pub fn is_member(conn: &mut PgConnection, workspace_id: WorkspaceId, email: &Email) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        membership::table
            .inner_join(account::table)
            .filter(membership::workspace_id.eq(workspace_id))
            .filter(account::email.eq(email.as_str())),
    ))
    .get_result(conn)
}

/// Whether somebody else who can sign in owns the workspace. Asked while it is held.
pub fn has_another_owner(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    but: AccountId,
) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        membership::table
            .inner_join(account::table)
            .filter(membership::workspace_id.eq(workspace_id))
            .filter(membership::account_id.ne(but))
            .filter(membership::role.eq(Role::Owner.as_str()))
            .filter(account::disabled_at.is_null())
            .filter(account::verified_at.is_not_null()),
    ))
    .get_result(conn)
}

/// The workspaces that would be without an owner if this person were gone. Takes their rows, and all others that the person owns, until
/// the transaction ends: for whoever deletes an account.
pub fn only_owner_of(conn: &mut PgConnection, account_id: AccountId) -> QueryResult<Vec<Workspace>> {
    let own: Vec<Workspace> = workspace::table
        .filter(
            workspace::id.eq_any(
                membership::table
                    .filter(membership::account_id.eq(account_id))
                    .filter(membership::role.eq(Role::Owner.as_str()))
                    .select(membership::workspace_id),
            ),
        )
        .filter(workspace::deleted_at.is_null())
        // In one order, so that two of these wait for each other and do not lock each other out.
        .order(workspace::id)
        .for_no_key_update()
        .select(Workspace::as_select())
        .load(conn)?;
    let mut only = Vec::new();
    for workspace in own {
        if !has_another_owner(conn, workspace.id, account_id)? {
            only.push(workspace);
        }
    }
    Ok(only)
}

/// Gives a member another role. `false`: they are none.
pub fn set_role(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    account_id: AccountId,
    role: Role,
) -> QueryResult<bool> {
    diesel::update(membership::table.find((workspace_id, account_id)))
        .set(membership::role.eq(role.as_str()))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Takes a person out of a workspace. `false`: they were not in it.
pub fn remove(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    account_id: AccountId,
) -> QueryResult<bool> {
    diesel::delete(membership::table.find((workspace_id, account_id)))
        .execute(conn)
        .map(|rows| rows == 1)
}

//! Which workspaces would be left without an owner.

use diesel::prelude::*;

use crate::{
    platform::{config::Role, id::AccountId},
    schema::{account, membership, workspace},
    workspaces::workspace::Workspace,
};

/// The workspaces that would be without an owner who can sign in, if this person were gone. Takes the rows of all that the person owns
/// until the transaction ends.
pub(super) fn only_owner_of(conn: &mut PgConnection, person: AccountId) -> QueryResult<Vec<Workspace>> {
    let own: Vec<Workspace> = workspace::table
        .filter(
            workspace::id.eq_any(
                membership::table
                    .filter(membership::account_id.eq(person))
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
        let another = membership::table
            .inner_join(account::table)
            .filter(membership::workspace_id.eq(workspace.id))
            .filter(membership::account_id.ne(person))
            .filter(membership::role.eq(Role::Owner.as_str()))
            .filter(account::disabled_at.is_null())
            .filter(account::verified_at.is_not_null());
        let has_another: bool = diesel::select(diesel::dsl::exists(another)).get_result(conn)?;
        if !has_another {
            only.push(workspace);
        }
    }
    Ok(only)
}

//! Members get other roles, are removed, and leave. For the API, for pages and for the command line.
//!
//! Each of these holds the workspace first, and asks what everybody is after that: whatever two people do to each other at the same
//! moment, one of them does it second and sees what the first did.

use diesel::{PgConnection, QueryResult};

use crate::{
    audit::event::Event,
    platform::{
        config::Role,
        db::Verdict,
        id::{AccountId, WorkspaceId},
    },
    workspaces::{
        by::By,
        invitation,
        membership::{self, Member},
        permission::{Permission, may, may_handle},
        refused::Refused,
        workspace,
    },
};

/// Puts a person into a workspace, without their leave: for the operator, who has no other way in. `None`: they are in it.
pub fn add(
    conn: &mut PgConnection,
    by: &By,
    workspace_id: WorkspaceId,
    account: AccountId,
    role: Role,
) -> QueryResult<bool> {
    if !membership::add(conn, workspace_id, account, role, by.now)? {
        return Ok(false);
    }
    by.note(
        conn,
        &Event::MemberAdded {
            workspace: workspace_id,
            account,
            role: role.as_str(),
        },
    )?;
    Ok(true)
}

/// Gives a member another role, at once.
pub fn change_role(
    conn: &mut PgConnection,
    by: &By,
    workspace_id: WorkspaceId,
    account: AccountId,
    role: Role,
) -> Verdict<Member, Refused> {
    if workspace::hold(conn, workspace_id)?.is_none() {
        return Ok(Err(Refused::NotFound));
    }
    let own = match by.allowed(conn, workspace_id, Permission::ChangeRoles)? {
        Ok(own) => own,
        Err(refused) => return Ok(Err(refused)),
    };
    let Some(member) = membership::member(conn, workspace_id, account)? else {
        return Ok(Err(Refused::NotFound));
    };
    if !may_handle(own, member.role) || !may_handle(own, role) {
        return Ok(Err(Refused::Lacks(Permission::ManageOwners)));
    }
    if member.role == role {
        return Ok(Ok(member));
    }
    if is_last_owner(conn, workspace_id, &member)? {
        return Ok(Err(Refused::LastOwner));
    }
    membership::set_role(conn, workspace_id, account, role)?;
    let event = Event::MemberRoleChanged {
        workspace: workspace_id,
        account,
        from: member.role.as_str(),
        role: role.as_str(),
    };
    by.note(conn, &event)?;
    withdraw_what_they_may_not_give(conn, by, workspace_id, account, Some(role))?;
    Ok(Ok(Member { role, ..member }))
}

/// Takes a member out of a workspace, at once. Whoever takes themselves out leaves, and needs no permission for it.
pub fn remove(
    conn: &mut PgConnection,
    by: &By,
    workspace_id: WorkspaceId,
    account: AccountId,
) -> Verdict<Member, Refused> {
    if workspace::hold(conn, workspace_id)?.is_none() {
        return Ok(Err(Refused::NotFound));
    }
    let leaves = by.person() == Some(account);
    let permission = if leaves {
        Permission::SeeWorkspace
    } else {
        Permission::RemoveMembers
    };
    let own = match by.allowed(conn, workspace_id, permission)? {
        Ok(own) => own,
        Err(refused) => return Ok(Err(refused)),
    };
    let Some(member) = membership::member(conn, workspace_id, account)? else {
        return Ok(Err(Refused::NotFound));
    };
    if !may_handle(own, member.role) {
        return Ok(Err(Refused::Lacks(Permission::ManageOwners)));
    }
    if is_last_owner(conn, workspace_id, &member)? {
        return Ok(Err(Refused::LastOwner));
    }
    membership::remove(conn, workspace_id, account)?;
    let workspace = workspace_id;
    let event = if leaves {
        Event::MemberLeft { workspace, account }
    } else {
        Event::MemberRemoved { workspace, account }
    };
    by.note(conn, &event)?;
    withdraw_what_they_may_not_give(conn, by, workspace_id, account, None)?;
    Ok(Ok(member))
}

fn is_last_owner(conn: &mut PgConnection, workspace_id: WorkspaceId, member: &Member) -> QueryResult<bool> {
    Ok(member.role == Role::Owner && !membership::has_another_owner(conn, workspace_id, member.account_id)?)
}

/// An invitation lasts no longer than the power that made it.
fn withdraw_what_they_may_not_give(
    conn: &mut PgConnection,
    by: &By,
    workspace: WorkspaceId,
    account: AccountId,
    role: Option<Role>,
) -> QueryResult<()> {
    let own = role.filter(|role| may(*role, Permission::InviteMembers));
    let may_give: Vec<Role> = own.map_or_else(Vec::new, |own| {
        { Role::ALL.into_iter() }
            .filter(|role| may_handle(own, *role))
            .collect()
    });
    for invitation in invitation::withdraw_of(conn, workspace, account, &may_give, by.now)? {
        by.note(
            conn,
            &Event::InvitationWithdrawn {
                workspace,
                invitation,
            },
        )?;
    }
    Ok(())
}

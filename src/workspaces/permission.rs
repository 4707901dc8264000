//! What a member may do in a workspace: one table.
//!
//! # Decisions
//! * A permission names the lowest role that has it, and every higher role has it too. A matrix of free cells can express more, and
//!   nobody can say what a role is from looking at it.
//! * Here are only the permissions *of a workspace*. Whoever runs the server acts at its command line, and for now nowhere else: no
//!   role in any workspace says anything about the server, and there is none that an admin of a workspace could raise to that.
//! * A role is never granted above one's own, and only an owner makes or touches owners ([`Permission::ManageOwners`]): an admin could
//!   otherwise make an owner, and through them everything else (AD-04, CVE-2026-9099).

use crate::platform::config::Role;

/// Something that a member may do in a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// See that it exists, and what it is called.
    SeeWorkspace,
    /// See who belongs to it, and as what.
    SeeMembers,
    /// Invite people, see who is invited, send it again, withdraw it.
    InviteMembers,
    /// Give members other roles.
    ChangeRoles,
    /// Remove members.
    RemoveMembers,
    /// See what happened in it, and who did it.
    SeeActivity,
    /// Give it another name or slug.
    RenameWorkspace,
    /// Make somebody an owner, and change what concerns an owner.
    ManageOwners,
    /// Delete it, and have it back.
    DeleteWorkspace,
}

/// Every permission, and the lowest role that has it.
pub const TABLE: &[(Permission, Role)] = &[
    (Permission::SeeWorkspace, Role::Viewer),
    (Permission::SeeMembers, Role::Viewer),
    (Permission::InviteMembers, Role::Admin),
    (Permission::ChangeRoles, Role::Admin),
    (Permission::RemoveMembers, Role::Admin),
    (Permission::SeeActivity, Role::Admin),
    (Permission::RenameWorkspace, Role::Admin),
    (Permission::ManageOwners, Role::Owner),
    (Permission::DeleteWorkspace, Role::Owner),
];

impl Permission {
    /// The lowest role that has it.
    #[must_use]
    pub fn lowest_role(self) -> Role {
        let row = TABLE.iter().find(|(permission, _)| *permission == self);
        // What has no row is for owners alone, until somebody says more.
        row.map_or(Role::Owner, |(_, role)| *role)
    }
}

/// Whether a role has a permission.
#[must_use]
pub fn may(role: Role, permission: Permission) -> bool {
    role >= permission.lowest_role()
}

/// Whether somebody of this role may give this one, or take it away.
#[must_use]
pub fn may_handle(own: Role, role: Role) -> bool {
    role <= own && (role != Role::Owner || may(own, Permission::ManageOwners))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    const ROLES: [Role; 4] = [Role::Viewer, Role::Member, Role::Admin, Role::Owner];

    #[test]
    fn the_table_is_as_it_was_agreed() {
        let mut printed = String::new();
        for (permission, _) in TABLE {
            write!(printed, "{:<16}", format!("{permission:?}")).unwrap();
            for role in ROLES {
                let cell = if may(role, *permission) {
                    role.as_str()
                } else {
                    "-"
                };
                write!(printed, " {cell:<6}").unwrap();
            }
            printed = printed.trim_end().to_owned() + "\n";
        }
        assert_eq!(
            printed,
            "SeeWorkspace     viewer member admin  owner\n\
             SeeMembers       viewer member admin  owner\n\
             InviteMembers    -      -      admin  owner\n\
             ChangeRoles      -      -      admin  owner\n\
             RemoveMembers    -      -      admin  owner\n\
             SeeActivity      -      -      admin  owner\n\
             RenameWorkspace  -      -      admin  owner\n\
             ManageOwners     -      -      -      owner\n\
             DeleteWorkspace  -      -      -      owner\n"
        );
    }

    /// AD-04.
    #[test]
    fn nobody_gives_a_role_above_their_own_and_only_owners_make_owners() {
        for own in ROLES {
            for role in ROLES {
                assert_eq!(may_handle(own, role), role <= own, "{own:?} gives {role:?}");
            }
        }
        assert!(!may_handle(Role::Admin, Role::Owner));
    }
}

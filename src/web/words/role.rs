//! What people call the roles in a workspace.

use crate::platform::config::Role;

/// English: the names that the API has too.
pub(super) fn english(role: Role) -> &'static str {
    role.as_str()
}

/// German.
pub(super) fn german(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Betrachter",
        Role::Member => "Mitglied",
        Role::Admin => "Admin",
        Role::Owner => "Inhaber",
    }
}

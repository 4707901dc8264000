//! Why something in a workspace was not done: the same for the API and for pages.

use crate::{
    accounts::door::Detour,
    platform::clock::Timestamp,
    web::{problem::Problem, words::errors},
    workspaces::permission::Permission,
};

/// Why it was not done. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// On this server people do not do that: see [`people_manage`](crate::workspaces::global::people_manage).
    Closed,
    /// Who asks lacks this.
    Lacks(Permission),
    /// What it is about is not there, or who asks may not know of it.
    NotFound,
    /// Nobody who can sign in would own the workspace.
    LastOwner,
    /// Another workspace has the slug, or one that was deleted and may come back.
    SlugTaken,
    /// What was typed is not the workspace's slug.
    SlugDiffers,
    /// The invited person belongs to the workspace.
    AlreadyMember,
    /// An invitation to the address is open.
    AlreadyInvited,
    /// The address was sent enough invitations.
    MailedEnough {
        /// When the next one may go out.
        until: Timestamp,
        /// The time of the request.
        now: Timestamp,
    },
}

impl From<Refused> for Detour {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused.into())
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Closed => Self::new(
                &errors::WORKSPACES_CLOSED,
                "On this server only the people who run it make and delete workspaces, and choose their slugs.",
            ),
            Refused::Lacks(permission) => {
                let role = permission.lowest_role().as_str();
                Self::new(
                    &errors::PERMISSION_DENIED,
                    format!("This needs the role {role} in the workspace, or a higher one."),
                )
            }
            Refused::NotFound => Self::not_found(),
            Refused::LastOwner => Self::new(
                &errors::LAST_OWNER,
                "The workspace would be without an owner. Make somebody else an owner first.",
            ),
            Refused::SlugTaken => Self::new(&errors::SLUG_TAKEN, "`slug`: another workspace has it."),
            Refused::SlugDiffers => Self::new(
                &errors::INVALID_VALUE,
                "`slug`: this is not the slug of the workspace.",
            ),
            Refused::AlreadyMember => Self::new(
                &errors::ALREADY_MEMBER,
                "Somebody with this address belongs to the workspace already.",
            ),
            Refused::AlreadyInvited => Self::new(
                &errors::ALREADY_INVITED,
                "An invitation to this address is open. Send that one again, or withdraw it.",
            ),
            Refused::MailedEnough { until, now } => Self {
                retry_after: (until - now).to_std().ok(),
                ..Self::new(
                    &errors::TOO_MANY_REQUESTS,
                    "This address was sent many invitations. Wait before you send another.",
                )
            },
        }
    }
}

//! What stands around each page of a workspace's settings, and what several of them show.

use super::ask::Visitor;
use crate::{
    platform::config::Role,
    web::{layout::Layout, phrase::Phrase, words},
    workspaces::{
        membership::Membership,
        permission::{Permission, may, may_handle},
    },
};

/// Which of the pages it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::workspaces) enum Tab {
    Members,
    Invitations,
    General,
    Activity,
}

impl Tab {
    const ALL: [Self; 4] = [Self::Members, Self::Invitations, Self::General, Self::Activity];

    const fn path(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Invitations => "invitations",
            Self::General => "general",
            // Beside the settings: it is looked at, not set.
            Self::Activity => "audit",
        }
    }
}

/// What went wrong.
pub(in crate::workspaces) struct Alert {
    pub what: Phrase,
    /// What the person can do about it.
    pub then: &'static str,
    /// The id of the field that it is about.
    pub field: Option<&'static str>,
}

impl Alert {
    /// About a field.
    pub(in crate::workspaces) fn about(
        field: &'static str,
        what: impl Into<Phrase>,
        then: &'static str,
    ) -> Self {
        Self {
            what: what.into(),
            then,
            field: Some(field),
        }
    }

    /// Whether that field is wrong.
    pub(in crate::workspaces) fn is_about(alert: Option<&Self>, field: &str) -> bool {
        alert.is_some_and(|alert| alert.field == Some(field))
    }
}

/// A role that can be chosen.
pub(in crate::workspaces) struct Choice {
    pub value: &'static str,
    pub name: &'static str,
    pub is_chosen: bool,
}

/// The roles that somebody of this role may give, weakest first.
pub(in crate::workspaces) fn choices(own: Role, chosen: Role, name: fn(Role) -> &'static str) -> Vec<Choice> {
    [Role::Viewer, Role::Member, Role::Admin, Role::Owner]
        .into_iter()
        .filter(|role| may_handle(own, *role))
        .map(|role| Choice {
            value: role.as_str(),
            name: name(role),
            is_chosen: role == chosen,
        })
        .collect()
}

/// Another workspace of the person.
pub(in crate::workspaces) struct Other {
    name: String,
    slug: String,
}

impl Other {
    pub(in crate::workspaces) fn called(&self) -> Phrase {
        Phrase::of(&self.name)
    }

    pub(in crate::workspaces) fn settings(&self) -> String {
        format!("/w/{}/settings", self.slug)
    }
}

/// What stands around each page of a workspace's settings.
pub(in crate::workspaces) struct Frame {
    pub words: &'static words::Around,
    pub slug: String,
    pub others: Vec<Other>,
    name: String,
    role: Role,
    role_name: &'static str,
    here: Tab,
}

impl Frame {
    pub(in crate::workspaces) fn of(
        layout: Layout<'_>,
        membership: &Membership,
        others: &[Membership],
        here: Tab,
    ) -> Self {
        let words = layout.language.words();
        let other = |membership: &Membership| Other {
            name: membership.workspace.name.clone(),
            slug: membership.workspace.slug.clone(),
        };
        Self {
            words: &words.settings.around,
            slug: membership.workspace.slug.clone(),
            others: others.iter().map(other).collect(),
            name: membership.workspace.name.clone(),
            role: membership.role,
            role_name: (words.role)(membership.role),
            here,
        }
    }

    /// For this visitor.
    pub(in crate::workspaces) fn around(layout: Layout<'_>, visitor: &Visitor, here: Tab) -> Self {
        Self::of(layout, &visitor.membership, &visitor.others, here)
    }

    pub(in crate::workspaces) fn workspace(&self) -> Phrase {
        (self.words.workspace)(&self.name)
    }

    pub(in crate::workspaces) fn called(&self) -> Phrase {
        Phrase::of(&self.name)
    }

    pub(in crate::workspaces) fn your_role(&self) -> String {
        (self.words.your_role)(self.role_name)
    }

    /// Where each page is, what it is called, and whether it is this one.
    pub(in crate::workspaces) fn tabs(&self) -> [(String, &'static str, bool); 4] {
        Tab::ALL.map(|tab| {
            let text = match tab {
                Tab::Members => self.words.members,
                Tab::Invitations => self.words.invitations,
                Tab::General => self.words.general,
                Tab::Activity => self.words.activity,
            };
            (self.path(tab), text, tab == self.here)
        })
    }

    fn path(&self, tab: Tab) -> String {
        match tab {
            Tab::Activity => format!("/w/{}/{}", self.slug, tab.path()),
            _ => format!("/w/{}/settings/{}", self.slug, tab.path()),
        }
    }

    pub(in crate::workspaces) fn invitations(&self) -> String {
        self.path(Tab::Invitations)
    }

    /// Whether the page may be more than read.
    pub(in crate::workspaces) fn is_admin(&self) -> bool {
        let needs = match self.here {
            Tab::Members => Permission::ChangeRoles,
            Tab::Invitations => Permission::InviteMembers,
            Tab::General => Permission::RenameWorkspace,
            Tab::Activity => Permission::SeeActivity,
        };
        may(self.role, needs)
    }

    /// Whether the workspace may be deleted.
    pub(in crate::workspaces) fn is_owner(&self) -> bool {
        may(self.role, Permission::DeleteWorkspace)
    }

    /// The title of the page.
    pub(in crate::workspaces) fn title(
        &self,
        layout: Layout<'_>,
        heading: &str,
        alert: Option<&Alert>,
    ) -> String {
        title(layout, self.words, heading, alert)
    }
}

/// The title of a page of this room: it says first if something went wrong.
pub(in crate::workspaces) fn title(
    layout: Layout<'_>,
    words: &words::Around,
    heading: &str,
    alert: Option<&Alert>,
) -> String {
    let title = layout.title(heading);
    if alert.is_some() {
        (words.error)(&title)
    } else {
        title
    }
}

#[cfg(test)]
pub(in crate::workspaces) mod tests {
    use super::*;
    use crate::{
        platform::{clock::Timestamp, id::WorkspaceId},
        web::{language::Language, sample},
        workspaces::workspace::Workspace,
    };

    /// Around a page of somebody of this role.
    pub(in crate::workspaces) fn frame(name: &str, role: Role, here: Tab, language: Language) -> Frame {
        let at = Timestamp::from_timestamp(1_777_818_720, 0).unwrap();
        let place = || Membership {
            workspace: Workspace {
                id: WorkspaceId::generate(at),
                slug: "acme".to_owned(),
                name: name.to_owned(),
                plan: None,
            },
            role,
        };
        Frame::of(sample::layout(language), &place(), &[place(), place()], here)
    }

    #[test]
    fn nobody_can_choose_a_role_above_their_own() {
        let values = |own| -> Vec<&str> {
            choices(own, Role::Member, Language::English.words().role)
                .iter()
                .map(|choice| choice.value)
                .collect()
        };
        assert_eq!(values(Role::Admin), ["viewer", "member", "admin"]);
        assert_eq!(values(Role::Owner), ["viewer", "member", "admin", "owner"]);
    }
}

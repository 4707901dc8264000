//! English.

use super::{Around, End, General, Invitations, Members, Settings, Workspaces};
use crate::{
    platform::config::Role,
    web::{phrase::Phrase, words::date},
};

/// English.
pub static ENGLISH_SETTINGS: Settings = Settings {
    around: Around {
        error: |heading| format!("Error: {heading}"),
        problem: "Nothing was changed",
        navigation: "Settings of the workspace",
        members: "Members",
        invitations: "Invitations",
        general: "General",
        activity: "Activity",
        workspace: |name| Phrase::new("Workspace ").name(name),
        your_role: |role| format!("Your role here: {role}"),
        switch: "Other workspaces",
        all: "All your workspaces",
        more: "Show more",
        first: "Back to the first ones",
        only_admins: "Only admins can change this.",
        role_choice: |role| match role {
            Role::Viewer => "viewer: looks at everything",
            Role::Member => "member: works with everything",
            Role::Admin => "admin: also manages people",
            Role::Owner => "owner: may also delete the workspace",
        },
        day: |at| Phrase::default().time(at, date::ENGLISH.day),
        minute: |at| Phrase::default().time(at, date::ENGLISH.minute),
    },
    members: Members {
        heading: "Members",
        you: "You",
        role: "Role",
        joined: "Joined",
        role_of: |name| Phrase::new("Role of ").name(name),
        change: "Change role",
        change_of: |name| Phrase::new(" of ").name(name),
        remove: "Remove",
        remove_of: |name| Phrase::new(" ").name(name),
        leave: "Leave workspace",
        alone: "Nobody else is here yet.",
        alone_hint: "An invitation brings in people, whether they have an account already or not.",
        invite: "Invite somebody",
        changed: |name, role| Phrase::of(name).text(format!(" now has the role {role}.")),
        gone: "That person does not belong to this workspace any more.",
        last_owner: "This is the last owner of the workspace.",
        last_owner_then: "Make another member an owner first, or delete the workspace.",
        remove_heading: |name, workspace| Phrase::new("Remove ").name(name).text(" from ").name(workspace),
        remove_consequence: "Access ends with the next request, on every device, also for the apps that this person has \
                             connected here.",
        remove_stays: "The account and the other workspaces of this person stay as they are. A new invitation lets them come back.",
        keep: "Keep member",
        submit_remove: "Remove member",
        leave_heading: |workspace| Phrase::new("Leave ").name(workspace),
        leave_consequence: "Your access ends with the next request, on every device, also for the apps that you have connected \
                            here.",
        leave_back: "You cannot take this back yourself: to return you need a new invitation.",
        stay: "Stay",
    },
    invitations: Invitations {
        heading: "Invitations",
        form: "Invite somebody",
        email: "E-mail address",
        role: "Role",
        submit: "Send invitation",
        hint: |good_for| {
            format!(
                "A mail with a link goes to this address. The link works once, for {}.",
                (date::ENGLISH.lasting)(good_for)
            )
        },
        open: "Open invitations",
        empty: "No open invitations.",
        empty_hint: "Whom you invite appears here until they have joined.",
        sent: "Sent",
        until: "Good until",
        by: "Invited by",
        nobody: "Somebody who has no account any more",
        over: "Expired",
        resend: "Send again",
        withdraw: "Withdraw",
        to: |email| Phrase::new(" the invitation to ").name(email),
        invited: |email, until| {
            Phrase::new("The invitation to ")
                .name(email)
                .text(" is on its way. Its link is good until ")
                .time(until, date::ENGLISH.minute)
                .text(".")
        },
        withdrawn: "That invitation is not open any more: its link does not work.",
        no_address: "This is not an e-mail address.",
        no_address_then: "It has one @ and a domain behind it, as in name@example.com.",
        member: |email| Phrase::of(email).text(" belongs to this workspace already."),
        member_then: "You can change the role on the page of members.",
        already: |email| Phrase::of(email).text(" has an open invitation already."),
        already_then: "Send it again below, or withdraw it first to choose another role.",
        too_many: |email, until| {
            Phrase::of(email)
                .text(" has had many mails from here. The next one can leave at ")
                .time(until, date::ENGLISH.minute)
                .text(".")
        },
        too_many_then: "This keeps others from being flooded. Earlier links work as long as they say.",
        too_fast: |until| {
            Phrase::new("That was too much at once. Try again at ")
                .time(until, date::ENGLISH.minute)
                .text(".")
        },
        too_fast_then: "No mail was sent.",
    },
    general: General {
        heading: "General",
        name: "Name",
        slug: "Short name in addresses",
        slug_hint: "2 to 63 of a\u{2013}z, 0\u{2013}9 and single hyphens.",
        slug_change: "With a new one, links with the old one stop working.",
        submit: "Save name and address",
        saved: |name| {
            Phrase::new("Saved. The workspace is called ")
                .name(name)
                .text(".")
        },
        bad_name: "The workspace needs a name of 1 to 100 characters.",
        bad_name_then: "Shorten it, or type one.",
        bad_slug: "This short name cannot be used.",
        bad_slug_then: "Use 2 to 63 of a\u{2013}z, 0\u{2013}9 and single hyphens, with no hyphen at either end.",
        taken: "This short name is taken.",
        taken_then: "Choose another one.",
        delete_heading: "Delete this workspace",
        delete_hint: |undo| {
            format!(
                "Members, apps and programs lose access at once. For {} you can take it back.",
                (date::ENGLISH.lasting)(undo)
            )
        },
        delete: "Delete workspace",
        only_owners: "Only owners can delete the workspace.",
    },
    end: End {
        heading: |name| Phrase::new("Delete ").name(name),
        consequence: "Members, apps and programs lose access with their next request.",
        undo: |undo| {
            format!(
                "For {} an owner can restore it here, with everything in it. After that it cannot be undone.",
                (date::ENGLISH.lasting)(undo)
            )
        },
        label: "Short name of the workspace",
        hint: "To be sure that it is this one, type",
        keep: "Keep workspace",
        submit: "Delete workspace",
        mismatch: "That is not the short name of this workspace.",
        mismatch_then: "Type it as it stands above the field.",
        deleted_heading: |name| Phrase::of(name).text(" is deleted"),
        deleted: "Nobody can use it at the moment: no member, no app, no program.",
        until: |until| {
            Phrase::new("An owner can restore it, with everything in it, until ")
                .time(until, date::ENGLISH.minute)
                .text(".")
        },
        restore: "Restore workspace",
        restore_short: "Restore",
    },
    workspaces: Workspaces {
        heading: "Your workspaces",
        empty: "You belong to no workspace.",
        empty_hint: "Somebody who is in one can invite you, by mail.",
        settings: "Settings",
        settings_of: |name| Phrase::new(" of ").name(name),
        deleted: "Deleted",
        create: "Create a workspace",
        create_submit: "Create workspace",
        by_operator: |product_name| format!("New workspaces are made by the people who run {product_name}."),
        account: "Your account",
    },
};

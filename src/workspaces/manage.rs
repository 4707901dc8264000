//! Workspaces are made, renamed, deleted and restored. For the API, for pages and for the command line.

use diesel::{PgConnection, QueryResult};

use crate::{
    audit::event::Event,
    platform::{config::Role, db::Verdict, id::WorkspaceId},
    workspaces::{
        by::By,
        membership,
        permission::Permission,
        refused::Refused,
        workspace::{self, Change, Slug, Workspace},
    },
};

/// Makes a workspace; the person who does owns it. Whether people may at all (`mode`) is asked by the caller.
pub fn create(
    conn: &mut PgConnection,
    by: &By,
    name: &str,
    slug: Option<&Slug>,
) -> Verdict<Workspace, Refused> {
    let made = match slug {
        Some(slug) => match workspace::create(conn, slug, name, by.now)? {
            Some(made) => made,
            None => return Ok(Err(Refused::SlugTaken)),
        },
        None => workspace::create_named(conn, name, by.now)?,
    };
    by.note(conn, &Event::WorkspaceCreated { workspace: made.id })?;
    if let Some(account) = by.person() {
        membership::add(conn, made.id, account, Role::Owner, by.now)?;
        let event = Event::MemberAdded {
            workspace: made.id,
            account,
            role: Role::Owner.as_str(),
        };
        by.note(conn, &event)?;
    }
    Ok(Ok(made))
}

/// Gives a workspace another name or slug.
pub fn change(
    conn: &mut PgConnection,
    by: &By,
    id: WorkspaceId,
    asked: Change<'_>,
) -> Verdict<Workspace, Refused> {
    let before = match held(conn, by, id, Permission::RenameWorkspace)? {
        Ok(before) => before,
        Err(refused) => return Ok(Err(refused)),
    };
    let change = Change {
        name: asked.name.filter(|name| **name != before.name),
        slug: asked.slug.filter(|slug| slug.as_str() != before.slug),
    };
    let mut fields = Vec::new();
    fields.extend(change.name.map(|_| "name"));
    fields.extend(change.slug.map(|_| "slug"));
    if fields.is_empty() {
        return Ok(Ok(before));
    }
    let Some(changed) = workspace::change(conn, id, change)? else {
        return Ok(Err(Refused::SlugTaken));
    };
    by.note(
        conn,
        &Event::WorkspaceRenamed {
            workspace: id,
            fields,
        },
    )?;
    Ok(Ok(changed))
}

/// Deletes a workspace, until it is restored. Who does has typed its slug, and proved who they are recently: the caller has seen to that.
pub fn delete(
    conn: &mut PgConnection,
    by: &By,
    id: WorkspaceId,
    typed_slug: &str,
) -> Verdict<Workspace, Refused> {
    let workspace = match held(conn, by, id, Permission::DeleteWorkspace)? {
        Ok(workspace) => workspace,
        Err(refused) => return Ok(Err(refused)),
    };
    if workspace.slug != typed_slug.trim() {
        return Ok(Err(Refused::SlugDiffers));
    }
    if !workspace::delete(conn, id, by.now)? {
        return Ok(Err(Refused::NotFound));
    }
    by.note(conn, &Event::WorkspaceDeleted { workspace: id })?;
    Ok(Ok(workspace))
}

/// Has a deleted workspace back. For its owners, and the operator.
pub fn restore(conn: &mut PgConnection, by: &By, named: &str) -> Verdict<Workspace, Refused> {
    let found = match by.person() {
        Some(account) => membership::find_deleted(conn, account, named, by.now)?,
        None => workspace::find_deleted(conn, named, by.now)?,
    };
    let Some(found) = found else {
        return Ok(Err(Refused::NotFound));
    };
    let Some(restored) = workspace::restore(conn, found.id, by.now)? else {
        return Ok(Err(Refused::NotFound));
    };
    by.note(
        conn,
        &Event::WorkspaceRestored {
            workspace: restored.id,
        },
    )?;
    Ok(Ok(restored))
}

fn held(
    conn: &mut PgConnection,
    by: &By,
    id: WorkspaceId,
    permission: Permission,
) -> QueryResult<Result<Workspace, Refused>> {
    let Some(workspace) = workspace::hold(conn, id)? else {
        return Ok(Err(Refused::NotFound));
    };
    Ok(by.allowed(conn, id, permission)?.map(|_| workspace))
}

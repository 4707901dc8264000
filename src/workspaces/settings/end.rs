//! The end of a workspace, `GET|POST /w/{slug}/settings/delete`, and the way back, `…/restore`.

use actix_web::{HttpResponse, http::StatusCode, web::Path};
use askama::Template;

use super::{
    ask::{Ask, Visitor},
    frame::{Alert, title},
    general::UNDO,
};
use crate::{
    accounts::{
        door::{Detour, Posted},
        session::Session,
        sudo,
    },
    web::{layout::Layout, page::Page, phrase::Phrase, problem::Problem, redirect::see_other, words},
    workspaces::{
        global, manage,
        membership::{self, Deleted},
        permission::{Permission, may},
        refused::Refused,
        workspace::restorable_until,
    },
};

#[derive(Template)]
#[template(path = "workspaces/delete.html")]
struct DeletePage<'a> {
    layout: Layout<'a>,
    words: &'static words::End,
    around: &'static words::Around,
    heading: Phrase,
    undo: String,
    slug: String,
    typed: String,
    action: String,
    csrf_token: String,
    back: String,
    alert: Option<Alert>,
}

impl<'a> DeletePage<'a> {
    fn of(layout: Layout<'a>, (name, slug): (&str, &str), csrf_token: String, wrong: Option<&str>) -> Self {
        let words = &layout.language.words().settings;
        let text = &words.end;
        Self {
            layout,
            words: text,
            around: &words.around,
            heading: (text.heading)(name),
            undo: (text.undo)(UNDO),
            slug: slug.to_owned(),
            typed: wrong.unwrap_or_default().to_owned(),
            action: delete_path(slug),
            csrf_token,
            back: format!("/w/{slug}/settings/general"),
            alert: wrong.map(|_| Alert::about("slug", text.mismatch, text.mismatch_then)),
        }
    }

    fn title(&self) -> String {
        title(
            self.layout,
            self.around,
            &self.heading.plain(),
            self.alert.as_ref(),
        )
    }
}

/// What an owner sees in the place of a workspace that is deleted.
#[derive(Template)]
#[template(path = "workspaces/deleted.html")]
struct DeletedPage<'a> {
    layout: Layout<'a>,
    words: &'static words::End,
    around: &'static words::Around,
    heading: Phrase,
    until: Phrase,
    action: String,
    csrf_token: String,
}

impl<'a> DeletedPage<'a> {
    fn of(layout: Layout<'a>, deleted: &Deleted, csrf_token: String) -> Self {
        let words = &layout.language.words().settings;
        Self {
            layout,
            words: &words.end,
            around: &words.around,
            heading: (words.end.deleted_heading)(&deleted.workspace.name),
            until: (words.end.until)(restorable_until(deleted.deleted_at)),
            action: restore_path(&deleted.workspace.slug),
            csrf_token,
        }
    }
}

fn delete_path(slug: &str) -> String {
    format!("/w/{slug}/settings/delete")
}

fn restore_path(slug: &str) -> String {
    format!("/w/{slug}/settings/restore")
}

/// An owner who has proved lately who they are.
async fn owner(ask: &Ask, slug: &str) -> Result<Visitor, Detour> {
    let visitor = ask.enter(slug).await?;
    if !may(visitor.membership.role, Permission::DeleteWorkspace) {
        return Err(Refused::Lacks(Permission::DeleteWorkspace).into());
    }
    if !global::people_manage(&ask.platform.config) {
        return Err(Refused::Closed.into());
    }
    let here = delete_path(&visitor.membership.workspace.slug);
    sudo::require(&visitor.session, &here, ask.browser.now)?;
    Ok(visitor)
}

fn page(ask: &Ask, visitor: &Visitor, wrong: Option<&str>) -> HttpResponse {
    let workspace = &visitor.membership.workspace;
    let token = ask.token(&delete_path(&workspace.slug));
    let layout = ask.layout(&visitor.session);
    let template = DeletePage::of(layout, (&workspace.name, &workspace.slug), token, wrong);
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Page::new(template).status(status).form().respond()
}

pub(super) async fn get(ask: Ask, slug: Path<String>) -> Result<HttpResponse, Detour> {
    let visitor = owner(&ask, &slug).await?;
    Ok(page(&ask, &visitor, None))
}

pub(super) async fn post(ask: Ask, slug: Path<String>, posted: Posted) -> Result<HttpResponse, Detour> {
    let form = ask.form(posted)?;
    let visitor = owner(&ask, &slug).await?;
    let typed = form.value("slug").unwrap_or_default().to_owned();
    let (by, workspace, confirmed) = (
        ask.by(&visitor.session),
        visitor.membership.workspace.id,
        typed.clone(),
    );
    let deleted = ask
        .platform
        .db
        .write(move |conn| manage::delete(conn, &by, workspace, &confirmed))
        .await?;
    match deleted {
        Ok(_) => Ok(see_other(&restore_path(&visitor.membership.workspace.slug))),
        Err(Refused::SlugDiffers) => Ok(page(&ask, &visitor, Some(&typed))),
        Err(refused) => Err(refused.into()),
    }
}

/// The deleted workspace of that slug, if the reader owns it; else where they are to go.
async fn find(ask: &Ask, slug: &str) -> Result<(Session, Deleted), Detour> {
    let session = ask.signed_in().await?;
    let (account, now, name) = (session.account.id, ask.browser.now, slug.to_owned());
    let (deleted, alive) = ask
        .platform
        .db
        .read(move |conn| {
            let deleted = membership::deleted(conn, account, now)?;
            let deleted = deleted.into_iter().find(|it| it.workspace.slug == name);
            Ok((deleted, membership::find_named(conn, account, &name)?))
        })
        .await?;
    match (deleted, alive) {
        (Some(deleted), _) => Ok((session, deleted)),
        // Pressed twice: it is back.
        (None, Some(alive)) => Err(Detour::To(format!("/w/{}/settings", alive.workspace.slug))),
        (None, None) => Err(Problem::not_found().into()),
    }
}

pub(super) async fn deleted(ask: Ask, slug: Path<String>) -> Result<HttpResponse, Detour> {
    let (session, deleted) = find(&ask, &slug).await?;
    let token = ask.token(&restore_path(&deleted.workspace.slug));
    let template = DeletedPage::of(ask.layout(&session), &deleted, token);
    Ok(Page::new(template).form().respond())
}

pub(super) async fn restore(ask: Ask, slug: Path<String>, posted: Posted) -> Result<HttpResponse, Detour> {
    ask.form(posted)?;
    let (session, deleted) = find(&ask, &slug).await?;
    let (by, name) = (ask.by(&session), deleted.workspace.slug);
    let restored = ask
        .platform
        .db
        .write(move |conn| manage::restore(conn, &by, &name))
        .await?;
    match restored {
        Ok(restored) => Ok(see_other(&format!("/w/{}/settings", restored.slug))),
        Err(refused) => Err(refused.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        platform::{clock::Timestamp, id::WorkspaceId},
        web::{language::Language, sample},
        workspaces::workspace::Workspace,
    };

    fn samples(name: &'static str, language: Language) -> Vec<(&'static str, DeletePage<'static>)> {
        let page = |wrong| {
            DeletePage::of(
                sample::layout(language),
                (name, "acme"),
                "token".to_owned(),
                wrong,
            )
        };
        vec![("asked", page(None)), ("wrong", page(Some(name)))]
    }

    fn deleted(name: &'static str, language: Language) -> Vec<(&'static str, DeletedPage<'static>)> {
        let deleted_at = Timestamp::from_timestamp(1_777_818_720, 0).unwrap();
        let workspace = Workspace {
            id: WorkspaceId::generate(deleted_at),
            slug: "acme".to_owned(),
            name: name.to_owned(),
            plan: None,
        };
        let deleted = Deleted {
            workspace,
            deleted_at,
        };
        let page = DeletedPage::of(sample::layout(language), &deleted, "token".to_owned());
        vec![("deleted", page)]
    }

    #[test]
    fn every_state_is_a_good_page() {
        sample::check(samples);
        sample::check(deleted);
    }
}

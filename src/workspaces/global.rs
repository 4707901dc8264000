//! The one workspace of a self-hosted server: everybody works in it, and nobody makes another.

use diesel::{PgConnection, QueryResult};

use crate::{
    accounts::account::Account,
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    platform::{
        clock::Timestamp,
        config::{Config, Joining, Mode, Role},
    },
    workspaces::{
        membership,
        workspace::{self, Slug, Workspace},
    },
};

/// Its slug; people may call it what they like.
pub const SLUG: &str = "main";

/// What somebody is in it who came by themselves, where the operator lets them.
const NEWCOMER: Role = Role::Member;

/// Whether people make workspaces here, delete them and choose their slugs. On a self-hosted server only its operator does: of its one
/// workspace, which is found by its slug, and of any that is left from before.
#[must_use]
pub fn people_manage(config: &Config) -> bool {
    config.mode == Mode::Saas
}

/// Makes it, where there is to be one and is none yet. However many nodes do so at once, there is one.
pub fn ensure(conn: &mut PgConnection, config: &Config, now: Timestamp) -> QueryResult<Option<Workspace>> {
    if config.mode != Mode::SelfHosted {
        return Ok(None);
    }
    if let Some(known) = workspace::find(conn, SLUG)? {
        return Ok(Some(known));
    }
    let Some(slug) = Slug::parse(SLUG) else {
        return Ok(None);
    };
    let Some(made) = workspace::create(conn, &slug, &config.branding.product_name, now)? else {
        return workspace::find(conn, SLUG);
    };
    let event = Event::WorkspaceCreated { workspace: made.id };
    log::append(conn, Actor::Operator, &Origin::default(), &event, now)?;
    Ok(Some(made))
}

/// Somebody's address has turned out to be theirs: where everybody may come, they belong to it now.
pub fn welcome(
    conn: &mut PgConnection,
    config: &Config,
    account: &Account,
    now: Timestamp,
) -> QueryResult<()> {
    if config.registration != Joining::Open {
        return Ok(());
    }
    let Some(workspace) = ensure(conn, config, now)? else {
        return Ok(());
    };
    if membership::add(conn, workspace.id, account.id, NEWCOMER, now)? {
        let event = Event::MemberAdded {
            workspace: workspace.id,
            account: account.id,
            role: NEWCOMER.as_str(),
        };
        log::append(conn, Actor::Account(account.id), &Origin::default(), &event, now)?;
    }
    Ok(())
}

//! Asks whoever reads the mail of an address to join a workspace. Table `invitation`.
//!
//! # Decisions
//! * The link holds a random secret, and nothing that its reader could edit: workspace, address and role are in the row (EM-05).
//! * One is open for each workspace and address. One that has expired is replaced; sending it again gives it a new secret and a new
//!   time, so that the older mail is worth nothing.
//! * It lasts no longer than the power that made it: when who invited is removed, or may not give its role any more, it is withdrawn.
//!   Otherwise an admin who expects to be removed would invite a second address of their own.

use diesel::prelude::*;

use crate::{
    accounts::account::Email,
    platform::{
        clock::Timestamp,
        config::Role,
        id::{AccountId, InvitationId, WorkspaceId},
        secret::{Kind, Secret},
    },
    schema::{invitation as t, workspace},
};

/// How long one is good for.
pub const LIFETIME: chrono::Duration = chrono::Duration::days(7);

/// One that is neither used nor withdrawn. It may have expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its row.
    pub id: InvitationId,
    /// Where to.
    pub workspace_id: WorkspaceId,
    /// Whom: a canonical address.
    pub email: String,
    /// As what.
    pub role: Role,
    /// Who invited, if they still have an account and it was not the operator.
    pub invited_by: Option<AccountId>,
    /// When.
    pub created_at: Timestamp,
    /// When it was last sent.
    pub sent_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

type Row = (
    InvitationId,
    WorkspaceId,
    String,
    String,
    Option<AccountId>,
    Timestamp,
    Timestamp,
    Timestamp,
);

type Columns = (
    t::id,
    t::workspace_id,
    t::email,
    t::role,
    t::invited_by,
    t::created_at,
    t::sent_at,
    t::expires_at,
);

const COLUMNS: Columns = (
    t::id,
    t::workspace_id,
    t::email,
    t::role,
    t::invited_by,
    t::created_at,
    t::sent_at,
    t::expires_at,
);

impl Invitation {
    fn of_row(row: Row) -> Option<Self> {
        let (id, workspace_id, email, role, invited_by, created_at, sent_at, expires_at) = row;
        let role = Role::parse(&role)?;
        Some(Self {
            id,
            workspace_id,
            email,
            role,
            invited_by,
            created_at,
            sent_at,
            expires_at,
        })
    }
}

/// One that is to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewInvitation<'a> {
    /// Where to.
    pub workspace_id: WorkspaceId,
    /// Whom.
    pub email: &'a Email,
    /// As what.
    pub role: Role,
    /// Who invites; `None`: the operator.
    pub invited_by: Option<AccountId>,
}

/// What every open one is.
#[diesel::dsl::auto_type(no_type_alias)]
fn open() -> _ {
    t::used_at.is_null().and(t::withdrawn_at.is_null())
}

/// Whether one to this address is open, and has not expired.
pub fn is_open(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    email: &Email,
    now: Timestamp,
) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        t::table
            .filter(t::workspace_id.eq(workspace_id))
            .filter(t::email.eq(email.as_str()))
            .filter(open())
            .filter(t::expires_at.gt(now)),
    ))
    .get_result(conn)
}

/// Makes an invitation; the secret belongs into its mail. `None`: one to this address is open, and has not expired.
pub fn create(
    conn: &mut PgConnection,
    new: NewInvitation<'_>,
    now: Timestamp,
) -> QueryResult<Option<(Invitation, Secret)>> {
    diesel::update(t::table)
        .filter(t::workspace_id.eq(new.workspace_id))
        .filter(t::email.eq(new.email.as_str()))
        .filter(open())
        .filter(t::expires_at.le(now))
        .set(t::withdrawn_at.eq(now))
        .execute(conn)?;
    let secret = Secret::generate(Kind::Invitation, now);
    let row: Option<Row> = diesel::insert_into(t::table)
        .values((
            t::id.eq(InvitationId::from(secret.id())),
            t::digest.eq(secret.digest()),
            t::workspace_id.eq(new.workspace_id),
            t::email.eq(new.email.as_str()),
            t::role.eq(new.role.as_str()),
            t::invited_by.eq(new.invited_by),
            t::created_at.eq(now),
            t::sent_at.eq(now),
            t::expires_at.eq(now + LIFETIME),
        ))
        .on_conflict_do_nothing()
        .returning(COLUMNS)
        .get_result(conn)
        .optional()?;
    Ok(row
        .and_then(Invitation::of_row)
        .map(|invitation| (invitation, secret)))
}

/// Gives an open one a new secret and a new time. `None`: no open one has that id there.
pub fn resend(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    id: InvitationId,
    now: Timestamp,
) -> QueryResult<Option<(Invitation, Secret)>> {
    let secret = Secret::anew(Kind::Invitation, id.uuid(), now);
    let row: Option<Row> = diesel::update(t::table.find(id))
        .filter(t::workspace_id.eq(workspace_id))
        .filter(open())
        .set((
            t::digest.eq(secret.digest()),
            t::sent_at.eq(now),
            t::expires_at.eq(now + LIFETIME),
        ))
        .returning(COLUMNS)
        .get_result(conn)
        .optional()?;
    Ok(row
        .and_then(Invitation::of_row)
        .map(|invitation| (invitation, secret)))
}

/// Withdraws an open one. `None`: no open one has that id there.
pub fn withdraw(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    id: InvitationId,
    now: Timestamp,
) -> QueryResult<Option<Invitation>> {
    let row: Option<Row> = diesel::update(t::table.find(id))
        .filter(t::workspace_id.eq(workspace_id))
        .filter(open())
        .set(t::withdrawn_at.eq(now))
        .returning(COLUMNS)
        .get_result(conn)
        .optional()?;
    Ok(row.and_then(Invitation::of_row))
}

/// Withdraws what this person has open in a workspace, but for these roles, which they may still give. Answers which.
pub fn withdraw_of(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    invited_by: AccountId,
    may_still_give: &[Role],
    now: Timestamp,
) -> QueryResult<Vec<InvitationId>> {
    let roles: Vec<&str> = may_still_give.iter().map(|role| role.as_str()).collect();
    diesel::update(t::table)
        .filter(t::workspace_id.eq(workspace_id))
        .filter(t::invited_by.eq(invited_by))
        .filter(t::role.ne_all(roles))
        .filter(open())
        .set(t::withdrawn_at.eq(now))
        .returning(t::id)
        .get_results(conn)
}

/// An open one of a workspace.
pub fn find(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    id: InvitationId,
) -> QueryResult<Option<Invitation>> {
    let row: Option<Row> = t::table
        .find(id)
        .filter(t::workspace_id.eq(workspace_id))
        .filter(open())
        .select(COLUMNS)
        .first(conn)
        .optional()?;
    Ok(row.and_then(Invitation::of_row))
}

/// A page of what is open in a workspace, expired ones too, the oldest first, from after this one.
pub fn list(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    after: Option<InvitationId>,
    limit: i64,
) -> QueryResult<Vec<Invitation>> {
    let mut rows = t::table
        .filter(t::workspace_id.eq(workspace_id))
        .filter(open())
        .order(t::id)
        .limit(limit)
        .select(COLUMNS)
        .into_boxed();
    if let Some(after) = after {
        rows = rows.filter(t::id.gt(after));
    }
    let rows: Vec<Row> = rows.load(conn)?;
    Ok(rows.into_iter().filter_map(Invitation::of_row).collect())
}

/// The one behind a secret, if it can be accepted. One that was used, withdrawn or replaced, has expired, or leads to a workspace that
/// is gone, is none: nobody learns which (EM-08).
pub fn find_by_secret(
    conn: &mut PgConnection,
    presented: &Secret,
    now: Timestamp,
) -> QueryResult<Option<Invitation>> {
    if presented.kind() != Kind::Invitation {
        return Ok(None);
    }
    let row: Option<Row> = t::table
        .inner_join(workspace::table)
        .filter(t::id.eq(InvitationId::from(presented.id())))
        .filter(t::digest.eq(presented.digest()))
        .filter(open())
        .filter(t::expires_at.gt(now))
        .filter(workspace::deleted_at.is_null())
        .select(COLUMNS)
        .first(conn)
        .optional()?;
    Ok(row.and_then(Invitation::of_row))
}

/// Accepts the one behind a secret, at most once however many requests race: the `UPDATE` is the check.
pub fn accept(
    conn: &mut PgConnection,
    presented: &Secret,
    now: Timestamp,
) -> QueryResult<Option<Invitation>> {
    if presented.kind() != Kind::Invitation {
        return Ok(None);
    }
    let living = workspace::table
        .filter(workspace::deleted_at.is_null())
        .select(workspace::id);
    let row: Option<Row> = diesel::update(t::table.find(InvitationId::from(presented.id())))
        .filter(t::digest.eq(presented.digest()))
        .filter(open())
        .filter(t::expires_at.gt(now))
        .filter(t::workspace_id.eq_any(living))
        .set(t::used_at.eq(now))
        .returning(COLUMNS)
        .get_result(conn)
        .optional()?;
    Ok(row.and_then(Invitation::of_row))
}

/// The open one to an address, if there is one.
pub fn open_to(
    conn: &mut PgConnection,
    workspace_id: WorkspaceId,
    email: &Email,
) -> QueryResult<Option<Invitation>> {
    let row: Option<Row> = t::table
        .filter(t::workspace_id.eq(workspace_id))
        .filter(t::email.eq(email.as_str()))
        .filter(open())
        .select(COLUMNS)
        .first(conn)
        .optional()?;
    Ok(row.and_then(Invitation::of_row))
}

/// Whether the one behind a secret, sent to this address, was accepted: for whoever presses a button twice.
pub fn was_accepted(conn: &mut PgConnection, presented: &Secret, email: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        t::table
            .filter(t::id.eq(InvitationId::from(presented.id())))
            .filter(t::digest.eq(presented.digest()))
            .filter(t::email.eq(email))
            .filter(t::used_at.is_not_null()),
    ))
    .get_result(conn)
}

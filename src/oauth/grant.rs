//! A grant: one completed authorization on one device, the family of its tokens. Table `oauth_grant`.
//!
//! Whether one stands is asked of the view `standing_grant`, which joins everything that a grant hangs from.

use std::collections::HashMap;

use diesel::{dsl::auto_type, prelude::*};

use crate::{
    platform::{
        clock::Timestamp,
        config::{Config, Role},
        id::{AccountId, ClientId, ConsentId, GrantId, WorkspaceId},
    },
    schema::{oauth_grant, standing_grant},
    wire::scope::Scope,
    workspaces::power::{self, Reach},
};

/// Why a grant was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// Its code was presented again after it was redeemed.
    CodeReplay,
    /// One of its refresh tokens was presented again after it was used.
    RefreshReuse,
    /// Its client said so (RFC 7009).
    Client,
    /// The operator said so.
    Operator,
}

impl Because {
    const fn as_str(self) -> &'static str {
        match self {
            Self::CodeReplay => "code_replay",
            Self::RefreshReuse => "refresh_reuse",
            Self::Client => "client",
            Self::Operator => "operator",
        }
    }
}

/// A grant that stands, with what its parents say now.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = standing_grant, check_for_backend(diesel::pg::Pg))]
pub struct StandingGrant {
    /// Its id.
    pub id: GrantId,
    /// Who was given it.
    pub client_id: ClientId,
    /// Who gave it.
    pub account_id: AccountId,
    /// Where.
    pub workspace_id: WorkspaceId,
    /// What was allowed.
    #[diesel(deserialize_as = Vec<String>)]
    pub scope: Scope,
    /// The audiences that its tokens may have.
    pub resource: Vec<String>,
    /// When the person proved who they are (`auth_time`).
    pub authenticated_at: Timestamp,
    /// When it ends whatever happens.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the hour.
    pub last_used_at: Timestamp,
    /// The person's role in the workspace, now.
    #[diesel(deserialize_as = String)]
    pub role: Role,
    /// The person's address, now.
    pub email: String,
    /// What the client may ask for, now.
    #[diesel(deserialize_as = Vec<String>)]
    pub client_scope: Scope,
    /// The workspace's plan.
    pub plan: Option<String>,
}

impl StandingGrant {
    /// The part of what was allowed that has power now.
    #[must_use]
    pub fn effective(&self, config: &Config, allowed: &Scope) -> Scope {
        let reach = Reach {
            role: Some(self.role),
            plan: self.plan.as_deref(),
        };
        power::effective(config, &allowed.intersection(&self.client_scope), reach)
    }
}

/// What a grant begins with.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = oauth_grant)]
pub struct NewGrant {
    /// Chosen by us.
    pub id: GrantId,
    /// Under which consent.
    pub consent_id: ConsentId,
    /// For whom.
    pub client_id: ClientId,
    /// By whom.
    pub account_id: AccountId,
    /// Where.
    pub workspace_id: WorkspaceId,
    /// What.
    pub scope: Vec<String>,
    /// For which audiences.
    pub resource: Vec<String>,
    /// The account's epoch; the grant lives while it is unchanged.
    pub credentials_epoch: i32,
    /// The session's `auth_time`.
    pub authenticated_at: Timestamp,
    /// Now.
    pub created_at: Timestamp,
    /// The absolute end.
    pub expires_at: Option<Timestamp>,
    /// Now.
    pub last_used_at: Timestamp,
}

/// Begins a grant.
pub fn create(conn: &mut PgConnection, new: &NewGrant) -> QueryResult<()> {
    diesel::insert_into(oauth_grant::table)
        .values(new)
        .execute(conn)
        .map(drop)
}

/// Whether the absolute end of a standing grant is ahead: the one condition that the view cannot say, because SQL never asks
/// for the time.
#[must_use]
#[auto_type(no_type_alias)]
pub fn not_ended(now: Timestamp) -> _ {
    standing_grant::expires_at
        .is_null()
        .or(standing_grant::expires_at.gt(now))
}

/// The grant, if it stands and its absolute end is ahead.
pub fn standing(conn: &mut PgConnection, id: GrantId, now: Timestamp) -> QueryResult<Option<StandingGrant>> {
    standing_grant::table
        .find(id)
        .filter(not_ended(now))
        .select(StandingGrant::as_select())
        .first(conn)
        .optional()
}

/// How many grants of this person stand under each of their consents.
pub fn standing_by_consent(
    conn: &mut PgConnection,
    account_id: AccountId,
    now: Timestamp,
) -> QueryResult<HashMap<ConsentId, i64>> {
    let rows: Vec<(ConsentId, i64)> = standing_grant::table
        .filter(standing_grant::account_id.eq(account_id))
        .filter(not_ended(now))
        .group_by(standing_grant::consent_id)
        .select((standing_grant::consent_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Notes, to the hour, that a grant was used: what retention and the list of connected apps go by. Most refreshes write
/// nothing here.
pub fn touch(conn: &mut PgConnection, grant: &StandingGrant, now: Timestamp) -> QueryResult<()> {
    if now - grant.last_used_at < chrono::Duration::hours(1) {
        return Ok(());
    }
    diesel::update(oauth_grant::table.find(grant.id))
        .set(oauth_grant::last_used_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// Ends a grant, and with it every token of its family. `None`: it had ended before.
pub fn revoke(
    conn: &mut PgConnection,
    id: GrantId,
    because: Because,
    now: Timestamp,
) -> QueryResult<Option<(ClientId, WorkspaceId)>> {
    diesel::update(
        oauth_grant::table
            .find(id)
            .filter(oauth_grant::revoked_at.is_null()),
    )
    .set((
        oauth_grant::revoked_at.eq(now),
        oauth_grant::revoked_because.eq(because.as_str()),
    ))
    .returning((oauth_grant::client_id, oauth_grant::workspace_id))
    .get_result(conn)
    .optional()
}

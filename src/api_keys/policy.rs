//! What a workspace decided about its API keys. Table `key_policy`.

use diesel::prelude::*;

use crate::{
    platform::{clock::Timestamp, id::WorkspaceId},
    schema::key_policy as t,
    wire::scope::Scope,
};

/// What happens when somebody reports that a key was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnLeak {
    /// Its owner and the admins are told.
    Tell,
    /// The secret that was found stops working, and its owner gets another.
    Roll,
    /// The key is revoked.
    Revoke,
}

impl OnLeak {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tell => "tell",
            Self::Roll => "roll",
            Self::Revoke => "revoke",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Tell, Self::Roll, Self::Revoke]
            .into_iter()
            .find(|decision| decision.as_str() == name)
    }
}

/// What a workspace lets its keys be. It acts on keys that are there already, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The longest life of a key, from when it was made, in seconds; `None`: any.
    pub longest_seconds: Option<i64>,
    /// Whether a key may have no end.
    pub never_allowed: bool,
    /// What keys may have; `None`: everything that their owners may.
    pub scope: Option<Scope>,
    /// Whether members and viewers may make keys of their own.
    pub members_may: bool,
    /// What is done about a key that was found.
    pub on_leak: OnLeak,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            longest_seconds: None,
            never_allowed: true,
            scope: None,
            members_may: false,
            // Whoever found it may have used it: waiting for a person to read their mail is not an answer.
            on_leak: OnLeak::Revoke,
        }
    }
}

type Row = (Option<i64>, bool, Option<Vec<String>>, bool, String);

/// What a workspace decided, or what holds where it has not.
pub fn of(conn: &mut PgConnection, workspace: WorkspaceId) -> QueryResult<Policy> {
    let found: Option<Row> = t::table
        .find(workspace)
        .select((
            t::longest_seconds,
            t::never_allowed,
            t::scope,
            t::members_may,
            t::on_leak,
        ))
        .first(conn)
        .optional()?;
    Ok(found.map_or_else(
        Policy::default,
        |(longest_seconds, never_allowed, scope, members_may, on_leak)| Policy {
            longest_seconds,
            never_allowed,
            scope: scope.map(Scope::from_stored),
            members_may,
            on_leak: OnLeak::parse(&on_leak).unwrap_or(OnLeak::Revoke),
        },
    ))
}

/// Decides anew.
pub fn set(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    policy: &Policy,
    now: Timestamp,
) -> QueryResult<()> {
    let values = (
        t::longest_seconds.eq(policy.longest_seconds),
        t::never_allowed.eq(policy.never_allowed),
        t::scope.eq(policy.scope.as_ref().map(Scope::to_stored)),
        t::members_may.eq(policy.members_may),
        t::on_leak.eq(policy.on_leak.as_str()),
        t::updated_at.eq(now),
    );
    diesel::insert_into(t::table)
        .values((t::workspace_id.eq(workspace), values.clone()))
        .on_conflict(t::workspace_id)
        .do_update()
        .set(values)
        .execute(conn)
        .map(drop)
}

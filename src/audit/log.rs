//! Appends facts to `audit_event`, and from where they came to `audit_personal`.

use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    audit::event::Event,
    platform::{
        clock::Timestamp,
        id::{AccountId, AuditEventId, ClientId, ServiceAccountId},
    },
    schema::{audit_event, audit_personal},
    web::context::RequestContext,
};

/// Who made a fact true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person.
    Account(AccountId),
    /// A service account of a workspace, by one of its API keys.
    ServiceAccount(ServiceAccountId),
    /// A client acting as itself.
    Client(ClientId),
    /// Whoever runs this server, at its command line.
    Operator,
    /// Nobody we know.
    Nobody,
}

/// From where a fact came.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The request, as in its log line.
    pub request_id: Option<String>,
    /// The address of the caller.
    pub address: Option<String>,
    /// What the caller's software calls itself.
    pub user_agent: Option<String>,
    /// What the caller proved itself with, where that is told.
    pub credential: Option<Used>,
}

/// A credential that somebody used.
#[derive(Clone, Debug)]
pub struct Used {
    /// What it is: `session`, `api_key`, `access_token`.
    pub kind: &'static str,
    /// Its id, which is no secret.
    pub id: Uuid,
    /// The end of it, as pages show it; only of an API key.
    pub last_four: Option<String>,
}

impl From<RequestContext> for Origin {
    fn from(context: RequestContext) -> Self {
        Self {
            request_id: Some(context.request_id),
            address: context.address.map(|address| address.to_string()),
            user_agent: context.user_agent,
            credential: None,
        }
    }
}

/// Appends one fact, in the caller's transaction.
///
/// # Errors
/// The database's; the caller's transaction must not commit then.
pub fn append(
    conn: &mut PgConnection,
    actor: Actor,
    origin: &Origin,
    event: &Event,
    now: Timestamp,
) -> QueryResult<()> {
    let id = AuditEventId::generate(now);
    let (actor_kind, actor_id) = match actor {
        Actor::Account(account) => ("account", Some(account.uuid())),
        Actor::ServiceAccount(account) => ("service_account", Some(account.uuid())),
        Actor::Client(client) => ("client", Some(client.uuid())),
        Actor::Operator => ("operator", None),
        Actor::Nobody => ("nobody", None),
    };
    let (target, used) = (event.target(), origin.credential.as_ref());
    diesel::insert_into(audit_event::table)
        .values((
            audit_event::id.eq(id),
            audit_event::workspace_id.eq(event.workspace()),
            audit_event::kind.eq(event.kind()),
            audit_event::actor_kind.eq(actor_kind),
            audit_event::actor_id.eq(actor_id),
            audit_event::target_kind.eq(target.map(|(kind, _)| kind)),
            audit_event::target_id.eq(target.map(|(_, id)| id)),
            audit_event::detail.eq(event.detail()),
            audit_event::request_id.eq(&origin.request_id),
            audit_event::credential_kind.eq(used.map(|used| used.kind)),
            audit_event::credential_id.eq(used.map(|used| used.id)),
            audit_event::credential_last_four.eq(used.and_then(|used| used.last_four.as_deref())),
        ))
        .execute(conn)?;
    if origin.address.is_some() || origin.user_agent.is_some() {
        diesel::insert_into(audit_personal::table)
            .values((
                audit_personal::event_id.eq(id),
                audit_personal::recorded_at.eq(now),
                audit_personal::address.eq(&origin.address),
                audit_personal::user_agent.eq(&origin.user_agent),
            ))
            .execute(conn)?;
    }
    Ok(())
}

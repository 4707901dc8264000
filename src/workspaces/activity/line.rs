//! One line of the log as it is told: the row, and what those in it are called.

use diesel::{PgConnection, QueryResult};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    filter::Meant,
    names::{self, Names, Things},
};
use crate::{
    audit::reading::{self, Entry, Fact, Start},
    platform::{
        clock::Timestamp,
        id::{AuditEventId, WorkspaceId},
    },
};

/// Somebody or something in a line.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ActivityParty)]
pub(crate) struct Party {
    /// `account` for a person, `client` for an app, `operator` for the people who run the server; of a target, what it is.
    pub kind: String,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<Uuid>,
    /// What it is called now; none where it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<String>,
}

/// With what something was done.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ActivityCredential)]
pub(crate) struct Credential {
    /// What it is, like `session` or `api_key`.
    pub kind: String,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<Uuid>,
    /// How it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_four: Option<String>,
}

/// Something that happened in a workspace.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Activity)]
pub(crate) struct Line {
    /// Its number in the workspace, from 1 without a gap, in the order in which things became true.
    pub sequence: i64,
    /// Its id.
    pub id: AuditEventId,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// What happened, like `member.removed`. `null` where somebody took the entry out of the database.
    pub kind: Option<String>,
    /// Who did it.
    pub actor: Option<Party>,
    /// With what.
    pub credential: Option<Credential>,
    /// To what or whom.
    pub target: Option<Party>,
    /// What else there is to say; the members depend on the kind.
    #[schema(value_type = Object)]
    pub detail: Value,
    /// From which address, for 90 days.
    pub address: Option<String>,
    /// With which software, as that called itself, for 90 days.
    pub user_agent: Option<String>,
    /// In which request.
    pub request_id: Option<String>,
    /// Whether it is as it was when it was sealed.
    pub intact: bool,
    /// The app that it is about.
    #[serde(skip)]
    pub app: Option<Party>,
}

impl Line {
    fn of(entry: Entry, names: &Names) -> Self {
        let party = |kind: &str, id: Option<Uuid>| Party {
            kind: kind.to_owned(),
            id,
            name: id.and_then(|id| names.get(kind, id)).map(str::to_owned),
        };
        let fact = entry.fact.as_ref();
        let detailed = |fact: &Fact, name: &str| fact.detail.get(name)?.as_str()?.parse().ok();
        let target = |fact: &Fact| {
            let kind = fact.target_kind.as_deref()?;
            Some(party(kind, fact.target_id))
        };
        let credential = |fact: &Fact| {
            Some(Credential {
                kind: fact.credential_kind.clone()?,
                id: fact.credential_id,
                last_four: fact.credential_last_four.clone(),
            })
        };
        Self {
            sequence: entry.sequence,
            id: entry.id,
            at: entry.at,
            kind: fact.map(|fact| fact.kind.clone()),
            actor: fact.map(|fact| party(&fact.actor_kind, fact.actor_id)),
            credential: fact.and_then(credential),
            target: fact.and_then(target),
            app: fact.and_then(|fact| Some(party("client", Some(detailed(fact, "client_id")?)))),
            request_id: fact.and_then(|fact| fact.request_id.clone()),
            detail: entry.fact.map(|fact| fact.detail).unwrap_or_default(),
            address: entry.address,
            user_agent: entry.user_agent,
            intact: entry.is_as_sealed,
        }
    }
}

/// The lines of a workspace that a filter means.
#[derive(Clone)]
pub(in crate::workspaces) struct Lines {
    pub workspace: WorkspaceId,
    pub things: Things,
    meant: std::sync::Arc<Meant>,
}

impl Lines {
    pub(in crate::workspaces) fn new(workspace: WorkspaceId, things: Things, meant: Meant) -> Self {
        Self {
            workspace,
            things,
            meant: std::sync::Arc::new(meant),
        }
    }

    /// So many of them, the newest first.
    pub(in crate::workspaces) fn look(
        &self,
        conn: &mut PgConnection,
        start: Start,
        most: i64,
    ) -> QueryResult<Vec<Line>> {
        let mut filter = self.meant.filter.clone();
        if let Some(email) = &self.meant.email {
            match names::person(conn, email.as_str())? {
                Some(person) => filter.actor = Some(person.uuid()),
                None => return Ok(Vec::new()),
            }
        }
        let entries = reading::page(conn, self.workspace, &filter, start, most)?;
        let names = Names::of(conn, &entries, self.things)?;
        Ok(entries.into_iter().map(|entry| Line::of(entry, &names)).collect())
    }
}

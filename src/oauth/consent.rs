//! What a person remembers allowing a client in a workspace. Table `consent`.

use diesel::{prelude::*, upsert::DecoratableTarget};

use crate::{
    platform::{
        clock::Timestamp,
        id::{AccountId, ClientId, ConsentId, WorkspaceId},
    },
    schema::{account, client, consent, oauth_grant, workspace},
    wire::scope::Scope,
};

/// A standing consent.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = consent, check_for_backend(diesel::pg::Pg))]
pub struct Consent {
    /// Its id.
    pub id: ConsentId,
    /// Where.
    pub workspace_id: WorkspaceId,
    /// Everything allowed so far.
    #[diesel(deserialize_as = Vec<String>)]
    pub scope: Scope,
    /// Since when.
    pub created_at: Timestamp,
}

/// What a person allowed this client, in every workspace.
pub fn standing(
    conn: &mut PgConnection,
    account_id: AccountId,
    client_id: ClientId,
) -> QueryResult<Vec<Consent>> {
    consent::table
        .filter(consent::account_id.eq(account_id))
        .filter(consent::client_id.eq(client_id))
        .filter(consent::revoked_at.is_null())
        .order(consent::created_at)
        .select(Consent::as_select())
        .load(conn)
}

/// Remembers that a person allowed `scope`, beside what they allowed before.
pub fn remember(
    conn: &mut PgConnection,
    account_id: AccountId,
    client_id: ClientId,
    workspace_id: WorkspaceId,
    scope: &Scope,
    now: Timestamp,
) -> QueryResult<ConsentId> {
    let (id, before): (ConsentId, Vec<String>) = diesel::insert_into(consent::table)
        .values((
            consent::id.eq(ConsentId::generate(now)),
            consent::account_id.eq(account_id),
            consent::client_id.eq(client_id),
            consent::workspace_id.eq(workspace_id),
            consent::scope.eq(scope.to_stored()),
            consent::created_at.eq(now),
            consent::updated_at.eq(now),
        ))
        // Where it stands already this locks the row, so that two answers at once add up.
        .on_conflict((consent::account_id, consent::client_id, consent::workspace_id))
        .filter_target(consent::revoked_at.is_null())
        .do_update()
        .set(consent::updated_at.eq(now))
        .returning((consent::id, consent::scope))
        .get_result(conn)?;
    let before = Scope::from_stored(before);
    if !scope.is_within(&before) {
        diesel::update(consent::table.find(id))
            .set(consent::scope.eq(before.union(scope).to_stored()))
            .execute(conn)?;
    }
    Ok(id)
}

/// Ends a consent, and with it every grant under it. `None`: no standing consent has that id.
pub fn revoke(
    conn: &mut PgConnection,
    id: ConsentId,
    now: Timestamp,
) -> QueryResult<Option<(ClientId, WorkspaceId, AccountId)>> {
    diesel::update(consent::table.find(id).filter(consent::revoked_at.is_null()))
        .set(consent::revoked_at.eq(now))
        .returning((consent::client_id, consent::workspace_id, consent::account_id))
        .get_result(conn)
        .optional()
}

/// Ends a consent of this person. `None`: no standing consent of theirs has that id.
pub fn revoke_own(
    conn: &mut PgConnection,
    id: ConsentId,
    account_id: AccountId,
    now: Timestamp,
) -> QueryResult<Option<(ClientId, WorkspaceId)>> {
    diesel::update(consent::table.find(id))
        .filter(consent::account_id.eq(account_id))
        .filter(consent::revoked_at.is_null())
        .set(consent::revoked_at.eq(now))
        .returning((consent::client_id, consent::workspace_id))
        .get_result(conn)
        .optional()
}

/// An app that a person allowed into a workspace.
#[derive(Clone, Debug, Queryable)]
pub struct Connected {
    /// The consent.
    pub id: ConsentId,
    /// The app's name.
    pub client_name: String,
    /// The app's home page.
    pub client_uri: Option<String>,
    /// Where its answers go.
    pub redirect_uris: Vec<String>,
    /// When the operator vouched for it.
    pub verified_at: Option<Timestamp>,
    /// When the operator disabled it.
    pub disabled_at: Option<Timestamp>,
    /// Where it may act.
    pub workspace: String,
    /// What it may do.
    pub scope: Vec<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, to the hour. `None`: so long ago that nobody remembers.
    pub last_used_at: Option<Timestamp>,
}

/// The apps that a person allowed in, newest first.
pub fn connected(conn: &mut PgConnection, account_id: AccountId) -> QueryResult<Vec<Connected>> {
    consent::table
        .inner_join(client::table)
        .inner_join(workspace::table)
        .filter(consent::account_id.eq(account_id))
        .filter(consent::revoked_at.is_null())
        .filter(client::deleted_at.is_null())
        .filter(workspace::deleted_at.is_null())
        .order(consent::id.desc())
        .select((
            consent::id,
            client::name,
            client::uri,
            client::redirect_uris,
            client::verified_at,
            client::disabled_at,
            workspace::name,
            consent::scope,
            consent::created_at,
            oauth_grant::table
                .filter(oauth_grant::consent_id.eq(consent::id))
                .select(diesel::dsl::max(oauth_grant::last_used_at))
                .single_value(),
        ))
        .load(conn)
}

/// The names of the app and the workspace of a consent that this person took back, unless they allowed the app there anew.
pub fn removed(
    conn: &mut PgConnection,
    id: ConsentId,
    account_id: AccountId,
) -> QueryResult<Option<(String, String)>> {
    let anew = diesel::alias!(consent as anew);
    consent::table
        .inner_join(client::table)
        .inner_join(workspace::table)
        .filter(consent::id.eq(id))
        .filter(consent::account_id.eq(account_id))
        .filter(consent::revoked_at.is_not_null())
        .filter(diesel::dsl::not(diesel::dsl::exists(
            anew.filter(anew.field(consent::account_id).eq(account_id))
                .filter(anew.field(consent::client_id).eq(consent::client_id))
                .filter(anew.field(consent::workspace_id).eq(consent::workspace_id))
                .filter(anew.field(consent::revoked_at).is_null()),
        )))
        .select((client::name, workspace::name))
        .first(conn)
        .optional()
}

/// A standing consent, as a list shows it.
#[derive(Clone, Debug, Queryable)]
pub struct Listed {
    /// Its id.
    pub id: ConsentId,
    /// Whose it is.
    pub email: String,
    /// Which client may.
    pub client_id: ClientId,
    /// That client's name.
    pub client_name: String,
    /// Where.
    pub workspace: String,
    /// What.
    pub scope: Vec<String>,
    /// Since when.
    pub created_at: Timestamp,
}

/// All standing consents, oldest first; those of one person or one client where they are named.
pub fn list(
    conn: &mut PgConnection,
    email: Option<&str>,
    client_id: Option<ClientId>,
) -> QueryResult<Vec<Listed>> {
    let mut query = consent::table
        .inner_join(account::table)
        .inner_join(client::table)
        .inner_join(workspace::table)
        .filter(consent::revoked_at.is_null())
        .into_boxed();
    if let Some(email) = email {
        query = query.filter(account::email.eq(email.to_owned()));
    }
    if let Some(client_id) = client_id {
        query = query.filter(consent::client_id.eq(client_id));
    }
    query
        .order(consent::id)
        .select((
            consent::id,
            account::email,
            consent::client_id,
            client::name,
            workspace::slug,
            consent::scope,
            consent::created_at,
        ))
        .load(conn)
}

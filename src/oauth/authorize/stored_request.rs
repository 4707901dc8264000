//! A checked request on its way through sign-in and consent. Table `authorization_request`.

use std::time::Duration;

use diesel::prelude::*;

use crate::{
    oauth::authorize::request::AuthorizationRequest,
    platform::{
        clock::Timestamp,
        id::{AuthorizationRequestId, ClientId},
        secret::{Digest, Secret},
    },
    schema::authorization_request,
    wire::{pkce::CodeChallenge, prompt::Prompt, scope::Scope},
};

/// A row of `authorization_request`.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = authorization_request, check_for_backend(diesel::pg::Pg))]
pub struct StoredRequest {
    /// What sign-in and consent carry.
    pub id: AuthorizationRequestId,
    browser: Digest,
    /// Who asks.
    pub client_id: ClientId,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// What is asked for.
    #[diesel(deserialize_as = Vec<String>)]
    pub scope: Scope,
    /// To be given back untouched.
    pub state: Option<String>,
    /// What the verifier must hash to.
    pub code_challenge: Option<String>,
    /// The audiences asked for; empty: those of the scopes.
    pub resource: Vec<String>,
    prompt: String,
    /// Whom the client expects.
    pub login_hint: Option<String>,
    /// Which workspace the client expects.
    pub workspace_hint: Option<String>,
    /// When it came: a sign-in must be younger where the client asked for one.
    pub created_at: Timestamp,
}

impl StoredRequest {
    /// How the person is to be asked.
    #[must_use]
    pub fn prompt(&self) -> Prompt {
        Prompt::parse(&self.prompt).unwrap_or_default()
    }
}

/// Stores a checked request, for the browser that holds this cookie.
pub fn create(
    conn: &mut PgConnection,
    request: &AuthorizationRequest,
    client_id: ClientId,
    browser: &Secret,
    lifetime: Duration,
    now: Timestamp,
) -> QueryResult<StoredRequest> {
    use authorization_request as t;
    diesel::insert_into(t::table)
        .values((
            (
                t::id.eq(AuthorizationRequestId::generate(now)),
                t::browser.eq(browser.digest()),
                t::client_id.eq(client_id),
            ),
            (
                t::redirect_uri.eq(request.callback.redirect_uri()),
                t::state.eq(request.callback.state()),
            ),
            (
                t::scope.eq(request.scope.to_stored()),
                t::resource.eq(&request.resource),
            ),
            t::code_challenge.eq(request.code_challenge.as_ref().map(CodeChallenge::as_str)),
            t::prompt.eq(request.prompt.to_stored()),
            (
                t::login_hint.eq(&request.login_hint),
                t::workspace_hint.eq(&request.workspace_hint),
            ),
            (t::created_at.eq(now), t::expires_at.eq(now + lifetime)),
        ))
        .returning(StoredRequest::as_returning())
        .get_result(conn)
}

/// The unanswered request of this id, if this browser began it.
pub fn find(
    conn: &mut PgConnection,
    id: AuthorizationRequestId,
    browser: &Secret,
    now: Timestamp,
) -> QueryResult<Option<StoredRequest>> {
    use authorization_request as t;
    let found: Option<StoredRequest> = t::table
        .filter(t::id.eq(id))
        .filter(t::answered_at.is_null())
        .filter(t::expires_at.gt(now))
        .select(StoredRequest::as_select())
        .first(conn)
        .optional()?;
    Ok(found.filter(|request| request.browser.matches(&browser.digest())))
}

/// Who sent this browser here with a request that is over, and whether it was answered. `None`: this browser began none of
/// that id.
pub fn over(
    conn: &mut PgConnection,
    id: AuthorizationRequestId,
    browser: &Secret,
) -> QueryResult<Option<(ClientId, Answered)>> {
    use authorization_request as t;
    let found: Option<(ClientId, Digest, Option<Timestamp>)> = t::table
        .filter(t::id.eq(id))
        .select((t::client_id, t::browser, t::answered_at))
        .first(conn)
        .optional()?;
    Ok(found
        .filter(|(_, began_by, _)| began_by.matches(&browser.digest()))
        .map(|(client_id, _, answered_at)| {
            let answered = if answered_at.is_some() {
                Answered::Yes
            } else {
                Answered::No
            };
            (client_id, answered)
        }))
}

/// Whether a request got its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It did.
    Yes,
    /// Its time ran out before.
    No,
}

/// Marks a request answered. The `UPDATE` is the check: of answers that race exactly one gets `true`.
pub fn answer(conn: &mut PgConnection, id: AuthorizationRequestId, now: Timestamp) -> QueryResult<bool> {
    use authorization_request as t;
    diesel::update(
        t::table
            .filter(t::id.eq(id))
            .filter(t::answered_at.is_null())
            .filter(t::expires_at.gt(now)),
    )
    .set(t::answered_at.eq(now))
    .execute(conn)
    .map(|rows| rows == 1)
}

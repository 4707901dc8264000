//! A browser at a stored request: what is known about both, read in one go, and what it comes to.

use actix_web::HttpResponse;
use diesel::PgConnection;

use crate::{
    accounts::{
        current,
        door::Browser,
        session::{self, Session},
    },
    oauth::{
        authorize::{
            ask,
            closed::{self, Closed},
            decide::{self, Decision},
            grant,
            refusal::{Callback, Unestablished},
            stored_request,
            stored_request::StoredRequest,
        },
        client::registration::{self, Client},
        consent::{self, Consent},
    },
    platform::{Platform, db::Verdict, id::AuthorizationRequestId},
    web::{language::Language, observe::Manners, problem::Problem, redirect::see_other, stale::Stale},
    workspaces::membership::{self, Membership},
};

/// Everything that is known about a request and the browser that carries it.
pub struct Visit {
    /// The request.
    pub request: StoredRequest,
    /// Who asks, as registered now.
    pub client: Client,
    /// Where the answer goes: still registered.
    pub callback: Callback,
    /// Who is signed in.
    pub session: Option<Session>,
    /// In which language they get their pages.
    pub language: Language,
    /// Where they can use this client.
    pub choices: Vec<Membership>,
    /// What they allowed it before.
    pub consents: Vec<Consent>,
}

impl Visit {
    /// Reads it, unless the request is too old, answered, another browser's, or its client is gone.
    ///
    /// # Errors
    /// The database's.
    pub fn read(
        conn: &mut PgConnection,
        platform: &Platform,
        id: AuthorizationRequestId,
        browser: &Browser,
    ) -> Verdict<Self, Closed> {
        let Some(cookie) = &browser.cookies.browser else {
            return Ok(Err(Closed::Stale(Stale::default())));
        };
        let Some(request) = stored_request::find(conn, id, cookie, browser.now)? else {
            return Ok(Err(Closed::Stale(closed::explain(conn, id, cookie)?)));
        };
        let Some(client) = registration::find(conn, request.client_id)? else {
            return Ok(Err(Closed::Stale(Stale::default())));
        };
        Self::of(conn, platform, request, client, browser)
    }

    /// The same for a request that has just been stored, and its client, which has just been looked up.
    ///
    /// # Errors
    /// The database's.
    pub fn of(
        conn: &mut PgConnection,
        platform: &Platform,
        request: StoredRequest,
        client: Client,
        browser: &Browser,
    ) -> Verdict<Self, Closed> {
        if client.disabled_at.is_some() {
            return Ok(Err(Closed::Broken(Unestablished::DisabledClient)));
        }
        let Some(callback) = Callback::established(&client, &request.redirect_uri, request.state.clone())
        else {
            return Ok(Err(Closed::Broken(Unestablished::UnregisteredRedirectUri)));
        };
        let session = match &browser.cookies.session {
            Some(cookie) => session::find(conn, cookie, platform.session_lifetime(), browser.now)?,
            None => None,
        };
        let (choices, consents) = match &session {
            Some(session) => (
                decide::choices(&client, membership::of(conn, session.account.id)?),
                consent::standing(conn, session.account.id, client.id)?,
            ),
            None => (Vec::new(), Vec::new()),
        };
        Ok(Ok(Self {
            request,
            client,
            callback,
            language: current::language(session.as_ref(), browser.language),
            session,
            choices,
            consents,
        }))
    }

    /// What it comes to.
    #[must_use]
    pub fn decide(&self) -> Decision {
        decide::decide(
            &self.request,
            &self.client,
            self.session.as_ref(),
            &self.choices,
            &self.consents,
        )
    }

    /// Goes on as far as no answer of the person is needed.
    ///
    /// # Errors
    /// A problem of ours.
    pub async fn advance(
        self,
        platform: &actix_web::web::Data<Platform>,
        manners: &Manners,
        browser: &Browser,
    ) -> Result<HttpResponse, Problem> {
        let (origin, now) = (browser.origin(), browser.now);
        match self.decide() {
            Decision::SignIn => Ok(see_other(&format!("/login?request={}", self.request.id))),
            Decision::Refuse(error) => grant::refuse(self, error, platform, manners, origin, now).await,
            Decision::Grant(workspace) => {
                let scope = self.request.scope.clone();
                grant::grant(self, workspace, scope, platform, manners, origin, now).await
            }
            Decision::Ask | Decision::Nowhere => Ok(ask::page::respond(
                &self,
                &browser.cookies,
                platform,
                manners,
                None,
            )),
        }
    }
}

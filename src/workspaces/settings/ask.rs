//! The door of these pages: what a request brings, who is signed in, and what they are in the workspace of its address.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    web::{Bytes, Data},
};

use crate::{
    accounts::{
        current::{self, Cookies},
        destination,
        session::Session,
    },
    audit::log::Origin,
    platform::{Platform, clock::Timestamp},
    web::{
        context::RequestContext, form::PostedForm, language::Language, layout::Layout, observe::Manners,
        params::Params, problem::Problem, redirect::see_other, words::errors,
    },
    workspaces::{
        by::By,
        membership::{self, Membership},
    },
};

/// How many other workspaces a page offers to go to; the rest stands in the list of all.
const OTHERS: i64 = 11;

/// What every page of this room reads of a request.
pub(in crate::workspaces) struct Ask {
    pub req: HttpRequest,
    pub platform: Data<Platform>,
    pub cookies: Cookies,
    pub now: Timestamp,
    manners: Data<Manners>,
    language: Language,
}

impl FromRequest for Ask {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(req).ok_or_else(Problem::internal))
    }
}

/// Who is signed in, and what they are where the address leads.
pub(in crate::workspaces) struct Visitor {
    pub session: Session,
    pub membership: Membership,
    /// Where else they could go.
    pub others: Vec<Membership>,
}

impl Ask {
    fn of(req: &HttpRequest) -> Option<Self> {
        let platform = req.app_data::<Data<Platform>>()?.clone();
        let manners = req.app_data::<Data<Manners>>()?.clone();
        Some(Self {
            cookies: Cookies::read(req, &platform.config),
            now: platform.clock.now(),
            language: Language::of(req.headers()),
            req: req.clone(),
            platform,
            manners,
        })
    }

    /// The layout, in the language of whoever is signed in, else of the browser.
    pub(in crate::workspaces) fn layout(&self, session: Option<&Session>) -> Layout<'_> {
        Layout::of(&self.manners, current::language(session, self.language))
    }

    /// A form of this address: from a page of ours, in this browser, for exactly this act. What a form is for is its address.
    pub(in crate::workspaces) fn form(&self, body: Bytes) -> Result<PostedForm, Problem> {
        let form = PostedForm::read(&self.req, body, &self.manners.origin, &[])?;
        self.cookies.check_token(&form, self.req.path())?;
        Ok(form)
    }

    /// The same, with its token not yet checked.
    pub(in crate::workspaces) fn unproved_form(&self, body: Bytes) -> Result<PostedForm, Problem> {
        PostedForm::read(&self.req, body, &self.manners.origin, &[])
    }

    /// The token of the form that is sent to this address.
    pub(in crate::workspaces) fn token(&self, action: &str) -> String {
        self.cookies.token(action)
    }

    /// A parameter of the address.
    pub(in crate::workspaces) fn param(&self, name: &str) -> Result<Option<String>, Problem> {
        let query = Params::parse(self.req.query_string().as_bytes())
            .map_err(|bad| Problem::new(&errors::MALFORMED_QUERY, bad.to_string()))?;
        let value = query
            .one(name)
            .map_err(|bad| Problem::new(&errors::MALFORMED_QUERY, bad.to_string()))?;
        Ok(value.map(str::to_owned))
    }

    /// Who is signed in.
    pub(in crate::workspaces) async fn session(&self) -> Result<Option<Session>, Problem> {
        Ok(current::session(&self.platform, &self.cookies, self.now).await?)
    }

    /// To sign-in, and from there back to here, where that is a page.
    pub(in crate::workspaces) fn sign_in(&self) -> HttpResponse {
        let path = self.req.path();
        if destination::is_page_of_ours(path) {
            see_other(&format!("/login?return_to={path}"))
        } else {
            see_other("/login")
        }
    }

    /// Who does what a form says.
    pub(in crate::workspaces) fn by(&self, session: &Session) -> By {
        By::account(session.account.id, self.origin(), self.now)
    }

    /// From where the request came, for the audit.
    pub(in crate::workspaces) fn origin(&self) -> Origin {
        Origin::from(RequestContext::found(&self.req))
    }

    /// Lets in who belongs to the workspace of that slug or id. Others are told the same as where there is none.
    ///
    /// Whoever is not signed in, or owns it and it was deleted, is sent elsewhere.
    pub(in crate::workspaces) async fn enter(
        &self,
        named: &str,
    ) -> Result<Result<Visitor, HttpResponse>, Problem> {
        let Some(session) = self.session().await? else {
            return Ok(Err(self.sign_in()));
        };
        let (account, now, name) = (session.account.id, self.now, named.to_owned());
        let found = self
            .platform
            .db
            .read(move |conn| {
                let Some(membership) = membership::find_named(conn, account, &name)? else {
                    return Ok(Err(membership::find_deleted(conn, account, &name, now)?));
                };
                let mut others = membership::page_of(conn, account, None, OTHERS)?;
                others.retain(|other| other.workspace.id != membership.workspace.id);
                Ok(Ok((membership, others)))
            })
            .await?;
        match found {
            Ok((membership, others)) => Ok(Ok(Visitor {
                session,
                membership,
                others,
            })),
            Err(Some(deleted)) => Ok(Err(see_other(&format!("/w/{}/settings/restore", deleted.slug)))),
            Err(None) => Err(Problem::not_found()),
        }
    }
}

//! The door of these pages: what a request brings, who is signed in, and what they are in the workspace of its address.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};

use crate::{
    accounts::{
        current,
        door::{Browser, Detour, Posted},
        logout,
        session::Session,
    },
    platform::Platform,
    web::{
        form::PostedForm, layout::Layout, observe::Manners, params::Params, problem::Problem, words::errors,
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
    pub browser: Browser,
    manners: Data<Manners>,
    sign_out: String,
}

impl FromRequest for Ask {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let browser = Browser::from_request(req, payload).into_inner();
        ready(browser.and_then(|browser| Self::of(req, browser).ok_or_else(Problem::internal)))
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
    fn of(req: &HttpRequest, browser: Browser) -> Option<Self> {
        Some(Self {
            platform: req.app_data::<Data<Platform>>()?.clone(),
            manners: req.app_data::<Data<Manners>>()?.clone(),
            req: req.clone(),
            sign_out: browser.cookies.token(logout::PURPOSE),
            browser,
        })
    }

    /// The layout of a page of who is signed in.
    pub(in crate::workspaces) fn layout(&self, session: &Session) -> Layout<'_> {
        self.bare_layout(Some(session)).signed_in(&self.sign_out)
    }

    /// The layout of a page that leads nowhere but on, in the language of whoever is signed in, else of the browser.
    pub(in crate::workspaces) fn bare_layout(&self, session: Option<&Session>) -> Layout<'_> {
        Layout::of(&self.manners, current::language(session, self.browser.language))
    }

    /// A form of this address: from a page of ours, in this browser, for exactly this act. What a form is for is its address.
    pub(in crate::workspaces) fn form(&self, posted: Posted) -> Result<PostedForm, Problem> {
        let (_, form) = posted.proved(self.req.path(), &[])?;
        Ok(form)
    }

    /// The token of the form that is sent to this address.
    pub(in crate::workspaces) fn token(&self, action: &str) -> String {
        self.browser.cookies.token(action)
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

    /// Who is signed in. Nobody: to sign-in, and from there back to here, where that is a page.
    pub(in crate::workspaces) async fn signed_in(&self) -> Result<Session, Detour> {
        let session = self.browser.session().await?;
        session.ok_or_else(|| Detour::sign_in(self.req.path()))
    }

    /// Who does what a form says.
    pub(in crate::workspaces) fn by(&self, session: &Session) -> By {
        By::account(session.account.id, self.browser.origin(), self.browser.now)
    }

    /// Lets in who belongs to the workspace of that slug or id. Others are told the same as where there is none.
    ///
    /// Whoever is not signed in, or owns it and it was deleted, is sent elsewhere.
    pub(in crate::workspaces) async fn enter(&self, named: &str) -> Result<Visitor, Detour> {
        let session = self.signed_in().await?;
        let (account, now, name) = (session.account.id, self.browser.now, named.to_owned());
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
            Ok((membership, others)) => Ok(Visitor {
                session,
                membership,
                others,
            }),
            Err(Some(deleted)) => Err(Detour::To(format!("/w/{}/settings/restore", deleted.slug))),
            Err(None) => Err(Problem::not_found().into()),
        }
    }
}

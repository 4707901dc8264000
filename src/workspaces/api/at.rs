//! Who asks, at which workspace: the one that the address names.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::AUTHORIZATION, web::Data};

use crate::{
    audit::log::Origin,
    platform::{Platform, id::WorkspaceId},
    web::{
        answers::Codes,
        caller::{Caller, workspace_forbidden},
        context::RequestContext,
        problem::Problem,
        words::errors,
    },
    workspaces::{
        by::By,
        membership::{self, Membership},
        permission::{Permission, may},
        refused::Refused,
    },
};

/// What an endpoint refuses besides [`caller::REFUSALS`](crate::web::caller::REFUSALS) whose address names a workspace.
pub(super) static REFUSALS: Codes = &[&errors::NOT_FOUND];

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// A person, and the workspace that the address names by its id or slug; they belong to it. Who does not gets 404, as if it were not
/// there; where a header names another one, 403 `workspace_forbidden`: nobody can tell which was meant.
pub(crate) struct At {
    /// Who asks.
    pub(super) caller: Caller,
    /// Where, and as what, when the request came. What changes something asks again, within its transaction.
    pub(super) membership: Membership,
}

impl At {
    /// Its id.
    pub(super) fn id(&self) -> WorkspaceId {
        self.membership.workspace.id
    }

    /// For the audit.
    pub(super) fn by(&self, context: RequestContext) -> By {
        by(&self.caller, context)
    }

    /// Refuses who lacks a permission. For what is only read.
    pub(super) fn may(&self, permission: Permission) -> Result<(), Problem> {
        if may(self.membership.role, permission) {
            Ok(())
        } else {
            Err(Refused::Lacks(permission).into())
        }
    }
}

/// Who asks, for the audit.
pub(super) fn by(caller: &Caller, context: RequestContext) -> By {
    By::account(caller.account, Origin::from(context), caller.now)
}

/// Whether a header says where the request acts.
pub(super) fn is_named_by_header(req: &HttpRequest, platform: &Platform) -> bool {
    let names = &platform.config.workspace_header.names;
    names.iter().any(|name| req.headers().contains_key(name.as_str()))
}

impl FromRequest for At {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(req, payload);
        let platform = req.app_data::<Data<Platform>>().cloned();
        let named = req.match_info().get("id").unwrap_or_default().to_owned();
        let by_header = platform
            .as_ref()
            .is_some_and(|platform| is_named_by_header(req, platform));
        Box::pin(async move {
            let caller = caller.await?;
            let platform = platform.ok_or_else(Problem::internal)?;
            let account = caller.account;
            let found = platform
                .db
                .read(move |conn| Ok(membership::find_named(conn, account, &named)?))
                .await?;
            let membership = found.ok_or_else(Problem::not_found)?;
            let elsewhere = { caller.place.as_ref() }.is_none_or(|place| place.id != membership.workspace.id);
            if by_header && elsewhere {
                return Err(workspace_forbidden());
            }
            Ok(Self { caller, membership })
        })
    }
}

/// Who asks, where anybody may: whoever sends a credential is held to it.
pub(crate) struct Anybody(pub(super) Option<Caller>);

impl FromRequest for Anybody {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller =
            { req.headers().contains_key(AUTHORIZATION) }.then(|| Caller::from_request(req, payload));
        Box::pin(async move {
            Ok(Self(match caller {
                Some(caller) => Some(caller.await?),
                None => None,
            }))
        })
    }
}

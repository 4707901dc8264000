//! Who asks: the door of the API. What a bearer token proves is told by whoever knows credentials; the composition root hangs that in.

use std::{future::Future, net::IpAddr, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{AUTHORIZATION, HeaderValue, ORIGIN},
    web::Data,
};
use zeroize::Zeroizing;

use crate::{
    platform::{
        Platform,
        clock::Timestamp,
        config::Role,
        id::{AccountId, ApiKeyId, ServiceAccountId, SessionId, WorkspaceId},
    },
    web::{answers::Codes, context::RequestContext, params::Params, problem::Problem, words::errors},
};

/// How old a proof may be for what is sensitive.
pub const RECENT: chrono::Duration = chrono::Duration::minutes(10);

/// A person who asks through the API, and where. Everything here is true now.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub account: AccountId,
    /// By which session.
    pub session: SessionId,
    /// When they last proved who they are.
    pub authenticated_at: Timestamp,
    /// Where the request acts, if it is known: see [`Caller::workspace`].
    pub place: Option<Place>,
    /// When the request was made.
    pub now: Timestamp,
}

/// An API key that asks, bound to its workspace. Everything here is true now.
#[derive(Clone, Debug)]
pub struct KeyCaller {
    /// Which.
    pub key: ApiKeyId,
    /// The end of its secret, for the log.
    pub last_four: String,
    /// Whose it is, if it is a person's.
    pub account: Option<AccountId>,
    /// Whose it is, if it is a service account's.
    pub service_account: Option<ServiceAccountId>,
    /// What it can do now.
    pub scopes: Vec<String>,
    /// Where it acts, and its owner's role there.
    pub place: Place,
    /// When the request was made.
    pub now: Timestamp,
}

/// Whoever asks: for endpoints that answer programs with API keys too.
#[derive(Clone, Debug)]
pub enum Asker {
    /// A person, by their session.
    Person(Caller),
    /// An API key.
    Key(KeyCaller),
}

impl KeyCaller {
    /// Refuses a key without this scope.
    ///
    /// # Errors
    /// 403 `insufficient_scope` (RFC 6750 §3.1).
    pub fn may(&self, scope: &str) -> Result<(), Problem> {
        if self.scopes.iter().any(|own| own == scope) {
            return Ok(());
        }
        Err(Problem {
            challenge: Some("Bearer error=\"insufficient_scope\""),
            ..Problem::new(
                &errors::INSUFFICIENT_SCOPE,
                format!("This needs the scope {scope}."),
            )
        })
    }
}

impl Asker {
    /// The person.
    ///
    /// # Errors
    /// 403 `session_required`, for a key.
    pub fn person(self) -> Result<Caller, Problem> {
        match self {
            Self::Person(caller) => Ok(caller),
            Self::Key(_) => Err(Problem::new(
                &errors::SESSION_REQUIRED,
                "An API key may not do this. It needs the session of a person.",
            )),
        }
    }
}

/// A workspace, and what the caller is in it.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its id.
    pub id: WorkspaceId,
    /// Its slug.
    pub slug: String,
    /// As people call it.
    pub name: String,
    /// The caller's role in it, now.
    pub role: Role,
}

impl Caller {
    /// Where the request acts.
    ///
    /// # Errors
    /// 400 `workspace_required`: it does not say, and there is no default or none is allowed.
    pub fn workspace(&self) -> Result<&Place, Problem> {
        self.place.as_ref().ok_or_else(|| {
            let detail = "Name the workspace with the x-workspace-id header.";
            Problem::new(&errors::WORKSPACE_REQUIRED, detail)
        })
    }

    /// Refuses where the last proof of who the caller is lies back longer than [`RECENT`].
    ///
    /// # Errors
    /// 403 `recent_proof_required`.
    pub fn proved_recently(&self) -> Result<(), Problem> {
        if self.now - self.authenticated_at <= RECENT {
            return Ok(());
        }
        let detail = "Sign in again, then send this with the new access token.";
        Err(Problem::new(&errors::RECENT_PROOF_REQUIRED, detail))
    }
}

/// What a request brings.
pub struct Asked {
    /// What stands after `Authorization: Bearer`.
    pub bearer: Zeroizing<String>,
    /// The id or slug of a workspace, where a header names one.
    pub workspace: Option<String>,
    /// From which address.
    pub address: Option<IpAddr>,
    /// From which web page.
    pub origin: Option<String>,
    /// When.
    pub now: Timestamp,
}

/// An answer that is on its way.
pub type Resolving = Pin<Box<dyn Future<Output = Result<Asker, Problem>>>>;

/// What an endpoint refuses that asks who calls.
pub static REFUSALS: Codes = &[
    &errors::BAD_REQUEST,
    &errors::UNAUTHORIZED,
    &errors::INVALID_TOKEN,
    &errors::SESSION_REQUIRED,
    &errors::WORKSPACE_FORBIDDEN,
];

/// How a request says where it acts.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
pub struct InWorkspace {
    /// The id or slug of the workspace that the request acts in; the operator may have given the header another name.
    #[param(rename = "x-workspace-id", required = false, value_type = String)]
    pub workspace: Option<String>,
}

/// Tells who a bearer is. Hung in by the composition root.
#[derive(Clone, Copy)]
pub struct Resolver(pub fn(Data<Platform>, Asked) -> Resolving);

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let asker = Asker::from_request(req, payload);
        Box::pin(async { asker.await?.person() })
    }
}

impl FromRequest for Asker {
    type Error = Problem;
    type Future = Resolving;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = req
            .app_data::<Data<Platform>>()
            .zip(req.app_data::<Data<Resolver>>());
        let Some((platform, resolver)) =
            state.map(|(platform, resolver)| (platform.clone(), *resolver.get_ref()))
        else {
            return Box::pin(async { Err(Problem::internal()) });
        };
        let asked = asked(req, &platform.config.workspace_header.names, platform.clock.now());
        Box::pin(async move { (resolver.0)(platform, asked?).await })
    }
}

fn asked(req: &HttpRequest, names: &[String], now: Timestamp) -> Result<Asked, Problem> {
    Ok(Asked {
        bearer: bearer(req)?,
        workspace: named_workspace(req, names)?,
        address: RequestContext::found(req).address,
        origin: origin(req),
        now,
    })
}

/// From which web page a request comes, as its browser says (RFC 6454 §7). Two pages are none: nobody can tell which was meant.
#[must_use]
pub fn origin(req: &HttpRequest) -> Option<String> {
    let mut sent = req.headers().get_all(ORIGIN);
    let only = sent.next().filter(|_| sent.next().is_none())?;
    only.to_str().ok().map(str::to_owned)
}

/// 401 `invalid_token`, for a bearer that is of no use (RFC 6750 §3.1).
#[must_use]
pub fn invalid_token() -> Problem {
    Problem {
        challenge: Some("Bearer error=\"invalid_token\""),
        ..Problem::new(
            &errors::INVALID_TOKEN,
            "The access token has expired, was ended, or is not one of this server.",
        )
    }
}

/// 403 `workspace_forbidden`: the same whether or not there is such a workspace.
#[must_use]
pub fn workspace_forbidden() -> Problem {
    let detail = "You are not a member of that workspace, or it does not exist.";
    Problem::new(&errors::WORKSPACE_FORBIDDEN, detail)
}

/// The token of the one `Authorization` header (RFC 6750 §2.1). Never from the query: it would stand in logs (§5.3).
///
/// # Errors
/// 400 `bad_request`: twice, or in the query; 401 `unauthorized`: there is none; 401 `invalid_token`: of another form.
pub fn bearer(req: &HttpRequest) -> Result<Zeroizing<String>, Problem> {
    let in_query = Params::parse(req.query_string().as_bytes())
        .is_ok_and(|query| !query.many("access_token").is_empty());
    if in_query {
        let detail = "A token belongs into the Authorization header, never into the address.";
        return Err(Problem::new(&errors::BAD_REQUEST, detail));
    }
    let mut sent = req.headers().get_all(AUTHORIZATION);
    let Some(only) = sent.next() else {
        return Err(Problem {
            // RFC 6750 §3.1: without a token, no error.
            challenge: Some("Bearer"),
            ..Problem::new(
                &errors::UNAUTHORIZED,
                "Send an access token in the Authorization header.",
            )
        });
    };
    if sent.next().is_some() {
        let detail = "There is more than one Authorization header.";
        return Err(Problem::new(&errors::BAD_REQUEST, detail));
    }
    let token = only.to_str().ok().and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        let token = token.trim_start_matches(' ');
        let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        (scheme.eq_ignore_ascii_case("bearer") && is_token).then_some(token)
    });
    token
        .map(|token| Zeroizing::new(token.to_owned()))
        .ok_or_else(invalid_token)
}

/// The workspace that the headers of these names name. Two that differ are refused: nobody can tell which was meant.
///
/// # Errors
/// 403 `workspace_forbidden`.
pub fn named_workspace(req: &HttpRequest, names: &[String]) -> Result<Option<String>, Problem> {
    let lines = names.iter().flat_map(|name| req.headers().get_all(name.as_str()));
    let mut found: Option<&HeaderValue> = None;
    for value in lines {
        if found.is_some_and(|before| before != value) {
            return Err(workspace_forbidden());
        }
        found = Some(value);
    }
    found
        .map(|value| {
            value
                .to_str()
                .map(str::to_owned)
                .map_err(|_| workspace_forbidden())
        })
        .transpose()
}

#[cfg(test)]
mod tests {
    use actix_web::{http::StatusCode, test::TestRequest};

    use super::*;

    fn request(path: &str, headers: &[(&'static str, &str)]) -> HttpRequest {
        let mut req = TestRequest::with_uri(path);
        for &(name, value) in headers {
            req = req.append_header((name, value));
        }
        req.to_http_request()
    }

    #[test]
    fn a_token_is_read_from_the_one_header_and_nowhere_else() {
        let good = bearer(&request("/", &[("authorization", "bearer  abc")])).unwrap();
        assert_eq!(*good, "abc");
        for (id, path, headers, status) in [
            ("none", "/", &[][..], StatusCode::UNAUTHORIZED),
            (
                "HT-12",
                "/?access_token=abc",
                &[("authorization", "Bearer abc")],
                StatusCode::BAD_REQUEST,
            ),
            ("query only", "/?access_token=abc", &[], StatusCode::BAD_REQUEST),
            (
                "twice",
                "/",
                &[("authorization", "Bearer a"), ("authorization", "Bearer b")],
                StatusCode::BAD_REQUEST,
            ),
            (
                "basic",
                "/",
                &[("authorization", "Basic YTpi")],
                StatusCode::UNAUTHORIZED,
            ),
            (
                "empty",
                "/",
                &[("authorization", "Bearer ")],
                StatusCode::UNAUTHORIZED,
            ),
            (
                "two words",
                "/",
                &[("authorization", "Bearer a b")],
                StatusCode::UNAUTHORIZED,
            ),
        ] {
            let refused = bearer(&request(path, headers)).unwrap_err();
            assert_eq!(refused.status, status, "{id}");
            // HT-19: an error is named only where a token was sent.
            let named = refused
                .challenge
                .is_some_and(|challenge| challenge.contains("error="));
            assert_eq!(
                named,
                status == StatusCode::UNAUTHORIZED && !headers.is_empty(),
                "{id}"
            );
        }
    }

    #[test]
    fn headers_that_name_two_workspaces_name_none() {
        let names = ["x-workspace-id".to_owned(), "x-acme-workspace".to_owned()];
        let read = |headers: &[(&'static str, &str)]| named_workspace(&request("/", headers), &names);
        assert_eq!(read(&[]).unwrap(), None);
        assert_eq!(read(&[("x-acme-workspace", "a")]).unwrap().as_deref(), Some("a"));
        assert_eq!(
            read(&[("x-workspace-id", "a"), ("x-acme-workspace", "a")])
                .unwrap()
                .as_deref(),
            Some("a")
        );
        for two in [
            [("x-workspace-id", "a"), ("x-acme-workspace", "b")],
            [("x-workspace-id", "a"), ("x-workspace-id", "b")],
        ] {
            assert_eq!(read(&two).unwrap_err().code, &errors::WORKSPACE_FORBIDDEN);
        }
    }
}

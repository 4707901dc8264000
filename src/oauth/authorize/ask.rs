//! The consent page, `GET|POST /oauth/authorize/{id}/consent`: who asks, for what, where; and the person's answer.

pub(super) mod page;

use actix_web::{
    HttpResponse,
    web::{self, Data, Path, ServiceConfig},
};

use crate::{
    accounts::door::{Browser, Posted},
    oauth::authorize::{
        closed::Closed, decide::Decision, grant, stored_request::StoredRequest, visit::Visit,
    },
    platform::{Platform, config::Config, id::AuthorizationRequestId},
    web::{form::PostedForm, methods::resource, observe::Manners, problem::Problem, stale::Stale},
    wire::{error::OAuthError, scope::Scope},
    workspaces::membership::Membership,
};

/// Parameters of an authorization request, which no answer to it may carry.
const OF_THE_REQUEST: [&str; 7] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "state",
    "code_challenge",
    "resource",
    "prompt",
];

/// The routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/oauth/authorize/{id}/consent", "GET, HEAD, POST")
            .route(web::get().to(get))
            .route(web::head().to(get))
            .route(web::post().to(post)),
    );
}

async fn get(
    browser: Browser,
    id: Path<String>,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Problem> {
    match visit(&platform, &id, &browser).await? {
        Ok(visit) => visit.advance(&platform, &manners, &browser).await,
        Err(closed) => Ok(closed.page(&manners, &browser)),
    }
}

async fn post(
    posted: Posted,
    id: Path<String>,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Problem> {
    // Before anything is looked up: a form that is not ours for this request and this person changes nothing.
    let (browser, form) = posted.proved(&purpose(&id), &["scope"])?;
    // The request stays with the server. Whoever puts a part of it into the form is trying to change it.
    for name in OF_THE_REQUEST {
        if form.value(name).is_some() {
            return Err(PostedForm::malformed(format!("{name} is no field of this form")));
        }
    }
    let visit = match visit(&platform, &id, &browser).await? {
        Ok(visit) => visit,
        Err(closed) => return Ok(closed.page(&manners, &browser)),
    };
    let (origin, now) = (browser.origin(), browser.now);
    match (form.value("decision"), visit.decide()) {
        (_, Decision::SignIn) => visit.advance(&platform, &manners, &browser).await,
        (Some("deny"), _) => {
            let error = OAuthError::access_denied("the person did not allow it");
            grant::refuse(visit, error, &platform, &manners, origin, now).await
        }
        (Some("allow"), Decision::Ask | Decision::Grant(_)) => {
            let again = |visit: &Visit, why| {
                let again = Some((why, &form));
                Ok(page::respond(visit, &browser.cookies, &platform, &manners, again))
            };
            let Some(choice) = chosen(form.value("workspace"), &visit.choices) else {
                return again(&visit, Missing::Workspace);
            };
            let ticked = form.values("scope").join(" ");
            let scope = allowed(&visit.request, &platform.config, &ticked);
            if scope.is_empty() {
                return again(&visit, Missing::Scope);
            }
            let workspace = choice.workspace.clone();
            grant::grant(visit, workspace, scope, &platform, &manners, origin, now).await
        }
        _ => Ok(page::respond(
            &visit,
            &browser.cookies,
            &platform,
            &manners,
            Some((Missing::Answer, &form)),
        )),
    }
}

/// What kept an answer from being one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// No workspace was chosen, or none of the person's.
    Workspace,
    /// Nothing that was asked for was left ticked.
    Scope,
    /// Neither button was pressed.
    Answer,
}

async fn visit(
    platform: &Data<Platform>,
    id: &str,
    browser: &Browser,
) -> Result<Result<Visit, Closed>, Problem> {
    let Some(id) = AuthorizationRequestId::parse(id) else {
        return Ok(Err(Closed::Stale(Stale::default())));
    };
    let (work, browser) = (platform.clone(), browser.clone());
    Ok(platform
        .db
        .read(move |conn| Visit::read(conn, &work, id, &browser))
        .await?)
}

fn purpose(id: &str) -> String {
    format!("consent {id}")
}

/// The membership that the form names, by id or slug; where there is only one, the form need not name it.
fn chosen<'a>(named: Option<&str>, choices: &'a [Membership]) -> Option<&'a Membership> {
    match (named, choices) {
        (Some(name), _) => choices
            .iter()
            .find(|choice| choice.workspace.slug == name || choice.workspace.id.to_string() == name),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

/// What was asked for, less the optional scopes that were not ticked. A ticked scope that was not asked for adds nothing.
fn allowed(request: &StoredRequest, config: &Config, ticked: &str) -> Scope {
    let ticked: Vec<&str> = ticked.split(' ').collect();
    let keep =
        |name: &&str| !config.scope(name).is_some_and(|(_, entry)| entry.optional) || ticked.contains(name);
    Scope::from_stored(request.scope.iter().filter(keep).map(str::to_owned).collect())
}

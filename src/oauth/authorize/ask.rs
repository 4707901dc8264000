//! The consent page, `GET|POST /oauth/authorize/{id}/consent`: who asks, for what, where; and the person's answer.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{self, Bytes, Data, Path, ServiceConfig},
};
use askama::Template;

use crate::{
    accounts::{current::Cookies, logout},
    audit::log::Origin,
    oauth::authorize::{
        decide::{self, Decision},
        destination::consent_path,
        grant,
        stored_request::StoredRequest,
        visit::Visit,
    },
    platform::{
        Platform,
        config::{Config, Effect, Role},
        id::AuthorizationRequestId,
    },
    web::{
        context::RequestContext,
        form::PostedForm,
        layout::Layout,
        methods::resource,
        observe::Manners,
        page::Page,
        problem::Problem,
        stale,
        words::{self, ENGLISH},
    },
    wire::{error::OAuthError, redirect_uri, scope::Scope},
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
    req: HttpRequest,
    id: Path<String>,
    platform: Data<Platform>,
    manners: Data<Manners>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    let now = platform.clock.now();
    let cookies = Cookies::read(&req, &platform.config);
    let Some(visit) = visit(&platform, &id, &cookies).await? else {
        return Ok(stale::page(&manners, &context.request_id));
    };
    visit
        .advance(&platform, &manners, &cookies, Origin::from(context), now)
        .await
}

async fn post(
    req: HttpRequest,
    id: Path<String>,
    body: Bytes,
    platform: Data<Platform>,
    manners: Data<Manners>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    let form = PostedForm::read(&req, body, &manners.origin, &["scope"])?;
    // The request stays with the server. Whoever puts a part of it into the form is trying to change it.
    for name in OF_THE_REQUEST {
        if form.value(name).is_some() {
            return Err(PostedForm::malformed(format!("{name} is no field of this form")));
        }
    }

    let now = platform.clock.now();
    let cookies = Cookies::read(&req, &platform.config);
    // Before anything is looked up: a form that is not ours for this request and this person changes nothing.
    cookies.check_token(&form, &purpose(&id))?;
    let Some(visit) = visit(&platform, &id, &cookies).await? else {
        return Ok(stale::page(&manners, &context.request_id));
    };
    let origin = Origin::from(context);
    match (form.value("decision"), visit.decide()) {
        (_, Decision::SignIn) => visit.advance(&platform, &manners, &cookies, origin, now).await,
        (Some("deny"), _) => {
            let error = OAuthError::access_denied("the person did not allow it");
            grant::refuse(visit, error, &platform, &manners, origin, now).await
        }
        (Some("allow"), Decision::Ask | Decision::Grant(_)) => {
            let again = |visit: &Visit, why| Ok(page(visit, &cookies, &platform, &manners, Some(why)));
            let Some(choice) = chosen(form.value("workspace"), &visit.choices) else {
                return again(&visit, ENGLISH.consent.choose_workspace);
            };
            let ticked = form.values("scope").join(" ");
            let scope = allowed(&visit.request, &platform.config, &ticked);
            if scope.is_empty() {
                return again(&visit, ENGLISH.consent.choose_scope);
            }
            let workspace = choice.workspace.clone();
            grant::grant(visit, workspace, scope, &platform, &manners, origin, now).await
        }
        _ => Ok(page(
            &visit,
            &cookies,
            &platform,
            &manners,
            Some(ENGLISH.consent.choose_answer),
        )),
    }
}

async fn visit(platform: &Data<Platform>, id: &str, cookies: &Cookies) -> Result<Option<Visit>, Problem> {
    let Some(id) = AuthorizationRequestId::parse(id) else {
        return Ok(None);
    };
    let now = platform.clock.now();
    let (work, cookies) = (platform.clone(), cookies.clone());
    Ok(platform
        .db
        .read(move |conn| Visit::read(conn, &work, id, &cookies, now))
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

/// One scope, as the page shows it.
struct Row<'a> {
    name: &'a str,
    title: &'a str,
    sentence: &'a str,
    changes: bool,
    optional: bool,
    /// The role that it needs, where not every role that the person has somewhere reaches it.
    needs: Option<String>,
}

/// One workspace that can be chosen.
struct Choice<'a> {
    slug: &'a str,
    name: &'a str,
    role: &'static str,
    selected: bool,
}

#[derive(Template)]
#[template(path = "oauth/authorize/ask.html")]
struct AskPage<'a> {
    layout: Layout<'a>,
    words: &'static words::Consent,
    heading: String,
    client_host: Option<&'a str>,
    unverified: bool,
    email: &'a str,
    action: String,
    csrf_token: String,
    logout_token: String,
    login: String,
    alert: Option<&'a str>,
    choices: Vec<Choice<'a>>,
    new: Vec<Row<'a>>,
    known: Vec<Row<'a>>,
    known_since: String,
    duration: String,
    landing: String,
}

/// The page. `alert`: what kept the last answer from being one.
pub(super) fn page(
    visit: &Visit,
    cookies: &Cookies,
    platform: &Platform,
    manners: &Manners,
    alert: Option<&str>,
) -> HttpResponse {
    let words = ENGLISH.consent;
    let Visit {
        request,
        client,
        choices,
        consents,
        ..
    } = visit;
    let config = &platform.config;
    let preferred = decide::hinted(request, choices).or_else(|| {
        choices.iter().find(|choice| {
            consents
                .iter()
                .any(|consent| consent.workspace_id == choice.workspace.id)
        })
    });
    let before =
        preferred.and_then(|choice| consents.iter().find(|it| it.workspace_id == choice.workspace.id));
    let allowed_before = before.map(|consent| consent.scope.clone()).unwrap_or_default();
    let lowest = choices.iter().map(|choice| choice.role).min();
    let rows = |scope: &'_ Scope| rows(config, &request.scope, scope, lowest);
    let new = request.scope.difference(&allowed_before);
    let known = request.scope.intersection(&allowed_before);
    let page = AskPage {
        layout: Layout::of(manners),
        words,
        heading: if choices.is_empty() {
            (words.nowhere_heading)(&client.name)
        } else {
            (words.heading)(&client.name, &manners.product_name)
        },
        client_host: client.uri.as_deref().and_then(host),
        unverified: client.verified_at.is_none(),
        email: visit
            .session
            .as_ref()
            .map_or("", |session| &session.account.email),
        action: consent_path(request.id),
        csrf_token: cookies.token(&purpose(&request.id.to_string())),
        logout_token: cookies.token(logout::PURPOSE),
        login: format!("/login?request={}", request.id),
        alert,
        choices: choices
            .iter()
            .map(|choice| Choice {
                slug: &choice.workspace.slug,
                name: &choice.workspace.name,
                role: choice.role.as_str(),
                selected: preferred.is_some_and(|preferred| preferred == choice),
            })
            .collect(),
        new: rows(&new),
        known: rows(&known),
        known_since: before
            .map(|it| (words.known_since)(&it.created_at.format("%-d %B %Y").to_string()))
            .unwrap_or_default(),
        duration: (words.duration)(client.refresh_token_lifetime(config).as_secs() / 86_400),
        landing: (words.landing)(&redirect_uri::host_for_people(&request.redirect_uri)),
    };
    let status = if alert.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Page::new(page)
        .status(status)
        .form()
        .form_action(&redirect_uri::origin_for_csp(&request.redirect_uri))
        .respond()
}

fn rows<'a>(config: &'a Config, asked: &'a Scope, shown: &Scope, lowest: Option<Role>) -> Vec<Row<'a>> {
    asked
        .iter()
        .filter(|name| shown.contains(name))
        .filter_map(|name| {
            let (_, entry) = config.scope(name)?;
            let beyond = lowest.is_some_and(|role| role < entry.minimum_role);
            Some(Row {
                name,
                title: &entry.title,
                sentence: &entry.sentence,
                changes: entry.effect == Effect::Changes,
                optional: entry.optional,
                needs: beyond.then(|| (ENGLISH.consent.needs)(entry.minimum_role.as_str())),
            })
        })
        .collect()
}

fn host(uri: &str) -> Option<&str> {
    uri.split_once("://")
        .and_then(|(_, rest)| rest.split(['/', '?', '#']).next())
}

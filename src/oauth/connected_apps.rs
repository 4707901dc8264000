//! `GET /settings/integrations`: the apps that a person allowed in, and the way to take that back.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, LOCATION},
    web::{self, Bytes, Data, Path, ServiceConfig},
};
use askama::Template;

use crate::{
    accounts::{
        current::{self, Cookies},
        session::Session,
    },
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    oauth::consent::{self, Connected},
    platform::{Platform, config::Config, id::ConsentId},
    web::{
        context::RequestContext,
        form::PostedForm,
        layout::Layout,
        methods::{read_only, resource},
        observe::Manners,
        page::Page,
        problem::Problem,
        words::{self, ENGLISH},
    },
};

const PAGE: &str = "/settings/integrations";

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(read_only(PAGE, list)).service(
        resource("/settings/integrations/{consent}/remove", "GET, HEAD, POST")
            .route(web::get().to(confirm))
            .route(web::head().to(confirm))
            .route(web::post().to(remove)),
    );
}

/// One app, as the pages show it.
struct Row {
    name: String,
    host: Option<String>,
    workspace: String,
    scopes: Vec<(String, String)>,
    since: String,
    last_used: String,
    remove: String,
}

impl Row {
    fn of(app: &Connected, config: &Config) -> Self {
        let words = ENGLISH.connected_apps;
        let date = |at: chrono::DateTime<chrono::Utc>| at.format("%-d %B %Y").to_string();
        let title = |name: &String| {
            let known = config.scope(name).map(|(_, entry)| entry.title.clone());
            (known.unwrap_or_else(|| name.clone()), name.clone())
        };
        Self {
            name: app.client_name.clone(),
            host: app
                .client_uri
                .as_deref()
                .and_then(|uri| url::Url::parse(uri).ok()?.host_str().map(str::to_owned)),
            workspace: (words.workspace)(&app.workspace),
            scopes: app.scope.iter().map(title).collect(),
            since: (words.since)(&date(app.created_at)),
            last_used: app
                .last_used_at
                .map(|at| (words.last_used)(&date(at)))
                .unwrap_or_default(),
            remove: remove_path(app.id),
        }
    }
}

fn remove_path(id: ConsentId) -> String {
    format!("{PAGE}/{id}/remove")
}

#[derive(Template)]
#[template(path = "oauth/connected_apps.html")]
struct ListPage<'a> {
    layout: Layout<'a>,
    words: &'static words::ConnectedApps,
    email: &'a str,
    apps: Vec<Row>,
}

#[derive(Template)]
#[template(path = "oauth/remove_access.html")]
struct RemovePage<'a> {
    layout: Layout<'a>,
    words: &'static words::ConnectedApps,
    heading: String,
    app: Row,
    csrf_token: String,
}

async fn list(
    req: HttpRequest,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Problem> {
    let cookies = Cookies::read(&req, &platform.config);
    let Some(session) = current::session(&platform, &cookies, platform.clock.now()).await? else {
        return Ok(sign_in());
    };
    let apps = apps_of(&platform, &session).await?;
    let template = ListPage {
        layout: Layout::of(&manners),
        words: ENGLISH.connected_apps,
        email: &session.account.email,
        apps: apps.iter().map(|app| Row::of(app, &platform.config)).collect(),
    };
    Ok(Page::new(template).respond())
}

/// Asks once more: what is removed here cannot be put back, only allowed anew.
async fn confirm(
    req: HttpRequest,
    id: Path<String>,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Problem> {
    let cookies = Cookies::read(&req, &platform.config);
    let Some(session) = current::session(&platform, &cookies, platform.clock.now()).await? else {
        return Ok(sign_in());
    };
    let id = ConsentId::parse(&id).ok_or_else(Problem::not_found)?;
    let apps = apps_of(&platform, &session).await?;
    let app = apps
        .iter()
        .find(|app| app.id == id)
        .ok_or_else(Problem::not_found)?;
    let template = RemovePage {
        layout: Layout::of(&manners),
        words: ENGLISH.connected_apps,
        heading: (ENGLISH.connected_apps.remove_heading)(&app.client_name),
        app: Row::of(app, &platform.config),
        csrf_token: cookies.token(&purpose(id)),
    };
    Ok(Page::new(template).form().respond())
}

async fn remove(
    req: HttpRequest,
    id: Path<String>,
    body: Bytes,
    platform: Data<Platform>,
    manners: Data<Manners>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    let form = PostedForm::read(&req, body, &manners.origin, &[])?;
    let id = ConsentId::parse(&id).ok_or_else(Problem::not_found)?;
    let cookies = Cookies::read(&req, &platform.config);
    cookies.check_token(&form, &purpose(id))?;
    let now = platform.clock.now();
    let Some(session) = current::session(&platform, &cookies, now).await? else {
        return Ok(sign_in());
    };
    let origin = Origin::from(context);
    let account = session.account.id;
    let removed = platform
        .db
        .write(move |conn| {
            let Some((client, workspace)) = consent::revoke_own(conn, id, account, now)? else {
                return Ok(false);
            };
            let event = Event::ConsentRevoked {
                consent: id,
                client,
                workspace,
            };
            log::append(conn, Actor::Account(account), &origin, &event, now)?;
            Ok(true)
        })
        .await?;
    if removed {
        Ok(see_other(PAGE))
    } else {
        Err(Problem::not_found())
    }
}

async fn apps_of(platform: &Platform, session: &Session) -> Result<Vec<Connected>, Problem> {
    let account = session.account.id;
    Ok(platform
        .db
        .read(move |conn| Ok(consent::connected(conn, account)?))
        .await?)
}

fn purpose(id: ConsentId) -> String {
    format!("remove {id}")
}

fn sign_in() -> HttpResponse {
    see_other(&format!("/login?return_to={PAGE}"))
}

fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, to))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

//! `GET /settings/integrations`: the apps that a person allowed in, and the way to take that back.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Bytes, Data, Path, ServiceConfig},
};
use page::{App, ListPage, RemovePage, Row};

use crate::{
    accounts::current::{self, Cookies},
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    oauth::consent,
    platform::{Platform, id::ConsentId},
    web::{
        context::RequestContext,
        form::PostedForm,
        language::Language,
        layout::Layout,
        methods::{read_only, resource},
        observe::Manners,
        page::Page,
        params::Params,
        problem::Problem,
        redirect::see_other,
    },
};

mod page;

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

fn remove_path(id: ConsentId) -> String {
    format!("{PAGE}/{id}/remove")
}

async fn list(
    req: HttpRequest,
    platform: Data<Platform>,
    manners: Data<Manners>,
    asked: Language,
) -> Result<HttpResponse, Problem> {
    let cookies = Cookies::read(&req, &platform.config);
    let now = platform.clock.now();
    let Some(session) = current::session(&platform, &cookies, now).await? else {
        return Ok(sign_in());
    };
    let removed = match Params::parse(req.query_string().as_bytes()) {
        Ok(query) => query.one("removed").ok().flatten().and_then(ConsentId::parse),
        Err(_) => None,
    };
    let account = session.account.id;
    let (apps, removed) = platform
        .db
        .read(move |conn| {
            let removed = match removed {
                Some(id) => consent::removed(conn, id, account)?,
                None => None,
            };
            Ok((App::of_person(conn, account, now)?, removed))
        })
        .await?;
    let layout = Layout::of(&manners, current::language(Some(&session), asked));
    let rows = apps
        .iter()
        .map(|app| Row::of(app, &platform.config, layout.language))
        .collect();
    let email = &session.account.email;
    Ok(Page::new(ListPage::of(layout, email, rows, removed.as_ref())).respond())
}

/// Asks once more: what is removed here cannot be put back, only allowed anew.
async fn confirm(
    req: HttpRequest,
    id: Path<String>,
    platform: Data<Platform>,
    manners: Data<Manners>,
    asked: Language,
) -> Result<HttpResponse, Problem> {
    let cookies = Cookies::read(&req, &platform.config);
    let now = platform.clock.now();
    let Some(session) = current::session(&platform, &cookies, now).await? else {
        return Ok(sign_in());
    };
    let id = ConsentId::parse(&id).ok_or_else(Problem::not_found)?;
    let account = session.account.id;
    let (apps, removed) = platform
        .db
        .read(move |conn| {
            Ok((
                App::of_person(conn, account, now)?,
                consent::removed(conn, id, account)?,
            ))
        })
        .await?;
    let Some(app) = apps.iter().find(|app| app.connected.id == id) else {
        // The way back after the answer leads here.
        return if removed.is_some() {
            Ok(see_other(&done(id)))
        } else {
            Err(Problem::not_found())
        };
    };
    let layout = Layout::of(&manners, current::language(Some(&session), asked));
    let row = Row::of(app, &platform.config, layout.language);
    let template = RemovePage::of(layout, row, cookies.token(&purpose(id)));
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
                // Pressed twice: the second time says what the first one did.
                return Ok(consent::removed(conn, id, account)?.is_some());
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
        Ok(see_other(&done(id)))
    } else {
        Err(Problem::not_found())
    }
}

/// The list, with a word on what was removed. The address says only which: the page looks up whether it is so.
fn done(id: ConsentId) -> String {
    format!("{PAGE}?removed={id}")
}

fn purpose(id: ConsentId) -> String {
    format!("remove {id}")
}

fn sign_in() -> HttpResponse {
    see_other(&format!("/login?return_to={PAGE}"))
}

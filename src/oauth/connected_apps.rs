//! `GET /settings/integrations`: the apps that a person allowed in, and the way to take that back.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, Path, ServiceConfig},
};
use page::{App, ListPage, RemovePage, Row};

use crate::{
    accounts::door::{Detour, Posted, SignedIn, SignedInForm},
    audit::{
        event::Event,
        log::{self, Actor},
    },
    oauth::consent,
    platform::{Platform, id::ConsentId},
    web::{
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
    who: SignedIn,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Detour> {
    let now = who.now;
    let removed = match Params::parse(req.query_string().as_bytes()) {
        Ok(query) => query.one("removed").ok().flatten().and_then(ConsentId::parse),
        Err(_) => None,
    };
    let account = who.session.account.id;
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
    let layout = who.layout(&manners);
    let rows = apps
        .iter()
        .map(|app| Row::of(app, &platform.config, layout.language))
        .collect();
    let email = &who.session.account.email;
    Ok(Page::new(ListPage::of(layout, email, rows, removed.as_ref()))
        .form()
        .respond())
}

/// Asks once more: what is removed here cannot be put back, only allowed anew.
async fn confirm(
    who: SignedIn,
    id: Path<String>,
    platform: Data<Platform>,
    manners: Data<Manners>,
) -> Result<HttpResponse, Detour> {
    let now = who.now;
    let id = ConsentId::parse(&id).ok_or_else(Problem::not_found)?;
    let account = who.session.account.id;
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
            Err(Problem::not_found().into())
        };
    };
    let layout = who.layout(&manners);
    let row = Row::of(app, &platform.config, layout.language);
    let template = RemovePage::of(layout, row, who.cookies.token(&purpose(id)));
    Ok(Page::new(template).form().respond())
}

async fn remove(posted: Posted, id: Path<String>, platform: Data<Platform>) -> Result<HttpResponse, Detour> {
    let id = ConsentId::parse(&id).ok_or_else(Problem::not_found)?;
    let SignedInForm { who, .. } = posted.signed_in(&purpose(id), PAGE).await?;
    let (account, now) = (who.session.account.id, who.now);
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
            log::append(conn, Actor::Account(account), &who.origin, &event, now)?;
            Ok(true)
        })
        .await?;
    if removed {
        Ok(see_other(&done(id)))
    } else {
        Err(Problem::not_found().into())
    }
}

/// The list, with a word on what was removed. The address says only which: the page looks up whether it is so.
fn done(id: ConsentId) -> String {
    format!("{PAGE}?removed={id}")
}

fn purpose(id: ConsentId) -> String {
    format!("remove {id}")
}

//! `GET /account/data/download`: a copy of what is kept of a person, as JSON. Secrets and their digests are no part of it.

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION},
    web::{Data, ServiceConfig},
};
use diesel::PgConnection;
use serde_json::{Value, json};

use crate::{
    accounts::{
        account::Account,
        door::{Detour, SignedIn},
        session, totp,
    },
    audit::{
        event::Event,
        log::{self, Actor, Origin},
        person,
    },
    oauth::consent,
    platform::{Platform, clock::Timestamp, db::Internal},
    web::{language::Language, methods::read_only},
    workspaces::membership,
};

const PAGE: &str = "/account/data/download";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(read_only("/account/data/download", get));
}

async fn get(who: SignedIn, platform: Data<Platform>) -> Result<HttpResponse, Detour> {
    who.proved_recently(PAGE)?;
    let work = platform.clone();
    let copy = platform
        .db
        .write(move |conn| copy(conn, &work, (&who.session.account, &who.origin), who.now))
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"your-data.json\""))
        .json(copy))
}

fn copy(
    conn: &mut PgConnection,
    platform: &Platform,
    (account, origin): (&Account, &Origin),
    now: Timestamp,
) -> Result<Value, Internal> {
    let id = account.id;
    let event = Event::DataDownloaded { account: id };
    log::append(conn, Actor::Account(id), origin, &event, now)?;
    let workspaces: Vec<_> = { membership::of(conn, id)?.into_iter() }
        .map(|place| {
            json!({
                "id": place.workspace.id, "slug": place.workspace.slug, "name": place.workspace.name,
                "role": place.role.as_str(),
            })
        })
        .collect();
    let sessions: Vec<_> = { session::of(conn, id, platform.session_lifetime(), now)?.into_iter() }
        .map(|it| {
            json!({
                "id": it.id, "kind": it.kind, "userAgent": it.user_agent, "address": it.address,
                "startedAt": it.started_at, "lastSeenAt": it.last_seen_at,
            })
        })
        .collect();
    let apps: Vec<_> = { consent::connected(conn, id)?.into_iter() }
        .map(|app| {
            json!({
                "name": app.client_name, "uri": app.client_uri, "workspace": app.workspace, "scopes": app.scope,
                "since": app.created_at, "lastUsedAt": app.last_used_at,
            })
        })
        .collect();
    Ok(json!({
        "madeAt": now,
        "profile": {
            "id": id, "email": account.email, "emailVerifiedAt": account.verified_at, "name": account.name,
            "language": account.language.map(Language::tag), "secondFactorSince": totp::on_since(conn, id)?,
        },
        "workspaces": workspaces,
        "sessions": sessions,
        "connectedApps": apps,
        "events": person::of(conn, id)?,
    }))
}

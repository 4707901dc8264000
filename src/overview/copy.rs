//! `GET /account/data/download`: a copy of what is kept of a person, as JSON. Secrets and their digests are no part of it.
//!
//! What was written down about a person has no bound: it comes last, as it is read.

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, ContentType},
    web::{Data, ServiceConfig},
};
use diesel::PgConnection;
use serde_json::{Map, Value, json};

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
    web::{
        language::Language,
        methods::read_only,
        stream::{Form, pages},
    },
    workspaces::membership,
};

const PAGE: &str = "/account/data/download";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(read_only("/account/data/download", get));
}

async fn get(who: SignedIn, platform: Data<Platform>) -> Result<HttpResponse, Detour> {
    who.proved_recently(PAGE)?;
    let work = platform.clone();
    let id = who.session.account.id;
    let (copy, first) = platform
        .db
        .write(move |conn| {
            let copy = copy(conn, &work, (&who.session.account, &who.origin), who.now)?;
            Ok((copy, person::page(conn, id, None)?))
        })
        .await?;
    let more = move |conn: &mut PgConnection, after| Ok(person::page(conn, id, Some(after))?);
    let whole = pages(&platform.db, &first, more, Form::json(&copy, "events"))?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"your-data.json\""))
        .content_type(ContentType::json())
        .body(whole))
}

fn copy(
    conn: &mut PgConnection,
    platform: &Platform,
    (account, origin): (&Account, &Origin),
    now: Timestamp,
) -> Result<Map<String, Value>, Internal> {
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
    let profile = json!({
        "id": id, "email": account.email, "emailVerifiedAt": account.verified_at, "name": account.name,
        "language": account.language.map(Language::tag), "secondFactorSince": totp::on_since(conn, id)?,
    });
    let members = [
        ("madeAt", json!(now)),
        ("profile", profile),
        ("workspaces", workspaces.into()),
        ("sessions", sessions.into()),
        ("connectedApps", apps.into()),
    ];
    Ok(members
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect())
}

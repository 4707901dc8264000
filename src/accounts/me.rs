//! `GET|PATCH /v1/me`: the person who asks, and how they want to be called.

pub(super) mod sessions;

use actix_web::{
    HttpResponse,
    web::{self, Data, ServiceConfig},
};
use diesel::PgConnection;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::{
    accounts::{
        account::{self, Account, Name},
        second_factor,
    },
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    platform::{Platform, clock::Timestamp, db::Internal, id::AccountId},
    web::{
        answers::refusals,
        caller::{self, Caller, InWorkspace, invalid_token},
        context::RequestContext,
        json::JsonBody,
        language::Language,
        methods::resource,
        problem::Problem,
        words::errors,
    },
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/v1/me", "GET, HEAD, PATCH")
            .route(web::get().to(get))
            .route(web::head().to(get))
            .route(web::patch().to(patch)),
    );
    sessions::routes(config);
}

/// The person who asks.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Me {
    /// Their id; `sub` of tokens.
    id: AccountId,
    /// Their address.
    email: String,
    /// Whether the address is known to be theirs.
    email_verified: bool,
    /// As they want to be called.
    name: String,
    /// Of their pages and mails: `en` or `de`. `null`: as their browser asks for.
    language: Option<&'static str>,
    /// Whether a code is asked for when they sign in with their password.
    second_factor: bool,
}

impl Me {
    fn of(account: &Account, second_factor: bool) -> Self {
        Self {
            id: account.id,
            email: account.email.clone(),
            email_verified: account.verified_at.is_some(),
            name: account.name.clone(),
            language: account.language.map(Language::tag),
            second_factor,
        }
    }
}

/// What a person may change of it. What is left out stays.
#[expect(
    clippy::option_option,
    reason = "left out, null and a value are three things (RFC 7396 §1)"
)]
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Change {
    /// 1 to 100 characters.
    #[schema(nullable = false)]
    name: Option<String>,
    /// `en` or `de`; `null` for what the browser asks for.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    language: Option<Option<String>>,
}

/// Tells a member that is `null` from one that is left out.
#[expect(
    clippy::option_option,
    reason = "left out, null and a value are three things (RFC 7396 §1)"
)]
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Deserialize::deserialize(value).map(Some)
}

refusals! {
    MeRefusals: Problem [] + caller::REFUSALS;
    ChangeRefusals: Problem [MALFORMED_BODY, INVALID_VALUE, UNSUPPORTED_MEDIA_TYPE] + caller::REFUSALS;
}

/// Your profile.
#[utoipa::path(
    get, path = "/v1/me", tag = "Me", operation_id = "getMe",
    security(("session" = [])), params(InWorkspace),
    responses((status = 200, description = "The person who asks.", body = Me), MeRefusals),
)]
pub(crate) async fn get(caller: Caller, platform: Data<Platform>) -> Result<HttpResponse, Problem> {
    let id = caller.account;
    let me = platform.db.read(move |conn| me(conn, id)).await?;
    Ok(HttpResponse::Ok().json(me.ok_or_else(invalid_token)?))
}

fn me(conn: &mut PgConnection, id: AccountId) -> Result<Option<Me>, Internal> {
    let Some(account) = account::find(conn, id)? else {
        return Ok(None);
    };
    let second_factor = second_factor::is_on(conn, id)?;
    Ok(Some(Me::of(&account, second_factor)))
}

/// Changes your profile.
///
/// The address and the password are changed on the pages of the account, which ask for a fresh proof.
#[utoipa::path(
    patch, path = "/v1/me", tag = "Me", operation_id = "changeMe",
    security(("session" = [])), params(InWorkspace),
    request_body(content = Change, example = json!({"name": "Mara Olsen", "language": "de"})),
    responses((status = 200, description = "The person, as they are now.", body = Me), ChangeRefusals),
)]
pub(crate) async fn patch(
    caller: Caller,
    body: JsonBody<Change>,
    platform: Data<Platform>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    let JsonBody(asked) = body;
    let bad = |detail| Problem::new(&errors::INVALID_VALUE, detail);
    let name =
        match asked.name {
            Some(name) => Some(Name::parse(&name).ok_or_else(|| {
                bad("`name`: it has 1 to 100 characters, none of them a control character.")
            })?),
            None => None,
        };
    let language = match asked.language {
        Some(Some(tag)) => Some(Some(
            Language::parse(&tag).ok_or_else(|| bad("`language`: it is `en`, `de` or null."))?,
        )),
        Some(None) => Some(None),
        None => None,
    };
    let profile = Profile { name, language };
    let origin = Origin::from(context);
    let (id, now) = (caller.account, caller.now);
    let me = platform
        .db
        .write(move |conn| {
            profile.keep(conn, id, &origin, now)?;
            me(conn, id)
        })
        .await?;
    Ok(HttpResponse::Ok().json(me.ok_or_else(invalid_token)?))
}

/// What of a profile is to change.
#[expect(
    clippy::option_option,
    reason = "left out, null and a value are three things (RFC 7396 §1)"
)]
#[derive(Clone)]
pub(super) struct Profile {
    pub(super) name: Option<Name>,
    pub(super) language: Option<Option<Language>>,
}

impl Profile {
    /// Keeps it, and writes down what changed, not what it was.
    pub(super) fn keep(
        &self,
        conn: &mut PgConnection,
        account: AccountId,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<(), Internal> {
        let mut fields = Vec::new();
        if let Some(name) = &self.name {
            account::set_name(conn, account, name)?;
            fields.push("name");
        }
        if let Some(language) = self.language {
            account::set_language(conn, account, language)?;
            fields.push("language");
        }
        if !fields.is_empty() {
            let event = Event::ProfileChanged { account, fields };
            log::append(conn, Actor::Account(account), origin, &event, now)?;
        }
        Ok(())
    }
}

//! Proving an address: `POST /v1/auth/verify-email`, and the page `/verify` that a mail leads to.
//!
//! Opening the page does nothing, so that a program which opens the links of a mail verifies nothing (UE-11).

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Bytes, Data},
};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::{
    accounts::{
        account,
        email_code::{self, Purpose, Spent},
        newcomer::{House, Newcomers},
        scene::{Errand, Nothing, Scene, Shared, token_of},
        step::{Form, Step},
    },
    audit::{
        event::Event,
        log::{self, Actor},
    },
    platform::{Platform, db::Internal, secret::Secret},
    web::{
        answers::refusals,
        context::RequestContext,
        json::JsonBody,
        language::Language,
        layout::Layout,
        limit::{self, Rule, Who},
        problem::Problem,
        words::errors,
    },
};

/// What the token of the form is for.
const PURPOSE: &str = "verify";

/// What a program sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Verification {
    /// The token in the link of the mail.
    #[schema(value_type = String)]
    token: Zeroizing<String>,
}

/// The token was used, is too old, was replaced, or never was one: which, nobody is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct NotValid;

impl From<NotValid> for Problem {
    fn from(NotValid: NotValid) -> Self {
        let detail =
            "The link is not good any more: it was used, it is too old, or a newer mail has taken its place.";
        Self::new(&errors::CODE_NOT_VALID, detail)
    }
}

/// Verifies the address that the token was sent to.
async fn verify(
    platform: &Data<Platform>,
    newcomers: Newcomers,
    presented: &str,
    errand: Errand,
) -> Result<Result<(), NotValid>, Problem> {
    let Some(presented) = Secret::parse(&platform.config.vendor, presented) else {
        return Ok(Err(NotValid));
    };
    let work = platform.clone();
    let verified = platform.db.write(move |conn| {
        let house = House {
            config: &work.config,
            newcomers,
        };
        spend(conn, house, &presented, &errand)
    });
    Ok(verified.await?)
}

fn spend(
    conn: &mut PgConnection,
    house: House<'_>,
    presented: &Secret,
    errand: &Errand,
) -> Result<Result<(), NotValid>, Internal> {
    let Some(Spent { account_id, .. }) = email_code::spend(conn, presented, Purpose::Verify, errand.now)?
    else {
        return Ok(Err(NotValid));
    };
    if account::verify(conn, account_id, errand.now)? {
        let event = Event::AccountVerified { account: account_id };
        log::append(
            conn,
            Actor::Account(account_id),
            &errand.origin,
            &event,
            errand.now,
        )?;
        if let Some(account) = account::find(conn, account_id)? {
            house.welcome(conn, &account, errand.now)?;
        }
    }
    Ok(Ok(()))
}

refusals! { VerifyRefusals: Problem [MALFORMED_BODY, UNSUPPORTED_MEDIA_TYPE, CODE_NOT_VALID]; }

/// Verifies an address.
///
/// The token is in the link of the mail that registering sends; it works once, for 24 hours. The person can sign in then.
#[utoipa::path(
    post, path = "/v1/auth/verify-email", tag = "Accounts", operation_id = "verifyEmail",
    request_body(content = Verification, example = json!({"token": "cst_ec_…"})),
    responses((status = 200, description = "The address is verified.", body = Nothing), VerifyRefusals),
)]
pub(crate) async fn api(
    req: HttpRequest,
    body: JsonBody<Verification>,
    platform: Data<Platform>,
    newcomers: Data<Newcomers>,
    context: RequestContext,
    language: Language,
) -> Result<HttpResponse, Problem> {
    limit::count(&req, Rule::Verify, Who::Network)?;
    let errand = Errand::of_api(context, language, platform.clock.now());
    verify(&platform, **newcomers, &body.0.token, errand).await??;
    Ok(HttpResponse::Ok().json(Nothing {}))
}

/// `GET /verify`.
pub(super) async fn get(req: HttpRequest, shared: Shared) -> Result<HttpResponse, Problem> {
    let token = token_of(&req)?.unwrap_or_default();
    let scene = Scene::open(&req, shared).await?;
    match look(&scene, &token, Purpose::Verify).await? {
        Some(Spent { email, .. }) => {
            let page = ask(
                scene.layout(),
                &email,
                Form {
                    action: scene.way.to("/verify"),
                    csrf_token: scene.cookies.token(PURPOSE),
                    token: Some(&token),
                    fields: Vec::new(),
                    submit: scene.layout().language.words().steps.verify_submit,
                },
            );
            scene.show(page.on(&scene.way), StatusCode::OK)
        }
        None => over(&scene, Purpose::Verify),
    }
}

/// `POST /verify`.
pub(super) async fn post(
    req: HttpRequest,
    body: Bytes,
    newcomers: Data<Newcomers>,
    shared: Shared,
) -> Result<HttpResponse, Problem> {
    let (scene, form) = Scene::post(&req, body, shared, PURPOSE).await?;
    limit::count(&req, Rule::Verify, Who::Network)?;
    let token = form.value("token").unwrap_or_default();
    match verify(&scene.platform, **newcomers, token, scene.errand()).await? {
        Ok(()) => {
            let page = done(scene.layout(), scene.way.to("/login"));
            scene.show(page.on(&scene.way), StatusCode::OK)
        }
        Err(NotValid) => over(&scene, Purpose::Verify),
    }
}

/// What a token in an address is good for now. Looking spends nothing.
pub(super) async fn look(scene: &Scene, token: &str, purpose: Purpose) -> Result<Option<Spent>, Problem> {
    let Some(presented) = Secret::parse(&scene.platform.config.vendor, token) else {
        return Ok(None);
    };
    let now = scene.now;
    let db = &scene.platform.db;
    let found = db.read(move |conn| Ok(email_code::look(conn, &presented, purpose, now)?));
    Ok(found.await?)
}

/// The question.
pub(super) fn ask<'a>(layout: Layout<'a>, email: &str, form: Form<'a>) -> Step<'a> {
    let words = layout.language.words().steps;
    Step::new(layout, words.verify_heading)
        .text((words.verify)(email))
        .form(form)
}

/// What is said after it.
pub(super) fn done<'a>(layout: Layout<'a>, login: String) -> Step<'a> {
    let words = layout.language.words().steps;
    Step::new(layout, words.verified_heading)
        .text(words.verified)
        .go_on(login, words.sign_in)
}

/// The page of a link that is worth nothing.
pub(super) fn over(scene: &Scene, purpose: Purpose) -> Result<HttpResponse, Problem> {
    let page = worthless(scene.layout(), purpose, |path| scene.way.to(path));
    scene.show(page.on(&scene.way), StatusCode::GONE)
}

pub(super) fn worthless<'a>(layout: Layout<'a>, purpose: Purpose, to: impl Fn(&str) -> String) -> Step<'a> {
    let words = layout.language.words().steps;
    let page = Step::new(layout, words.over_heading)
        .text(words.over)
        .code(&errors::CODE_NOT_VALID);
    let page = match purpose {
        Purpose::Verify => page
            .text(words.over_verify)
            .go_on(to("/verify/resend"), words.resend_heading),
        Purpose::Reset | Purpose::Change => page
            .text(words.over_reset)
            .go_on(to("/forgot"), words.forgot_submit),
    };
    page.link(to("/login"), words.sign_in)
}

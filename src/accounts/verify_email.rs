//! Proving an address: `POST /v1/auth/verify-email`, and the page `/verify` that a mail leads to.
//!
//! Opening the page does nothing, so that a program which opens the links of a mail verifies nothing (UE-11).
//!
//! # Decisions
//! * A mail proves who owns an address, not who registered it. The page that it leads to asks for the password that the person chose;
//!   that one is in force then, and no other that anybody registered with ([`registration`]). Who never
//!   registered knows none, and whatever they click, the stranger who did gets nothing.
//! * A program may send the token alone, while only one registration waits: it stands for the person who brings it the token having
//!   registered there. No link leads to it, so no click does it. Where several wait the token alone is refused, since one of them may be
//!   a stranger's; the password says which.
//! * A wrong password spends nothing. No count of tries is kept, since who holds the token may set any password at all, by a mail to the
//!   same address.

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
        registration::{self, Registration},
        scene::{Errand, Nothing, Scene, Shared, token_of},
        step::{Field, Form, Step},
    },
    audit::{
        event::Event,
        log::{self, Actor},
    },
    platform::{
        Platform,
        db::Internal,
        password::{self, Passwords},
        secret::Secret,
    },
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
    /// The password that the person registered with. Send it unless your program knows that who brings the token registered there:
    /// anybody can register anybody's address. Needed where several did.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Zeroizing<String>>,
}

/// Why no address was verified. The token is as good as before.
#[derive(Clone, Copy, Debug)]
enum Refused {
    /// The token was used, is too old, was replaced, or never was one: which, nobody is told.
    NotValid,
    /// Several people registered, and nobody said which is the one who reads the mail.
    PasswordRequired,
    /// Nobody registered with that password.
    NotTheirs,
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotValid => NotValid.into(),
            Refused::PasswordRequired => Self::new(
                &errors::PASSWORD_REQUIRED,
                "Somebody registered with this address more than once. Send `password`, the one that the person chose.",
            ),
            Refused::NotTheirs => Self::new(
                &errors::INVALID_CREDENTIALS,
                "`password`: nobody registered with this address and this password.",
            ),
        }
    }
}

/// What the link of a mail is worth that is worth nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct NotValid;

impl From<NotValid> for Problem {
    fn from(NotValid: NotValid) -> Self {
        let detail =
            "The link is not good any more: it was used, it is too old, or a newer mail has taken its place.";
        Self::new(&errors::CODE_NOT_VALID, detail)
    }
}

/// Verifies the address that the token was sent to, for the person who registered with this password.
async fn verify(
    platform: &Data<Platform>,
    newcomers: Newcomers,
    presented: &str,
    password: Option<Zeroizing<String>>,
    errand: Errand,
) -> Result<Result<(), Refused>, Problem> {
    let Some(presented) = Secret::parse(&platform.config.vendor, presented) else {
        return Ok(Err(Refused::NotValid));
    };
    let (token, now) = (presented.clone(), errand.now);
    let waiting = platform.db.read(move |conn| {
        let Some(code) = email_code::look(conn, &token, Purpose::Verify, now)? else {
            return Ok(Vec::new());
        };
        Ok(registration::waiting(conn, code.account_id)?)
    });
    let registered = match (waiting.await?, password) {
        (waiting, _) if waiting.is_empty() => return Ok(Err(Refused::NotValid)),
        (waiting, Some(password)) => match whose(&platform.passwords, waiting, password).await? {
            Some(registered) => registered,
            None => return Ok(Err(Refused::NotTheirs)),
        },
        (mut waiting, None) => match (waiting.pop(), waiting.is_empty()) {
            (Some(only), true) => only,
            _ => return Ok(Err(Refused::PasswordRequired)),
        },
    };
    let work = platform.clone();
    let verified = platform.db.write(move |conn| {
        let house = House {
            config: &work.config,
            newcomers,
        };
        spend(conn, house, &presented, &registered, &errand)
    });
    Ok(verified.await?.map_err(|NotValid| Refused::NotValid))
}

/// Which of them was made with this password.
async fn whose(
    passwords: &Passwords,
    waiting: Vec<Registration>,
    password: Zeroizing<String>,
) -> Result<Option<Registration>, Problem> {
    if password.len() > password::LONGEST {
        return Ok(None);
    }
    for registered in waiting {
        let hash = registered.password_hash.clone();
        let is_right = passwords.verify(password.clone(), Some(hash)).await;
        if is_right.map_err(|_| Problem::unavailable())? {
            return Ok(Some(registered));
        }
    }
    Ok(None)
}

/// A registration that came between the look and this has ended the code: what was the only one is still.
fn spend(
    conn: &mut PgConnection,
    house: House<'_>,
    presented: &Secret,
    registered: &Registration,
    errand: &Errand,
) -> Result<Result<(), NotValid>, Internal> {
    let Some(Spent { account_id, .. }) = email_code::spend(conn, presented, Purpose::Verify, errand.now)?
    else {
        return Ok(Err(NotValid));
    };
    if !account::verify(conn, account_id, registered, errand.now)? {
        // Verified on another way meanwhile, and with another password.
        return Ok(Err(NotValid));
    }
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
    Ok(Ok(()))
}

refusals! { VerifyRefusals: Problem [
    MALFORMED_BODY, UNSUPPORTED_MEDIA_TYPE, CODE_NOT_VALID, PASSWORD_REQUIRED, INVALID_CREDENTIALS,
]; }

/// Verifies an address.
///
/// The token is in the link of the mail that registering sends; it works once, for 24 hours. The person can sign in then.
///
/// The link leads to a page of this server that asks for the password which the person registered with, because anybody can register
/// anybody's address, and a click on a link must not put a stranger's password in force. Where your program takes the token instead,
/// send `password` for the same reason. Without it the only registration that waits is verified; where several wait the answer is
/// `password_required`.
#[utoipa::path(
    post, path = "/v1/auth/verify-email", tag = "Accounts", operation_id = "verifyEmail",
    request_body(content = Verification, example = json!({
        "token": "cst_ec_…", "password": "wine poem lorry 4"
    })),
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
    let Verification { token, password } = body.0;
    verify(&platform, **newcomers, &token, password, errand).await??;
    Ok(HttpResponse::Ok().json(Nothing {}))
}

/// `GET /verify`.
pub(super) async fn get(req: HttpRequest, shared: Shared) -> Result<HttpResponse, Problem> {
    let token = token_of(&req)?.unwrap_or_default();
    let scene = Scene::open(&req, shared).await?;
    match look(&scene, &token, Purpose::Verify).await? {
        Some(Spent { email, .. }) => scene.show(page(&scene, &email, &token), StatusCode::OK),
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
    // Never without: a person's click stands for nothing that they did not type.
    let password = Zeroizing::new(form.value("password").unwrap_or_default().to_owned());
    match verify(
        &scene.platform,
        **newcomers,
        token,
        Some(password),
        scene.errand(),
    )
    .await?
    {
        Ok(()) => {
            let page = done(scene.layout(), scene.way.to("/login"));
            scene.show(page.on(&scene.way), StatusCode::OK)
        }
        Err(Refused::NotTheirs | Refused::PasswordRequired) => {
            let Some(Spent { email, .. }) = look(&scene, token, Purpose::Verify).await? else {
                return over(&scene, Purpose::Verify);
            };
            let mut page = page(&scene, &email, token);
            let words = scene.layout().language.words().steps;
            page.wrong.push(("password", words.not_registered_with));
            scene.show(page, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(Refused::NotValid) => over(&scene, Purpose::Verify),
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

fn page<'a>(scene: &'a Scene, email: &'a str, token: &'a str) -> Step<'a> {
    let (action, csrf_token) = (scene.way.to("/verify"), scene.cookies.token(PURPOSE));
    let words = scene.layout().language.words().steps;
    ask(scene.layout(), email, token, (action, csrf_token))
        .on(&scene.way)
        .link(scene.way.to("/forgot"), words.verify_forgot)
}

/// The question.
pub(super) fn ask<'a>(
    layout: Layout<'a>,
    email: &'a str,
    token: &'a str,
    (action, csrf_token): (String, String),
) -> Step<'a> {
    let words = layout.language.words().steps;
    Step::new(layout, words.verify_heading)
        .text((words.verify)(email))
        .form(Form {
            action,
            csrf_token,
            token: Some(token),
            fields: vec![Field::whose(words, email), Field::password(words.password)],
            submit: words.verify_submit,
        })
        .text(words.verify_not_you)
}

/// What is said after it.
pub(super) fn done(layout: Layout<'_>, login: String) -> Step<'_> {
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

pub(super) fn worthless(layout: Layout<'_>, purpose: Purpose, to: impl Fn(&str) -> String) -> Step<'_> {
    let words = layout.language.words().steps;
    let page = Step::new(layout, words.over_heading)
        .text(words.over)
        .code(&errors::CODE_NOT_VALID);
    let page = match purpose {
        Purpose::Verify => page
            .text(words.over_verify)
            .go_on(to("/verify/resend"), words.over_again),
        Purpose::Reset | Purpose::Change => {
            page.text(words.over_reset).go_on(to("/forgot"), words.over_again)
        }
    };
    page.link(to("/login"), words.sign_in)
}

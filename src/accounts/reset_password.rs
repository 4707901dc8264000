//! A new password in place of a forgotten one: `POST /v1/auth/reset-password`, and the page `/reset` that a mail leads to.
//!
//! Whose password it is says the token, and nothing else that is sent (UE-08). Whoever was signed in under the old one is not any more
//! (UE-09): it may have been forgotten because somebody else had changed it. A second factor stays: a mailbox is one factor.

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
        account::{self, Email, Name},
        email_code::{self, Purpose, Spent},
        letters::{self, About},
        newcomer::{House, Newcomers},
        password_rule::{self, TooWeak},
        scene::{Errand, Nothing, Scene, Shared, token_of},
        step::{Field, Form, Step},
        throttle,
        verify_email::{NotValid, look, over},
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
const PURPOSE: &str = "reset";

/// What a program sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// The token in the link of the mail.
    #[schema(value_type = String)]
    token: Zeroizing<String>,
    /// The new password: 8 to 256 characters, not easy to guess.
    #[schema(value_type = String, format = Password)]
    password: Zeroizing<String>,
}

/// Why no password was set. Either way the token is as good as before.
#[derive(Clone, Debug)]
enum Refused {
    NotValid,
    /// For the account of this address.
    Weak(TooWeak, String),
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotValid => NotValid.into(),
            Refused::Weak(weak, _) => Self::new(&errors::INVALID_VALUE, weak.detail()),
        }
    }
}

/// Sets the password of the account that the token was made for.
async fn reset(
    platform: &Data<Platform>,
    newcomers: Newcomers,
    entry: NewPassword,
    errand: Errand,
) -> Result<Result<(), Refused>, Problem> {
    let Some(presented) = Secret::parse(&platform.config.vendor, &entry.token) else {
        return Ok(Err(Refused::NotValid));
    };
    let (token, now) = (presented.clone(), errand.now);
    let found = platform.db.read(move |conn| {
        let Some(code) = email_code::look(conn, &token, Purpose::Reset, now)? else {
            return Ok(None);
        };
        Ok(account::find(conn, code.account_id)?)
    });
    let Some(account) = found.await? else {
        return Ok(Err(Refused::NotValid));
    };
    let product_name = platform.config.branding.product_name.as_str();
    if let Err(weak) = password_rule::check(&entry.password, &[&account.email, &account.name, product_name]) {
        return Ok(Err(Refused::Weak(weak, account.email)));
    }
    // Only for who holds a token: nobody else can make this server hash.
    let hash = platform.passwords.hash(entry.password).await;
    let hash = hash.map_err(|_| Problem::unavailable())?;
    let work = platform.clone();
    let done = platform.db.write(move |conn| {
        let reset = Reset {
            platform: &work,
            newcomers,
            errand: &errand,
        };
        reset.spend(conn, &presented, &hash)
    });
    Ok(done.await?)
}

/// What a reset stands on.
struct Reset<'a> {
    platform: &'a Platform,
    newcomers: Newcomers,
    errand: &'a Errand,
}

impl Reset<'_> {
    fn spend(
        &self,
        conn: &mut PgConnection,
        presented: &Secret,
        hash: &str,
    ) -> Result<Result<(), Refused>, Internal> {
        let (errand, now) = (self.errand, self.errand.now);
        let Some(Spent { account_id, email }) = email_code::spend(conn, presented, Purpose::Reset, now)?
        else {
            return Ok(Err(Refused::NotValid));
        };
        let is_new = account::reset_password(conn, account_id, hash, now)?;
        // What was asked for under the old password is worth nothing either: who knew it may have begun to move the account to an
        // address of theirs.
        for purpose in [Purpose::Reset, Purpose::Change, Purpose::Verify] {
            email_code::end(conn, account_id, purpose, now)?;
        }
        // The owner need not wait for the end of a lock that somebody else caused.
        throttle::forgive(conn, Email::parse(&email).as_ref(), None)?;
        let verified = is_new.then_some(Event::AccountVerified { account: account_id });
        for event in verified
            .iter()
            .chain([&Event::PasswordReset { account: account_id }])
        {
            log::append(conn, Actor::Account(account_id), &errand.origin, event, now)?;
        }
        if is_new && let Some(name) = email.split('@').next().and_then(Name::parse) {
            // Who registered may have been anybody: of what a stranger typed nothing stays, their name for the person neither.
            account::set_name(conn, account_id, &name)?;
        }
        let Some(account) = account::find(conn, account_id)? else {
            return Ok(Ok(()));
        };
        if is_new {
            let house = House {
                config: &self.platform.config,
                newcomers: self.newcomers,
            };
            house.welcome(conn, &account, now)?;
        }
        letters::send(conn, self.platform, &account, &About::Changed, errand)?;
        Ok(Ok(()))
    }
}

refusals! { ResetRefusals: Problem [MALFORMED_BODY, INVALID_VALUE, UNSUPPORTED_MEDIA_TYPE, CODE_NOT_VALID]; }

/// Sets a new password.
///
/// The token is in the link of the mail that `forgot-password` sends; it works once, for 30 minutes. All sessions of the person end, and
/// all access that they gave to apps. A second factor stays on.
#[utoipa::path(
    post, path = "/v1/auth/reset-password", tag = "Accounts", operation_id = "resetPassword",
    request_body(content = NewPassword, example = json!({"token": "cst_ec_…", "password": "wine poem lorry 4"})),
    responses((status = 200, description = "The password is set.", body = Nothing), ResetRefusals),
)]
pub(crate) async fn api(
    req: HttpRequest,
    body: JsonBody<NewPassword>,
    platform: Data<Platform>,
    newcomers: Data<Newcomers>,
    context: RequestContext,
    language: Language,
) -> Result<HttpResponse, Problem> {
    limit::count(&req, Rule::Reset, Who::Network)?;
    let errand = Errand::of_api(context, language, platform.clock.now());
    reset(&platform, **newcomers, body.0, errand).await??;
    Ok(HttpResponse::Ok().json(Nothing {}))
}

/// `GET /reset`.
pub(super) async fn get(req: HttpRequest, shared: Shared) -> Result<HttpResponse, Problem> {
    let token = token_of(&req)?.unwrap_or_default();
    let scene = Scene::open(&req, shared).await?;
    match look(&scene, &token, Purpose::Reset).await? {
        Some(code) => scene.show(page(&scene, &code.email, &token, None), StatusCode::OK),
        None => over(&scene, Purpose::Reset),
    }
}

/// `POST /reset`.
pub(super) async fn post(
    req: HttpRequest,
    body: Bytes,
    newcomers: Data<Newcomers>,
    shared: Shared,
) -> Result<HttpResponse, Problem> {
    let (scene, form) = Scene::post(&req, body, shared, PURPOSE).await?;
    limit::count(&req, Rule::Reset, Who::Network)?;
    let token = form.value("token").unwrap_or_default();
    let entry = NewPassword {
        token: Zeroizing::new(token.to_owned()),
        password: Zeroizing::new(form.value("password").unwrap_or_default().to_owned()),
    };
    match reset(&scene.platform, **newcomers, entry, scene.errand()).await? {
        Ok(()) => {
            let page = done(scene.layout(), scene.way.to("/login"));
            scene.show(page.on(&scene.way), StatusCode::OK)
        }
        Err(Refused::NotValid) => over(&scene, Purpose::Reset),
        Err(Refused::Weak(weak, email)) => scene.show(
            page(&scene, &email, token, Some(weak)),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    }
}

fn page<'a>(scene: &'a Scene, email: &'a str, token: &'a str, weak: Option<TooWeak>) -> Step<'a> {
    let (action, csrf_token) = (scene.way.to("/reset"), scene.cookies.token(PURPOSE));
    ask(scene.layout(), email, token, (action, csrf_token), weak).on(&scene.way)
}

/// The form.
pub(super) fn ask<'a>(
    layout: Layout<'a>,
    email: &'a str,
    token: &'a str,
    (action, csrf_token): (String, String),
    weak: Option<TooWeak>,
) -> Step<'a> {
    let all = layout.language.words();
    let words = all.steps;
    let mut page = Step::new(layout, words.reset_heading)
        .text(words.reset_then)
        .form(Form {
            action,
            csrf_token,
            token: Some(token),
            fields: vec![
                Field::whose(words, email),
                Field::new_password(words.new_password, all.password_rule),
            ],
            submit: words.reset_submit,
        });
    let weak = weak.map(|weak| ("password", weak.sentence(all.password_rule)));
    page.wrong.extend(weak);
    page
}

/// What is said after it.
pub(super) fn done(layout: Layout<'_>, login: String) -> Step<'_> {
    let words = layout.language.words().steps;
    Step::new(layout, words.changed_heading)
        .text(words.changed)
        .go_on(login, words.sign_in)
}

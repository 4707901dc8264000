//! Asking for a mail with a link: `POST /v1/auth/resend-verification` and `POST /v1/auth/forgot-password`, and their pages.
//!
//! The answer is the same for every address, whether or not there is an account, and whether or not a mail goes out (UE-04). Nor does
//! the time that it takes tell much: a mail is only promised here, and sent later; and after `mails_per_address` in an hour the work
//! is the same for every address, so nobody can measure one often.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Bytes, Data},
};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    accounts::{
        account::{self, Account, Email},
        act::{Act, Alert, Field},
        email_code::{self, Purpose},
        letters::{self, About},
        scene::{Errand, Nothing, Scene, Shared},
        throttle::{self, Posting},
    },
    platform::{Platform, db::Internal},
    web::{
        answers::refusals,
        context::RequestContext,
        json::JsonBody,
        language::Language,
        limit::{self, Rule, Who},
        phrase::Phrase,
        problem::Problem,
        words::errors,
    },
};

/// What a program sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Whom {
    /// The person's address.
    email: String,
}

/// Which mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// The one that verifies the address, once more.
    Verify,
    /// The one that sets a new password.
    Reset,
}

impl Ask {
    /// What the token of its form is for.
    pub(super) const fn purpose(self) -> &'static str {
        match self {
            Self::Verify => "resend-verification",
            Self::Reset => "forgot-password",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Verify => "/verify/resend",
            Self::Reset => "/forgot",
        }
    }

    const fn rule(self) -> Rule {
        match self {
            Self::Verify => Rule::Verify,
            Self::Reset => Rule::Reset,
        }
    }

    const fn code(self) -> (Purpose, throttle::Mail) {
        match self {
            Self::Verify => (Purpose::Verify, throttle::Mail::Verify),
            Self::Reset => (Purpose::Reset, throttle::Mail::Reset),
        }
    }

    /// Whether this person gets it. A reset proves the address, so it also helps who never verified it or has no password.
    const fn is_for(self, account: &Account) -> bool {
        account.disabled_at.is_none()
            && match self {
                Self::Verify => account.verified_at.is_none(),
                Self::Reset => true,
            }
    }
}

/// Writes to the person of that address, if there is one whom it helps.
async fn write(platform: &Data<Platform>, ask: Ask, email: Email, errand: Errand) -> Result<(), Problem> {
    let work = platform.clone();
    let written = platform
        .db
        .write(move |conn| post_to(conn, &work, ask, &email, &errand));
    Ok(written.await?)
}

fn post_to(
    conn: &mut PgConnection,
    platform: &Platform,
    ask: Ask,
    email: &Email,
    errand: &Errand,
) -> Result<(), Internal> {
    let (purpose, mail) = ask.code();
    let most = platform.config.rate_limits.mails_per_address;
    // Before anybody looks whether there is an account.
    if throttle::mail(conn, mail, email, most, errand.now)? != Posting::Send {
        return Ok(());
    }
    let Some(account) = account::hold(conn, email)?.filter(|account| ask.is_for(account)) else {
        return Ok(());
    };
    let code = email_code::issue(conn, account.id, purpose, email, errand.now)?;
    let about = match ask {
        Ask::Verify => About::Verify(&code),
        Ask::Reset => About::Reset(&code),
    };
    Ok(letters::send(conn, platform, &account, &about, errand)?)
}

refusals! {
    ResendRefusals: Problem [MALFORMED_BODY, INVALID_VALUE, UNSUPPORTED_MEDIA_TYPE];
    ForgotRefusals: Problem [MALFORMED_BODY, INVALID_VALUE, UNSUPPORTED_MEDIA_TYPE];
}

/// Sends the mail that verifies an address once more.
///
/// Only if an account waits for it; the answer does not tell.
#[utoipa::path(
    post, path = "/v1/auth/resend-verification", tag = "Accounts", operation_id = "resendVerification",
    request_body(content = Whom, example = json!({"email": "mara@northwind.example"})),
    responses((status = 202, description = "If it helps anybody, a mail is on its way.", body = Nothing), ResendRefusals),
)]
pub(crate) async fn resend(
    req: HttpRequest,
    body: JsonBody<Whom>,
    platform: Data<Platform>,
    context: RequestContext,
    language: Language,
) -> Result<HttpResponse, Problem> {
    api(&req, Ask::Verify, &body.0, &platform, (context, language)).await
}

/// Sends a mail with a link to set a new password.
///
/// Only if there is an account; the answer does not tell. The link is good for 30 minutes.
#[utoipa::path(
    post, path = "/v1/auth/forgot-password", tag = "Accounts", operation_id = "forgotPassword",
    request_body(content = Whom, example = json!({"email": "mara@northwind.example"})),
    responses((status = 202, description = "If there is an account, a mail is on its way.", body = Nothing), ForgotRefusals),
)]
pub(crate) async fn forgot(
    req: HttpRequest,
    body: JsonBody<Whom>,
    platform: Data<Platform>,
    context: RequestContext,
    language: Language,
) -> Result<HttpResponse, Problem> {
    api(&req, Ask::Reset, &body.0, &platform, (context, language)).await
}

async fn api(
    req: &HttpRequest,
    ask: Ask,
    whom: &Whom,
    platform: &Data<Platform>,
    (context, language): (RequestContext, Language),
) -> Result<HttpResponse, Problem> {
    limit::count(req, ask.rule(), Who::Network)?;
    let not_one = || Problem::new(&errors::INVALID_VALUE, "`email`: it is not an e-mail address.");
    let email = Email::parse(&whom.email).ok_or_else(not_one)?;
    let errand = Errand::of_api(context, language, platform.clock.now());
    write(platform, ask, email, errand).await?;
    Ok(HttpResponse::Accepted().json(Nothing {}))
}

/// `GET /verify/resend`.
pub(super) async fn get_resend(req: HttpRequest, shared: Shared) -> Result<HttpResponse, Problem> {
    get(&req, shared, Ask::Verify).await
}

/// `POST /verify/resend`.
pub(super) async fn post_resend(
    req: HttpRequest,
    body: Bytes,
    shared: Shared,
) -> Result<HttpResponse, Problem> {
    post(&req, body, shared, Ask::Verify).await
}

/// `GET /forgot`.
pub(super) async fn get_forgot(req: HttpRequest, shared: Shared) -> Result<HttpResponse, Problem> {
    get(&req, shared, Ask::Reset).await
}

/// `POST /forgot`.
pub(super) async fn post_forgot(
    req: HttpRequest,
    body: Bytes,
    shared: Shared,
) -> Result<HttpResponse, Problem> {
    post(&req, body, shared, Ask::Reset).await
}

async fn get(req: &HttpRequest, shared: Shared, ask: Ask) -> Result<HttpResponse, Problem> {
    let scene = Scene::open(req, shared).await?;
    let hint = { scene.way.destination() }.and_then(|to| to.login_hint.as_deref());
    show(&scene, ask, hint.unwrap_or_default(), None)
}

async fn post(req: &HttpRequest, body: Bytes, shared: Shared, ask: Ask) -> Result<HttpResponse, Problem> {
    let (scene, form) = Scene::post(req, body, shared, ask.purpose()).await?;
    let language = scene.layout().language;
    let typed = form.value("email").unwrap_or_default();
    if let Err(exceeded) = limit::count(req, ask.rule(), Who::Network) {
        let alert = Alert::too_many(&exceeded, scene.now, language);
        return show(&scene, ask, typed, Some(alert));
    }
    let Some(email) = Email::parse(typed) else {
        let alert = Alert::of_field("email", language.words().steps.no_email, "");
        return show(&scene, ask, typed, Some(alert));
    };
    let shown = email.as_str().to_owned();
    write(&scene.platform, ask, email, scene.errand()).await?;
    scene.show(sent(ask, &shown, scene.way.to("/login"), language))
}

fn show(scene: &Scene, ask: Ask, email: &str, alert: Option<Alert>) -> Result<HttpResponse, Problem> {
    let act = question(ask, email, alert, scene.layout().language);
    scene.show(Act {
        action: scene.way.to(ask.path()),
        csrf_token: scene.cookies.token(ask.purpose()),
        after: vec![(
            scene.way.to("/login"),
            scene.layout().language.words().steps.sign_in,
        )],
        ..act
    })
}

/// The form.
pub(super) fn question(ask: Ask, email: &str, alert: Option<Alert>, language: Language) -> Act {
    let words = language.words().steps;
    let (heading, text, submit) = match ask {
        Ask::Verify => (words.resend_heading, words.resend, words.resend_submit),
        Ask::Reset => (words.forgot_heading, words.forgot_text, words.forgot_submit),
    };
    Act {
        heading: Phrase::new(heading),
        alert,
        paragraphs: vec![Phrase::new(text)],
        fields: vec![Field::email(words.email, email)],
        submit,
        ..Act::default()
    }
}

/// What is said after it, to everybody.
pub(super) fn sent(ask: Ask, email: &str, login: String, language: Language) -> Act {
    let words = language.words().steps;
    let said = match ask {
        Ask::Verify => words.sent_verify,
        Ask::Reset => words.sent_reset,
    };
    Act {
        heading: Phrase::new(words.sent_heading),
        paragraphs: vec![said(email), Phrase::new(words.sent_then)],
        after: vec![(login, words.sign_in)],
        ..Act::default()
    }
}

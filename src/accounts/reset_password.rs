//! A new password in place of a forgotten one: `POST /v1/auth/reset-password`, and what the page `/reset` asks that a mail leads to.
//!
//! Whoever was signed in under the old one is not any more (UE-09): it may have been forgotten because somebody else had changed it. A
//! second factor stays: a mailbox is one factor.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::{
    accounts::{
        account::{self, Email, Name},
        act::{Act, Alert, Field},
        email_code::{self, Purpose, Spent},
        letters::{self, About},
        mail_link::{self, Brought, Link, Reader, Refused},
        newcomer::Newcomers,
        password_rule,
        scene::{Errand, Nothing},
        throttle,
    },
    audit::event::Event,
    platform::{Platform, db::Internal},
    web::{
        answers::refusals,
        context::RequestContext,
        json::JsonBody,
        language::Language,
        limit::{self, Who},
        phrase::Phrase,
        problem::Problem,
    },
};

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

/// Sets the password of the account that the token was made for.
pub(super) async fn reset(
    reader: Reader,
    password: Zeroizing<String>,
) -> Result<Result<(), Refused>, Problem> {
    let (platform, account_id) = (reader.platform.clone(), reader.account_id);
    let found = { platform.db.read(move |conn| Ok(account::find(conn, account_id)?)) }.await?;
    let Some(account) = found else {
        return Ok(Err(Refused::NotValid));
    };
    let product_name = platform.config.branding.product_name.as_str();
    if let Err(weak) = password_rule::check(&password, &[&account.email, &account.name, product_name]) {
        return Ok(Err(Refused::Weak(weak)));
    }
    // Only for who holds a token: nobody else can make this server hash.
    let hash = platform.passwords.hash(password).await;
    let hash = hash.map_err(|_| Problem::unavailable())?;
    let done = platform.db.write(move |conn| spend(conn, &reader, &hash));
    Ok(done.await?)
}

fn spend(conn: &mut PgConnection, reader: &Reader, hash: &str) -> Result<Result<(), Refused>, Internal> {
    let (account_id, now) = (reader.account_id, reader.errand.now);
    let Spent { email, .. } = match reader.spend(conn)? {
        Ok(spent) => spent,
        Err(refused) => return Ok(Err(refused)),
    };
    let is_new = account::reset_password(conn, account_id, hash, now)?;
    // What was asked for under the old password is worth nothing either: who knew it may have begun to move the account to an
    // address of theirs.
    for purpose in [Purpose::Reset, Purpose::Change, Purpose::Verify] {
        email_code::end(conn, account_id, purpose, now)?;
    }
    // The owner need not wait for the end of a lock that somebody else caused.
    throttle::forgive(conn, throttle::Tries::at(Email::parse(&email).as_ref()))?;
    if is_new {
        // Who registered may have been anybody: of what a stranger typed nothing stays, their name for the person neither.
        if let Some(name) = email.split('@').next().and_then(Name::parse) {
            account::set_name(conn, account_id, &name)?;
        }
        reader.verified(conn)?;
    }
    reader.note(conn, &Event::PasswordReset { account: account_id })?;
    if let Some(account) = account::find(conn, account_id)? {
        letters::send(conn, &reader.platform, &account, &About::Changed, &reader.errand)?;
    }
    Ok(Ok(()))
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
    limit::count(&req, Link::Reset.rule(), Who::Network)?;
    let errand = Errand::of_api(context, language, platform.clock.now());
    let NewPassword { token, password } = body.0;
    let brought = Brought {
        token,
        password: Some(password),
    };
    mail_link::follow(Link::Reset, (&platform, **newcomers), brought, errand).await??;
    Ok(HttpResponse::Ok().json(Nothing {}))
}

/// What the page says and asks.
pub(super) fn question(email: &str, alert: Option<Alert>, language: Language) -> Act {
    let all = language.words();
    let words = all.steps;
    Act {
        heading: Phrase::new(words.reset_heading),
        alert,
        paragraphs: vec![(words.reset_then)(email)],
        fields: vec![Field::new_password(words.new_password, all.password_rule)],
        submit: words.reset_submit,
        ..Act::default()
    }
}

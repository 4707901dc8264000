//! Proving an address: `POST /v1/auth/verify-email`, and what the page `/verify` asks that a mail leads to.
//!
//! # Decisions
//! * A mail proves who owns an address, not who registered it. The page that it leads to asks for the password that the person chose;
//!   that one is in force then, and no other that anybody registered with ([`registration`]). Who never registered knows none, and
//!   whatever they click, the stranger who did gets nothing.
//! * A program may send the token alone while only one registration waits: it stands for the person who brings it the token having
//!   registered there. No link leads to it, so no click does it. Where several wait the token alone is refused, since one of them may be
//!   a stranger's; the password says which.
//! * A wrong password spends nothing. No count of tries is kept, since who holds the token may set any password at all, by a mail to the
//!   same address.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::{
    accounts::{
        account,
        act::{Act, Alert, Field},
        mail_link::{self, Brought, Link, Reader, Refused},
        newcomer::Newcomers,
        registration::{self, Registration},
        scene::{Errand, Nothing},
    },
    platform::{
        Platform,
        db::Internal,
        password::{self, Passwords},
    },
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
pub(super) struct Verification {
    /// The token in the link of the mail.
    #[schema(value_type = String)]
    token: Zeroizing<String>,
    /// The password that the person registered with. Send it unless your program knows that who brings the token registered there:
    /// anybody can register anybody's address. Needed where several did.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Zeroizing<String>>,
}

/// Verifies the address that the token was sent to, for the person who registered with this password.
pub(super) async fn verify(
    reader: Reader,
    password: Option<Zeroizing<String>>,
) -> Result<Result<(), Refused>, Problem> {
    let account_id = reader.account_id;
    let db = &reader.platform.db;
    let read = db.read(move |conn| Ok(registration::waiting(conn, account_id)?));
    let mut waiting = read.await?;
    if waiting.is_empty() {
        // Of two that race the other has verified the address since the code was looked at.
        return Ok(Err(Refused::NotValid));
    }
    let registered = match password {
        Some(password) => match whose(&reader.platform.passwords, waiting, password).await? {
            Some(registered) => registered,
            None => return Ok(Err(Refused::NotTheirs)),
        },
        None => match (waiting.pop(), waiting.is_empty()) {
            (Some(only), true) => only,
            (Some(_), false) => return Ok(Err(Refused::PasswordRequired)),
            (None, _) => return Ok(Err(Refused::NotValid)),
        },
    };
    let platform = reader.platform.clone();
    let verified = platform.db.write(move |conn| spend(conn, &reader, &registered));
    Ok(verified.await?)
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
    reader: &Reader,
    registered: &Registration,
) -> Result<Result<(), Refused>, Internal> {
    if let Err(refused) = reader.spend(conn)? {
        return Ok(Err(refused));
    }
    if !account::verify(conn, reader.account_id, registered, reader.errand.now)? {
        // Verified on another way meanwhile, and with another password.
        return Ok(Err(Refused::NotValid));
    }
    reader.verified(conn)?;
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
    limit::count(&req, Link::Verify.rule(), Who::Network)?;
    let errand = Errand::of_api(context, language, platform.clock.now());
    let Verification { token, password } = body.0;
    let to = (&platform, **newcomers);
    mail_link::follow(Link::Verify, to, Brought { token, password }, errand).await??;
    Ok(HttpResponse::Ok().json(Nothing {}))
}

/// What the page says and asks.
pub(super) fn question(email: &str, alert: Option<Alert>, forgot: String, language: Language) -> Act {
    let words = language.words().steps;
    Act {
        heading: Phrase::new(words.verify_heading),
        alert,
        paragraphs: vec![(words.verify)(email), Phrase::new(words.verify_not_you)],
        fields: vec![Field::new(
            "password",
            words.password,
            "password",
            "current-password",
        )],
        submit: words.verify_submit,
        after: vec![(forgot, words.verify_forgot)],
        ..Act::default()
    }
}

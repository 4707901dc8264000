//! `POST /v1/auth/session`: a program signs a person in.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::{
    accounts::{
        account::Account,
        proof::{self, Attempt, PASSWORD, Proof, Refused},
        second_factor::{self, Presented},
        session::{self, Proved},
        session_refresh_token,
        session_token::{self, Of},
    },
    platform::{Platform, db::Verdict},
    signing::jwt::Signer,
    web::{
        answers::refusals,
        caller::workspace_forbidden,
        context::RequestContext,
        json::JsonBody,
        limit::{self, Rule, Who},
        problem::Problem,
        words::errors,
    },
    workspaces::{membership, session_answer::SessionTokens},
};

/// What a program sends.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SignIn {
    /// `local` for an e-mail address and a password.
    provider: String,
    /// With `local`: the person's address.
    email: Option<String>,
    /// With `local`: the person's password.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Zeroizing<String>>,
    /// Where the person has a second factor: the code that their app shows.
    #[schema(value_type = Option<String>)]
    otp: Option<Zeroizing<String>>,
    /// Instead of `otp`: one of the person's recovery codes. Each works once.
    #[schema(value_type = Option<String>)]
    recovery_code: Option<Zeroizing<String>>,
    /// The id or slug of the workspace in which requests act that name none. Without it: the last used one.
    workspace_id: Option<String>,
}

refusals! { SignInRefusals: Problem [
    MALFORMED_BODY, INVALID_VALUE, UNSUPPORTED_MEDIA_TYPE, INVALID_CREDENTIALS, SECOND_FACTOR_REQUIRED, INVALID_SECOND_FACTOR,
    EMAIL_UNVERIFIED, ACCOUNT_DISABLED, WORKSPACE_FORBIDDEN,
]; }

/// Signs a person in.
///
/// The access token is a JWT that lives for an hour, and no longer than its session. The refresh token renews it, once.
#[utoipa::path(
    post, path = "/v1/auth/session", tag = "Sessions", operation_id = "signIn",
    request_body(content = SignIn, example = json!({
        "provider": "local", "email": "mara@northwind.example", "password": "correct-horse-7Q2"
    })),
    responses((status = 200, description = "They are signed in.", body = SessionTokens), SignInRefusals),
)]
// No cookie is read, so no foreign page can send this in somebody's name.
pub(crate) async fn post(
    req: HttpRequest,
    body: JsonBody<SignIn>,
    platform: Data<Platform>,
    signer: Data<Signer>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    limit::count(&req, Rule::SignIn, Who::Network)?;
    let now = platform.clock.now();
    let JsonBody(asked) = body;
    if asked.provider != "local" {
        let detail = "`provider`: there is no such provider here.";
        return Err(Problem::new(&errors::INVALID_VALUE, detail));
    }
    let (Some(email), Some(password)) = (asked.email, asked.password) else {
        let detail = "With the provider `local`, `email` and `password` are needed.";
        return Err(Problem::new(&errors::MALFORMED_BODY, detail));
    };
    if asked.otp.is_some() && asked.recovery_code.is_some() {
        let detail = "Send `otp` or `recoveryCode`, not both.";
        return Err(Problem::new(&errors::MALFORMED_BODY, detail));
    }
    let attempt = Attempt::new(&email, context, now);
    let account = match proof::prove(&platform, &attempt, password).await? {
        Proof::Right(account) => account,
        Proof::Refused(refused) => return Err(refusal(&refused)),
    };
    let work = platform.clone();
    let opened = platform
        .db
        .write(move |conn| {
            let opening = Opening {
                platform: &work,
                signer: &signer,
                attempt: &attempt,
            };
            let presented = match (&asked.otp, &asked.recovery_code) {
                (Some(code), _) => Some(Presented::Code(code)),
                (None, Some(code)) => Some(Presented::RecoveryCode(code)),
                (None, None) => None,
            };
            let proved = Factors {
                first: &[PASSWORD],
                second: presented,
            };
            opening.run(conn, &account, proved, asked.workspace_id.as_deref())
        })
        .await??;
    Ok(opened.respond())
}

/// What a sign-in is refused with. That an account is switched off, or its address not confirmed, learns only who knows the password.
fn refusal(refused: &Refused) -> Problem {
    match refused {
        Refused::Wrong => Problem::new(
            &errors::INVALID_CREDENTIALS,
            "The e-mail address or the password is wrong.",
        ),
        Refused::Locked { until, now } => Problem {
            retry_after: (*until - *now).to_std().ok(),
            ..Problem::new(
                &errors::TOO_MANY_REQUESTS,
                "Too many tries. The password itself has not changed.",
            )
        },
        Refused::Disabled => Problem::new(
            &errors::ACCOUNT_DISABLED,
            "The password is right, but the account was switched off.",
        ),
        Refused::Unverified(_) => Problem::new(
            &errors::EMAIL_UNVERIFIED,
            "The password is right, but the address is not confirmed yet. Open the link in the mail.",
        ),
    }
}

/// What a person shows to be signed in.
struct Factors<'a> {
    /// How they proved who they are already.
    first: &'a [&'a str],
    second: Option<Presented<'a>>,
}

/// What begins a session.
struct Opening<'a> {
    platform: &'a Platform,
    signer: &'a Signer,
    attempt: &'a Attempt,
}

impl Opening<'_> {
    /// All of it, or nothing: a workspace that is not the person's gives no session.
    fn run(
        &self,
        conn: &mut diesel::PgConnection,
        account: &Account,
        proved: Factors<'_>,
        named: Option<&str>,
    ) -> Verdict<SessionTokens, Problem> {
        let (config, now) = (&self.platform.config, self.attempt.now);
        // Before anything is told of workspaces.
        let amr = match self.factors(conn, account, proved)? {
            Ok(amr) => amr,
            Err(refused) => return Ok(Err(refused)),
        };
        let place = match named {
            Some(named) => match membership::find_named(conn, account.id, named)? {
                Some(place) => Some(place),
                None => return Ok(Err(workspace_forbidden())),
            },
            None => membership::last_used(conn, account.id)?,
        };
        self.attempt.succeeded(conn, account.id)?;
        let workspace = place.as_ref().map(|place| place.workspace.id);
        if let Some(workspace) = workspace {
            membership::used(conn, account.id, workspace, now)?;
        }
        let lifetime = self.platform.api_session_lifetime();
        let proved = Proved {
            account,
            amr: &amr,
            from: &self.attempt.origin,
        };
        let session = session::start_api(conn, proved, workspace, lifetime, now)?;
        let refresh = session_refresh_token::issue(conn, session, 0, lifetime, now)?;
        let of = Of {
            session,
            account: account.id,
            workspace,
            authenticated_at: now,
            amr: &amr.iter().map(|&how| how.to_owned()).collect::<Vec<_>>(),
        };
        Ok(Ok(SessionTokens {
            access_token: session_token::mint(conn, self.signer, config, of, now)?,
            expires_in: config.api_session.access.as_secs(),
            refresh_token: refresh.reveal(&config.vendor).to_string(),
            user: account.into(),
            workspace: place.as_ref().map(Into::into),
        }))
    }

    /// How the person proved who they are, once that is enough.
    fn factors<'f>(
        &self,
        conn: &mut diesel::PgConnection,
        account: &Account,
        Factors { first, second }: Factors<'f>,
    ) -> Verdict<Vec<&'f str>, Problem> {
        if !second_factor::is_needed(conn, account.id, first)? {
            return Ok(Ok(first.to_vec()));
        }
        let Some(presented) = second else {
            self.attempt.owes_second_factor(conn)?;
            let detail =
                "The password is right. Send the code of the person's app as `otp`, or a `recoveryCode`.";
            return Ok(Err(Problem::new(&errors::SECOND_FACTOR_REQUIRED, detail)));
        };
        let when = (&self.attempt.origin, self.attempt.now);
        if !second_factor::prove(conn, &self.platform.seal, account.id, presented, when)? {
            let detail = "The code is wrong, too old, or was used before.";
            return Ok(Err(Problem::new(&errors::INVALID_SECOND_FACTOR, detail)));
        }
        Ok(Ok(second_factor::with(first)))
    }
}

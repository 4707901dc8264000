//! `POST /v1/auth/session`: a program signs a person in.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::{
    accounts::{
        account::{Account, Email},
        federate,
        id_token::Identity,
        newcomer::{House, Newcomers},
        proof::{self, Attempt, PASSWORD, Proof, Refused},
        provider::Providers,
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
    workspaces::{global, membership, session_answer::SessionTokens},
};

/// What a program sends.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SignIn {
    /// `local` for an e-mail address and a password; else the name of a provider here, such as `google` or `microsoft`.
    provider: String,
    /// With `local`: the person's address.
    #[schema(nullable = false)]
    email: Option<String>,
    /// With `local`: the person's password.
    #[schema(value_type = Option<String>, nullable = false, format = Password)]
    password: Option<Zeroizing<String>>,
    /// With another provider: the ID token that it gave the person. It is accepted once.
    #[schema(value_type = Option<String>, nullable = false)]
    id_token: Option<Zeroizing<String>>,
    /// Where the person has a second factor: the code that their app shows.
    #[schema(value_type = Option<String>, nullable = false)]
    otp: Option<Zeroizing<String>>,
    /// Instead of `otp`: one of the person's recovery codes. Each works once.
    #[schema(value_type = Option<String>, nullable = false)]
    recovery_code: Option<Zeroizing<String>>,
    /// The id or slug of the workspace in which requests act that name none. Without it: the last used one.
    #[schema(nullable = false)]
    workspace_id: Option<String>,
}

refusals! { SignInRefusals: Problem [
    MALFORMED_BODY, INVALID_VALUE, UNSUPPORTED_MEDIA_TYPE, INVALID_CREDENTIALS, SECOND_FACTOR_REQUIRED, INVALID_SECOND_FACTOR,
    EMAIL_UNVERIFIED, ACCOUNT_DISABLED, WORKSPACE_FORBIDDEN, UNKNOWN_PROVIDER, INVALID_ID_TOKEN, IDENTITY_NOT_LINKED,
    REGISTRATION_CLOSED, PROVIDER_UNAVAILABLE,
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
    providers: Data<Providers>,
    signer: Data<Signer>,
    context: RequestContext,
) -> Result<HttpResponse, Problem> {
    limit::count(&req, Rule::SignIn, Who::Network)?;
    let now = platform.clock.now();
    let JsonBody(asked) = body;
    let workspace = asked.workspace_id;
    let second = match (asked.otp, asked.recovery_code) {
        (Some(_), Some(_)) => {
            let detail = "Send `otp` or `recoveryCode`, not both.";
            return Err(Problem::new(&errors::MALFORMED_BODY, detail));
        }
        (code, recovery_code) => Second { code, recovery_code },
    };
    let (person, attempt) = match (
        asked.provider.as_str(),
        asked.email,
        asked.password,
        asked.id_token,
    ) {
        ("local", Some(email), Some(password), None) => {
            let attempt = Attempt::new(&email, context, now);
            match proof::prove(&platform, &attempt, password).await? {
                Proof::Right(account) => (Person::Known(account), attempt),
                Proof::Refused(refused) => return Err(refusal(&refused)),
            }
        }
        ("local", ..) => {
            let detail = "With the provider `local`, `email` and `password` are needed, and no `idToken`.";
            return Err(Problem::new(&errors::MALFORMED_BODY, detail));
        }
        (provider, None, None, Some(token)) => {
            let identity = federate::prove(&providers, provider, &token, None, now).await??;
            (Person::Vouched(identity), Attempt::without_password(context, now))
        }
        _ => {
            let detail = "With another provider than `local`, `idToken` is needed, and neither `email` nor `password`.";
            return Err(Problem::new(&errors::MALFORMED_BODY, detail));
        }
    };
    let opening = Opening {
        platform: platform.clone(),
        signer,
        attempt,
        second,
    };
    let opened = platform
        .db
        .write(move |conn| opening.run(conn, &person, workspace.as_deref()))
        .await??;
    Ok(opened.respond())
}

/// Who signs in.
enum Person {
    /// With the password of this account.
    Known(Account),
    /// With the word of another provider.
    Vouched(Identity),
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

impl Person {
    /// How they have proved so far who they are (RFC 8176).
    fn methods(&self) -> Vec<&'static str> {
        match self {
            Self::Known(_) => vec![PASSWORD],
            Self::Vouched(identity) => identity.methods().to_vec(),
        }
    }
}

/// What came for the second factor.
struct Second {
    code: Option<Zeroizing<String>>,
    recovery_code: Option<Zeroizing<String>>,
}

impl Second {
    fn presented(&self) -> Option<Presented<'_>> {
        let code = self.code.as_deref().map(|code| Presented::Code(code));
        code.or(self
            .recovery_code
            .as_deref()
            .map(|code| Presented::RecoveryCode(code)))
    }
}

/// What begins a session.
struct Opening {
    platform: Data<Platform>,
    signer: Data<Signer>,
    attempt: Attempt,
    second: Second,
}

impl Opening {
    /// All of it, or nothing: a workspace that is not the person's gives no session, and burns no ID token.
    fn run(
        &self,
        conn: &mut PgConnection,
        person: &Person,
        named: Option<&str>,
    ) -> Verdict<SessionTokens, Problem> {
        let (config, now) = (&self.platform.config, self.attempt.now);
        let foreseen = match person {
            Person::Known(account) => Some(account.clone()),
            Person::Vouched(identity) => match federate::foresee(conn, identity, config.registration)? {
                Ok(account) => account,
                Err(refused) => return Ok(Err(refused.into())),
            },
        };
        // Before anything is told of workspaces, and before an ID token is burnt. Whose account is not made yet has no second factor.
        let mut attempt = self.attempt.clone();
        let mut amr = person.methods();
        if let Some(account) = &foreseen {
            amr = match self.factors(conn, account, amr, &mut attempt)? {
                Ok(amr) => amr,
                Err(refused) => return Ok(Err(refused)),
            };
        }
        let place = match (named, &foreseen) {
            (Some(named), Some(account)) => membership::find_named(conn, account.id, named)?,
            (None, Some(account)) => membership::last_used(conn, account.id)?,
            // Whose account is not made yet is in no workspace.
            (_, None) => None,
        };
        if named.is_some() && place.is_none() {
            return Ok(Err(workspace_forbidden()));
        }
        let account = match person {
            Person::Known(account) => account.clone(),
            Person::Vouched(identity) => {
                let house = House {
                    config,
                    newcomers: Newcomers(global::welcome),
                };
                let admitted = federate::admit(conn, identity, house, &self.attempt.origin, now)?;
                match admitted {
                    Ok(account) => account,
                    Err(refused) => return Ok(Err(refused.into())),
                }
            }
        };
        // Who came just now may have been welcomed in one.
        let place = match place {
            Some(place) => Some(place),
            None => membership::last_used(conn, account.id)?,
        };
        attempt.succeeded(conn, account.id)?;
        let workspace = place.as_ref().map(|place| place.workspace.id);
        if let Some(workspace) = workspace {
            membership::used(conn, account.id, workspace, now)?;
        }
        let lifetime = self.platform.api_session_lifetime();
        let proved = Proved {
            account: &account,
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
            amr: &amr.iter().map(ToString::to_string).collect::<Vec<_>>(),
        };
        Ok(Ok(SessionTokens {
            access_token: session_token::mint(conn, &self.signer, config, of, now)?,
            expires_in: config.api_session.access.as_secs(),
            refresh_token: refresh.reveal(&config.vendor).to_string(),
            user: (&account).into(),
            workspace: place.as_ref().map(Into::into),
        }))
    }

    /// How the person proved who they are, once that is enough.
    fn factors(
        &self,
        conn: &mut PgConnection,
        account: &Account,
        first: Vec<&'static str>,
        attempt: &mut Attempt,
    ) -> Verdict<Vec<&'static str>, Problem> {
        if !second_factor::is_needed(conn, account.id, &first)? {
            return Ok(Ok(first));
        }
        let Some(presented) = self.second.presented() else {
            attempt.owes_second_factor(conn)?;
            let detail =
                "The first factor is right. Send the code of the person's app as `otp`, or a `recoveryCode`.";
            return Ok(Err(Problem::new(&errors::SECOND_FACTOR_REQUIRED, detail)));
        };
        if attempt.email.is_none() {
            // Another provider's word was not counted; a code is, where passwords are.
            attempt.email = Email::parse(&account.email);
            if let Err(locked) = attempt.count(conn, &self.platform.config.login)? {
                return Ok(Err(refusal(&locked)));
            }
        }
        let when = (&attempt.origin, attempt.now);
        if !second_factor::prove(conn, &self.platform.seal, account.id, presented, when)? {
            let detail = "The code is wrong, too old, or was used before.";
            return Ok(Err(Problem::new(&errors::INVALID_SECOND_FACTOR, detail)));
        }
        Ok(Ok(second_factor::with(&first)))
    }
}

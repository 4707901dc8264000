//! An account of one's own: `POST /v1/auth/register`, and the page `/register`.
//!
//! # Decisions
//! * The answer is the same whether or not an account has the address, and so is the work that takes time: the password is looked at
//!   and hashed before anybody looks for the account. Who owns the address learns the rest, by mail (UE-03).
//! * Of registrations that nobody verified none counts before the others: whose it was says the password, when the address is
//!   verified ([`registration`]).
//! * An address that has had enough mails gets none, and then nothing is kept either: so nobody can push out what its owner typed any
//!   faster than mails go out.

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
        account::{self, Email, Name, NewAccount, Verified},
        act::{Act, Alert, Field},
        email_code::{self, Purpose},
        letters::{self, About},
        password_rule::{self, TooWeak},
        provider::Providers,
        provider_buttons::{self, Offered, ProviderButtons},
        registration,
        scene::{Errand, Nothing, Scene, Shared},
        throttle::{self, Posting},
    },
    audit::{
        event::Event,
        log::{self, Actor},
    },
    platform::{Platform, config::Joining, db::Internal},
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

/// What the token of the form is for.
const PURPOSE: &str = "register";

/// What a program sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Registration {
    /// The person's address. A mail with a link is sent there.
    email: String,
    /// The password that they choose: 8 to 256 characters, not easy to guess.
    #[schema(value_type = String, format = Password)]
    password: Zeroizing<String>,
    /// As they want to be called: 1 to 100 characters.
    name: String,
}

/// Why nothing was registered. It says nothing of accounts that there are.
#[derive(Debug)]
enum Refused {
    /// People join by invitation.
    Closed,
    /// Something that was typed is not acceptable.
    Values(Wrong),
}

/// What is not acceptable.
#[derive(Debug, Default)]
pub(super) struct Wrong {
    pub(super) name: bool,
    pub(super) email: bool,
    pub(super) password: Option<TooWeak>,
}

/// What is kept.
struct New {
    email: Email,
    name: Name,
    hash: String,
}

/// Registers a person, if that is news; writes to whoever reads the mail of the address. Answers that address.
async fn register(
    platform: &Data<Platform>,
    entry: Registration,
    errand: Errand,
) -> Result<Result<Email, Refused>, Problem> {
    if platform.config.registration == Joining::Invitation {
        return Ok(Err(Refused::Closed));
    }
    let (email, name) = (Email::parse(&entry.email), Name::parse(&entry.name));
    let product_name = platform.config.branding.product_name.as_str();
    let weak = password_rule::check(&entry.password, &[&entry.email, &entry.name, product_name]).err();
    let (Some(email), Some(name), None) = (&email, &name, weak) else {
        return Ok(Err(Refused::Values(Wrong {
            name: name.is_none(),
            email: email.is_none(),
            password: weak,
        })));
    };
    let hash = platform.passwords.hash(entry.password).await;
    let new = New {
        email: email.clone(),
        name: name.clone(),
        hash: hash.map_err(|_| Problem::unavailable())?,
    };
    let work = platform.clone();
    let kept = platform.db.write(move |conn| keep(conn, &work, &new, &errand));
    kept.await?;
    Ok(Ok(email.clone()))
}

/// Of any number that race for one address, one makes the account; the mails of the others take its place.
fn keep(conn: &mut PgConnection, platform: &Platform, new: &New, errand: &Errand) -> Result<(), Internal> {
    let most = platform.config.rate_limits.mails_per_address;
    let posting = throttle::mail(conn, throttle::Mail::Register, &new.email, most, errand.now)?;
    if posting != Posting::Send {
        return Ok(());
    }
    let made = account::create(
        conn,
        &NewAccount {
            email: &new.email,
            name: new.name.as_str(),
            password_hash: Some(&new.hash),
            verified: Verified::No,
        },
        errand.now,
    )?;
    let account = match made {
        Some(made) => made,
        None => match account::hold(conn, &new.email)? {
            Some(known) if known.disabled_at.is_some() => return Ok(()),
            Some(known) if known.verified_at.is_some() => {
                return Ok(letters::send(conn, platform, &known, &About::Known, errand)?);
            }
            Some(known) => match account::register_again(conn, known.id, &new.name, &new.hash)? {
                Some(again) => again,
                None => return Ok(()),
            },
            // It was deleted in between: nobody is there to be written to.
            None => return Ok(()),
        },
    };
    registration::add(conn, account.id, &new.name, &new.hash, errand.now)?;
    let code = email_code::issue(conn, account.id, Purpose::Verify, &new.email, errand.now)?;
    let event = Event::AccountRegistered { account: account.id };
    log::append(conn, Actor::Nobody, &errand.origin, &event, errand.now)?;
    Ok(letters::send(
        conn,
        platform,
        &account,
        &About::Verify(&code),
        errand,
    )?)
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let detail = match refused {
            Refused::Closed => {
                let detail = "New accounts are made by invitation only.";
                return Self::new(&errors::REGISTRATION_CLOSED, detail);
            }
            Refused::Values(Wrong { email: true, .. }) => "`email`: it is not an e-mail address.",
            Refused::Values(Wrong { name: true, .. }) => "`name`: it must have 1 to 100 visible characters.",
            Refused::Values(Wrong { password, .. }) => {
                password.map_or("A value is missing.", TooWeak::detail)
            }
        };
        Self::new(&errors::INVALID_VALUE, detail)
    }
}

refusals! { RegisterRefusals: Problem [
    MALFORMED_BODY, INVALID_VALUE, UNSUPPORTED_MEDIA_TYPE, REGISTRATION_CLOSED,
]; }

/// Registers a person.
///
/// A mail goes to the address: with a link that verifies it, or, where an account has it already, with the word that it has. The
/// answer does not tell which. Nobody can sign in before the address is verified.
#[utoipa::path(
    post, path = "/v1/auth/register", tag = "Accounts", operation_id = "register",
    request_body(content = Registration, example = json!({
        "email": "mara@northwind.example", "password": "wine poem lorry 4", "name": "Mara"
    })),
    responses((status = 202, description = "A mail is on its way.", body = Nothing), RegisterRefusals),
)]
// No cookie is read, so no foreign page can send this in somebody's name.
pub(crate) async fn api(
    req: HttpRequest,
    body: JsonBody<Registration>,
    platform: Data<Platform>,
    context: RequestContext,
    language: Language,
) -> Result<HttpResponse, Problem> {
    limit::count(&req, Rule::Register, Who::Network)?;
    let errand = Errand::of_api(context, language, platform.clock.now());
    register(&platform, body.0, errand).await??;
    Ok(HttpResponse::Accepted().json(Nothing {}))
}

/// `GET /register`.
pub(super) async fn get(
    req: HttpRequest,
    providers: Data<Providers>,
    shared: Shared,
) -> Result<HttpResponse, Problem> {
    let scene = Scene::open(&req, shared).await?;
    if scene.platform.config.registration == Joining::Invitation {
        return show_closed(&scene);
    }
    show(&scene, &providers, ("", ""), None).await
}

/// `POST /register`.
pub(super) async fn post(
    req: HttpRequest,
    body: Bytes,
    providers: Data<Providers>,
    shared: Shared,
) -> Result<HttpResponse, Problem> {
    let (scene, form) = Scene::post(&req, body, shared, PURPOSE).await?;
    let language = scene.layout().language;
    let value = |name| form.value(name).unwrap_or_default();
    let typed = (value("name"), value("email"));
    if let Err(exceeded) = limit::count(&req, Rule::Register, Who::Network) {
        let alert = Alert::too_many(&exceeded, scene.now, language);
        return show(&scene, &providers, typed, Some(alert)).await;
    }
    let entry = Registration {
        email: value("email").to_owned(),
        password: Zeroizing::new(value("password").to_owned()),
        name: value("name").to_owned(),
    };
    match register(&scene.platform, entry, scene.errand()).await? {
        Ok(email) => scene.show(sent(email.as_str(), |path| scene.way.to(path), language)),
        Err(Refused::Closed) => show_closed(&scene),
        Err(Refused::Values(wrong)) => show(&scene, &providers, typed, wrong.alert(language)).await,
    }
}

async fn show(
    scene: &Scene,
    providers: &Providers,
    typed: (&str, &str),
    alert: Option<Alert>,
) -> Result<HttpResponse, Problem> {
    let language = scene.layout().language;
    let to = |path: &str| scene.way.to(path);
    let for_provider = scene
        .cookies
        .token(&provider_buttons::purpose(scene.way.request()));
    let offered = Offered::all(providers, scene.now).await;
    scene.show(Act {
        action: to("/register"),
        csrf_token: scene.cookies.token(PURPOSE),
        providers: ProviderButtons::of(&offered, for_provider, language, to),
        after: vec![(to("/login"), language.words().steps.have_account)],
        ..question(typed, alert, language)
    })
}

impl Wrong {
    pub(super) fn alert(&self, language: Language) -> Option<Alert> {
        let all = language.words();
        let name = self.name.then_some(("name", all.steps.no_name));
        let email = self.email.then_some(("email", all.steps.no_email));
        let weak = self.password.map(|weak| weak.sentence(all.password_rule));
        let password = weak.map(|sentence| ("password", sentence));
        Alert::of_fields([name, email, password].into_iter().flatten().collect())
    }
}

/// The form.
pub(super) fn question((name, email): (&str, &str), alert: Option<Alert>, language: Language) -> Act {
    let all = language.words();
    let words = all.steps;
    Act {
        heading: Phrase::new(words.register_heading),
        alert,
        fields: vec![
            Field::new("name", words.name, "text", "name").with(name),
            Field::email(words.email, email),
            Field::new_password(words.password, all.password_rule),
        ],
        submit: words.register_submit,
        ..Act::default()
    }
}

/// What is said after it, to everybody.
pub(super) fn sent(email: &str, to: impl Fn(&str) -> String, language: Language) -> Act {
    let words = language.words().steps;
    Act {
        heading: Phrase::new(words.sent_heading),
        paragraphs: vec![(words.sent_register)(email), Phrase::new(words.sent_then)],
        after: vec![
            (to("/verify/resend"), words.resend_heading),
            (to("/login"), words.sign_in),
        ],
        ..Act::default()
    }
}

/// Where people join by invitation.
pub(super) fn closed(product_name: &str, login: String, language: Language) -> Act {
    let words = language.words().steps;
    Act {
        heading: Phrase::new(words.closed_heading),
        paragraphs: vec![Phrase::new((words.closed)(product_name))],
        doc: Some(&errors::REGISTRATION_CLOSED),
        status: StatusCode::FORBIDDEN,
        after: vec![(login, words.sign_in)],
        ..Act::default()
    }
}

fn show_closed(scene: &Scene) -> Result<HttpResponse, Problem> {
    let layout = scene.layout();
    let login = scene.way.to("/login");
    scene.show(closed(layout.product_name, login, layout.language))
}

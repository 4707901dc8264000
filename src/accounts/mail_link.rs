//! What the link in a mail leads to: a page that asks once more, and then what it is for. `/verify` and `/reset`, and what is one at
//! their endpoints.
//!
//! Opening the page does nothing, so that a program which opens the links of a mail does nothing either (UE-11). Whose account it is
//! about says the token, and nothing else that is sent (UE-08).

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Bytes, Data},
};
use diesel::PgConnection;
use zeroize::Zeroizing;

use crate::{
    accounts::{
        account,
        act::{Act, Alert},
        email_code::{self, Purpose, Spent},
        newcomer::{House, Newcomers},
        password_rule::TooWeak,
        reset_password,
        scene::{Errand, Scene, Shared, token_of},
        verify_email,
    },
    audit::{
        event::Event,
        log::{self, Actor},
    },
    platform::{Platform, clock::Timestamp, db::Internal, id::AccountId, secret::Secret},
    web::{
        language::Language,
        limit::{self, Rule, Who},
        phrase::Phrase,
        problem::Problem,
        words::errors,
    },
};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// To prove an address.
    Verify,
    /// To set a forgotten password anew.
    Reset,
}

impl Link {
    const fn purpose(self) -> Purpose {
        match self {
            Self::Verify => Purpose::Verify,
            Self::Reset => Purpose::Reset,
        }
    }

    /// What the token of its form is for.
    const fn form(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Verify => "/verify",
            Self::Reset => "/reset",
        }
    }

    pub(super) const fn rule(self) -> Rule {
        match self {
            Self::Verify => Rule::Verify,
            Self::Reset => Rule::Reset,
        }
    }

    /// What the page says and asks.
    pub(super) fn question(
        self,
        email: &str,
        alert: Option<Alert>,
        to: impl Fn(&str) -> String,
        language: Language,
    ) -> Act {
        match self {
            Self::Verify => verify_email::question(email, alert, to("/forgot"), language),
            Self::Reset => reset_password::question(email, alert, language),
        }
    }

    /// What is said after it.
    pub(super) fn done(self, login: String, language: Language) -> Act {
        let words = language.words().steps;
        let (heading, what) = match self {
            Self::Verify => (words.verified_heading, words.verified),
            Self::Reset => (words.changed_heading, words.changed),
        };
        Act {
            heading: Phrase::new(heading),
            paragraphs: vec![Phrase::new(what)],
            go_on: Some((login, words.sign_in)),
            ..Act::default()
        }
    }

    /// The page of a link that is worth nothing.
    pub(super) fn worthless(self, to: impl Fn(&str) -> String, language: Language) -> Act {
        let words = language.words().steps;
        let (then, again) = match self {
            Self::Verify => (words.over_verify, "/verify/resend"),
            Self::Reset => (words.over_reset, "/forgot"),
        };
        Act {
            heading: Phrase::new(words.over_heading),
            paragraphs: vec![Phrase::new(words.over), Phrase::new(then)],
            doc: Some(&errors::CODE_NOT_VALID),
            status: StatusCode::GONE,
            go_on: Some((to(again), words.over_again)),
            after: vec![(to("/login"), words.sign_in)],
            ..Act::default()
        }
    }
}

/// What is brought to an endpoint, or sent with the form of a page.
pub(super) struct Brought {
    pub(super) token: Zeroizing<String>,
    pub(super) password: Option<Zeroizing<String>>,
}

/// Why nothing was done. The token is as good as before.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refused {
    /// The token was used, is too old, was replaced, or never was one: which, nobody is told.
    NotValid,
    /// Several people registered, and nobody said which is the one who reads the mail.
    PasswordRequired,
    /// Nobody registered with that password.
    NotTheirs,
    /// It may not be set.
    Weak(TooWeak),
}

impl Refused {
    fn alert(self, language: Language) -> Option<Alert> {
        let words = language.words();
        let what = match self {
            Self::NotValid => return None,
            Self::PasswordRequired | Self::NotTheirs => words.steps.not_registered_with,
            Self::Weak(weak) => weak.sentence(words.password_rule),
        };
        Some(Alert::of_field("password", what, ""))
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotValid => Self::new(
                &errors::CODE_NOT_VALID,
                "The link is not good any more: it was used, it is too old, or a newer mail has taken its place.",
            ),
            Refused::PasswordRequired => Self::new(
                &errors::PASSWORD_REQUIRED,
                "Somebody registered with this address more than once. Send `password`, the one that the person chose.",
            ),
            Refused::NotTheirs => Self::new(
                &errors::INVALID_CREDENTIALS,
                "`password`: nobody registered with this address and this password.",
            ),
            Refused::Weak(weak) => Self::new(&errors::INVALID_VALUE, weak.detail()),
        }
    }
}

/// Somebody who reads the mail of an account, and what they want to do with that. It is still to be spent.
pub(super) struct Reader {
    pub(super) platform: Data<Platform>,
    newcomers: Newcomers,
    presented: Secret,
    link: Link,
    pub(super) account_id: AccountId,
    pub(super) errand: Errand,
}

impl Reader {
    /// Spends the code, in the caller's transaction.
    pub(super) fn spend(&self, conn: &mut PgConnection) -> Result<Result<Spent, Refused>, Internal> {
        let spent = email_code::spend(conn, &self.presented, self.link.purpose(), self.errand.now)?;
        Ok(spent.ok_or(Refused::NotValid))
    }

    /// The address has turned out to be theirs.
    pub(super) fn verified(&self, conn: &mut PgConnection) -> Result<(), Internal> {
        self.note(
            conn,
            &Event::AccountVerified {
                account: self.account_id,
            },
        )?;
        if let Some(account) = account::find(conn, self.account_id)? {
            let house = House {
                config: &self.platform.config,
                newcomers: self.newcomers,
            };
            house.welcome(conn, &account, self.errand.now)?;
        }
        Ok(())
    }

    /// Writes down what they did.
    pub(super) fn note(&self, conn: &mut PgConnection, event: &Event) -> Result<(), Internal> {
        let (actor, errand) = (Actor::Account(self.account_id), &self.errand);
        Ok(log::append(conn, actor, &errand.origin, event, errand.now)?)
    }
}

/// Does what the link is for.
pub(super) async fn follow(
    link: Link,
    (platform, newcomers): (&Data<Platform>, Newcomers),
    brought: Brought,
    errand: Errand,
) -> Result<Result<(), Refused>, Problem> {
    let Some(presented) = Secret::parse(&platform.config.vendor, &brought.token) else {
        return Ok(Err(Refused::NotValid));
    };
    let Some(code) = look(platform, &presented, link, errand.now).await? else {
        return Ok(Err(Refused::NotValid));
    };
    let reader = Reader {
        platform: platform.clone(),
        newcomers,
        presented,
        link,
        account_id: code.account_id,
        errand,
    };
    match link {
        Link::Verify => verify_email::verify(reader, brought.password).await,
        Link::Reset => reset_password::reset(reader, brought.password.unwrap_or_default()).await,
    }
}

/// What a token is good for now. Looking spends nothing.
async fn look(
    platform: &Platform,
    presented: &Secret,
    link: Link,
    now: Timestamp,
) -> Result<Option<Spent>, Problem> {
    let presented = presented.clone();
    let found = platform
        .db
        .read(move |conn| Ok(email_code::look(conn, &presented, link.purpose(), now)?));
    Ok(found.await?)
}

/// `GET` of the page.
pub(super) async fn get(req: HttpRequest, shared: Shared, link: Link) -> Result<HttpResponse, Problem> {
    let token = token_of(&req)?.unwrap_or_default();
    let scene = Scene::open(&req, shared).await?;
    match whose(&scene, link, &token).await? {
        Some(email) => ask(&scene, link, (&token, email), None),
        None => over(&scene, link),
    }
}

/// `POST` of its form.
pub(super) async fn post(
    req: HttpRequest,
    body: Bytes,
    newcomers: Data<Newcomers>,
    shared: Shared,
    link: Link,
) -> Result<HttpResponse, Problem> {
    let (scene, form) = Scene::post(&req, body, shared, link.form()).await?;
    let language = scene.layout().language;
    let value = |name| Zeroizing::new(form.value(name).unwrap_or_default().to_owned());
    let token = value("token");
    if let Err(exceeded) = limit::count(&req, link.rule(), Who::Network) {
        return match whose(&scene, link, &token).await? {
            Some(email) => {
                let alert = Alert::too_many(&exceeded, scene.now, language);
                ask(&scene, link, (&token, email), Some(alert))
            }
            None => Err(exceeded.into()),
        };
    }
    let brought = Brought {
        token: token.clone(),
        // Never none: a person's click stands for nothing that they did not type.
        password: Some(value("password")),
    };
    let to = (&scene.platform, **newcomers);
    let alert = match follow(link, to, brought, scene.errand()).await? {
        Ok(()) => return scene.show(link.done(scene.way.to("/login"), language)),
        Err(refused) => refused.alert(language),
    };
    match (alert, whose(&scene, link, &token).await?) {
        (Some(alert), Some(email)) => ask(&scene, link, (&token, email), Some(alert)),
        _ => over(&scene, link),
    }
}

/// Where the mail with this token was sent, if the link is good.
async fn whose(scene: &Scene, link: Link, token: &str) -> Result<Option<String>, Problem> {
    let Some(presented) = Secret::parse(&scene.platform.config.vendor, token) else {
        return Ok(None);
    };
    let code = look(&scene.platform, &presented, link, scene.now).await?;
    Ok(code.map(|code| code.email))
}

/// The page while the link is good.
fn ask(
    scene: &Scene,
    link: Link,
    (token, email): (&str, String),
    alert: Option<Alert>,
) -> Result<HttpResponse, Problem> {
    let act = link.question(&email, alert, |path| scene.way.to(path), scene.layout().language);
    scene.show(Act {
        action: scene.way.to(link.path()),
        csrf_token: scene.cookies.token(link.form()),
        token: Some(token.to_owned()),
        username: Some(email),
        ..act
    })
}

/// And when it is not.
fn over(scene: &Scene, link: Link) -> Result<HttpResponse, Problem> {
    scene.show(link.worthless(|path| scene.way.to(path), scene.layout().language))
}

//! From an ID token to the account that signs in, in two steps: the provider is asked outside of any transaction, and what
//! changes here changes in one.

use diesel::{PgConnection, QueryResult};
use zeroize::Zeroizing;

use super::decide::{NoAccount, Step, decide};
use crate::{
    accounts::{
        account::{self, Account, NewAccount, Verified},
        id_token::{self, Identity, Refused},
        identity,
        newcomer::House,
        provider::{Providers, Unavailable},
        used_id_token,
    },
    audit::{
        event::Event,
        log::{self, Actor, Origin},
    },
    platform::{
        clock::Timestamp,
        config::Joining,
        db::{Internal, Verdict},
    },
    web::{problem::Problem, words::errors},
};

/// Why somebody was not signed in with another provider's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such provider here.
    UnknownProvider,
    /// The ID token proves nothing, or was used before.
    Token(Refused),
    /// It proves who the person is, and they have no account that they may use.
    Account(NoAccount),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnknownProvider => Self::new(
                &errors::UNKNOWN_PROVIDER,
                "There is no provider of that name here.",
            ),
            Refusal::Token(refused) => refused.into(),
            Refusal::Account(NoAccount::Disabled) => {
                Self::new(&errors::ACCOUNT_DISABLED, "The account was switched off.")
            }
            Refusal::Account(NoAccount::NotLinked) => Self::new(
                &errors::IDENTITY_NOT_LINKED,
                "The provider does not vouch for the address, and no account here is linked to this one. Sign in with your password, then link it.",
            ),
            Refusal::Account(NoAccount::RegistrationClosed) => Self::new(
                &errors::REGISTRATION_CLOSED,
                "There is no account for this address, and new ones are made by invitation only.",
            ),
        }
    }
}

/// Whom an ID token of the provider of that name is about. Asks the provider for its keys where they are not known.
///
/// `nonce`: what must stand in the token, where the sign-in was begun here.
///
/// # Errors
/// [`Unavailable`]: 503, nobody can tell.
pub async fn prove(
    providers: &Providers,
    provider: &str,
    token: &Zeroizing<String>,
    nonce: Option<&str>,
    now: Timestamp,
) -> Result<Result<Identity, Refusal>, Unavailable> {
    let Some(provider) = providers.find(provider) else {
        return Ok(Err(Refusal::UnknownProvider));
    };
    let proved = id_token::verify(provider, token, nonce, now).await?;
    if let Err(refused) = &proved {
        tracing::info!(
            provider = provider.config.id,
            why = refused.0,
            "an ID token was refused"
        );
        metrics::counter!("sign_in_total", "outcome" => "id_token_refused").increment(1);
    }
    Ok(proved.map_err(Refusal::Token))
}

/// The account that [`admit`] would sign this person in to; `None`: one that is not made yet. Changes nothing, and spends nothing:
/// for what is asked first, such as a second factor.
///
/// # Errors
/// The database's.
pub fn foresee(
    conn: &mut PgConnection,
    person: &Identity,
    registration: Joining,
) -> Verdict<Option<Account>, Refusal> {
    let (step, known) = match look(conn, person, registration)? {
        Ok(looked) => looked,
        Err(none) => return Ok(Err(Refusal::Account(none))),
    };
    Ok(Ok(match step {
        Step::Known(_) | Step::Link(_) => known,
        // Of an unverified registration nothing is left then, so nothing of it is asked.
        Step::Claim(_) | Step::Create => None,
    }))
}

/// Spends the ID token, and makes the person the account that they are: links, takes over or makes it where they come for the
/// first time. In the transaction that begins the session; a refusal leaves everything as it was.
///
/// # Errors
/// The database's.
pub fn admit(
    conn: &mut PgConnection,
    person: &Identity,
    house: House<'_>,
    origin: &Origin,
    now: Timestamp,
) -> Verdict<Account, Refusal> {
    let (step, found) = match look(conn, person, house.config.registration)? {
        Ok(looked) => looked,
        Err(none) => return Ok(Err(Refusal::Account(none))),
    };
    if !used_id_token::spend(conn, person.digest, person.ends_at)? {
        return Ok(Err(Refusal::Token(Refused("it was used before"))));
    }
    let mut act = Act {
        conn,
        person,
        house,
        origin,
        now,
    };
    match act.run(step, found)? {
        Some(account) => Ok(Ok(account)),
        // All of it is rolled back, the spending too, and done again: what was decided is no longer right.
        None => Err(Internal::Unavailable(
            "the same person signed in twice at the same time".to_owned(),
        )),
    }
}

type Looked = Result<(Step, Option<Account>), NoAccount>;

/// What is to be done, and the account that there is.
fn look(conn: &mut PgConnection, person: &Identity, registration: Joining) -> QueryResult<Looked> {
    let known = identity::account_of(conn, person)?;
    let same_address = match &person.email {
        Some(email) if known.is_none() && person.vouched => account::hold(conn, email)?,
        _ => None,
    };
    let step = decide(person, known.as_ref(), same_address.as_ref(), registration);
    Ok(step.map(|step| (step, known.or(same_address))))
}

struct Act<'a> {
    conn: &'a mut PgConnection,
    person: &'a Identity,
    house: House<'a>,
    origin: &'a Origin,
    now: Timestamp,
}

impl Act<'_> {
    /// `None`: somebody was quicker, so the decision is no longer right.
    fn run(&mut self, step: Step, found: Option<Account>) -> QueryResult<Option<Account>> {
        let (person, now) = (self.person, self.now);
        match step {
            Step::Known(_) => {
                identity::used(self.conn, person, now)?;
                Ok(found)
            }
            Step::Link(_) => self.link(found),
            Step::Claim(id) => {
                let claimed = account::claim(self.conn, id, person.name.as_deref(), now)?;
                if claimed.is_some() {
                    self.log(id, &Event::AccountClaimed { account: id })?;
                }
                self.welcome(claimed)
            }
            Step::Create => {
                let Some(email) = &person.email else {
                    return Ok(None);
                };
                let local_part = email.as_str().split('@').next().unwrap_or_default();
                let new = NewAccount {
                    email,
                    name: person.name.as_deref().unwrap_or(local_part),
                    password_hash: None,
                    verified: Verified::Yes,
                };
                let made = account::create(self.conn, &new, now)?;
                if let Some(account) = &made {
                    self.log(account.id, &Event::AccountCreated { account: account.id })?;
                }
                self.welcome(made)
            }
        }
    }

    fn welcome(&mut self, account: Option<Account>) -> QueryResult<Option<Account>> {
        let linked = self.link(account)?;
        if let Some(account) = &linked {
            self.house.welcome(self.conn, account, self.now)?;
        }
        Ok(linked)
    }

    fn link(&mut self, account: Option<Account>) -> QueryResult<Option<Account>> {
        let Some(account) = account else {
            return Ok(None);
        };
        if !identity::link(self.conn, self.person, account.id, self.now)? {
            return Ok(None);
        }
        let linked = Event::IdentityLinked {
            account: account.id,
            provider: self.person.provider.clone(),
        };
        self.log(account.id, &linked)?;
        Ok(Some(account))
    }

    fn log(&mut self, account: crate::platform::id::AccountId, event: &Event) -> QueryResult<()> {
        log::append(self.conn, Actor::Account(account), self.origin, event, self.now)
    }
}

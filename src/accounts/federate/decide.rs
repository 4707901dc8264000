//! Which account a person is who comes with another provider's word. No SQL, no HTTP.
//!
//! # Decisions
//! * **Issuer and subject decide first.** A person who came before is that account, whatever address the provider names now
//!   (SL-14).
//! * **An address joins two accounts only where both ends are proved**: the provider vouches for it, and it is verified here.
//!   Otherwise whoever can make a provider name an address would be that person (nOAuth, SL-01, SL-04).
//! * **An unverified registration gives way** to the person whose address it is. Nobody was ever signed in to it, and whoever
//!   made it keeps nothing of it (SL-03): refusing instead would let anybody lock others out by registering their addresses.
//! * **Who is not vouched for gets one answer**, whether or not an account has the address: otherwise anybody with a tenant of
//!   their own could ask which addresses are known here.

use crate::{
    accounts::{account::Account, id_token::Identity},
    platform::{config::Joining, id::AccountId},
};

/// What signing in does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing more: the person came before.
    Known(AccountId),
    /// Joins the person to the account with their address.
    Link(AccountId),
    /// Takes the account over from whoever registered it without verifying the address.
    Claim(AccountId),
    /// Makes an account.
    Create,
}

/// Why the person may not sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAccount {
    /// The operator switched the account off.
    Disabled,
    /// Nobody vouches that the address is this person's.
    NotLinked,
    /// It is, and new people are not let in.
    RegistrationClosed,
}

/// Decides. `known`: the account of issuer and subject. `same_address`: the one that has the address the provider names.
pub fn decide(
    person: &Identity,
    known: Option<&Account>,
    same_address: Option<&Account>,
    registration: Joining,
) -> Result<Step, NoAccount> {
    let enabled = |account: &Account| match account.disabled_at {
        None => Ok(account.id),
        Some(_) => Err(NoAccount::Disabled),
    };
    if let Some(account) = known {
        return enabled(account).map(Step::Known);
    }
    if !person.vouched {
        return Err(NoAccount::NotLinked);
    }
    match same_address {
        Some(account) if account.verified_at.is_some() => enabled(account).map(Step::Link),
        Some(account) => enabled(account).map(Step::Claim),
        None if registration == Joining::Open => Ok(Step::Create),
        None => Err(NoAccount::RegistrationClosed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accounts::account::Email,
        platform::{clock::Timestamp, secret::Digest},
    };

    fn account(is_verified: bool, is_disabled: bool) -> Account {
        let at = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        Account {
            id: AccountId::generate(at),
            email: "mara@northwind.example".to_owned(),
            name: "Mara".to_owned(),
            credentials_epoch: 0,
            language: None,
            disabled_at: is_disabled.then_some(at),
            verified_at: is_verified.then_some(at),
        }
    }

    fn person(vouched: bool) -> Identity {
        Identity {
            provider: "google".to_owned(),
            issuer: "https://accounts.google.com".to_owned(),
            subject: "1".to_owned(),
            email: Email::parse("mara@northwind.example"),
            vouched,
            name: None,
            amr: Vec::new(),
            digest: Digest::of(b"1"),
            ends_at: Timestamp::from_timestamp(1_800_000_000, 0).unwrap(),
        }
    }

    /// SL-01, SL-03, SL-14
    #[test]
    fn only_an_address_that_both_ends_prove_joins_two_accounts() {
        use Joining::{Invitation as Closed, Open};
        use NoAccount::{Disabled, NotLinked, RegistrationClosed};
        let (verified, unverified) = (account(true, false), account(false, false));
        let (off, unverified_off, other) = (account(true, true), account(false, true), account(true, false));
        for (case, vouched, known, same, registration, expected) in [
            (
                "known",
                false,
                Some(&other),
                Some(&verified),
                Closed,
                Ok(Step::Known(other.id)),
            ),
            (
                "known, off",
                true,
                Some(&off),
                Some(&verified),
                Open,
                Err(Disabled),
            ),
            (
                "both proved",
                true,
                None,
                Some(&verified),
                Closed,
                Ok(Step::Link(verified.id)),
            ),
            ("not vouched", false, None, Some(&verified), Open, Err(NotLinked)),
            (
                "unverified here",
                true,
                None,
                Some(&unverified),
                Closed,
                Ok(Step::Claim(unverified.id)),
            ),
            ("neither", false, None, Some(&unverified), Open, Err(NotLinked)),
            ("off", true, None, Some(&off), Open, Err(Disabled)),
            (
                "off and unverified",
                true,
                None,
                Some(&unverified_off),
                Open,
                Err(Disabled),
            ),
            ("new", true, None, None, Open, Ok(Step::Create)),
            ("new, closed", true, None, None, Closed, Err(RegistrationClosed)),
            ("new, not vouched", false, None, None, Open, Err(NotLinked)),
        ] {
            assert_eq!(
                decide(&person(vouched), known, same, registration),
                expected,
                "{case}"
            );
        }
    }
}

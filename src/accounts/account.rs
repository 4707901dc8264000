//! An account: one person, known by an e-mail address. Table `account`.

mod claimed;
mod credentials;

use diesel::{
    prelude::*,
    result::{DatabaseErrorKind, Error},
};

use crate::{
    platform::{clock::Timestamp, id::AccountId, secret::Digest},
    schema::account,
    web::language::Language,
};

pub use self::{
    claimed::{claim, hold},
    credentials::{
        disable, enable, list, register_again, replace_hash, reset_password, set_password, verify,
    },
};

/// An e-mail address in canonical form: trimmed, lower-case, exactly one `@`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Longest address (RFC 5321 §4.5.3.1.3 less the angle brackets).
    const LONGEST: usize = 254;

    /// Reads an address. `None` for what no mail server would take, and for what two parsers could read differently:
    /// a second `@`, quotes, white space, control characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let (local, domain) = text.split_once('@')?;
        let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"\"(),:;<>@[\\]".contains(c);
        let labels = || domain.split('.');
        let good = text.len() <= Self::LONGEST
            && !local.is_empty()
            && local.len() <= 64
            && local.chars().all(plain)
            && domain.chars().all(plain)
            && labels().count() >= 2
            && labels().all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
        good.then_some(Self(text))
    }

    /// The canonical text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands for the address where it must not be readable.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

/// What a person is called: 1 to 100 characters, trimmed, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Reads a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let good = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        good.then(|| Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A row of `account`, without its password.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = account, check_for_backend(diesel::pg::Pg))]
pub struct Account {
    /// The `sub` of tokens that act for this person.
    pub id: AccountId,
    /// Canonical address.
    pub email: String,
    /// As the person wants to be called.
    pub name: String,
    /// Copied into sessions and grants when they begin; they live while it is unchanged.
    pub credentials_epoch: i32,
    /// When the operator disabled it.
    pub disabled_at: Option<Timestamp>,
    /// Of the pages that the person gets, whatever their browser asks for.
    pub language: Option<Language>,
    /// When somebody proved to read the mail of the address; before that nobody can sign in.
    pub verified_at: Option<Timestamp>,
}

/// An account to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewAccount<'a> {
    /// Its address.
    pub email: &'a Email,
    /// As the person wants to be called.
    pub name: &'a str,
    /// `None`: they sign in through another provider.
    pub password_hash: Option<&'a str>,
    /// Whether the address is known to be theirs.
    pub verified: Verified,
}

/// Whether an address is known to be its person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// By a mail, by a provider, or by the operator.
    Yes,
    /// Not yet.
    No,
}

/// Makes an account. `None`: the address is taken.
pub fn create(conn: &mut PgConnection, new: &NewAccount<'_>, now: Timestamp) -> QueryResult<Option<Account>> {
    diesel::insert_into(account::table)
        .values((
            account::id.eq(AccountId::generate(now)),
            account::email.eq(new.email.as_str()),
            account::name.eq(new.name),
            account::password_hash.eq(new.password_hash),
            account::created_at.eq(now),
            account::verified_at.eq((new.verified == Verified::Yes).then_some(now)),
        ))
        .on_conflict(account::email)
        .do_nothing()
        .returning(Account::as_returning())
        .get_result(conn)
        .optional()
}

/// The account of that id, if it is not disabled.
pub fn find(conn: &mut PgConnection, id: AccountId) -> QueryResult<Option<Account>> {
    account::table
        .find(id)
        .filter(account::disabled_at.is_null())
        .select(Account::as_select())
        .first(conn)
        .optional()
}

/// The account of an address, and the hash of its password, if it has one.
pub fn find_with_password(
    conn: &mut PgConnection,
    email: &Email,
) -> QueryResult<Option<(Account, Option<String>)>> {
    account::table
        .filter(account::email.eq(email.as_str()))
        .select((Account::as_select(), account::password_hash))
        .first(conn)
        .optional()
}

/// Ends every session and grant that began until now.
pub fn raise_epoch(conn: &mut PgConnection, id: AccountId) -> QueryResult<()> {
    diesel::update(account::table.find(id))
        .set(account::credentials_epoch.eq(account::credentials_epoch + 1))
        .execute(conn)
        .map(drop)
}

/// Calls a person so from now on.
pub fn set_name(conn: &mut PgConnection, id: AccountId, name: &Name) -> QueryResult<()> {
    diesel::update(account::table.find(id))
        .set(account::name.eq(name.as_str()))
        .execute(conn)
        .map(drop)
}

/// Gives an account another address, which somebody has proved to read the mail of. `false`: another account has it.
pub fn set_email(conn: &mut PgConnection, id: AccountId, email: &Email) -> QueryResult<bool> {
    // In a savepoint: of two accounts that race for an address the second finds it taken, and its transaction goes on.
    let set = conn.transaction(|conn| {
        diesel::update(account::table.find(id))
            .set(account::email.eq(email.as_str()))
            .execute(conn)
    });
    match set {
        Ok(rows) => Ok(rows == 1),
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Ends an account, and all that hangs from it.
pub fn delete(conn: &mut PgConnection, id: AccountId) -> QueryResult<bool> {
    diesel::delete(account::table.find(id))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Whether a person has a password here.
pub fn has_password(conn: &mut PgConnection, id: AccountId) -> QueryResult<bool> {
    let hash: Option<Option<String>> = account::table
        .find(id)
        .select(account::password_hash)
        .first(conn)
        .optional()?;
    Ok(hash.flatten().is_some())
}

/// Gives a person their pages in this language. `None`: in the one that their browser asks for.
pub fn set_language(conn: &mut PgConnection, id: AccountId, language: Option<Language>) -> QueryResult<()> {
    diesel::update(account::table.find(id))
        .set(account::language.eq(language))
        .execute(conn)
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_canonical_form() {
        assert_eq!(
            Email::parse("  Mara@Northwind.Example ").unwrap().as_str(),
            "mara@northwind.example"
        );
    }

    #[test]
    fn an_address_that_two_parsers_could_read_differently_is_refused() {
        for bad in [
            "",
            "@",
            "a@",
            "@b.example",
            "a@b",
            "a@evil.example@corp.example",
            "\"a b\"@c.example",
            "a b@c.example",
            "a@c..example",
            "a@-c.example",
            "a@c.example.",
            "a@c.example\r\nBcc: x",
            "a@c.example\0",
        ] {
            assert!(Email::parse(bad).is_none(), "{bad:?}");
        }
        assert!(Email::parse(&format!("{}@c.example", "a".repeat(65))).is_none());
    }
}

//! Mails that tell a person what changed in their account, so that nobody else changes it unseen.

use diesel::{PgConnection, QueryResult};

use crate::{
    accounts::{account::Account, nav::Section},
    jobs::mail,
    platform::{Platform, clock::Timestamp},
    web::{
        letter::{Letter, Link},
        phrase::Phrase,
    },
};

/// Promises one, in the transaction that changed something. `to`: the address that knows the account.
pub(super) fn send(
    conn: &mut PgConnection,
    platform: &Platform,
    (account, to): (&Account, &str),
    (heading, what): (&'static str, Phrase),
    now: Timestamp,
) -> QueryResult<()> {
    let words = account.language.unwrap_or_default().words();
    let config = &platform.config;
    let letter = Letter {
        heading: Phrase::new(heading),
        name: Some(account.name.clone()),
        paragraphs: vec![what],
        link: Some(Link::new(
            words.security.mail_link,
            &config.issuer,
            Section::Security.path(),
        )),
        after: vec![Phrase::new(words.security.mail_not_you)],
    };
    let mail = letter.to_mail(to, heading, &config.branding, words.letter);
    mail::send(conn, &platform.seal, &mail, now)
}

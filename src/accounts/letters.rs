//! The mails of registering and recovering. Each goes to the address of its account and nowhere else, in the account's language.

use diesel::{PgConnection, QueryResult};

use crate::{
    accounts::{account::Account, email_code::Purpose, scene::Errand},
    jobs,
    platform::{Platform, secret::Secret},
    web::{
        letter::{Letter, Link},
        phrase::Phrase,
        words::Words,
    },
};

/// What there is to write.
pub(super) enum About<'a> {
    /// Confirm that you read the mail of this address.
    Verify(&'a Secret),
    /// Somebody registered with the address of your account.
    Known,
    /// Set a new password.
    Reset(&'a Secret),
    /// Somebody did.
    Changed,
}

/// Writes to the person of an account, in the caller's transaction.
pub(super) fn send(
    conn: &mut PgConnection,
    platform: &Platform,
    to: &Account,
    about: &About<'_>,
    errand: &Errand,
) -> QueryResult<()> {
    let words = to.language.unwrap_or(errand.language).words();
    let letter = letter(platform, to, about, errand, words);
    let branding = &platform.config.branding;
    let mail = letter.to_mail(&to.email, &letter.heading.plain(), branding, words.letter);
    jobs::mail::send(conn, &platform.seal, &mail, errand.now)
}

fn letter(platform: &Platform, to: &Account, about: &About<'_>, errand: &Errand, words: &Words) -> Letter {
    let (config, said) = (&platform.config, words.letters);
    let product_name = config.branding.product_name.as_str();
    let link = |label: &str, path: &str| Some(Link::new(label, &config.issuer, path));
    let with_token = |path: &str, secret: &Secret| {
        let token = secret.reveal(&config.vendor);
        format!("{path}?token={}{}", token.as_str(), errand.tail)
    };
    let good_for = |purpose: Purpose| Phrase::new((said.good_for)(purpose.lifetime()));
    match about {
        // Who registered may be anybody: the name that they chose is not said to whoever reads this.
        About::Verify(secret) => Letter {
            heading: said.verify_heading.into(),
            name: None,
            paragraphs: vec![Phrase::new((said.verify)(product_name))],
            link: link(said.verify_link, &with_token("/verify", secret)),
            after: vec![good_for(Purpose::Verify), said.verify_not_you.into()],
        },
        About::Known => Letter {
            heading: said.known_heading.into(),
            name: Some(to.name.clone()),
            paragraphs: vec![Phrase::new((said.known)(product_name))],
            link: link(said.known_link, "/login"),
            after: vec![said.known_then.into(), said.known_not_you.into()],
        },
        About::Reset(secret) => Letter {
            heading: said.reset_heading.into(),
            name: to.verified_at.map(|_| to.name.clone()),
            paragraphs: vec![Phrase::new((said.reset)(product_name))],
            link: link(said.reset_link, &with_token("/reset", secret)),
            after: vec![good_for(Purpose::Reset), said.reset_not_you.into()],
        },
        About::Changed => Letter {
            heading: said.changed_heading.into(),
            name: Some(to.name.clone()),
            paragraphs: vec![(said.changed)(errand.now), said.changed_then.into()],
            link: link(said.changed_link, "/forgot"),
            after: vec![said.changed_not_you.into()],
        },
    }
}

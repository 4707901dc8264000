//! Another address for an account: the page, and its two mails.

use crate::web::phrase::Phrase;

/// The pages and mails of a change of address.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct EmailChange {
    pub heading: &'static str,
    pub now: fn(email: &str) -> Phrase,
    pub how: &'static str,
    pub new: &'static str,
    pub submit: &'static str,
    pub bad: &'static str,
    pub bad_then: &'static str,
    pub asked: &'static str,
    pub confirm_heading: &'static str,
    pub confirm_what: fn(email: &str) -> Phrase,
    pub confirm: &'static str,
    pub changed: &'static str,
    pub changed_what: fn(email: &str) -> Phrase,
    pub over_heading: &'static str,
    pub over: &'static str,
    pub to_account: &'static str,
    pub mail_confirm: &'static str,
    pub mail_confirm_what: &'static str,
    pub mail_confirm_link: &'static str,
    pub mail_confirm_after: fn(lasting: &str) -> String,
    pub mail_notice: &'static str,
    pub mail_notice_what: fn(email: &str) -> Phrase,
    pub mail_changed: &'static str,
    pub mail_changed_what: fn(email: &str) -> Phrase,
}

/// English.
pub(in super::super) static ENGLISH: EmailChange = EmailChange {
    heading: "E-mail address",
    now: |email| Phrase::new("Now it is ").name(email),
    how: "We send a link to the new address. Until you open it, the old one stays and signs in.",
    new: "New address",
    submit: "Send the link",
    bad: "This is no e-mail address, or it is the one that you have.",
    bad_then: "Check it and try again.",
    asked: "We have written to the new address. Open the link in that mail within 24 hours. If nothing comes, somebody may have an account with it already.",
    confirm_heading: "Use this address?",
    confirm_what: |email| {
        Phrase::new("From then on you sign in with ")
            .name(email)
            .text(", and mails go there.")
    },
    confirm: "Use this address",
    changed: "Your address is changed",
    changed_what: |email| Phrase::new("You now sign in with ").name(email).text("."),
    over_heading: "This link does not work any more",
    over: "It was used already, it is too old, or another account has the address. Ask for a new one on the page of your account.",
    to_account: "Go to your account",
    mail_confirm: "Confirm your new address",
    mail_confirm_what: "Somebody with an account here, surely you, wants to use this address for it.",
    mail_confirm_link: "Use this address",
    mail_confirm_after: |lasting| {
        format!("The link is good for {lasting}. If it was not you, do nothing: without it nothing changes.")
    },
    mail_notice: "Your address is about to change",
    mail_notice_what: |email| {
        Phrase::new("Your account was asked to use the address ")
            .name(email)
            .text(" instead of this one. Until a link that was sent there is opened, nothing changes.")
    },
    mail_changed: "Your address was changed",
    mail_changed_what: |email| {
        Phrase::new("Your account now has the address ")
            .name(email)
            .text(" instead of this one.")
    },
};

/// German.
pub(in super::super) static GERMAN: EmailChange = EmailChange {
    heading: "E-Mail-Adresse",
    now: |email| Phrase::new("Jetzt ist es ").name(email),
    how: "Wir schicken einen Link an die neue Adresse. Bis Sie ihn öffnen, bleibt es bei der alten, und Sie melden sich mit ihr an.",
    new: "Neue Adresse",
    submit: "Link schicken",
    bad: "Das ist keine E-Mail-Adresse, oder es ist die, die Sie haben.",
    bad_then: "Prüfen Sie sie, und versuchen Sie es noch einmal.",
    asked: "Wir haben an die neue Adresse geschrieben. Öffnen Sie den Link in dieser E-Mail binnen 24 Stunden. Kommt nichts an, so hat vielleicht schon jemand ein Konto mit ihr.",
    confirm_heading: "Diese Adresse verwenden?",
    confirm_what: |email| {
        Phrase::new("Von da an melden Sie sich mit ")
            .name(email)
            .text(" an, und E-Mails gehen dorthin.")
    },
    confirm: "Diese Adresse verwenden",
    changed: "Ihre Adresse ist geändert",
    changed_what: |email| Phrase::new("Sie melden sich nun mit ").name(email).text(" an."),
    over_heading: "Dieser Link gilt nicht mehr",
    over: "Er wurde schon benutzt, ist zu alt, oder ein anderes Konto hat die Adresse. Auf der Seite Ihres Kontos bekommen Sie einen neuen.",
    to_account: "Zu Ihrem Konto",
    mail_confirm: "Bestätigen Sie Ihre neue Adresse",
    mail_confirm_what: "Jemand mit einem Konto hier, sicher Sie selbst, möchte diese Adresse dafür verwenden.",
    mail_confirm_link: "Diese Adresse verwenden",
    mail_confirm_after: |lasting| {
        format!(
            "Der Link gilt {lasting} lang. Wenn Sie es nicht waren, tun Sie nichts: Ohne ihn ändert sich nichts."
        )
    },
    mail_notice: "Ihre Adresse soll sich ändern",
    mail_notice_what: |email| {
        Phrase::new("Ihr Konto soll die Adresse ")
            .name(email)
            .text(" statt dieser haben. Bis ein Link geöffnet wird, der dorthin ging, ändert sich nichts.")
    },
    mail_changed: "Ihre Adresse wurde geändert",
    mail_changed_what: |email| {
        Phrase::new("Ihr Konto hat nun die Adresse ")
            .name(email)
            .text(" statt dieser.")
    },
};

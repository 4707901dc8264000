//! Password and second factor, at a glance; a new password; and the mails that say what changed.

use crate::{
    platform::clock::Timestamp,
    web::{phrase::Phrase, words::date},
};

/// The security pages and their mails.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Security {
    pub heading: &'static str,
    pub password: &'static str,
    pub has_password: &'static str,
    pub no_password: &'static str,
    pub change_password: &'static str,
    pub set_password: &'static str,
    pub second_factor: &'static str,
    pub is_off: &'static str,
    pub set_up: &'static str,
    pub is_on: fn(since: Timestamp) -> Phrase,
    pub codes_left: fn(i64) -> String,
    pub turn_off: &'static str,
    pub new_codes: &'static str,
    pub password_changed: &'static str,
    pub turned_off: &'static str,
    pub password_heading: &'static str,
    pub password_what: &'static str,
    pub old_password: &'static str,
    pub new_password: &'static str,
    pub new_password_hint: &'static str,
    pub old_wrong: &'static str,
    pub old_wrong_then: &'static str,
    pub too_weak_then: &'static str,
    pub mail_password: &'static str,
    pub mail_password_what: &'static str,
    pub mail_on: &'static str,
    pub mail_on_what: &'static str,
    pub mail_off: &'static str,
    pub mail_off_what: &'static str,
    pub mail_not_you: &'static str,
    pub mail_link: &'static str,
}

/// English.
pub(in super::super) static ENGLISH: Security = Security {
    heading: "Security",
    password: "Password",
    has_password: "You have a password here.",
    no_password: "You sign in through another provider, and have no password here.",
    change_password: "Change password",
    set_password: "Set a password",
    second_factor: "Second factor",
    is_off: "Off. With it, who knows your password still cannot sign in: an app on your phone shows a code for each time.",
    set_up: "Set up",
    is_on: |since| Phrase::new("On since ").time(since, date::ENGLISH.day).text("."),
    codes_left: |left| match left {
        0 => "No recovery code is left. Make new ones: without your phone you could not sign in.".to_owned(),
        1 => "1 recovery code is left.".to_owned(),
        left => format!("{left} recovery codes are left."),
    },
    turn_off: "Turn off",
    new_codes: "New recovery codes",
    password_changed: "Your password is changed. All other sessions are over.",
    turned_off: "The second factor is off.",
    password_heading: "Change your password",
    password_what: "Every other session ends, and connected apps must be connected anew. You stay signed in here.",
    old_password: "Your password until now",
    new_password: "New password",
    new_password_hint: "At least 8 characters. A few unrelated words are good.",
    old_wrong: "The password until now is wrong.",
    old_wrong_then: "Check it and try again.",
    too_weak_then: "Choose another one.",
    mail_password: "Your password was changed",
    mail_password_what: "The password of your account was changed just now, and every other session was ended.",
    mail_on: "Your second factor is on",
    mail_on_what: "From now on a code of your app is asked for at each sign-in.",
    mail_off: "Your second factor is off",
    mail_off_what: "From now on your password alone signs in.",
    mail_not_you: "If that was not you, somebody else is in your account: set a new password, look through your sessions, and tell the people who run this server.",
    mail_link: "Look at your account",
};

/// German.
pub(in super::super) static GERMAN: Security = Security {
    heading: "Sicherheit",
    password: "Passwort",
    has_password: "Sie haben hier ein Passwort.",
    no_password: "Sie melden sich über einen anderen Anbieter an und haben hier kein Passwort.",
    change_password: "Passwort ändern",
    set_password: "Passwort setzen",
    second_factor: "Zweiter Faktor",
    is_off: "Ausgeschaltet. Mit ihm kann sich auch niemand anmelden, der Ihr Passwort kennt: Eine App auf Ihrem Telefon zeigt für jedes Mal einen Code.",
    set_up: "Einrichten",
    is_on: |since| {
        Phrase::new("Eingeschaltet seit dem ")
            .time(since, date::GERMAN.day)
            .text(".")
    },
    codes_left: |left| {
        match left {
        0 => "Es ist kein Wiederherstellungscode übrig. Machen Sie neue: Ohne Ihr Telefon könnten Sie sich nicht anmelden.".to_owned(),
        1 => "Es ist 1 Wiederherstellungscode übrig.".to_owned(),
        left => format!("Es sind {left} Wiederherstellungscodes übrig."),
    }
    },
    turn_off: "Ausschalten",
    new_codes: "Neue Wiederherstellungscodes",
    password_changed: "Ihr Passwort ist geändert. Alle anderen Sitzungen sind beendet.",
    turned_off: "Der zweite Faktor ist ausgeschaltet.",
    password_heading: "Ihr Passwort ändern",
    password_what: "Jede andere Sitzung endet, und verbundene Apps müssen Sie neu verbinden. Hier bleiben Sie angemeldet.",
    old_password: "Ihr bisheriges Passwort",
    new_password: "Neues Passwort",
    new_password_hint: "Mindestens 8 Zeichen. Ein paar Wörter, die nichts miteinander zu tun haben, sind gut.",
    old_wrong: "Das bisherige Passwort ist falsch.",
    old_wrong_then: "Prüfen Sie es, und versuchen Sie es noch einmal.",
    too_weak_then: "Wählen Sie ein anderes.",
    mail_password: "Ihr Passwort wurde geändert",
    mail_password_what: "Das Passwort Ihres Kontos wurde eben geändert, und jede andere Sitzung wurde beendet.",
    mail_on: "Ihr zweiter Faktor ist eingeschaltet",
    mail_on_what: "Von nun an wird bei jeder Anmeldung nach einem Code Ihrer App gefragt.",
    mail_off: "Ihr zweiter Faktor ist ausgeschaltet",
    mail_off_what: "Von nun an genügt Ihr Passwort zum Anmelden.",
    mail_not_you: "Wenn Sie das nicht waren, ist jemand anderes in Ihrem Konto: Setzen Sie ein neues Passwort, sehen Sie Ihre Sitzungen durch, und sagen Sie den Betreibern Bescheid.",
    mail_link: "Das Konto ansehen",
};

//! The pages of people who have no session yet: register, confirm an address, set a forgotten password anew.

use std::time::Duration;

use crate::{
    platform::clock::Timestamp,
    web::{phrase::Phrase, words::date},
};

/// The pages: their fields, and what is said before and after.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Steps {
    pub nothing_done: &'static str,
    pub name: &'static str,
    pub email: &'static str,
    pub password: &'static str,
    pub new_password: &'static str,
    pub no_name: &'static str,
    pub no_email: &'static str,
    pub sign_in: &'static str,
    pub have_account: &'static str,
    pub create_account: &'static str,
    pub forgot: &'static str,
    pub register_heading: &'static str,
    pub register_submit: &'static str,
    pub closed_heading: &'static str,
    pub closed: fn(product_name: &str) -> String,
    pub sent_heading: &'static str,
    pub sent_register: fn(email: &str) -> Phrase,
    pub sent_verify: fn(email: &str) -> Phrase,
    pub sent_reset: fn(email: &str) -> Phrase,
    pub sent_then: &'static str,
    pub verify_heading: &'static str,
    pub verify: fn(email: &str) -> Phrase,
    pub verify_not_you: &'static str,
    pub verify_submit: &'static str,
    pub verify_forgot: &'static str,
    pub not_registered_with: &'static str,
    pub verified_heading: &'static str,
    pub verified: &'static str,
    pub resend_heading: &'static str,
    pub resend: &'static str,
    pub resend_submit: &'static str,
    pub forgot_heading: &'static str,
    pub forgot_text: &'static str,
    pub forgot_submit: &'static str,
    pub reset_heading: &'static str,
    pub reset_then: fn(email: &str) -> Phrase,
    pub reset_submit: &'static str,
    pub changed_heading: &'static str,
    pub changed: &'static str,
    pub over_heading: &'static str,
    pub over: &'static str,
    pub over_again: &'static str,
    pub over_verify: &'static str,
    pub over_reset: &'static str,
}

/// The mails.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct Letters {
    pub verify_heading: &'static str,
    pub verify: fn(product_name: &str) -> String,
    pub verify_link: &'static str,
    pub verify_not_you: &'static str,
    pub good_for: fn(Duration) -> String,
    pub known_heading: &'static str,
    pub known: fn(product_name: &str) -> String,
    pub known_link: &'static str,
    pub known_then: &'static str,
    pub known_not_you: &'static str,
    pub reset_heading: &'static str,
    pub reset: fn(product_name: &str) -> String,
    pub reset_link: &'static str,
    pub reset_not_you: &'static str,
    pub changed_heading: &'static str,
    pub changed: fn(at: Timestamp) -> Phrase,
    pub changed_then: &'static str,
    pub changed_link: &'static str,
    pub changed_not_you: &'static str,
}

/// Why a password may not be set.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct PasswordRule {
    pub hint: &'static str,
    pub too_short: &'static str,
    pub too_long: &'static str,
    pub control: &'static str,
    pub guessable: &'static str,
}

/// English.
pub(super) static ENGLISH_PASSWORD_RULE: PasswordRule = PasswordRule {
    hint: "At least 8 characters. A few unrelated words make a good one.",
    too_short: "The password is too short: it needs at least 8 characters.",
    too_long: "The password is too long: 256 characters are the most.",
    control: "The password holds a character that cannot be typed.",
    guessable: "The password is too easy to guess. Take a few unrelated words, and not your name.",
};

/// German.
pub(super) static GERMAN_PASSWORD_RULE: PasswordRule = PasswordRule {
    hint: "Mindestens 8 Zeichen. Ein paar Wörter, die nichts miteinander zu tun haben, sind ein gutes Passwort.",
    too_short: "Das Passwort ist zu kurz: Es braucht mindestens 8 Zeichen.",
    too_long: "Das Passwort ist zu lang: Es darf höchstens 256 Zeichen haben.",
    control: "Das Passwort enthält ein Zeichen, das man nicht tippen kann.",
    guessable: "Das Passwort ist zu leicht zu erraten. Nehmen Sie ein paar Wörter, die nichts miteinander zu tun haben, und nicht Ihren Namen.",
};

/// English.
pub(super) static ENGLISH_STEPS: Steps = Steps {
    nothing_done: "Nothing was done yet.",
    name: "Your name",
    email: "E-mail address",
    password: "Password",
    new_password: "New password",
    no_name: "Say what you want to be called: 1 to 100 characters.",
    no_email: "This is not an e-mail address like mara@northwind.example.",
    sign_in: "Sign in",
    have_account: "I have an account: sign in",
    create_account: "Create an account",
    forgot: "Forgot your password?",
    register_heading: "Create an account",
    register_submit: "Create the account",
    closed_heading: "New accounts are made by invitation",
    closed: |product_name| {
        format!(
            "Ask somebody who uses {product_name} to invite you. The invitation comes by mail and leads you on."
        )
    },
    sent_heading: "Look into your mail",
    sent_register: |email| {
        Phrase::new("We have sent a mail to ")
            .name(email)
            .text(". Open the link in it and enter your password there, and your account is ready.")
    },
    sent_verify: |email| {
        Phrase::new("If ")
            .name(email)
            .text(" waits to be confirmed, a new mail is on its way. Links in older mails no longer work.")
    },
    sent_reset: |email| {
        Phrase::new("If ")
            .name(email)
            .text(" has an account, a mail with a link is on its way. It is good for 30 minutes.")
    },
    sent_then: "No mail after a few minutes? Look into the folder for spam, and whether the address is right. An address gets only a few mails an hour.",
    verify_heading: "Confirm your address",
    verify: |email| {
        Phrase::new("Was it you who registered with ")
            .name(email)
            .text("? Then enter the password that you chose, and the address is confirmed.")
    },
    verify_not_you: "If it was not you, close this page: whoever it was gets nothing.",
    verify_submit: "Confirm the address",
    verify_forgot: "I do not know the password: set a new one",
    not_registered_with: "This is not a password that you registered with.",
    verified_heading: "Your address is confirmed",
    verified: "You can sign in now.",
    resend_heading: "Send the mail again",
    resend: "We send the mail that confirms your address once more.",
    resend_submit: "Send the mail again",
    forgot_heading: "Forgot your password?",
    forgot_text: "We send you a mail with a link. With it you set a new password.",
    forgot_submit: "Send the link",
    reset_heading: "Set a new password",
    reset_then: |email| {
        Phrase::new("It is for ")
            .name(email)
            .text(". You will be signed out everywhere, and apps that you allowed in have to ask again.")
    },
    reset_submit: "Set the password",
    changed_heading: "Your password is changed",
    changed: "You are signed out everywhere. Sign in with the new password.",
    over_heading: "This link is not good any more",
    over: "It was used, it is too old, or a newer mail has taken its place. Nothing was done.",
    over_again: "Ask for another mail",
    over_verify: "If the address is confirmed already, sign in. If not, ask for another mail.",
    over_reset: "If you have just set a password, sign in with it. If not, ask for another mail.",
};

/// English.
pub(super) static ENGLISH_LETTERS: Letters = Letters {
    verify_heading: "Confirm your address",
    verify: |product_name| {
        format!(
            "Somebody has registered at {product_name} with your e-mail address. If it was you, confirm it."
        )
    },
    verify_link: "Confirm the address",
    verify_not_you: "If it was not you, do nothing: without your confirmation nobody can use the account.",
    good_for: |time| {
        let time = (date::ENGLISH.lasting)(time);
        format!("The link is good for {time}, and works once. A newer mail takes its place.")
    },
    known_heading: "You already have an account",
    known: |product_name| {
        format!(
            "Somebody has tried to register at {product_name} with your e-mail address. You have an account there already, and it is as it was."
        )
    },
    known_link: "Sign in",
    known_then: "If you do not know the password any more, follow \u{201c}Forgot your password?\u{201d} there.",
    known_not_you: "If it was not you, do nothing. Whoever it was has not learned that you have an account.",
    reset_heading: "Set a new password",
    reset: |product_name| {
        format!(
            "Somebody has said that they forgot the password of your account at {product_name}. If it was you, set a new one."
        )
    },
    reset_link: "Set a new password",
    reset_not_you: "If it was not you, do nothing: your password stays as it is.",
    changed_heading: "Your password was changed",
    changed: |at| {
        Phrase::new("It was changed on ")
            .time(at, date::ENGLISH.minute)
            .text(".")
    },
    changed_then: "Whoever was signed in is signed out, and apps that you allowed in have to ask again.",
    changed_link: "I did not do this: set another password",
    changed_not_you: "If it was you, there is nothing to do. If not, somebody else reads your mail: change the password of your mailbox too.",
};

/// German.
pub(super) static GERMAN_STEPS: Steps = Steps {
    nothing_done: "Es wurde noch nichts getan.",
    name: "Vor- und Nachname",
    email: "E-Mail-Adresse",
    password: "Passwort",
    new_password: "Neues Passwort",
    no_name: "Sagen Sie, wie Sie heißen: mit 1 bis 100 Zeichen.",
    no_email: "Das ist keine E-Mail-Adresse wie mara@northwind.example.",
    sign_in: "Anmelden",
    have_account: "Ich habe ein Konto: anmelden",
    create_account: "Konto anlegen",
    forgot: "Passwort vergessen?",
    register_heading: "Konto anlegen",
    register_submit: "Konto anlegen",
    closed_heading: "Neue Konten gibt es nur auf Einladung",
    closed: |product_name| {
        format!(
            "Bitten Sie jemanden, der {product_name} nutzt, Sie einzuladen. Die Einladung kommt als E-Mail und führt Sie weiter."
        )
    },
    sent_heading: "Sehen Sie in Ihr Postfach",
    sent_register: |email| {
        Phrase::new("Wir haben eine E-Mail an ")
            .name(email)
            .text(" geschickt. Öffnen Sie den Link darin, und geben Sie dort Ihr Passwort ein: Dann ist Ihr Konto fertig.")
    },
    sent_verify: |email| {
        Phrase::new("Wenn ").name(email).text(
            " noch zu bestätigen ist, kommt gleich eine neue E-Mail. Die Links in älteren gelten nicht mehr.",
        )
    },
    sent_reset: |email| {
        Phrase::new("Wenn es zu ")
            .name(email)
            .text(" ein Konto gibt, kommt gleich eine E-Mail mit einem Link. Er gilt 30 Minuten.")
    },
    sent_then: "Nach ein paar Minuten ist nichts da? Sehen Sie im Spam-Ordner nach, und ob die Adresse stimmt. An eine Adresse gehen nur wenige E-Mails in der Stunde.",
    verify_heading: "Adresse bestätigen",
    verify: |email| {
        Phrase::new("Haben Sie sich mit ")
            .name(email)
            .text(" registriert? Dann geben Sie das Passwort ein, das Sie gewählt haben, und die Adresse ist bestätigt.")
    },
    verify_not_you: "Waren Sie es nicht, schließen Sie diese Seite: Wer es war, bekommt nichts.",
    verify_submit: "Adresse bestätigen",
    verify_forgot: "Ich weiß das Passwort nicht: ein neues setzen",
    not_registered_with: "Mit diesem Passwort haben Sie sich nicht registriert.",
    verified_heading: "Ihre Adresse ist bestätigt",
    verified: "Sie können sich jetzt anmelden.",
    resend_heading: "E-Mail noch einmal senden",
    resend: "Wir schicken die E-Mail, die Ihre Adresse bestätigt, noch einmal.",
    resend_submit: "E-Mail noch einmal senden",
    forgot_heading: "Passwort vergessen?",
    forgot_text: "Wir schicken Ihnen eine E-Mail mit einem Link. Mit ihm setzen Sie ein neues Passwort.",
    forgot_submit: "Link senden",
    reset_heading: "Neues Passwort setzen",
    reset_then: |email| {
        Phrase::new("Es gilt für ").name(email).text(
            ". Sie werden überall abgemeldet, und Apps, denen Sie Zugriff erlaubt haben, müssen neu fragen.",
        )
    },
    reset_submit: "Passwort setzen",
    changed_heading: "Ihr Passwort ist geändert",
    changed: "Sie sind überall abgemeldet. Melden Sie sich mit dem neuen Passwort an.",
    over_heading: "Dieser Link gilt nicht mehr",
    over: "Er wurde benutzt, er ist zu alt, oder eine neuere E-Mail hat ihn ersetzt. Es wurde nichts getan.",
    over_again: "Neue E-Mail anfordern",
    over_verify: "Ist die Adresse schon bestätigt, melden Sie sich an. Wenn nicht, fordern Sie eine neue E-Mail an.",
    over_reset: "Haben Sie gerade ein Passwort gesetzt, melden Sie sich damit an. Wenn nicht, fordern Sie eine neue E-Mail an.",
};

/// German.
pub(super) static GERMAN_LETTERS: Letters = Letters {
    verify_heading: "Bestätigen Sie Ihre Adresse",
    verify: |product_name| {
        format!(
            "Jemand hat sich bei {product_name} mit Ihrer E-Mail-Adresse registriert. Wenn Sie das waren, bestätigen Sie es."
        )
    },
    verify_link: "Adresse bestätigen",
    verify_not_you: "Waren Sie es nicht, tun Sie nichts: Ohne Ihre Bestätigung kann niemand das Konto nutzen.",
    good_for: |time| {
        let time = (date::GERMAN.lasting)(time);
        format!("Der Link gilt {time} lang und nur einmal. Eine neuere E-Mail ersetzt ihn.")
    },
    known_heading: "Sie haben schon ein Konto",
    known: |product_name| {
        format!(
            "Jemand wollte sich bei {product_name} mit Ihrer E-Mail-Adresse registrieren. Sie haben dort schon ein Konto, und es ist unverändert."
        )
    },
    known_link: "Anmelden",
    known_then: "Wenn Sie das Passwort nicht mehr wissen, folgen Sie dort \u{201e}Passwort vergessen?\u{201c}.",
    known_not_you: "Waren Sie es nicht, tun Sie nichts. Wer es war, hat nicht erfahren, dass Sie ein Konto haben.",
    reset_heading: "Setzen Sie ein neues Passwort",
    reset: |product_name| {
        format!(
            "Jemand hat gesagt, das Passwort Ihres Kontos bei {product_name} sei vergessen. Wenn Sie das waren, setzen Sie ein neues."
        )
    },
    reset_link: "Neues Passwort setzen",
    reset_not_you: "Waren Sie es nicht, tun Sie nichts: Ihr Passwort bleibt, wie es ist.",
    changed_heading: "Ihr Passwort wurde geändert",
    changed: |at| {
        Phrase::new("Es wurde geändert am ")
            .time(at, date::GERMAN.minute)
            .text(".")
    },
    changed_then: "Wer angemeldet war, ist abgemeldet, und Apps, denen Sie Zugriff erlaubt haben, müssen neu fragen.",
    changed_link: "Das war ich nicht: ein anderes Passwort setzen",
    changed_not_you: "Waren Sie es, ist nichts zu tun. Wenn nicht, liest jemand Ihre E-Mails: Ändern Sie auch das Passwort Ihres Postfachs.",
};

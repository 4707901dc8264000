//! The second factor: asked for at sign-in, switched on and off, and its recovery codes.

use crate::web::phrase::Phrase;

/// The second factor.
#[expect(missing_docs, reason = "the texts themselves, below, say what they are")]
pub struct SecondFactor {
    pub ask_heading: &'static str,
    pub ask: fn(email: &str) -> Phrase,
    pub code_or_recovery: &'static str,
    pub code_or_recovery_hint: &'static str,
    pub other_account: &'static str,
    pub other_account_hint: &'static str,
    pub wrong: &'static str,
    pub wrong_then: &'static str,
    pub set_up: &'static str,
    pub scan: &'static str,
    pub picture: &'static str,
    pub or_type: &'static str,
    pub then_code: &'static str,
    pub code: &'static str,
    pub turn_on: &'static str,
    pub wrong_set_up: &'static str,
    pub wrong_set_up_then: &'static str,
    pub codes_heading: &'static str,
    pub codes_on: &'static str,
    pub codes_new: &'static str,
    pub codes_what: &'static str,
    pub codes_once: &'static str,
    pub codes_kept: &'static str,
    pub off_heading: &'static str,
    pub off_what: &'static str,
    pub turn_off: &'static str,
    pub new_codes_heading: &'static str,
    pub new_codes_what: &'static str,
    pub make_codes: &'static str,
}

/// English.
pub(in super::super) static ENGLISH: SecondFactor = SecondFactor {
    ask_heading: "Enter your code",
    ask: |email| {
        Phrase::new("The first step was right. Now show that you, ")
            .name(email)
            .text(", have your second factor.")
    },
    code_or_recovery: "Code from your app, or a recovery code",
    code_or_recovery_hint: "Each code works once.",
    other_account: "Sign in as somebody else",
    other_account_hint: "Or begin again, if you have waited for more than ten minutes.",
    wrong: "The code is wrong, too old, or was used before.",
    wrong_then: "Wait until your app shows the next one, or use a recovery code.",
    set_up: "Set up your app",
    scan: "Open an app for one-time codes on your phone, and let it read this picture.",
    picture: "A picture for your app; the same stands below as text",
    or_type: "Or type this key into the app:",
    then_code: "Then enter the code that the app shows. From then on you are asked for one at each sign-in.",
    code: "Code from your app",
    turn_on: "Turn on",
    wrong_set_up: "The code does not fit.",
    wrong_set_up_then: "Check that the app has read this picture, that the clock of your phone is right, and enter the newest code.",
    codes_heading: "Your recovery codes",
    codes_on: "The second factor is on.",
    codes_new: "These are your new codes. The old ones are worth nothing now.",
    codes_what: "Each of these codes stands in once for your app, when your phone is lost. Print them, or keep them where you keep passwords.",
    codes_once: "They are shown only now.",
    codes_kept: "I have kept them",
    off_heading: "Turn the second factor off?",
    off_what: "After that your password alone signs in. Your recovery codes are deleted; to turn it on again you set up your app anew.",
    turn_off: "Turn off",
    new_codes_heading: "Make new recovery codes?",
    new_codes_what: "You get ten new codes. The old ones are worth nothing from then on, also those that you have not used.",
    make_codes: "Make new codes",
};

/// German.
pub(in super::super) static GERMAN: SecondFactor = SecondFactor {
    ask_heading: "Geben Sie Ihren Code ein",
    ask: |email| {
        Phrase::new("Der erste Schritt stimmt. Zeigen Sie nun, dass Sie, ")
            .name(email)
            .text(", Ihren zweiten Faktor haben.")
    },
    code_or_recovery: "Code aus Ihrer App oder ein Wiederherstellungscode",
    code_or_recovery_hint: "Jeder Code gilt einmal.",
    other_account: "Mit einem anderen Konto anmelden",
    other_account_hint: "Oder von vorn beginnen, wenn Sie länger als zehn Minuten gewartet haben.",
    wrong: "Der Code ist falsch, zu alt oder wurde schon benutzt.",
    wrong_then: "Warten Sie, bis Ihre App den nächsten zeigt, oder nehmen Sie einen Wiederherstellungscode.",
    set_up: "Ihre App einrichten",
    scan: "Öffnen Sie auf Ihrem Telefon eine App für Einmalcodes, und lassen Sie sie dieses Bild lesen.",
    picture: "Ein Bild für Ihre App; dasselbe steht darunter als Text",
    or_type: "Oder geben Sie diesen Schlüssel in die App ein:",
    then_code: "Geben Sie dann den Code ein, den die App zeigt. Von da an werden Sie bei jeder Anmeldung nach einem gefragt.",
    code: "Code aus Ihrer App",
    turn_on: "Einschalten",
    wrong_set_up: "Der Code passt nicht.",
    wrong_set_up_then: "Prüfen Sie, ob die App dieses Bild gelesen hat und ob die Uhr Ihres Telefons richtig geht, und geben Sie den neuesten Code ein.",
    codes_heading: "Ihre Wiederherstellungscodes",
    codes_on: "Der zweite Faktor ist eingeschaltet.",
    codes_new: "Das sind Ihre neuen Codes. Die alten gelten nicht mehr.",
    codes_what: "Jeder dieser Codes ersetzt einmal Ihre App, wenn das Telefon verloren ist. Drucken Sie sie aus, oder bewahren Sie sie dort auf, wo Sie Passwörter aufbewahren.",
    codes_once: "Sie werden nur jetzt gezeigt.",
    codes_kept: "Ich habe sie aufbewahrt",
    off_heading: "Den zweiten Faktor ausschalten?",
    off_what: "Danach genügt Ihr Passwort zum Anmelden. Ihre Wiederherstellungscodes werden gelöscht; um ihn wieder einzuschalten, richten Sie Ihre App neu ein.",
    turn_off: "Ausschalten",
    new_codes_heading: "Neue Wiederherstellungscodes machen?",
    new_codes_what: "Sie bekommen zehn neue Codes. Die alten gelten von da an nicht mehr, auch die nicht, die Sie noch nicht benutzt haben.",
    make_codes: "Neue Codes machen",
};

//! The pages of people who have no session yet: register, confirm an address, set a forgotten password anew.

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
